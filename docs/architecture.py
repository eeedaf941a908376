"""The architecture as a picture, drawn from what the packages really import: python docs/architecture.py

Writes docs/architecture.svg. A room that is not placed here, or an import that leads upwards, is an error with a
sentence; a test draws the picture anew and compares.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "architecture.svg"
WIDTH, HEIGHT = 1200, 850
TOP, ROW = 294, 25              # where the packages begin; a row, of which a room takes three with the gap below it
HIGH = 52                       # of a room
ROUND = 14                      # of the corners of an arrow
APART = {"unrolled", "grader", "tests", "benchmarks"}       # no package imports one of these but itself


@dataclass(frozen=True)
class Room:
    """A group of modules: what is written on it, where it stands, and which modules are in it.

    ``modules`` are names; one that is a package stands for all in it, unless a longer name is elsewhere. ``row``
    counts from the top, three for a room and the gap below it; ``x`` is the middle.
    """

    package: str
    name: str
    says: str
    row: int
    x: int
    width: int
    modules: tuple[str, ...]


def room(package: str, name: str, says: str, row: int, x: int, width: int, modules: str) -> Room:
    return Room(package, name, says, row, x, width, tuple(modules.split()))


ROOMS = [
    room("unrolled", "worlds", "reviews, clips, two languages, tasks", 0, 170, 240,
         "reviews clips bilingual sequences tasks"),
    room("unrolled", "commands", "train · caption · letters · data", 0, 470, 230,
         "__main__ runs lookout data.__main__"),
    room("unrolled", "scenes", "pictures drawn here", 5, 178, 140, "scenes"),
    room("unrolled", "shown", "figures, a page", 5, 458, 122, "plots page"),
    room("unrolled", "captioning", "a captioner", 10, 150, 130, "captioning"),
    room("unrolled", "speaking", "decoding, scores, opponents", 10, 338, 196, "decoding scoring opponents"),
    room("unrolled", "characters", "letter by letter", 10, 514, 132, "characters texts"),
    room("unrolled", "layers", "forward, backward", 15, 128, 150, "layers"),
    room("unrolled", "learning", "loop, optimisers, files", 15, 328, 180,
         "training optimisers checkpoints progress disk"),
    room("unrolled", "data", "load, fetch, build", 15, 508, 150, "data"),
    room("grader", "commands", "python -m grader …", 0, 900, 320, "__main__ cli"),
    room("grader", "desk", "new, collect, export, explain, report", 3, 900, 320, "desk"),
    room("grader", "release · grade", "the whole way of an assignment", 6, 798, 240, "release grade"),
    room("grader", "student", "progress, hints, reset", 6, 1042, 170, "student progress"),
    room("grader", "judging", "one submission: a job, a worker, a verdict", 9, 900, 320,
         "judge job kernel namespace ready work workers preprocessor"),
    room("grader", "course", "folder, notebooks, gradebook, record", 12, 816, 270,
         "course settings notebooks submission rebuild markdown lock clock console gradebook record late"),
    room("grader", "sandbox", "answers run inside", 15, 816, 230, "sandbox"),
    room("grader", "checks", "check cells run outside", 15, 1060, 200, "checks"),
]
LANES = {  # the middle of an arrow that has rooms in its way
    ("unrolled", "worlds", "layers"): 62, ("unrolled", "commands", "captioning"): 276,
    ("unrolled", "commands", "characters"): 550, ("grader", "judging", "checks"): 1060,
    ("grader", "commands", "student"): 1094,
}
FLOW = [
    ("datasets", "pictures, letters", "read"), ("unrolled", "GIVES", "given"),
    ("solutions", "written by hand", "release"), ("assignments", "generated", "hand in"),
    ("submitted", "strangers' files", "grade"), ("gradebook", "nbgrader's own", "publish"),
    ("feedback", "reports, exports", ""),
]

STYLE = """
:root { --paper: #ffffff; --ink: #1f2933; --soft: #52606d; --line: #7b8794; --box: #f5f7fa; --edge: #9aa5b1;
        --gives: #e3f4ee; --gives-ink: #05603a; --judges: #f1ebfb; --judges-ink: #53389e; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16191d; --ink: #eef2f6; --soft: #b6c2cf; --line: #93a1b0; --box: #252b32; --edge: #5c6a78;
          --gives: #12352a; --gives-ink: #8fe3bf; --judges: #2b2342; --judges-ink: #cdbcfa; } }
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--ink); }
.name { font-size: 15px; font-weight: 600; } .says, .label { font-size: 12px; font-weight: 400; fill: var(--soft); }
.head { font-size: 19px; font-weight: 700; } .title { font-size: 15px; font-weight: 700; fill: var(--soft); }
.box { fill: var(--box); stroke: var(--edge); } .arrow { fill: none; stroke: var(--line); stroke-width: 1.5; }
.gives { fill: var(--gives); } .judges { fill: var(--judges); } .tip { fill: var(--line); }
.gives-ink { fill: var(--gives-ink); } .judges-ink { fill: var(--judges-ink); }
.dashed { stroke-dasharray: 5 4; } .paper { fill: var(--paper); }
""".strip()


def main() -> None:
    PICTURE.write_text(picture(), encoding="utf-8", newline="\n")
    print(PICTURE.relative_to(ROOT).as_posix())


def picture() -> str:
    """The picture as SVG, drawn from the files as they are.

    Raises SystemExit, with a sentence, where a module has no room, or an import leads upwards or into what is apart.
    """
    uses = downwards(between_rooms(imported))
    parts = [*flow(), *panel("unrolled", "GIVES: what a notebook is given", "gives", 20, 580),
             *panel("grader", "JUDGES: checks, sandbox, grading, the desk", "judges", 620, 560)]
    parts += [arrow_between(user, used) for user, used in needed(uses)]
    parts += [box(r.x - r.width // 2, top(r), r.width, HIGH, r.name, r.says) for r in inhabited()]
    parts += around()
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'role="img" aria-labelledby="title" aria-describedby="desc">',
        "<title id=\"title\">Unrolled: its two packages, and the way from data to marks</title>",
        f'<desc id="desc">{escape(described(uses))}</desc>',
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path class="tip" d="M0 0 L8 4 L0 8 z"/></marker></defs>',
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="12"/>', *parts, "</svg>", ""])


# ---- what there is

def modules(package: str) -> dict[str, Path]:
    """The modules of a package by their names in it; the package itself is the empty name."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT / package).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(source: str) -> Iterator[str]:
    """The full names that a module imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def by_name(source: str) -> Iterator[str]:
    """The full names that a module asks import_module for, when it needs them and not before."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "import_module":
            yield from (str(arg.value) for arg in node.args if isinstance(arg, ast.Constant))


def home(package: str, module: str) -> Room | None:
    """The room of a module: the one with the longest name that leads to it; None for the package itself."""
    name = module
    while name:
        for one in ROOMS:
            if one.package == package and name in one.modules:
                return one
        name = name.rpartition(".")[0]
    if module:
        raise SystemExit(f"{package}.{module} has no room: name it in ROOMS, in docs/architecture.py.")
    return None


def inhabited() -> list[Room]:
    """The rooms that have a module today."""
    return [one for one in ROOMS if any(home(one.package, module) == one for module in modules(one.package))]


def between_rooms(named: Callable[[str], Iterator[str]]) -> set[tuple[Room, Room]]:
    """Who uses whom, room by room, by what a module's source names."""
    found = set()
    for package in ("unrolled", "grader"):
        there = modules(package)
        for module, path in there.items():
            user = home(package, module)
            for name in named(path.read_text(encoding="utf-8")):
                other, _, rest = name.partition(".")
                if other in APART - {package}:
                    raise SystemExit(f"{package}.{module} imports {name}: expected nothing of {other}/ in {package}/.")
                while rest and rest not in there:
                    rest = rest.rpartition(".")[0]
                used = home(package, rest) if other == package else None
                if user and used and user != used:
                    found.add((user, used))
    return found


def downwards(uses: set[tuple[Room, Room]]) -> set[tuple[Room, Room]]:
    """The same, or SystemExit where somebody uses what does not stand below."""
    for user, used in uses:
        if user.row >= used.row:
            raise SystemExit(f"{user.package}: {user.name} uses {used.name}, which does not stand below it: move one "
                             "of the two in ROOMS, in docs/architecture.py, or do without the import.")
    return uses


def needed(uses: set[tuple[Room, Room]]) -> list[tuple[Room, Room]]:
    """The arrows to be drawn: who is used by somebody that one uses anyway needs none."""
    below: dict[Room, set[Room]] = {}
    for one in sorted(ROOMS, key=lambda r: -r.row):
        direct = {used for user, used in uses if user == one}
        below[one] = direct.union(*(below[used] for used in direct))
    drawn = [(user, used) for user, used in uses
             if not any(used in below[other] for first, other in uses if first == user)]
    return sorted(drawn, key=lambda two: (two[0].package, two[0].row, two[0].x, two[1].x))


def notebooks_import(name: str) -> bool:
    """Whether every notebook in solutions/ imports a package."""
    found = []
    for path in sorted((ROOT / "solutions").glob("*/*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        found.append(name in {full.partition(".")[0] for full in imported(source)})
    return all(found)


# ---- how it is drawn

def top(one: Room) -> int:
    return TOP + 54 + one.row * ROW


def box(x: int, y: int, width: int, height: int, name: str, says: str, look: str = "box") -> str:
    """A rounded box with two lines of text in its middle."""
    middle = x + width / 2
    return (f'<g><rect class="{look}" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>'
            f'<text class="name" x="{middle:g}" y="{y + height / 2 - 4:g}" text-anchor="middle">{escape(name)}</text>'
            f'<text class="says" x="{middle:g}" y="{y + height / 2 + 15:g}" text-anchor="middle">{escape(says)}</text>'
            "</g>")


def text(x: float, y: float, words: str, look: str, anchor: str = "start") -> str:
    return f'<text class="{look}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(words)}</text>'


def line(path: str, look: str = "arrow") -> str:
    return f"<path class={quoteattr(look)} d={quoteattr(path)} marker-end=\"url(#tip)\"/>"


def panel(package: str, says: str, look: str, x: int, width: int) -> list[str]:
    """The ground of a package and its heading."""
    return [f'<rect class="{look}" x="{x}" y="{TOP}" width="{width}" height="{15 * ROW + HIGH + 74}" rx="12"/>',
            f'<text class="head {look}-ink" x="{x + 20}" y="{TOP + 34}">{escape(package)}'
            f'<tspan class="says" dx="12">{escape(says)}</tspan></text>']


def arrow_between(user: Room, used: Room) -> str:
    """From the lower edge of the one that uses to the upper edge of the one that is used, through its lane."""
    start, end = landing(user, used.x), landing(used, user.x)
    lane = LANES.get((user.package, user.name, used.name))
    y0, y1 = top(user) + HIGH, top(used) - 2
    if lane is None:
        bend = (y1 - y0) / 2
        return line(f"M{start:g} {y0} C{start:g} {y0 + bend:g} {end:g} {y1 - bend:g} {end:g} {y1}")
    start, end = landing(user, lane), landing(used, lane)
    return line(f"M{start:g} {y0} C{start:g} {y0 + ROUND} {lane} {y0 + ROUND} {lane} {y0 + 2 * ROUND} "
                f"V{y1 - 2 * ROUND} C{lane} {y1 - ROUND} {end:g} {y1 - ROUND} {end:g} {y1}")


def landing(one: Room, towards: float) -> float:
    """Where on its edge a room is met by an arrow from there: on the side of it, and not at the corner."""
    reach = one.width / 2 - 18
    return one.x + max(-reach, min(reach, (towards - one.x) / 3))


def flow() -> list[str]:
    """The way of a lesson, from left to right, and who works on it."""
    wide, gap, y = 118, 56, 84
    parts = [text(24, 40, "From data to marks", "head"),
             text(24, 62, "One way only. What is made from something else is never edited: edit what it is made from.",
                  "says")]
    for n, (name, says, then) in enumerate(FLOW):
        x = 20 + n * (wide + gap)
        look = "box gives" if name == "unrolled" else "box"
        parts.append(box(x, y, wide, 58, name, says, look))
        if then:
            parts.append(line(f"M{x + wide + 2} {y + 29} H{x + wide + gap - 2}"))
            parts.append(text(x + wide + gap / 2, y + 21, then, "label", "middle"))
    release, grade = (20 + n * (wide + gap) - gap / 2 for n in (3, 5))
    middle = 20 + 2 * (wide + gap) + wide / 2
    parts += [
        f'<rect class="box judges" x="{release - 30:g}" y="206" width="{grade - release + 60:g}" height="58" rx="8"/>',
        text((release + grade) / 2, 231, "grader", "name", "middle"),
        text((release + grade) / 2, 250, "JUDGES: answers run inside, checks run outside",
             "says", "middle"),
        line(f"M{release:g} 204 V{y + 58}", "arrow dashed"), line(f"M{grade:g} 204 V{y + 58}", "arrow dashed"),
        box(int(middle) - 175, 206, 130, 58, "reading site", "answers folded"),
        line(f"M{middle - 20:g} {y + 60} C{middle - 20:g} {y + 92} {middle - 110:g} {y + 92} {middle - 110:g} 202"),
        text(middle - 118, y + 88, "execute", "label", "end"),
    ]
    return parts


def around() -> list[str]:
    """What stands around the two packages and uses both."""
    if not (notebooks_import("unrolled") and notebooks_import("grader")):
        raise SystemExit("A notebook in solutions/ does without unrolled or grader: the picture says otherwise.")
    later = sorted(f"{user.name} → {used.name}" for user, used in between_rooms(by_name) if user.row >= used.row)
    return [
        text(24, HEIGHT - 33, "Notebooks import both packages. tests/ and benchmarks/ use everything and are used by "
             f"nothing. Asked for by name, only when needed: {', '.join(later) or 'nothing'}.", "says"),
        text(24, HEIGHT - 14, "An arrow leads from a room to one that it imports; what is reached on a longer way has "
             "none. No arrow leads up, and none from one package to the other.", "says"),
    ]


def described(uses: set[tuple[Room, Room]]) -> str:
    """The picture in sentences, for whoever does not see it."""
    way = ", then ".join(name for name, _, _ in FLOW)
    said = [f"The way of a lesson: {way}. grader releases and grades; the reading site is made from solutions.",
            "unrolled and grader do not import each other."]
    for one in inhabited():
        used = sorted(other.name for user, other in uses if user == one)
        said.append(f"{one.package}, {one.name} ({one.says}): " + (f"uses {', '.join(used)}." if used else
                                                                   "uses no other room."))
    return " ".join(said)


if __name__ == "__main__":
    main()

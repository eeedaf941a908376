"""Known mistakes: what is written instead, why it is wrong, and what the visible check says, run and kept."""

from __future__ import annotations

import difflib
import importlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from docs.site.executed import digest, sources, versions
from docs.site.lessons import ROOT, Lesson, read_lessons, visible
from docs.site.pages import anchor, answer, escaped, link
from grader import notebooks
from grader.course import Trouble

CACHE = ROOT / "build" / "site" / "mistakes"


@dataclass(frozen=True)
class Seen:
    """A mistake and what became of it."""

    function: str
    name: str
    why: str
    written: str        # lines as they are written, lines as they are right
    whole: str          # or whole answers in place of the right ones
    said: str           # by the visible check
    found: bool         # whether the visible check refused it

    @property
    def place(self) -> str:
        return f"{self.function}-{slug(self.name)}"


def slug(words: str) -> str:
    """A name as it can stand in an address."""
    return re.sub(r"[^a-z0-9]+", "-", words.replace("'", "-prime").lower()).strip("-")


def read(lesson: Lesson, cache: Path = CACHE) -> list[Seen] | None:
    """The mistakes of a lesson with what was said to them, if nothing has changed since."""
    path = _kept(lesson, cache)
    return [Seen(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))] if path.is_file() else None


def _kept(lesson: Lesson, cache: Path) -> Path:
    cells = [visible(cell) for cell in lesson.notebook["cells"] if cell["cell_type"] == "code"]
    files = [ROOT / "tests" / "lesson.py", ROOT / "tests" / "mistakes" / f"{lesson.path.stem}.py", Path(__file__)]
    told = [path.read_text(encoding="utf-8") for path in files]
    return cache / f"{lesson.name}-{digest(chr(0).join([*cells, *told, versions(), sources()]))}.json"


def run(name: str, cache: Path = CACHE) -> list[Seen]:
    """Make every known mistake of a lesson, ask the visible check, and keep what it says."""
    from tests.lesson import Lesson as Running

    (lesson,) = read_lessons(only=[name])
    running = Running(lesson.path.relative_to(ROOT / "solutions").as_posix())
    seen = [_made(running, mistake) for mistake in importlib.import_module(lesson.module).MISTAKES]
    path = _kept(lesson, cache)
    for old in cache.glob(f"{lesson.name}-*.json"):
        old.unlink()
    notebooks.write_text(path, json.dumps([asdict(one) for one in seen], ensure_ascii=False, indent=1))
    return seen


def _made(running: Any, mistake: Any) -> Seen:
    from tests.lesson import edited, names_with

    accepted, said = running.says(mistake.function, names_with(running, mistake), hidden=False)
    right = answer(running.answers[mistake.function])
    wrong = answer(edited(running.answers[mistake.function], *mistake.edits)) if mistake.edits else right
    whole = "\n\n\n".join(text.strip("\n") for text in mistake.instead.values())
    return Seen(mistake.function, mistake.name, mistake.why, _difference(right, wrong), whole, said.strip("\n"),
                not accepted)


def _difference(right: str, wrong: str) -> str:
    lines = difflib.unified_diff(wrong.splitlines(), right.splitlines(), n=0, lineterm="")
    kept = [line for line in lines if not line.startswith(("---", "+++"))]
    return "\n".join("" if line.startswith("@@") else line for line in kept).strip("\n")


def page(lesson: Lesson, seen: Iterable[Seen]) -> str:
    """The page of a lesson's mistakes, a section for each function."""
    parts, places, function = [_HEAD.format(number=lesson.name.partition("-")[0], name=lesson.name)], set(), ""
    for one in seen:
        if one.place in places:
            raise Trouble(f"{lesson.module}: {one.function} has two mistakes named {one.name!r}. "
                          "Give one of them another name.")
        places.add(one.place)
        if one.function != function:
            function = one.function
            parts.append(f"## `{function}`\n\nAsked for in {link('its lesson', f'{lesson.name}/{function}')}.")
        parts.append(_section(lesson, one))
    return "\n\n".join(parts) + "\n"


_HEAD = """---
tocdepth: 2
---

# Lesson {number}: where people slip

Mistakes that the checks of {{doc}}`this lesson </lessons/{name}>` know. For each: what the mistake overlooks, the \
line as it is written (−) and as it is right (+), and what the check under the answer says to it."""


def label(lesson: Lesson, one: Seen) -> str:
    """The label of a mistake's place."""
    return f"{lesson.name}/mistake/{one.place}"


def _section(lesson: Lesson, one: Seen) -> str:
    heading = f"### {escaped(one.name)}"
    written = [f"````diff\n{one.written}\n````"] if one.written else []
    whole = [f"````python\n{one.whole}\n````"] if one.whole else []
    how = "The check under the answer says:" if one.found else \
        "The check under the answer does not see it; the hidden checks refuse it. Here it prints:"
    why = [escaped(one.why)] if one.why else []
    return "\n\n".join([anchor(one.place, label(lesson, one), one.name), heading, *why, *written, *whole, how,
                        f"````text\n{one.said}\n````"])


def index(seen: dict[str, list[Seen]], lessons: list[Lesson]) -> str:
    """The page of all mistakes, by lesson and function."""
    count = sum(map(len, seen.values()))
    parts = [f"# Mistakes by name\n\n{count} mistakes that people make, each with a place of its own: what is written, "
             "why it is wrong, and how to see it. They are what the course's own tests are made of, so each is refused "
             "by the checks before this page is built.",
             "```{toctree}\n:hidden:\n\n" + "\n".join(lesson.name for lesson in lessons) + "\n```"]
    for lesson in lessons:
        parts.append(f"## {lesson.title}\n\n{len(seen[lesson.name])} mistakes, {{doc}}`all on one page "
                     f"<{lesson.name}>`.")
        for function in dict.fromkeys(one.function for one in seen[lesson.name]):
            links = [link(one.name, label(lesson, one)) for one in seen[lesson.name] if one.function == function]
            parts.append(f"`{function}`\n: {' · '.join(links)}")
    return "\n\n".join(parts) + "\n"


def require_reasons(seen: dict[str, list[Seen]]) -> None:
    """Raise Trouble for mistakes that do not say why they are mistakes."""
    mute = [f"{name}: {one.function}, {one.name}" for name, some in seen.items() for one in some if not one.why.strip()]
    if mute:
        raise Trouble(f"{len(mute)} known mistakes do not say why they are mistakes, the first: {mute[0]}. "
                      "Give each a sentence in its  why  (tests/mistakes), or build with --draft.")

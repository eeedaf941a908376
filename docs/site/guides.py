"""Guides: the pages of docs/, README's sections as pages, and links between them that hold on the site."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from docs.site.lessons import ROOT, Lesson
from docs.site.pages import Figure
from grader.course import Trouble

OTHERS = {"datasets/README.md": "guides/data", "datasets/scenes/README.md": "guides/scenes",
          "datasets/letters/README.md": "guides/letters", "CHANGELOG.md": "guides/changelog",
          "CONTRIBUTING.md": "guides/contributing"}
TOGETHER = {"Set up": "I take the course", "Pictures and captions": "Train a captioner"}    # README's, on one page
LEFT_OUT = {"I read it"}                                                                    # that is this site
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
CODE = re.compile(r"(^(`{3,}|~{3,}).*?^\2`*$|`+[^`\n]+?`+)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(!?)\[([^\]]+)\]\(([^)\s]+)\)")
PICTURES = "files"      # the folder of pictures that stand on hand-written pages
CARDS = re.compile(r"```\{lesson-cards\}\n(.*?)```", re.DOTALL)


def pages(lessons: list[Lesson], figures: list[Figure], thumbs: dict[str, str], root: Path = ROOT) -> dict[str, str]:
    """Every hand-written page by its place on the site, without ending: its Markdown, with links that hold there."""
    texts = {f"guides/{path.stem}": (f"docs/{path.name}", path.read_text(encoding="utf-8"))
             for path in sorted((root / "docs").glob("*.md"))}
    texts["index"] = texts.pop("guides/index")
    texts |= {place: (name, (root / name).read_text(encoding="utf-8"))
              for name, place in OTHERS.items() if (root / name).is_file()}
    texts |= {place: ("README.md", text) for place, text in readme(root).items()}
    site = {name: place for place, (name, _) in texts.items() if name != "README.md"}
    sections = _sections_by_anchor(root)
    made = {place: linked(text, place, name, site, sections, root) for place, (name, text) in texts.items()}
    return made | {"index": cards(made["index"], lessons, figures, thumbs)}


def readme(root: Path = ROOT) -> dict[str, str]:
    """README as pages: one for each section, but for those that stand together."""
    made: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for title, body in _sections(root):
        if title not in LEFT_OUT:
            page = TOGETHER.get(title, title)
            place = f"guides/{slug(page)}"
            titles[place] = page
            made.setdefault(place, []).append(_raised(body) if page == title else f"## {title}\n{body}")
    return {place: f"# {titles[place]}\n\n" + "\n\n".join(bodies) for place, bodies in made.items()}


def _raised(body: str) -> str:
    """A section's text with its headings one level up: its own heading has become the page's."""
    parts = CODE.split(body)
    return "".join(re.sub(r"^#(#{2,})", r"\1", part, flags=re.MULTILINE) if not number % 3 else
                   part if number % 3 == 1 else "" for number, part in enumerate(parts))


def _sections(root: Path) -> list[tuple[str, str]]:
    _, *parts = SECTION.split((root / "README.md").read_text(encoding="utf-8"))
    return [(title, body.strip("\n") + "\n") for title, body in zip(parts[::2], parts[1::2], strict=True)]


def _sections_by_anchor(root: Path) -> dict[str, str]:
    """Where a section of README has gone, by the anchor that it has there."""
    return {slug(title): "index" if title in LEFT_OUT else f"guides/{slug(TOGETHER.get(title, title))}"
            for title, _ in _sections(root)}


def slug(title: str) -> str:
    """A heading as GitHub and MyST name it in an address."""
    return re.sub(r"[^\w-]", "", title.lower().replace(" ", "-"))


def linked(text: str, place: str, name: str, site: dict[str, str], sections: dict[str, str], root: Path = ROOT) -> str:
    """Turn links between files of the repository into links between pages; what is no page keeps its words alone.

    Raises Trouble for a link to a file that is not there.
    """
    def other(found: re.Match[str]) -> str:
        words, target = found[2], found[3]
        if "://" in target or target.startswith(("mailto:", "/")):
            return found[0]
        file, _, fragment = target.partition("#")
        if not file:
            return f"[{words}]({_way(place, sections[fragment])})" if name == "README.md" and fragment in sections \
                else found[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), file))
        if path == "README.md":
            return f"[{words}]({_way(place, sections.get(fragment, 'index'))})"
        if found[1] and (root / path).is_file():
            return f"![{words}](/{PICTURES}/{path})"
        if path in site:
            title = "" if words == target else words       # a file's name gives way to the page's title
            return f"[{title}]({_way(place, site[path])}{'#' * bool(fragment)}{fragment})"
        if not (root / path).exists():
            raise Trouble(f"{name} links to {target}, which is neither a file nor a page.")
        return words

    parts = CODE.split(text)        # text, code, its fence, text, code, its fence, …
    return "".join(LINK.sub(other, part) if not number % 3 else part if number % 3 == 1 else ""
                   for number, part in enumerate(parts))


def pictures(made: dict[str, str], root: Path = ROOT) -> dict[str, Path]:
    """The pictures on some pages, by their places on the site."""
    names = {name for text in made.values() for name in re.findall(rf"\]\(/{PICTURES}/([^)]+)\)", text)}
    return {f"{PICTURES}/{name}": root / name for name in sorted(names)}


def _way(start: str, end: str) -> str:
    return posixpath.relpath(f"{end}.md", posixpath.dirname(start) or ".")


def cards(text: str, lessons: list[Lesson], figures: list[Figure], thumbs: dict[str, str]) -> str:
    """Put a card for each lesson where the index asks for them: ``1-rnn: draw-hello``, a lesson and its figure."""
    found = CARDS.search(text)
    if not found:
        raise Trouble("docs/index.md has no place for the lessons: expected a block ```{lesson-cards}.")
    wanted = dict(line.split(": ") for line in found[1].strip().splitlines())
    seen = _seen_at_the_end()
    made = []
    for lesson in lessons:
        if lesson.name not in wanted:
            raise Trouble(f"docs/index.md names no figure for {lesson.name} in its block of lessons.")
        figure = next((figure for figure in figures if figure.label == f"{lesson.name}/{wanted[lesson.name]}"), None)
        if figure is None:
            raise Trouble(f"docs/index.md shows {wanted[lesson.name]!r} for {lesson.name}, which draws no such figure.")
        number, _, title = lesson.title.partition(" · ")
        made.append(f"::::{{card}} /lessons/{lesson.name}\n:title: {title}\n"
                    f":above: {number} · {lesson.minutes} minutes\n:image: /thumbs/{thumbs[figure.label]}\n"
                    f":alt: {figure.alt}\n\n{seen.get(lesson.name, '')}\n::::")
    block = ":::::{container} cards lessons\n\n" + "\n\n".join(made) + "\n:::::"
    return text[: found.start()] + block + text[found.end() :]


def _seen_at_the_end(root: Path = ROOT) -> dict[str, str]:
    """The last column of README's table of assignments."""
    text = (root / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+-[\w-]+) \|.*\| (.+) \|$", text, re.MULTILINE)
    return {name: seen[0].upper() + seen[1:] + "." for name, seen in rows}

"""What is found in all lessons: functions, written and given, and figures."""

from __future__ import annotations

import ast
import base64
import hashlib
import importlib
import inspect
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docs.site.lessons import Lesson, is_answer, visible
from docs.site.pages import Figure, escaped, link
from grader import notebooks

THUMB = 560     # pixels wide, twice as many as it is shown


@dataclass
class Given:
    """A public function or class of unrolled, and the lessons that use it."""

    module: str
    name: str
    does: str
    lessons: list[str] = field(default_factory=list)


def functions(lessons: list[Lesson]) -> str:
    """The page of functions: those that students write, lesson by lesson, and those that they are given."""
    parts = ["# Functions by name", "## What you write"]
    for lesson in lessons:
        asked = [(link(name, f"{lesson.name}/{name}"), does) for name, does in written(lesson)]
        parts.append(f"### {lesson.title}\n\n" + _table(("function", "what it does"), asked))
    parts.append("## What you are given\n\nPublic functions and classes of `unrolled` that the lessons use.")
    found = given(lessons)
    for module in dict.fromkeys(one.module for one in found):
        rows = [(f"`{one.name}`", one.does, _lessons(one)) for one in found if one.module == module]
        parts.append(f"### `{module}`\n\n" + _table(("name", "what it does", "lessons"), rows))
    return "\n\n".join(parts) + "\n"


def _lessons(one: Given) -> str:
    return ", ".join(f"{{doc}}`{name.partition('-')[0]} </lessons/{name}>`" for name in one.lessons)


def written(lesson: Lesson) -> Iterator[tuple[str, str]]:
    """The functions that are asked for in a lesson, with the first sentence of their docstrings."""
    for cell in filter(is_answer, lesson.notebook["cells"]):
        for node in ast.parse(notebooks.source(cell)).body:
            if isinstance(node, ast.FunctionDef) and node.name == cell["id"]:
                yield node.name, first_sentence(ast.get_docstring(node))


def given(lessons: Iterable[Lesson]) -> list[Given]:
    """What of unrolled the lessons use, by module and name."""
    found: dict[tuple[str, str], Given] = {}
    for lesson in lessons:
        for thing in dict.fromkeys(_used(lesson)):
            key = (thing.__module__, thing.__name__)
            entry = found.setdefault(key, Given(*key, first_sentence(inspect.getdoc(thing))))
            entry.lessons.append(lesson.name)
    return [found[key] for key in sorted(found)]


def _used(lesson: Lesson) -> Iterator[Any]:
    names: dict[str, Any] = {}
    for cell in lesson.notebook["cells"]:
        if cell["cell_type"] == "code":
            tree = ast.parse(visible(cell))
            names |= _imported(tree)
            for node in ast.walk(tree):
                thing = _named(node, names)
                if getattr(thing, "__module__", "").startswith("unrolled") and callable(thing):
                    yield thing


def _imported(tree: ast.AST) -> dict[str, Any]:
    """What the imports from unrolled bring, by its name in the notebook."""
    names: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "unrolled":
            module = importlib.import_module(str(node.module))
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                thing = getattr(module, alias.name, None)
                names[alias.asname or alias.name] = thing if thing is not None else importlib.import_module(whole)
    return names


def _named(node: ast.AST, names: dict[str, Any]) -> Any:
    """What a name or an attribute of a module stands for."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and inspect.ismodule(module := _named(node.value, names)):
        return getattr(module, node.attr, None)
    return None


def first_sentence(docstring: str | None) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((docstring or "").partition("\n\n")[0].split())


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(text) for text in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def figures(lessons: list[Lesson], found: list[Figure], thumbs: Path) -> str:
    """The page of figures: each small, with its words, and the way to where it is drawn."""
    parts = ["# Figures", f"All {len(found)} figures of the lessons, drawn by their cells when this site was built."]
    for lesson in lessons:
        cards = [_card(figure, thumbnail(figure, thumbs)) for figure in found if figure.lesson == lesson.name]
        parts.append(f"## {lesson.title}\n\n:::::{{container}} cards figures\n\n" + "\n\n".join(cards) + "\n:::::")
    return "\n\n".join(parts) + "\n"


def _card(figure: Figure, thumb: str) -> str:
    return (f"::::{{card}} {figure.label}\n:title: {figure.section}\n:image: /thumbs/{thumb}\n"
            f":alt: {figure.alt}\n\n{escaped(figure.alt)}\n::::")


def thumbnail(figure: Figure, folder: Path) -> str:
    """Write a figure small, once, and return the name of its file."""
    from PIL import Image

    content = base64.b64decode(figure.png)
    path = folder / f"{hashlib.sha256(content).hexdigest()[:20]}.png"
    if not path.is_file():
        picture = Image.open(io.BytesIO(content)).convert("RGBA")
        picture.thumbnail((THUMB, THUMB))
        paper = Image.new("RGBA", picture.size, "white")
        small = io.BytesIO()
        Image.alpha_composite(paper, picture).convert("RGB").save(small, "PNG", optimize=True)
        notebooks.write_bytes(path, small.getvalue())
    return path.name

"""Read a page of Markdown: its commands and examples in order, and the words in running text that name a command.

What the language of a fenced block says:

    (none)       commands, one a line; what follows # is for the reader
    console      commands after "$ ", and under each what it prints; … stands for anything
    python       an example that runs
    powershell   commands for Windows, said again in its words
    text         a drawing, or what is printed somewhere; no command
    toml, …      data
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

DATA = {"toml", "yaml", "json", "ini", "csv", "bibtex", "diff"}
TOOLS = {"python", "python3", "py", "pip", "make", "nbgrader", "jupyter", "conda", "git", "sudo", "cd"}
COMMENT = re.compile(r"\s+# .*$")
ELSEWHERE = {"build", "_build", "class", "runs", "node_modules", "templates"}      # made, or pages only once filled in


class PageError(Exception):
    """A page that cannot be followed; its message says where and what to write instead."""


@dataclass(frozen=True)
class Command:
    """One command; ``shown`` is what the page says it prints, None where the page says nothing of it."""

    page: str
    line: int
    text: str
    shown: str | None = None


@dataclass(frozen=True)
class Example:
    """A block of Python."""

    page: str
    line: int
    text: str


@dataclass(frozen=True)
class Words:
    """Words in running text that are set as code, or a block that is not run."""

    page: str
    line: int
    text: str


@dataclass
class Page:
    """A page as a reader follows it."""

    name: str
    text: str
    steps: list[Command | Example] = field(default_factory=list)
    windows: list[Command] = field(default_factory=list)
    printed: list[Words] = field(default_factory=list)
    inline: list[Words] = field(default_factory=list)

    @property
    def commands(self) -> list[Command]:
        return [step for step in self.steps if isinstance(step, Command)]


def pages(root: Path) -> list[Page]:
    """Every page below ``root``, README first; folders that are made, templates and hidden ones are left out."""
    paths = [path for path in root.rglob("*.md")
             if not any(part in ELSEWHERE or part.startswith(".") for part in path.relative_to(root).parts)]
    names = sorted((path.relative_to(root).as_posix() for path in paths), key=lambda name: (name != "README.md", name))
    return [read(name, (root / name).read_text(encoding="utf-8")) for name in names]


def lessons(root: Path) -> list[Page]:
    """The texts of every solution notebook, as pages; the lines of a cell are counted from its own beginning."""
    found = []
    for path in sorted((root / "solutions").glob("*/*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                found.append(read(f"{path.relative_to(root).as_posix()}, cell {cell['id']}", "".join(cell["source"])))
    return found


def read(name: str, text: str) -> Page:
    """Read a page.

    Raises PageError where a block is of no kind that can be followed.
    """
    page = Page(name, text)
    _read(page, text, 1)
    return page


def _read(page: Page, text: str, first: int) -> None:
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "inline" and token.map:
            page.inline.extend(_inline(page.name, token, token.map[0] + first))
        elif token.type == "fence" and token.map:
            _block(page, token.info.strip(), token.content, token.map[0] + first + 1)
        elif token.type == "code_block" and token.map:
            page.steps.extend(_plain(page.name, token.content, token.map[0] + first))


def _inline(name: str, token: Token, line: int) -> Iterator[Words]:
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        elif child.type == "code_inline":
            yield Words(name, line, child.content)


def _block(page: Page, language: str, text: str, line: int) -> None:
    directive = re.match(r"\{(.+?)\}\s*(.*)", language)
    if directive and directive[1] in ("code", "code-block", "code-cell"):
        language = directive[2]
    elif directive:
        return _read(page, text, line)
    if language in ("", "sh", "bash"):
        page.steps.extend(_plain(page.name, text, line))
    elif language == "console":
        page.steps.extend(_console(page.name, text, line))
    elif language == "python":
        page.steps.append(Example(page.name, line, text))
    elif language == "powershell":
        page.windows.extend(_plain(page.name, text, line))
    elif language == "text":
        _require_no_command(page.name, text, line)
        page.printed.append(Words(page.name, line, text))
    elif language not in DATA:
        raise PageError(f"{page.name}, line {line - 1}: a block of {language!r} cannot be followed. Expected no "
                        "language or console for commands, python, powershell, text, or data "
                        f"({', '.join(sorted(DATA))}).")


def _plain(name: str, text: str, line: int) -> Iterator[Command]:
    lines = enumerate(text.splitlines(), line)
    for number, words in lines:
        if words.strip() and not words.lstrip().startswith("#"):
            yield Command(name, number, _whole(words, lines))


def _console(name: str, text: str, line: int) -> Iterator[Command]:
    command, shown = None, []
    lines = enumerate(text.splitlines(), line)
    for number, words in lines:
        if words.startswith("$ "):
            if command:
                yield Command(name, *command, _tidy(shown))
            command, shown = (number, _whole(words[2:], lines)), []
        elif command:
            shown.append(words)
        elif words.strip():
            raise PageError(f"{name}, line {number}: {words!r} is printed by no command. Expected a line that begins "
                            "with '$ ' before it; what is only to be looked at is a block of text.")
    if command:
        yield Command(name, *command, _tidy(shown))


def _whole(words: str, more: Iterator[tuple[int, str]]) -> str:
    """A command with the lines that a backslash at its end adds, without the comment."""
    while words.endswith("\\"):
        words += "\n" + next(more, (0, ""))[1]
    return COMMENT.sub("", words).strip()


def _tidy(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")


def _require_no_command(name: str, text: str, line: int) -> None:
    for number, words in enumerate(text.splitlines(), line):
        first = words.split()[:1]
        if first and (first[0] == "$" or first[0] in TOOLS):
            raise PageError(f"{name}, line {number}: {words.strip()!r} is a command in a block of text, where nothing "
                            "runs it. Leave out the language, or write console and '$ ' before it.")

"""Follow a page: run its commands and examples in order, and say what is otherwise than the page has it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from tests.pages.compare import difference
from tests.pages.reader import Command, Example, Page
from tests.pages.shell import Done, Shell

MOST = 60       # lines of what was printed, in a report


@dataclass(frozen=True)
class NotRun:
    """A command that no test can run: why, and what stands for it. * in a command stands for anything."""

    command: str
    why: str
    instead: str


@dataclass(frozen=True)
class Otherwise:
    """A command that is run in another way: ``run``, with {} for what the page has; the test of long runs has it as is.

    ``long`` is False for what is never run as the page has it.
    """

    command: str
    run: str
    why: str
    long: bool = True


@dataclass(frozen=True)
class ByHand:
    """What the page, in these words, has a person do or see at a command.

    ``before`` is done in the session before the command; ``typed`` is typed at its questions; ``status`` is
    the exit status that the words tell.
    """

    page: str
    command: str
    words: str
    before: Callable[[Shell], None] | None = None
    typed: str = ""
    status: int = 0


@dataclass(frozen=True)
class Given:
    """Lines that stand before an example without being shown, and lines that look at what came of it.

    ``words`` are some of the example's, by which it is known.
    """

    page: str
    words: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Tables:
    """What is known of commands beyond what the pages say."""

    not_run: list[NotRun] = field(default_factory=list)
    otherwise: list[Otherwise] = field(default_factory=list)
    by_hand: list[ByHand] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)

    def in_full(self) -> Tables:
        """The same for a long run, with nothing shortened."""
        return replace(self, otherwise=[entry for entry in self.otherwise if not entry.long])


def fits(pattern: str, command: str) -> bool:
    """Whether a command is of a pattern, in which * stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), command, re.DOTALL) is not None


def follow(page: Page, shell: Shell, tables: Tables) -> Iterator[tuple[Command | Example, Done, str]]:
    """Run what a page has, in order, and give with each step how it ended and what is wrong with it, or nothing."""
    for step in page.steps:
        if isinstance(step, Example):
            done = _run_example(step, shell, tables)
            yield step, done, _report(step, done, 0)
        elif not any(fits(entry.command, step.text) for entry in tables.not_run):
            hand = _by_hand(step, tables)
            if hand.before:
                hand.before(shell)
            done = shell.run(_as_run(step, tables), hand.typed)
            yield step, done, _report(step, done, hand.status)


def unused(pages: list[Page], tables: Tables) -> Iterator[str]:
    """The entries of the tables that no page has any more, and the words that no page says."""
    commands = [command for page in pages for command in page.commands]
    texts = {page.name: _on_one_line(page.text) for page in pages}
    for entry in [*tables.not_run, *tables.otherwise]:
        if not any(fits(entry.command, command.text) for command in commands):
            yield f"{entry.command!r} is in the table {type(entry).__name__}, and on no page. Take it out there."
    for hand in tables.by_hand:
        if not any(command.page == hand.page and fits(hand.command, command.text) for command in commands):
            yield f"{hand.command!r} is in the table ByHand, and not on {hand.page}. Take it out there."
        if _on_one_line(hand.words) not in texts.get(hand.page, ""):
            yield f"{hand.page} does not say {hand.words!r}, which the table ByHand rests on for {hand.command!r}."
    for given in tables.given:
        if not any(_is_given(given, step) for page in pages for step in page.steps):
            yield f"The table Given has lines for an example with {given.words!r}, and {given.page} has none."


def _as_run(command: Command, tables: Tables) -> str:
    for entry in tables.otherwise:
        if fits(entry.command, command.text):
            return entry.run.format(command.text)
    return command.text


def _by_hand(command: Command, tables: Tables) -> ByHand:
    for entry in tables.by_hand:
        if entry.page == command.page and fits(entry.command, command.text):
            return entry
    return ByHand(command.page, command.text, "")


def _is_given(given: Given, step: Command | Example) -> bool:
    return isinstance(step, Example) and given.page == step.page and given.words in step.text


def _run_example(example: Example, shell: Shell, tables: Tables) -> Done:
    given = next((entry for entry in tables.given if _is_given(entry, example)), Given(example.page, ""))
    text = "\n" * (example.line - 1) + example.text       # so that a traceback has the page's lines
    program = f"{given.before}\nexec(compile({text!r}, {example.page!r}, 'exec'))\n{given.after}"
    return shell.run("python -", program)


def _report(step: Command | Example, done: Done, status: int) -> str:
    name = step.text if isinstance(step, Command) else "the example"
    where = f"{step.page}, line {step.line}: {name}\n"
    if done.status != status:
        return (f"{where}  ended with status {done.status}, expected {status}. Mend the page or the command; what the "
                f"page presupposes, or another status, stands in tests/pages/prepared.py.\n{_printed(done)}")
    found = difference(step.shown, done.printed) if isinstance(step, Command) and step.shown is not None else None
    if found is None:
        return ""
    number, line = found
    first = step.line + step.text.count("\n") + 1
    expected = f"  the page expects:  {line}" if line else "  the page expects nothing more."
    return f"{where}  printed something else, at line {first + number} of the page.\n{expected}\n{_printed(done)}"


def _printed(done: Done) -> str:
    lines = done.printed.rstrip().splitlines()
    kept = [*lines[: MOST // 2], "…", *lines[-MOST // 2:]] if len(lines) > MOST else lines
    return "  printed:\n" + textwrap.indent("\n".join(kept) or "(nothing)", "    ")


def _on_one_line(text: str) -> str:
    return " ".join(text.split())

"""What pages show as a check's words is what a check says: which answer to which lesson it says that to."""

from __future__ import annotations

import re
from importlib import import_module

from tests.lesson import Lesson, edited
from tests.pages.reader import Page, Words

MARKS = ("✗", "✓", "·")

# Who is told what stands on the pages: a lesson, a function, and the known mistake in it; "" is the empty skeleton.
SAID = [
    ("rnn", "rnn_step_backward", ""),
    ("rnn", "rnn_step_backward", "Wx not transposed"),
    ("rnn", "rnn_step_backward", "dWx transposed"),
    ("rnn", "rnn_backward", "recurrent gradient not added"),
    ("rnn", "next_letter_loss", "sum for mean"),
    ("lstm", "lstm_step_forward", "cell rewritten"),
    ("lstm", "lstm_step_forward", "order i, f, g, o"),
    ("lstm", "lstm_step_backward", "tanh' missing in g"),
    ("gru", "gru_step_backward", "straight way missing"),
]


def messages(page: Page) -> list[Words]:
    """The messages of checks on a page that no command prints, one by one."""
    found = []
    for block in page.printed:
        line = block.line
        for message in re.split(r"(?<=\n)\n+", block.text):
            if message.startswith(MARKS):
                found.append(Words(page.name, line, message.strip("\n")))
            line += message.count("\n") + 1
    return found


def said(lesson: str, function: str, mistake: str) -> str:
    """What the visible part of a function's check says to a known mistake."""
    known = import_module(f"tests.mistakes.{lesson}")
    notebook = Lesson(known.NOTEBOOK)
    if not mistake:
        empty = {function: _skeleton(notebook.answers[function])}
        return notebook.says(function, notebook.namespace(**empty), hidden=False)[1]
    entry = next(entry for entry in known.MISTAKES if (entry.function, entry.name) == (function, mistake))
    own = {function: edited(notebook.answers[function], *entry.edits)} if entry.edits else {}
    return notebook.says(function, notebook.namespace(**own, **entry.instead), hidden=False)[1]


def _skeleton(answer: str) -> str:
    return re.sub(r"### BEGIN SOLUTION.*?### END SOLUTION", "raise NotImplementedError", answer, flags=re.DOTALL)

"""What attacks are made of: notebooks with other cells, other answers, other metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader import notebooks
from grader.desk.demo import answered

SHAPED = {
    "rnn_step_forward": "return evil(a[1].shape), a",
    "tanh_backward": "return evil(a[0].shape)",
    "product_backward": "x, W = a[1]\n    return evil(x.shape), evil(W.shape)",
    "add_backward": "return evil(a[0].shape), evil(a[0].shape[1:])",
    "rnn_step_backward": "return tuple(evil(v.shape) for v in a[1])",
    "rnn_forward": "return evil((*a[0].shape[:2], a[1].shape[1])), a",
    "rnn_backward": "return tuple(evil(v.shape) for v in a[1])",
    "next_letter_loss": "return evil(()), evil(a[0].shape)",
    "hello_loss": "return evil(()), {k: evil(v.shape) for k, v in a[0].items()}",
    "train_hello": "return {k: evil(v.shape) for k, v in a[0].items()}, [evil(())] * a[3]",
}
FUNCTIONS = tuple(SHAPED)


@dataclass(frozen=True)
class Kit:
    """What an attacker knows, and the places that must stay as they are.

    ``right`` are the right answers by name, ``skeleton`` the notebook as released, ``canary`` a folder that an
    attack tries to write to, ``root`` the course's folder, ``ada`` the notebook of a student who has everything right.
    """

    skeleton: dict[str, Any]
    right: dict[str, str]
    canary: Path
    root: Path

    @property
    def ada(self) -> Path:
        return self.root / "class" / "submitted" / "perfect" / "1-rnn" / "rnn.ipynb"

    def filled(self, text: str) -> str:
        """Put the places into an attack's text."""
        return text.replace("{CANARY}", str(self.canary)).replace("{COURSE}", str(self.root))


Make = Callable[[Kit, Path], str | bytes | None]


@dataclass(frozen=True)
class Attack:
    """One submission: ``make`` gives the notebook's text, or writes into the folder itself and gives None.

    ``earns`` names the functions it answers right; ``refused`` are words of the sentence where it cannot be graded;
    ``dangerous`` ones are never run without a sandbox.
    """

    name: str
    make: Make
    earns: frozenset[str] = frozenset()
    refused: str = ""
    dangerous: bool = False
    folder: str = field(default="")

    @property
    def student(self) -> str:
        """The name of the student's folder."""
        return self.folder or re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    def hand_in(self, kit: Kit, submitted: Path) -> None:
        """Put the submission where the class's submissions arrive."""
        folder = submitted / self.student / "1-rnn"
        folder.parent.mkdir(parents=True)
        text = self.make(kit, folder)
        if text is not None:
            folder.mkdir(exist_ok=True)
            content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
            (folder / "rnn.ipynb").write_bytes(content)


def answers(everything: bool = False, **code: str) -> Make:
    """Some answers written in another way; the others are right (``everything``) or not there."""

    def make(kit: Kit, _: Path) -> str:
        given = dict(kit.right) if everything else {}
        return answered(kit.skeleton, given | {name: kit.filled(text) for name, text in code.items()})

    return make


def liar(evil: str, **instead: str) -> Make:
    """Ten answers that return ``evil(shape)`` for every array that is asked for, and give it its right shape."""
    cells = {name: f"{evil}\n\ndef {name}(*a, **k):\n    {body}\n" for name, body in SHAPED.items()}
    return answers(**(cells | instead))


def first(source: str, everything: bool = False) -> Make:
    """The released notebook with one more cell behind its imports."""
    return edited(lambda cells, kit: cells.insert(position(cells, "setup") + 1, code(kit.filled(source))), everything)


def last(source: str, everything: bool = False) -> Make:
    """The released notebook with one more cell at its end."""
    return edited(lambda cells, kit: cells.append(code(kit.filled(source))), everything)


def edited(change: Callable[[list, Kit], Any], everything: bool = False) -> Make:
    """The released notebook after any change to its list of cells."""

    def make(kit: Kit, _: Path) -> str:
        notebook = json.loads(answered(kit.skeleton, kit.right if everything else {}))
        change(notebook["cells"], kit)
        return json.dumps(notebook)

    return make


def position(cells: list, name: str) -> int:
    """Where a cell stands, by its id."""
    return next(i for i, cell in enumerate(cells) if cell.get("id") == name)


def code(source: str, **metadata: Any) -> dict[str, Any]:
    """A code cell of the student's own."""
    return {"cell_type": "code", "id": "mine", "metadata": metadata, "source": source, "outputs": [],
            "execution_count": None}


def text(source: str, **more: Any) -> dict[str, Any]:
    """A Markdown cell of the student's own."""
    return {"cell_type": "markdown", "id": "words", "metadata": {}, "source": source} | more


def check_cells(cells: list) -> list[dict[str, Any]]:
    """The checks of a notebook."""
    return [cell for cell in cells if notebooks.is_check(cell)]

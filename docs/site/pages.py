"""A lesson's page from its executed notebook: skeletons, folded answers, hints as a ladder, figures with words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from docs.site.lessons import Lesson, Piece, is_answer, is_written, visible
from grader import notebooks
from grader.course import STUB, Trouble
from grader.student.solution import MARKS

Cell = dict[str, Any]
HINT = re.compile(r"<details><summary>(.*?)</summary>\n\n(.*?)\n</details>\n?", re.DOTALL)
LADDER = re.compile(r"(?:<details><summary>.*?</details>\s*)+", re.DOTALL)
TIME = re.compile(r"^\*About [^;.*]+(?:; (.*?))?\. You need .*\*\n", re.MULTILINE)      # told in the box instead
KEY_POINTS = re.compile(r"\n\*\*Key points\*\*\n\n(?:[-*] .*\n(?:  .*\n)*)+")
HEADING = re.compile(r"^#{2,4} (?:\d+ · )?(.+)$", re.MULTILINE)
NAME = re.compile(r"\b\d+-[a-z][a-z-]*[a-z]")      # of a lesson
UNSEEN = "..."      # the source of a cell that only carries outputs; MyST-NB leaves out what has none
LONG = 12           # lines; a check that is longer is folded, what it prints is not
WIDE = 720          # pixels; a figure that is wider cannot be read on a telephone unless it is moved sideways


@dataclass(frozen=True)
class Figure:
    """A figure of a lesson: where it stands, what it shows in words, and its picture as base64."""

    lesson: str
    cell: str
    place: str
    section: str
    alt: str
    png: str

    @property
    def label(self) -> str:
        return f"{self.lesson}/{self.place}"


def page(
    lesson: Lesson, executed: dict[str, Any], mistakes: int, others: Collection[str] = ()
) -> tuple[dict[str, Any], list[Figure]]:
    """The notebook that MyST-NB shows as a lesson's page, and the figures on it; ``others`` can be linked to."""
    cells: list[Cell] = []
    figures: list[Figure] = []
    section = lesson.title
    for cell in executed["cells"]:
        if cell["cell_type"] == "markdown":
            headings = HEADING.findall(notebooks.source(cell))
            section = headings[-1] if headings else section
            cells.append(_text(lesson, cell, cells, others))
        else:
            found = list(_figures(lesson, cell, section))
            figures += found
            cells += _code(lesson, cell, _outputs(cell, found))
        cells += [_piece(piece) for piece in lesson.pieces if piece.after == cell["id"]]
    cells += [_markdown("site-end", _end(lesson, mistakes))]
    return {"cells": cells, "metadata": executed["metadata"] | {"pieces": None}, "nbformat": 4,
            "nbformat_minor": 5}, figures


def _text(lesson: Lesson, cell: Cell, before: list[Cell], others: Collection[str]) -> Cell:
    """A cell of prose; the answer to a written question is folded under the question, which it takes along."""
    if not is_written(cell):
        return _markdown(cell["id"], _prose(lesson, visible(cell), others))
    question = before.pop()
    folded = _fold("Show an answer", visible(cell), "solution", 4)
    return _markdown(cell["id"], _box("question", f"{question['source']}\n\n{folded}", 5))


def _code(lesson: Lesson, cell: Cell, outputs: list[Cell]) -> list[Cell]:
    """A cell of code as readers meet it, with what it prints and draws."""
    name, text = cell["id"], visible(cell)
    if is_answer(cell):
        folded = _fold("Show the solution", f"```python\n{answer(text)}\n```", "solution")
        return [_markdown(f"turn-{name}", _turn(lesson, name)), _source(name, skeleton(text), "answer"),
                _markdown(f"solution-{name}", folded), *outputs]
    if notebooks.SHOW in cell["metadata"].get("tags", []):
        return [*outputs, _markdown(name, _fold("Show the code", f"```python\n{text}\n```", "code"))]
    lines = text.count("\n") + 1
    if notebooks.is_check(cell) and lines > LONG:
        folded = _fold(f"Show the check, {lines} lines", f"```python\n{text}\n```", "code check")
        return [_markdown(name, folded), *_checked(outputs)]
    return [_source(name, text), *(_checked(outputs) if notebooks.is_check(cell) else outputs)]


def _checked(outputs: list[Cell]) -> list[Cell]:
    """What a check printed, marked as that."""
    for output in outputs:
        output["metadata"].get("tags", []).append("check")
    return outputs


def _source(name: str, text: str, *tags: str) -> Cell:
    return {"cell_type": "code", "id": name, "metadata": {"tags": list(tags)}, "source": text, "outputs": [],
            "execution_count": None}


def skeleton(text: str) -> str:
    """An answer as students receive it: nbgrader's own ClearSolutions puts the stub in."""
    from nbformat.v4 import new_code_cell
    from nbgrader.preprocessors import ClearSolutions

    clear, cell = ClearSolutions(code_stub=STUB), new_code_cell(text)
    clear._replace_solution_region(cell, "python")
    return str(cell.source)


def answer(text: str) -> str:
    """The reference answer, without the marks around it."""
    return MARKS.sub("", text)


def _prose(lesson: Lesson, text: str, others: Collection[str]) -> str:
    if text.startswith("# "):
        title, _, rest = text.partition("\n")
        time = TIME.search(rest)
        rest = TIME.sub("", rest, count=1)
        text = f"{title}\n\n{_glance(lesson, time[1] if time else '', others)}\n{rest}"
    text = KEY_POINTS.sub("\n", text + "\n")
    text = LADDER.sub(_ladder, text)
    return _box("look", text, 6) if text.startswith("**Look.**") else text


def _ladder(found: re.Match[str]) -> str:
    """Hints that follow each other, as the rungs of one ladder."""
    hints = HINT.findall(found[0])
    if HINT.sub("", found[0]).strip():
        raise Trouble(f"A hint is not written as the others are: {found[0][:200]!r}. "
                      "Write <details><summary>…</summary>, an empty line, the hint, </details>.")
    return _box("ladder", "\n\n".join(_fold(title, body, "hint", 4) for title, body in hints), 5) + "\n\n"


def _fold(title: str, body: str, kind: str, colons: int = 3) -> str:
    return f"{':' * colons}{{fold}} {title}\n:class: {kind}\n\n{body.strip()}\n{':' * colons}"


def _box(kind: str, body: str, colons: int) -> str:
    return f"{':' * colons}{{container}} {kind}\n\n{body.strip()}\n{':' * colons}"


def anchor(place: str, label: str, words: str, seen: str = "") -> str:
    """A place that other pages can link to by its label, and what is seen there."""
    return f":::{{anchor}} {place}\n:label: {label}\n:words: {words}\n\n{seen}\n:::"


def link(words: str, label: str) -> str:
    """A link to a place by its label, which Sphinx holds to be there."""
    return f"[{escaped(words)}](#{label.lower()})"


def escaped(text: str) -> str:
    """Plain words, for a place where Markdown is read."""
    parts = re.split(r"(`[^`]+`)", text)       # what is marked as code is read as it stands
    return "".join(part if number % 2 else re.sub(r"([\\`*_{}\[\]<>#$|~])", r"\\\1", part)
                   for number, part in enumerate(parts))


def _turn(lesson: Lesson, name: str) -> str:
    points = {notebooks.grade_id(cell): cell["metadata"]["nbgrader"]["points"]
              for cell in notebooks.checks(lesson.notebook)}.get(f"check-{name}")
    worth = f" · {points} {'point' if points == 1 else 'points'}" if points else ""
    return anchor(name, f"{lesson.name}/{name}", name, f"Your turn: `{name}`{worth}")


def _to_lesson(name: str, others: Collection[str]) -> str:
    number = name.partition("-")[0]
    return f"{{doc}}`lesson {number} </lessons/{name}>`" if name in others else f"lesson {number}"


def _glance(lesson: Lesson, breaks: str, others: Collection[str]) -> str:
    """What a reader wants to know before they begin."""
    needs = NAME.sub(lambda found: _to_lesson(found[0], others), ", ".join(lesson.needs))
    facts = [f"**{lesson.minutes} minutes**", breaks, f"week {lesson.week} of a course of ten" if lesson.week else ""]
    parts = [" · ".join(filter(None, facts)), f"You need {needs}." if needs else "",
             _list("Questions", lesson.questions), _list("Afterwards you can", lesson.objectives),
             f"To write it yourself: `jupyter lab {lesson.assignment}`"]
    return _box("glance", "\n\n".join(filter(None, parts)), 5)


def _list(title: str, lines: tuple[str, ...]) -> str:
    text = f"**{title}**\n\n" + "\n".join(f"- {line}" for line in lines)
    return _box("glance-list", text, 4) if lines else ""


def _end(lesson: Lesson, mistakes: int) -> str:
    points = _box("keypoints", "\n".join(f"- {point}" for point in lesson.keypoints), 4)
    told = (f"The checks of this lesson know {mistakes} mistakes by name. {{doc}}`Where people slip "
            f"</mistakes/{lesson.name}>` shows each: what is written, why it is wrong, what the check says.")
    return "\n\n".join([*(["## Key points", points] if lesson.keypoints else []), "## Where people slip", told])


def _piece(piece: Piece) -> Cell:
    return _markdown(f"piece-{piece.name}", f":::{{piece}} {piece.name}\n:title: {piece.title}\n"
                     f":noscript: {piece.noscript}\n\n{piece.caption}\n:::")


def _outputs(cell: Cell, figures: list[Figure]) -> list[Cell]:
    """What a cell printed and drew, in order; a figure has a cell of its own, for it has words of its own."""
    cells: list[Cell] = []
    waiting = iter(figures)
    for output in filter(None, map(_still, cell["outputs"])):
        if "image/png" in output.get("data", {}):
            figure = next(waiting)
            cells.append(_markdown(f"figure-{figure.place}", anchor(figure.place, figure.label, figure.section)))
            wide = ["wide"] if output["metadata"]["image/png"].get("width", 0) > WIDE else []
            cells.append(_source(f"drawn-{figure.place}", UNSEEN, "remove-input", "figure", *wide))
            cells[-1]["metadata"]["mystnb"] = {"image": {"alt": figure.alt}}
        elif not cells or "figure" in cells[-1]["metadata"]["tags"]:
            cells.append(_source(f"printed-{cell['id']}-{len(cells)}", UNSEEN, "remove-input", "printed"))
        _add(output, cells[-1]["outputs"])
    return cells


def _add(output: Cell, outputs: list[Cell]) -> None:
    """Put an output behind others; what is printed goes on where the last print ended."""
    streams = output["output_type"] == "stream" and outputs and outputs[-1]["output_type"] == "stream"
    if streams and output["name"] == outputs[-1]["name"]:
        outputs[-1] = {**output, "text": "".join(outputs[-1]["text"]) + "".join(output["text"])}
    else:
        outputs.append(output)


def _still(output: Cell) -> Cell | None:
    """An output as text or as a picture; what moved in a notebook stands still, and what is empty is left out."""
    data = output.get("data")
    if data is None:
        return output
    if "image/png" in data:
        size = {key: value for key, value in output["metadata"].get("image/png", {}).items() if key != "alt"}
        kept = {"image/png": data["image/png"]}
        return {"output_type": "display_data", "data": kept, "metadata": {"image/png": size}}
    html = "".join(data.get("text/html", ""))
    if html.startswith("<table"):
        return {"output_type": "display_data", "data": {"text/html": html}, "metadata": {}}
    text = "".join(data.get("text/plain", "")).strip("\n")
    if "<progress" in html:
        notes, _, now = text.rpartition("\n")
        text = notes or now.partition("%")[2].strip()      # how far it is no longer matters
    return {"output_type": "stream", "name": "stdout", "text": text + "\n"} if text else None


def _figures(lesson: Lesson, cell: Cell, section: str) -> Iterator[Figure]:
    pictures = [output for output in cell["outputs"] if "image/png" in output.get("data", {})]
    for number, output in enumerate(pictures, 1):
        alt = output["metadata"].get("image/png", {}).get("alt")
        if not alt:
            raise Trouble(f"{lesson.name}: a figure of the cell {cell['id']!r} has no words. Return it as a figure of "
                          "matplotlib, so that its title and its labels can be told.")
        place = cell["id"] if number == 1 else f"{cell['id']}-{number}"
        yield Figure(lesson.name, cell["id"], place, section, alt, "".join(output["data"]["image/png"]))


def _markdown(name: str, text: str) -> Cell:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}

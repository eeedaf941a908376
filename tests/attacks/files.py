"""Attacks by what is handed in: links, pipes, metadata, cells that are gone, doubled or renamed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.desk.demo import answered
from tests.attacks.kit import Attack, Kit, Make, check_cells, code, edited, position, text

SHADOW = "open({CANARY!r} + '/shadow', 'w')\nallclose = lambda *a, **k: True\n"
MANUAL = ("why-two-gradients", "why-memory-fades")


def beside(**files: str) -> Make:
    """An untouched notebook and files beside it."""

    def make(kit: Kit, folder: Path) -> str:
        folder.mkdir()
        for name, content in files.items():
            path = folder / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(kit.filled(content.replace("{CANARY!r}", repr("{CANARY}"))))
        return json.dumps(kit.skeleton)

    return make


def placed(put: Callable[[Kit, Path], Any]) -> Make:
    """Something else than a file where the notebook should be."""

    def make(kit: Kit, folder: Path) -> None:
        folder.mkdir()
        put(kit, folder / "rnn.ipynb")

    return make


def linked_folder(kit: Kit, folder: Path) -> None:
    folder.symlink_to(kit.ada.parent)


def linked_student(kit: Kit, folder: Path) -> None:
    folder.parent.rmdir()
    folder.parent.symlink_to(kit.ada.parent.parent)


def metadata(change: Callable[[dict], Any], everything: bool = False) -> Make:
    """Another nbgrader metadata on each check."""
    return edited(lambda cells, kit: [change(cell["metadata"]["nbgrader"]) for cell in check_cells(cells)], everything)


def each_check(change: Callable[[dict], Any], everything: bool = False) -> Make:
    """Each check cell changed in some way."""
    return edited(lambda cells, kit: [change(cell) for cell in check_cells(cells)], everything)


def without_checks(cells: list, _: Kit) -> None:
    gone = check_cells(cells)
    cells[:] = [cell for cell in cells if cell not in gone]


def doubled_checks(cells: list, _: Kit) -> None:
    for cell in check_cells(cells):
        twin = json.loads(json.dumps(cell)) | {"source": "pass"}
        cells.insert(cells.index(cell), twin)
        cells.append(json.loads(json.dumps(twin)))


def claimed_names(cells: list, _: Kit) -> None:
    """Take the checks away and leave cells that have their names for an id, a text, or another kind of metadata."""
    for number, cell in enumerate(check_cells(cells)):
        name = cell["id"]
        if number % 3 == 0:
            cell.clear()
            cell.update(code("pass") | {"id": name})
        elif number % 3 == 1:
            cell.clear()
            cell.update(text(name))
        else:
            cell["metadata"] = {"nbgrader": {"grade_id": [name]}, "grade_id": name}
            cell["source"] = "pass"


def swapped(cells: list, _: Kit) -> None:
    """Give checks the names of answers and answers the names of checks."""
    for cell in cells:
        about = cell["metadata"].get("nbgrader")
        if about and cell["cell_type"] == "code":
            name = about["grade_id"]
            about["grade_id"] = name.removeprefix("check-") if name.startswith("check-") else f"check-{name}"


def all_one_name(cells: list, _: Kit) -> None:
    for cell in cells:
        cell["metadata"] = {"nbgrader": {"grade_id": "check-tanh_backward", "grade": True, "points": 99, "locked": True,
                                         "solution": True, "schema_version": 3, "task": True}}
        cell["source"] = "99"


def numbers_by_hand(cells: list, _: Kit) -> None:
    """Turn the written answers into code that returns their points."""
    for name in MANUAL:
        cell = cells[position(cells, name)]
        cell.update(cell_type="code", source="3.0", execution_count=1, outputs=[
            {"output_type": "execute_result", "data": {"text/plain": "3.0"}, "metadata": {}, "execution_count": 1}])


def forged_outputs(cells: list, _: Kit) -> None:
    for cell in check_cells(cells):
        cell["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": str(10**6)}, "metadata": {},
                            "execution_count": 1}]
        cell["metadata"]["nbgrader"]["checksum"] = "0" * 32


def notebook(**about: Any) -> Make:
    """An untouched notebook with other metadata of its own."""
    return lambda kit, _: json.dumps(kit.skeleton | about)


def raw(content: str | bytes) -> Make:
    """Any bytes at all."""
    return lambda kit, _: content


def in_markdown(source: str) -> Make:
    """A written answer of any text."""
    return edited(lambda cells, kit: cells[position(cells, MANUAL[0])].update(source=source))


def surrogates(kit: Kit, _: Path) -> str:
    """A right notebook whose texts hold halves of characters."""
    book = json.loads(answered(kit.skeleton, kit.right))
    book["cells"][position(book["cells"], MANUAL[0])]["source"] = "\ud800 \udfff"
    book["cells"].append(code("x = '\ud800'\nprint(x)"))
    book["cells"].append(text("\udc00", attachments={"\ud800.png": {"image/png": "\ud800"}}))
    return json.dumps(book)


def stamped(kit: Kit, folder: Path) -> str:
    """An untouched notebook that says it was graded, and a time from before the course."""
    folder.mkdir()
    (folder / "timestamp.txt").write_text("1900-01-01 00:00 /proc/self/environ")
    return json.dumps(kit.skeleton | {"metadata": {"unrolled": {"sandboxed": True, "submission": "0", "checks": "0"}}})


def no_time(kit: Kit, folder: Path) -> str:
    folder.mkdir()
    (folder / "timestamp.txt").write_text("yesterday; DROP TABLE grade")
    return json.dumps(kit.skeleton)


def a_pipe_for_a_time(kit: Kit, folder: Path) -> str:
    folder.mkdir()
    os.mkfifo(folder / "timestamp.txt")
    return json.dumps(kit.skeleton)


def many_cells(kit: Kit, _: Path) -> str:
    cells = ",".join(['{"cell_type":"code","source":""}'] * 3_000)
    return f'{{"cells":[{cells}],"metadata":{{}},"nbformat":4,"nbformat_minor":5}}'


def many_lists(kit: Kit, _: Path) -> str:
    bomb = ",".join(["[]"] * 6_000_000)
    return f'{{"cells":[{{"cell_type":"code","source":"","metadata":{{"x":[{bomb}]}}}}],"nbformat":4}}'


def untouched(kit: Kit, _: Path) -> str:
    """The notebook as it was released: the attack is in its folder's name."""
    return json.dumps(kit.skeleton)


KERNEL = {"name": "../../evil", "display_name": "<b>", "language": "python", "argv": ["touch", "{CANARY}/kernel"]}
ALL = frozenset({"rnn_step_forward", "tanh_backward", "product_backward", "add_backward", "rnn_step_backward",
                 "rnn_forward", "rnn_backward", "next_letter_loss", "hello_loss", "train_hello"})
LINK = "is a link, expected a"

ATTACKS = [
    Attack("a link to the solution", placed(lambda kit, path: path.symlink_to(
        kit.root / "solutions" / "1-rnn" / "rnn.ipynb")), refused=LINK),
    Attack("a link to another's notebook", placed(lambda kit, path: path.symlink_to(kit.ada)), refused=LINK),
    Attack("a hard link to the solution", placed(lambda kit, path: os.link(
        kit.root / "solutions" / "1-rnn" / "rnn.ipynb", path)), refused="hard links"),
    Attack("a link to another's folder", linked_folder, refused=LINK),
    Attack("a link to another student", linked_student, refused=LINK),
    Attack("a link to a device", placed(lambda kit, path: path.symlink_to("/dev/zero")), refused=LINK, dangerous=True),
    Attack("a pipe for a notebook", placed(lambda kit, path: os.mkfifo(path)), refused="not a regular file",
           dangerous=True),
    Attack("a folder for a notebook", placed(lambda kit, path: path.mkdir()), refused="not a regular file"),
    Attack("a link in a circle", placed(lambda kit, path: path.symlink_to("rnn.ipynb")), refused=LINK),
    Attack("another file name", placed(lambda kit, path: path.with_name("[red]\x1b[2J<img src=x onerror=xss()>.ipynb")
                                       .write_text("{}")), refused="expected rnn.ipynb, found"),
    Attack("modules beside the notebook", beside(numpy_dot_py=SHADOW, sitecustomize_dot_py=SHADOW,
                                                 usercustomize_dot_py=SHADOW, ipython_config_dot_py=SHADOW,
                                                 grader____init___dot_py=SHADOW, conftest_dot_py=SHADOW)),
    Attack("a configuration beside the notebook", beside(
        nbgrader_config_dot_py=SHADOW, jupyter_config_dot_py=SHADOW, assignment_dot_toml="withhold = []")),
    Attack("a kernel of its own", notebook(metadata={"kernelspec": KERNEL, "language_info": {"name": "\x1b[2J"}})),
    Attack("another notebook format", notebook(nbformat=99, nbformat_minor=-1)),
    Attack("skip-execution on checks", each_check(lambda cell: cell["metadata"].update(tags=["skip-execution"]))),
    Attack("raises-exception on checks", each_check(lambda cell: cell["metadata"].update(
        tags=["raises-exception", "remove-cell"]))),
    Attack("more points", metadata(lambda about: about.update(points=10_000))),
    Attack("points that are no number", metadata(lambda about: about.update(points=float("nan")))),
    Attack("unlocked and edited checks", each_check(lambda cell: (
        cell["metadata"]["nbgrader"].update(locked=False, solution=True), cell.update(source="4.0")))),
    Attack("checks that are answers to be read", metadata(lambda about: about.update(solution=True, grade=False))),
    Attack("another schema version", metadata(lambda about: about.update(schema_version=99))),
    Attack("a schema version that is text", metadata(lambda about: about.update(schema_version="<b>3</b>"))),
    Attack("checks as Markdown", each_check(lambda cell: cell.update(cell_type="markdown"))),
    Attack("checks as raw text", each_check(lambda cell: cell.update(cell_type="raw"))),
    Attack("edited checks", each_check(lambda cell: cell.update(source="4.0"))),
    Attack("deleted checks", edited(without_checks)),
    Attack("deleted checks, right answers", edited(without_checks, everything=True), ALL),
    Attack("stripped metadata", edited(lambda cells, kit: [c.update(metadata={}) for c in cells])),
    Attack("stripped metadata, right answers", edited(
        lambda cells, kit: [c.update(metadata={}) for c in cells], everything=True), ALL),
    Attack("doubled checks", edited(doubled_checks)),
    Attack("cells that claim the names of checks", edited(claimed_names)),
    Attack("names of checks and answers swapped", edited(swapped)),
    Attack("one name for all cells", edited(all_one_name)),
    Attack("names that are no text", metadata(lambda about: about.update(grade_id={"a": 1}))),
    Attack("a number for a written answer", edited(numbers_by_hand)),
    Attack("outputs brought along", edited(forged_outputs)),
    Attack("half characters", surrogates, ALL),
    Attack("a null character", in_markdown("\0 $\\def\\x{\\x\\x}\\x$")),
    Attack("a stamp and an old time", stamped),
    Attack("a time that is none", no_time),
    Attack("a pipe for a time", a_pipe_for_a_time, dangerous=True),
    Attack("three thousand cells", many_cells, refused="cells"),
    Attack("six million lists", many_lists, refused="too many parts", dangerous=True),
    Attack("brackets without end", raw("[" * 400_000), refused="does not parse"),
    Attack("a number without end", raw('{"cells": [' + "9" * 1_000_000 + "]}"), refused="does not parse"),
    Attack("not a notebook", raw(b"\x80\x04\x95"), refused="not UTF-8"),
    Attack("a name that is a pattern", untouched, folder="*", refused="folder's name"),
    Attack("a name with brackets", untouched, folder="[a-z]*", refused="folder's name"),
    Attack("a name that is markup", untouched, folder="[red]<img src=x onerror=xss()>[b", refused="folder's name"),
    Attack("a name that is a tag", untouched, folder="<img src=x onerror=xss()>"),
    Attack("a name that is a command", untouched, folder="$(touch canary)`id`;--help"),
    Attack("a name that is an option", untouched, folder="--force"),
    Attack("a name with line breaks", untouched, folder="a\nb\x1b[2J\x07", refused="folder's name"),
    Attack("a name with quotes", untouched, folder="'; DROP TABLE grade; --\""),
    Attack("a name written backward", untouched, folder="\u202eevil\u202c\u200b", refused="folder's name"),
    Attack("a name that is a format", untouched, folder="{student_id}%s%n"),
    Attack("a name of two hundred letters", untouched, folder="n" * 200, refused="folder's name"),
    Attack("a name that is no text", untouched, folder="half\udcff", refused="folder's name"),
]

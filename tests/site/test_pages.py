"""A notebook on its way to a page: skeletons, folds, hints, figures with words; and what a page never shows."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from docs.site import executed, guides, indexes, mistakes, pages
from docs.site.lessons import Lesson, Piece, read_lessons, visible
from grader import notebooks
from grader.course import Trouble
from tests.lesson import ROOT

PNG = base64.b64encode(b"a picture").decode()
HINTS = """Do it.

<details><summary>A hint</summary>

Think of `x`.
</details>
<details><summary>Another hint</summary>

Think of $y$.
</details>

And then?
"""
ANSWER = '''def double(x):
    """Twice as much.

    x -> y
    """
    ### BEGIN SOLUTION
    y = 2 * x       # no secret
    ### END SOLUTION
    return y
'''
CHECK = """case.close("y", double(2), 4)
### BEGIN HIDDEN TESTS
case.close("y", double(21), 42)
### END HIDDEN TESTS
"""


def cell(
    kind: str, name: str, source: str, nbgrader: dict | None = None, tags: tuple = (), outputs: tuple = ()
) -> dict:
    metadata = {**({"nbgrader": {"grade_id": name, **nbgrader}} if nbgrader else {}), "tags": list(tags)}
    code = {"outputs": list(outputs), "execution_count": 1} if kind == "code" else {}
    return {"cell_type": kind, "id": name, "metadata": metadata, "source": source, **code}


def picture(alt: str = "Line plot: loss against step.", width: int = 300) -> dict:
    return {"output_type": "display_data", "data": {"image/png": PNG, "text/plain": "<Figure>"},
            "metadata": {"image/png": {"alt": alt, "width": width, "height": 200}}}


def printed(text: str) -> dict:
    return {"output_type": "stream", "name": "stdout", "text": text}


END = "## What you have\n\nTwice.\n\n**Key points**\n\n- Two is more\n  than one.\n- Told twice."
def progress(text: str) -> dict:
    return {"output_type": "display_data", "metadata": {},
            "data": {"text/html": '<progress value="2"></progress>', "text/plain": text}}


CELLS = (
    cell("markdown", "intro", "# 9 · Twice\n\n*About 20 minutes; no break. You need numbers.*\n\nHello."),
    cell("markdown", "ask", "## 1 · Doubling\n\n" + HINTS),
    cell("code", "double", ANSWER, {"solution": True, "grade": False, "locked": False}),
    cell("code", "check-double", CHECK, {"solution": False, "grade": True, "locked": True, "points": 3},
         outputs=(printed("✓ y\n"),)),
    cell("code", "draw", "plot()", tags=("show",), outputs=(printed("one\n"), picture(), picture("Bars.", 900))),
    cell("markdown", "question-why-two", "**Question.** Why two?"),
    cell("markdown", "why-two", "Because of the two (1).", {"solution": True, "grade": True, "locked": False}),
    cell("markdown", "the-end", END),
)


def lesson(cells: tuple = CELLS, pieces: tuple[Piece, ...] = ()) -> Lesson:
    notebook: dict[str, Any] = {"cells": [dict(one) for one in cells], "metadata": {}, "nbformat": 4,
                                "nbformat_minor": 5}
    return Lesson("9-twice", Path("solutions/9-twice/twice.ipynb"), 20, "9", ("1-rnn", "numbers"), ("How much?",),
                  ("Double a number",), ("Two is more than one.",), pieces, notebook)


@pytest.fixture
def page() -> dict[str, dict]:
    """The page of the small lesson: its cells by their names."""
    made, _ = pages.page(lesson(), lesson().notebook, 7, ["1-rnn"])
    return {one["id"]: one for one in made["cells"]}


def test_an_answer_shows_its_skeleton_and_folds_the_reference_answer(page):
    assert "raise NotImplementedError" in page["double"]["source"]
    assert "no secret" not in page["double"]["source"]
    folded = page["solution-double"]["source"]
    assert folded.startswith(":::{fold} Show the solution\n")
    assert "y = 2 * x       # no secret\n    return y" in folded
    assert "SOLUTION" not in folded


def test_an_answer_can_be_linked_to_and_says_what_it_is_worth(page):
    assert page["turn-double"]["source"].startswith(":::{anchor} double\n:label: 9-twice/double\n")
    assert "Your turn: `double` · 3 points" in page["turn-double"]["source"]


def test_hidden_tests_are_not_on_a_page_and_what_a_check_prints_is(page):
    assert "42" not in json.dumps(list(page.values()))
    assert page["check-double"]["source"] == 'case.close("y", double(2), 4)'
    shown = next(one for one in page.values() if "check" in one["metadata"].get("tags", []) and one["outputs"])
    assert shown["outputs"] == [printed("✓ y\n")]


def test_hints_become_a_ladder_in_their_place(page):
    text = page["ask"]["source"]
    assert text.count("{container} ladder") == 1
    assert text.count("{fold} A") == 2
    assert "<details>" not in text
    places = [text.index(words) for words in ("Do it.", "{fold} A hint", "{fold} Another hint", "And then?")]
    assert places == sorted(places)


def test_a_hint_that_is_written_in_another_way_is_an_error():
    odd = cell("markdown", "ask", "Do it.\n\n<details><summary>A hint</summary>\nNo empty line.\n</details>\n")
    with pytest.raises(Trouble, match="hint is not written as the others"):
        pages.page(lesson((CELLS[0], odd)), lesson((CELLS[0], odd)).notebook, 0)


def test_a_written_question_takes_its_answer_along_folded(page):
    assert "question-why-two" not in page
    text = page["why-two"]["source"]
    assert text.index("**Question.**") < text.index("{fold} Show an answer") < text.index("Because of the two")


def test_a_figure_has_its_words_its_size_and_a_place_of_its_own(page):
    first, second = page["drawn-draw"], page["drawn-draw-2"]
    assert first["metadata"]["mystnb"]["image"]["alt"] == "Line plot: loss against step."
    assert first["outputs"][0]["metadata"]["image/png"] == {"width": 300, "height": 200}
    assert "wide" in second["metadata"]["tags"]
    assert "wide" not in first["metadata"]["tags"]
    assert ":label: 9-twice/draw-2" in page["figure-draw-2"]["source"]
    names = list(page)
    assert names.index("drawn-draw") < names.index("drawn-draw-2") < names.index("draw")     # pictures, then the code


def test_a_figure_without_words_stops_the_build():
    mute = cell("code", "draw", "plot()", tags=("show",), outputs=(picture(""),))
    with pytest.raises(Trouble, match="a figure of the cell 'draw' has no words"):
        pages.page(lesson((CELLS[0], mute)), lesson((CELLS[0], mute)).notebook, 0)


def test_the_top_says_what_the_lesson_takes_and_the_end_what_it_leaves(page):
    top, end = page["intro"]["source"], page["site-end"]["source"]
    assert top.startswith("# 9 · Twice\n")
    for words in ("**20 minutes** · no break", "{doc}`lesson 1 </lessons/1-rnn>`, numbers", "How much?",
                  "Double a number", "jupyter lab assignments/9-twice/twice.ipynb"):
        assert words in top
    assert "*About 20 minutes" not in top
    assert "- Two is more than one." in end
    assert "7 mistakes" in end
    assert "</mistakes/9-twice>" in end


def test_key_points_are_told_once(page):
    assert "Key points" not in page["the-end"]["source"]
    assert "Told twice" not in json.dumps(list(page.values()))
    assert "What you have" in page["the-end"]["source"]


def test_a_table_stays_a_table():
    table = {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<table></table>", "text/plain": "a"}}
    assert pages._still(table) == {**table, "data": {"text/html": "<table></table>"}}


@pytest.mark.parametrize(("output", "still"), [
    (progress("epoch 1  loss 3\nepoch 2  loss 2\n100%  epoch 2, 452 captions/s"), "epoch 1  loss 3\nepoch 2  loss 2\n"),
    (progress("100%  loss 2"), "loss 2\n"),
    ({"output_type": "display_data", "metadata": {}, "data": {"text/plain": ""}}, None),
    ({"output_type": "execute_result", "metadata": {}, "data": {"text/plain": "[1, 2]"}}, "[1, 2]\n"),
    (printed("✓ dx\n"), "✓ dx\n"),
])
def test_what_moved_in_a_notebook_stands_still_on_a_page(output, still):
    shown = pages._still(output)
    assert (shown and shown["text"]) == still


def test_a_piece_stands_after_its_cell(tmp_path):
    piece = Piece("toy", "double", tmp_path, "Turn it", "Turn the knob.", "It turns where scripts run.")
    made, _ = pages.page(lesson(pieces=(piece,)), lesson().notebook, 0)
    names = [one["id"] for one in made["cells"]]
    assert names.index("piece-toy") > names.index("solution-double")
    assert names.index("piece-toy") < names.index("check-double")


LESSONS = read_lessons()


@pytest.mark.parametrize("real", LESSONS, ids=lambda real: real.name)
def test_pages_of_all_lessons_show_skeletons_as_released_and_nothing_that_is_hidden(real):
    made, _ = pages.page(real, real.notebook, 0)
    shown = {one["id"]: one["source"] for one in made["cells"]}
    released = notebooks.read(ROOT / real.assignment)
    for one in released["cells"]:
        if one["cell_type"] == "code" and one["metadata"].get("nbgrader"):
            text = notebooks.source(one).rstrip()
            folded = f":::{{fold}} Show the check\n:class: code\n\n```python\n{text}\n```\n:::"
            long = notebooks.is_check(one) and len(text.splitlines()) > pages.LONG
            assert shown[one["id"]].rstrip() == (folded if long else text)
    everything = "\n".join(shown.values())
    assert "HIDDEN" not in everything
    assert "<details" not in everything
    seen = {line for one in real.notebook["cells"] for line in visible(one).splitlines()}
    hidden = {line for one in notebooks.checks(real.notebook) for line in notebooks.source(one).splitlines()} - seen
    assert hidden
    assert not hidden & set(everything.splitlines())


@pytest.mark.parametrize("real", LESSONS, ids=lambda real: real.name)
def test_every_function_of_a_lesson_is_in_the_index_with_its_sentence(real):
    found = dict(indexes.written(real))
    assert set(found) == {one["id"] for one in real.notebook["cells"]
                          if one["cell_type"] == "code" and one["metadata"].get("nbgrader", {}).get("solution")}
    assert all(len(sentence) > 10 for sentence in found.values())


def test_what_is_given_is_found_with_the_lessons_that_use_it():
    found = {(one.module, one.name): one for one in indexes.given(LESSONS)}
    assert found["unrolled.layers.lstm", "lstm_forward"].does.endswith(".")
    assert "1-rnn" in found["unrolled.plots", "next_letters"].lessons
    assert all(one.does for one in found.values())
    assert not [name for _, name in found if name.startswith("_")]


def seen(**other: Any) -> mistakes.Seen:
    usual = {"function": "double", "name": "x <START> of *x*", "why": "Two is not 3 * x.",
             "written": "-y = 2 * x\n+y = 3 * x", "whole": "", "said": "✗ y is wrong", "found": True}
    return mistakes.Seen(**{**usual, **other})


def test_a_mistake_has_its_place_its_reason_its_lines_and_what_is_said():
    text = mistakes.page(lesson(), [seen()])
    assert ":::{anchor} double-x-start-of-x\n" in text
    assert r"### x \<START\> of \*x\*" in text
    assert r"Two is not 3 \* x." in text
    assert "```diff\n-y = 2 * x\n+y = 3 * x\n```" in text
    assert "✗ y is wrong" in text
    assert "does not see it" in mistakes.page(lesson(), [seen(found=False)])


def test_two_mistakes_of_one_name_and_mistakes_without_a_reason_stop_the_build():
    with pytest.raises(Trouble, match="two mistakes named"):
        mistakes.page(lesson(), [seen(), seen()])
    with pytest.raises(Trouble, match="1 known mistakes do not say why"):
        mistakes.require_reasons({"9-twice": [seen(), seen(why=" ")]})


def test_links_between_files_become_links_between_pages():
    site = {"docs/checks.md": "guides/checks", "docs/index.md": "index"}
    sections = {"set-up": "guides/i-take-the-course"}
    where = ("guides/records", "docs/records.md", site, sections)
    assert guides.linked("see [checks.md](checks.md#a)", *where) == "see [](checks.md#a)".replace("[]", "[checks.md]")
    assert guides.linked("see [checks.md](checks.md)", *where) == "see [](checks.md)"
    assert guides.linked("see [home](index.md)", *where) == "see [home](../index.md)"
    assert guides.linked("[set up](../README.md#set-up)", *where) == "[set up](i-take-the-course.md)"
    assert guides.linked("[late](../grader/late.py)", *where) == "late"
    assert guides.linked("![two](../grader/late.py)", *where) == "![two](/files/grader/late.py)"
    assert guides.pictures({"a": "![two](/files/docs/x.svg)"}) == {"files/docs/x.svg": ROOT / "docs" / "x.svg"}
    assert guides.linked("`[x](y)` stays", *where) == "`[x](y)` stays"
    with pytest.raises(Trouble, match="neither a file nor a page"):
        guides.linked("[gone](gone.md)", *where)


def test_every_section_of_readme_has_a_page():
    made = "\n".join(guides.readme().values())
    for title, body in guides._sections(ROOT):
        lines = [line for line in body.splitlines() if len(line) > 40 and "](" not in line and not line.startswith("#")]
        assert title in guides.LEFT_OUT or all(line in made for line in lines), title


OURS = [path for folder in ("docs/site", "docs/pieces") for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".css", ".js", ".html", ".toml")] + [ROOT / "docs" / "conf.py"]


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_source_of_the_site_names_an_outside_address(path):
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.findall(r"https?://|(?<![:\w])//[\w-]+\.\w", text)


def tree(root: Path) -> Path:
    """A small course with what every lesson is given."""
    for name in ("unrolled/layers.py", "grader/checks/case.py", "datasets/toy/words.json"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("1", encoding="utf-8")
    return root


def changed(name: str, source: str) -> Lesson:
    return lesson(tuple({**one, "source": source} if one["id"] == name else one for one in CELLS))


def test_a_lesson_is_executed_again_when_something_changes_that_it_depends_on(tmp_path):
    root = tree(tmp_path)
    before = executed.key(lesson(), root)
    assert executed.key(changed("draw", "plot(2)"), root) != before
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "export.py").write_text("exported = {}", encoding="utf-8")
    assert executed.key(lesson(pieces=(Piece("toy", "draw", tmp_path / "toy", "", "", ""),)), root) != before
    for name in ("unrolled/layers.py", "grader/checks/case.py", "datasets/toy/words.json"):
        (root / name).write_text("2", encoding="utf-8")
        assert executed.key(lesson(), root) != before
        (root / name).write_text("1", encoding="utf-8")
    assert executed.key(lesson(), root) == before


def test_a_lesson_is_not_executed_again_for_its_prose_and_its_hidden_tests(tmp_path):
    root = tree(tmp_path)
    before = executed.key(lesson(), root)
    (root / "README.md").write_text("new", encoding="utf-8")
    assert executed.key(changed("ask", "Other words."), root) == before
    assert executed.key(changed("check-double", CHECK.replace("42", "43")), root) == before


def test_another_version_of_numpy_executes_again(tmp_path, monkeypatch):
    root = tree(tmp_path)
    before = executed.key(lesson(), root)
    monkeypatch.setattr("importlib.metadata.version", lambda name: "99")
    assert executed.key(lesson(), root) != before

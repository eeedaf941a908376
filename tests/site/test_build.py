"""The site with its first lesson, built as ``make site`` builds it: links hold, pictures have words."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from docs.site.lessons import is_answer, read_lessons
from grader import notebooks
from tests.site.conftest import build, read_pages

OUTSIDE = re.compile(r"^(?:[a-z]+:)?//", re.IGNORECASE)
IN_STYLES = re.compile(r"""url\(\s*['"]?((?:https?:)?//[^)'"]+)|@import\s+['"]([^'"]+)""")


def test_no_page_loads_anything_from_outside_and_all_that_it_loads_is_there(small_site):
    for path, page in read_pages(small_site).items():
        for asked in page.loaded:
            assert not OUTSIDE.match(asked), f"{path.name} loads {asked}"
            file = path.parent / unquote(asked.partition("?")[0].partition("#")[0])
            assert asked == "#" or asked.startswith("data:") or file.is_file(), f"{path.name} misses {asked}"


def test_no_style_asks_for_anything_outside(small_site):
    for path in small_site.rglob("*.css"):
        assert not IN_STYLES.findall(path.read_text(encoding="utf-8")), path


def test_every_link_within_the_site_leads_somewhere(small_site):
    site = read_pages(small_site)
    for path, page in site.items():
        for link in page.links:
            if OUTSIDE.match(link) or link == "#":
                continue
            file, _, place = link.partition("#")
            target = (path.parent / unquote(file)).resolve() if file else path
            assert target.is_file(), f"{path.name} links to {link}"
            assert not place or unquote(place) in site[target].ids, f"{path.name} links to {link}"


def test_every_picture_has_words(small_site):
    pictures = [(path, picture) for path, page in read_pages(small_site).items() for picture in page.pictures]
    assert len(pictures) > 15
    for path, picture in pictures:
        assert len(picture.get("alt") or "") > 10, f"{path.name}: {picture}"


def test_the_lesson_is_there_with_skeletons_folds_figures_and_what_the_checks_printed(small_site):
    (lesson,) = read_lessons(only=["1-rnn"])
    sources = [notebooks.source(cell) for cell in lesson.notebook["cells"]]
    text = (small_site / "lessons" / "1-rnn.html").read_text(encoding="utf-8")
    assert text.count("Show the solution") == len([cell for cell in lesson.notebook["cells"] if is_answer(cell)])
    assert text.count('class="fold hint"') == sum(source.count("<details>") for source in sources)
    assert text.count("tag_figure") > 5
    assert "✓ edge cases: N = 1, non-contiguous arrays" in text
    assert "HIDDEN" not in text
    assert "\x1b" not in text
    assert "Loading widget" not in text


def test_every_known_mistake_of_the_lesson_has_a_place(small_site):
    from tests.mistakes import rnn

    page = read_pages(small_site)[small_site / "mistakes" / "1-rnn.html"]
    assert len([place for place in page.ids if place.partition("-")[0] in rnn.RETURNED]) >= len(rnn.MISTAKES)
    assert "is the tanh missing?" in page.text


def test_a_build_without_changes_executes_nothing_and_writes_nothing_anew(small_site):
    written = {path: path.stat().st_mtime_ns for path in small_site.rglob("*.html")}
    done = build("1-rnn", "--draft", "--to", str(small_site.parent))
    assert done.returncode == 0
    assert "32/32" not in done.stdout
    again = {path: path.stat().st_mtime_ns for path in small_site.rglob("*.html")}
    assert {path for path in written if written[path] != again[path]} <= {
        small_site / name for name in ("search.html", "genindex.html", "index.html")}


def test_a_warning_stops_the_build(small_site, tmp_path: Path):
    from docs.site.build import run_sphinx
    from grader.course import Trouble

    source = tmp_path / "source"
    source.mkdir()
    (source / "index.md").write_text("# One\n\n[nowhere](#nothing-of-this-name)\n", encoding="utf-8")
    with pytest.raises(Trouble, match="Sphinx warns"):
        run_sphinx(tmp_path, 1)


def test_a_lesson_that_is_not_there_is_named():
    done = build("9-nothing")
    assert done.returncode == 1
    assert "There is no lesson 9-nothing: there are 1-rnn" in done.stderr

"""The one who follows pages: what it reports, and what it does not let pass."""

import os
import shutil
import sys
import textwrap
from pathlib import Path

import pytest

from tests.pages.compare import difference
from tests.pages.reader import read
from tests.pages.shell import Shell
from tests.pages.walk import ByHand, Given, NotRun, Otherwise, Tables, follow, unused

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="pages are followed in bash, and it is not here")


@pytest.fixture
def shell(tmp_path) -> Shell:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return Shell(tmp_path, {"PATH": path, "LC_ALL": "C.UTF-8"})


def wrong(text: str, shell: Shell, tables: Tables | None = None) -> list[str]:
    page = read("page.md", textwrap.dedent(text))
    return [found for _, _, found in follow(page, shell, tables or Tables()) if found]


@pytest.mark.parametrize(("shown", "found"), [
    ("one\ntwo", "one\ntwo\n"),
    ("one  \n\ntwo", "\n\none\ntwo\n\n"),
    ("in … s", "in 0.3 s"),
    ("…/a.html", "/home/x/a.html"),
    ("one\n…\nfour", "one\ntwo\nthree\nfour"),
    ("one\n…\nfour", "one\nfour"),
    ("…", ""),
    ("│ 4 of 4 │ …        │ right │", "│ 4 of 4 │ f3b47bae │ right │"),
    ("Write? [y/N]: …", "Write? [y/N]:"),
    ("", ""),
    ("costs 1.5 * (2)", "costs 1.5 * (2)"),
])
def test_what_is_printed_as_shown(shown, found):
    assert difference(shown, found) is None


@pytest.mark.parametrize(("shown", "found", "at"), [
    ("one\ntwo", "one\nthree", (1, "two")),
    ("one\n\ntwo\nfour", "one\ntwo\nthree", (3, "four")),
    ("one", "one\ntwo", (1, "")),
    ("one\ntwo", "one", (1, "two")),
    ("in … s", "in 0.3 ms or\nso", (0, "in … s")),
    ("in … s", "in 0.3 ms", (0, "in … s")),
    ("one\n…\nfour", "one\ntwo", (2, "four")),
    ("", "one", (0, "")),
    ("1.5", "1x5", (0, "1.5")),
])
def test_what_is_printed_otherwise_is_told_with_its_line(shown, found, at):
    assert difference(shown, found) == at


def test_a_wrong_output_is_reported_with_page_line_expected_and_found(shell):
    [report] = wrong("""\
        Some words.

        ```console
        $ echo one; \\
          echo 2
        one
        two
        $ echo three
        three
        ```
        """, shell)
    assert report.splitlines() == [
        "page.md, line 4: echo one; \\", "  echo 2",
        "  printed something else, at line 7 of the page.", "  the page expects:  two", "  printed:",
        "    one", "    2"]


def test_more_than_the_page_shows_is_reported_too(shell):
    [report] = wrong("```console\n$ echo one; echo two\none\n```", shell)
    assert "at line 4 of the page.\n  the page expects nothing more." in report
    [report] = wrong("```console\n$ echo one\n```", shell)
    assert "the page expects nothing more." in report


def test_a_command_that_fails_or_is_not_there_is_reported_with_what_to_do(shell):
    first, second = wrong("```\nfalse\nno-such-command --now\ntrue\n```", shell)
    assert first.startswith("page.md, line 2: false\n  ended with status 1, expected 0. Mend the page or the command")
    assert "line 3: no-such-command --now\n  ended with status 127" in second
    assert "tests/pages/prepared.py" in second
    assert "not found" in second


def test_one_session_keeps_folder_and_variables_and_what_a_failure_left(shell, tmp_path):
    assert not wrong("""\
        ```console
        $ mkdir -p "a b" && cd "a b"
        $ export WHO=ada
        $ pwd
        …/a b
        ```

        ```python
        import os
        assert os.environ["WHO"] == "ada" and os.getcwd().endswith("a b")
        ```
        """, shell)
    [report] = wrong("```\ncd .. && exit 3\n```", shell)
    assert "ended with status 3" in report
    assert shell.folder.samefile(tmp_path)


def test_an_example_that_stops_is_reported_with_its_line_on_the_page(shell):
    given = Tables(given=[Given("page.md", "total", "items = [1, 2]", "assert total == 3")])
    assert not wrong("```python\ntotal = sum(items)\n```", shell, given)
    [report] = wrong("text\n\n```python\nx = 1\ny = x.nothing\n```", shell)
    assert "page.md, line 4: the example\n  ended with status 1" in report
    assert 'File "page.md", line 5' in report
    [report] = wrong("```python\ntotal = 4\n```", shell, given)
    assert "AssertionError" in report


def test_tables_change_what_is_run_and_long_runs_have_it_as_it_is(shell):
    text = "Then\nall is wrong.\n\n```\nnot-here at all\ntake-hours\ncat name && false\n```"
    tables = Tables([NotRun("not-here *", "not here", "nothing")], [Otherwise("take-hours", "echo {}", "long")],
                    [ByHand("page.md", "cat *", "all is wrong", lambda s: (s.folder / "name").touch(), status=1)])
    assert not wrong(text, shell, tables)
    assert not list(unused([read("page.md", text)], tables))
    assert tables.in_full().otherwise == []
    assert ["take-hours" in report for report in wrong(text, shell, tables.in_full())] == [True]
    assert len(wrong(text, shell)) == 3


def test_what_a_person_types_reaches_the_question(shell):
    typed = Tables(by_hand=[ByHand("page.md", "read *", "", typed="y\n")])
    assert not wrong("```console\n$ read answer; echo \"$answer\"\ny\n```", shell, typed)
    assert len(wrong("```\nread answer\n```", shell)) == 1, "nobody types: the question fails, and does not wait"


def test_an_entry_that_fits_no_page_is_told():
    tables = Tables([NotRun("sudo *", "as root", "nothing")], [Otherwise("sleep 100", "true", "long")],
                    [ByHand("page.md", "make", "all is wrong"), ByHand("page.md", "make b", "Then")],
                    [Given("page.md", "sum(", "")])
    told = "\n".join(unused([read("page.md", "Then.\n\n```\nmake\n```")], tables))
    assert "'sudo *' is in the table NotRun, and on no page" in told
    assert "'sleep 100' is in the table Otherwise, and on no page" in told
    assert "page.md does not say 'all is wrong'" in told
    assert "'make b' is in the table ByHand, and not on page.md" in told
    assert "an example with 'sum('" in told
    assert len(told.splitlines()) == 5


def test_what_never_ends_is_stopped_and_said(shell):
    shell.seconds = 0.5
    done = shell.run("echo begun; sleep 100 & sleep 100")
    assert done.status == 124
    assert done.printed == "begun\n\nStopped: it took longer than 0.5 s."

"""What the reader of pages finds, and what it refuses."""

import pytest

from tests.lesson import ROOT
from tests.pages.reader import Command, Example, PageError, pages, read

PAGE = """# A page

Type `make test`, or
`python -m grader
check a.ipynb`.

```
# first
make demo       # everything
python -m a \\
    --b         # goes on

```

- In a list:

  ```console
  $ echo one; echo '# two'
  one
  # two

  $ true
  ```

```python
import this
```

```powershell
py -3.12 -m venv .venv
```

```text
✗ dx is wrong
```

```{note}
Also `make lint`.
```

    make clean
"""


def test_commands_come_in_order_with_their_lines_and_what_they_print():
    page = read("page.md", PAGE)
    assert page.steps == [
        Command("page.md", 9, "make demo"),
        Command("page.md", 10, "python -m a \\\n    --b"),
        Command("page.md", 18, "echo one; echo '# two'", "one\n# two"),
        Command("page.md", 22, "true", ""),
        Example("page.md", 26, "import this\n"),
        Command("page.md", 41, "make clean"),
    ]
    assert [command.text for command in page.windows] == ["py -3.12 -m venv .venv"]
    assert [words.text for words in page.printed] == ["✗ dx is wrong\n"]
    assert [(words.line, words.text) for words in page.inline] == [
        (3, "make test"), (4, "python -m grader check a.ipynb"), (38, "make lint")]
    lines = PAGE.splitlines()
    assert all(step.text.splitlines()[0] in lines[step.line - 1] for step in page.steps)


@pytest.mark.parametrize(("block", "words"), [
    ("```text\n$ make demo\n```", "line 2: '$ make demo' is a command in a block of text"),
    ("```text\npython -m grader check\n```", "is a command in a block of text"),
    ("```console\nmake demo\n```", "line 2: 'make demo' is printed by no command"),
    ("```cmd\nmake demo\n```", "line 1: a block of 'cmd' cannot be followed"),
])
def test_a_block_that_cannot_be_followed_is_refused(block, words):
    with pytest.raises(PageError, match=words.replace("$", r"\$")):
        read("page.md", block)


def test_every_page_is_found_and_the_readme_comes_first():
    names = [page.name for page in pages(ROOT)]
    assert names[0] == "README.md"
    assert {"CHANGELOG.md", "datasets/README.md", "docs/instructors.md", "docs/threat-model.md"} <= set(names)


def test_a_new_page_is_found_and_what_is_made_is_not(tmp_path):
    for name in ("docs/new.md", "docs/_build/x.md", ".venv/x.md", "build/x.md", "CONTRIBUTING.md", "README.md"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("```\nmake demo\n```\n", encoding="utf-8")
    assert [page.name for page in pages(tmp_path)] == ["README.md", "CONTRIBUTING.md", "docs/new.md"]

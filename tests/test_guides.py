"""What the guides say: lessons.toml is held to the notebooks, the plan to lessons.toml, the citation to the project."""

import re
import runpy
import tomllib

import pytest
import yaml

from grader import notebooks
from grader.course import Course
from tests.lesson import ROOT
from tests.mistakes import Mistake, rnn

COURSE = Course(ROOT)
LESSONS = tomllib.loads((ROOT / "docs" / "lessons.toml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
HOURS = {"three": 3, "four": 4}
VERBS = {"Assemble", "Bound", "Build", "Carry", "Choose", "Clip", "Compare", "Compute", "Count", "Derive", "Describe",
         "Explain", "Hold", "Judge", "Let", "Measure", "Put", "Read", "Recognise", "Run", "Sample", "Search", "Send",
         "Set", "Speak", "Stack", "Train", "Turn", "Write"}


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def texts(lesson: str) -> list[str]:
    """A lesson's markdown cells, in order."""
    [name] = COURSE.notebooks(lesson)
    cells = notebooks.read(COURSE.solutions / lesson / f"{name}.ipynb")["cells"]
    return [notebooks.source(cell) for cell in cells if cell["cell_type"] == "markdown"]


def minutes_of_the_whole(cell: str) -> int:
    """What a notebook's first cell says: *About 90 minutes; …* or *About three hours; …*"""
    number, unit = re.search(r"^\*About (\w+) (minutes|hours)", cell, re.MULTILINE).groups()
    return int(number) if unit == "minutes" else 60 * HOURS[number]


def minutes_of_the_parts(cells: list[str]) -> int:
    """The sum over the parts; "### Step 2" of a part is in what the part says."""
    found = [re.search(r"^##+ (?!Step).*\n\n\*(\d+) minutes", cell, re.MULTILINE) for cell in cells]
    return sum(int(match[1]) for match in found if match)


def test_every_lesson_is_there_in_its_order():
    assert list(LESSONS) == sorted(COURSE.names())


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_takes_as_long_as_its_notebook_says(name):
    cells = texts(name)
    assert LESSONS[name]["minutes"] == minutes_of_the_whole(cells[0])
    assert abs(LESSONS[name]["minutes"] - minutes_of_the_parts(cells)) <= 10


@pytest.mark.parametrize("name", LESSONS)
def test_key_points_are_those_of_the_notebook_word_for_word(name):
    told = re.findall(r"^- (.*)$", texts(name)[-1].partition("**Key points**")[2], re.MULTILINE)
    keypoints = LESSONS[name]["keypoints"]
    assert 3 <= len(keypoints) <= 6
    assert [point for point in told if point in keypoints] == keypoints


@pytest.mark.parametrize("name", LESSONS)
def test_questions_ask_and_objectives_begin_with_a_verb(name):
    questions, objectives = LESSONS[name]["questions"], LESSONS[name]["objectives"]
    assert 2 <= len(questions) <= 4
    assert all(question.endswith("?") for question in questions)
    assert 3 <= len(objectives) <= 6
    assert {objective.split()[0] for objective in objectives} <= VERBS


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_needs_no_later_lesson(name):
    earlier = list(LESSONS)[: list(LESSONS).index(name)]
    for need in LESSONS[name]["needs"]:
        assert set(re.findall(r"\b\d-[a-z-]+", need)) <= set(earlier), need


def test_the_citation_is_valid_and_says_what_the_project_says():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)          # what the format asks for
    assert citation["cff-version"] == "1.2.0"
    assert all("name" in author or "family-names" in author for author in citation["authors"])
    assert citation["title"].split(":")[0].lower() == PROJECT["name"]
    assert citation["title"].split(": ")[1] in PROJECT["description"].lower()
    assert citation["abstract"] == PROJECT["description"]
    assert str(citation["version"]) == PROJECT["version"]
    released = re.search(rf"^## {re.escape(PROJECT['version'])}, (\S+)$", text("CHANGELOG.md"), re.MULTILINE)[1]
    assert str(citation.get("date-released", "unreleased")) == released


def test_the_licence_is_one_and_the_same_everywhere():
    assert text("LICENSE").startswith("MIT License\n")
    assert PROJECT["license"] == {"text": "MIT"}
    assert yaml.safe_load(text("CITATION.cff"))["license"] == "MIT"
    assert "MIT" in text("README.md").partition("## Licence")[2]
    assert "../README.md#licence" in text("datasets/README.md")


def test_contributing_says_first_where_the_truth_is():
    first = text("CONTRIBUTING.md").split("\n\n")[1]
    assert first.startswith("The truth is in `solutions/`")


def test_the_example_of_a_known_mistake_is_a_known_mistake():
    example = re.search(r"```python\n(Mistake\(.*?)```", text("CONTRIBUTING.md"), re.DOTALL)[1]
    shown = eval(example, {"Mistake": Mistake})
    [known] = [one for one in rnn.MISTAKES if (one.function, one.name) == (shown.function, shown.name)]
    assert shown == known


def test_the_picture_of_the_architecture_is_drawn_from_the_imports_of_today():
    drawn = runpy.run_path(str(ROOT / "docs" / "architecture.py"))
    same = drawn["picture"]() == text("docs/architecture.svg")
    assert same, "Rooms or imports have changed. Run  python docs/architecture.py  and look at docs/architecture.svg."


def test_the_picture_is_said_in_words_too():
    picture = text("docs/architecture.svg")
    assert 'role="img" aria-labelledby="title" aria-describedby="desc"' in picture
    description = re.search(r'<desc id="desc">(.*?)</desc>', picture)[1]
    for room in runpy.run_path(str(ROOT / "docs" / "architecture.py"))["inhabited"]():
        assert f"{room.package}, {room.name} (" in description


def test_the_plan_of_a_term_says_what_lessons_toml_says():
    rows = re.findall(r"^\| (\S+) \| (\d-\S+) \| (\d+) \| (.*) \|$", text("docs/teach.md"), re.MULTILINE)
    assert rows == [(lesson["week"], name, str(lesson["minutes"]), "; ".join(lesson["needs"]))
                    for name, lesson in LESSONS.items()]


GUIDES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "datasets").glob("**/*.md")])


def anchors(guide: str) -> set[str]:
    """The headings of a page as links name them: lower case, without punctuation, - for each space."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", guide, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_within_the_guides_leads_somewhere(guide):
    for path, anchor in re.findall(r"\]\((?!\w+:)([^)#\s]*)#?([^)\s]*)\)", guide.read_text(encoding="utf-8")):
        leads_to = (guide.parent / path).resolve() if path else guide
        assert leads_to.exists(), f"{path} is not there"
        assert not anchor or anchor in anchors(leads_to.read_text(encoding="utf-8")), f"{path}#{anchor} is no heading"

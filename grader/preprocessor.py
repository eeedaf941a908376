"""What plugs into nbgrader: its own commands and formgrader's button grade through these two."""

from __future__ import annotations

import hashlib
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import determine_grade
from traitlets import Bool, Unicode

from grader import notebooks, record, settings
from grader.course import Course
from grader.job import Job
from grader.judge import judge
from grader.namespace import imports_for_checks
from grader.rebuild import essence, fingerprint, own_cells, rebuild
from grader.work import how_judged, job_for, put_outputs, stamp


class Rebuild(NbGraderPreprocessor):
    """Rebuilds a submission from the gradebook's cells; stands before nbgrader's own repairs."""

    source_directory = Unicode("", help="The folder of the instructor's notebooks.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Return the notebook that is graded."""
        names = resources["nbgrader"]
        return rebuild(nb, _own(names), _solution(self.source_directory, names)), resources


class Judge(NbGraderPreprocessor):
    """Runs answers inside the sandbox and checks outside it; stands in the place of nbgrader's Execute."""

    source_directory = Unicode("", help="The folder of the instructor's notebooks.").tag(config=True)
    trusted = Bool(False, help="Run submissions in an ordinary kernel, without a sandbox.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Return the notebook with the outputs of its cells, the verdicts among them."""
        names = resources["nbgrader"]
        imports = tuple(imports_for_checks(_solution(self.source_directory, names)))
        asked = settings.read(Path(self.source_directory) / names["assignment"])
        job = job_for(nb.cells, imports, asked, trusted=self.trusted)
        put_outputs(nb, judge(job))
        self._note(nb, names, job)
        stamp(nb, sandboxed=not self.trusted)
        return nb, resources

    def _note(self, nb: NotebookNode, names: dict[str, str], job: Job) -> None:
        """Put the verdicts on record; nbgrader writes the marks, and keeps what people gave."""
        course = Course(Path(self.source_directory).parent)
        own = _own(names)
        graded = [cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade")]
        path = course.submitted / names["student"] / names["assignment"] / f"{names['notebook']}.ipynb"
        kept = {"submission": hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "",
                "checks": fingerprint(own), "handed_in": record.keep(course, essence(nb)),
                "version": record.keep(course, {"own": own, "solution": _solution(self.source_directory, names)})}
        record.note(
            course, record.GRADED, names["assignment"], names["student"], through="nbgrader",
            notebooks={names["notebook"]: kept},
            marks={notebooks.grade_id(cell): list(determine_grade(cell)) for cell in graded},
            **how_judged(job, [nb]),
        )


def _own(names: dict[str, str]) -> dict[str, NotebookNode]:
    with Gradebook(names["db_url"]) as gradebook:
        return own_cells(gradebook.find_notebook(names["notebook"], names["assignment"]))


def _solution(folder: str, names: dict[str, str]) -> dict:
    return notebooks.read(Path(folder) / names["assignment"] / f"{names['notebook']}.ipynb")

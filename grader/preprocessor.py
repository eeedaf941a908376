"""What plugs into nbgrader: its own commands and formgrader's button grade through these two."""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Unicode

from grader import notebooks, settings
from grader.judge import judge
from grader.namespace import imports_for_checks
from grader.rebuild import own_cells, rebuild
from grader.work import job_for, put_outputs, stamp


class Rebuild(NbGraderPreprocessor):
    """Rebuilds a submission from the gradebook's cells; stands before nbgrader's own repairs."""

    source_directory = Unicode("", help="The folder of the instructor's notebooks.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Return the notebook that is graded."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            own = own_cells(gradebook.find_notebook(names["notebook"], names["assignment"]))
        return rebuild(nb, own, _solution(self.source_directory, names)), resources


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
        stamp(nb, sandboxed=not self.trusted)
        return nb, resources


def _solution(folder: str, names: dict[str, str]) -> dict:
    return notebooks.read(Path(folder) / names["assignment"] / f"{names['notebook']}.ipynb")

"""A gradebook on PostgreSQL: the same marks as on SQLite, the same sentences, and nothing lost with the server."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from grader import gradebook
from grader.course import CONFIG, Course, Trouble
from grader.desk import report
from tests.chaos import classroom
from tests.conftest import ASSIGNMENT

pytest.importorskip("psycopg", reason="psycopg is not installed: the extra 'postgres'")
USER = "unrolled"


class Server:
    """A PostgreSQL server in a folder of its own, heard of on a socket there and nowhere else."""

    def __init__(self, tools: Path, folder: Path):
        self.tools, self.folder = tools, folder
        self.run("initdb", "-D", str(folder / "data"), "-U", USER, "-A", "trust", "--encoding", "UTF8", "--no-sync")
        self.start()

    def start(self) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"), "start",
                 "-o", f"-c listen_addresses='' -c unix_socket_directories='{self.folder}'")

    def stop(self) -> None:
        """Stop as in a fall: nobody is asked to finish."""
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", "immediate", "stop")

    @contextlib.contextmanager
    def down(self) -> Iterator[None]:
        """Be away for a while."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def database(self, name: str) -> str:
        """Make a database and return its address."""
        self.run("createdb", "-h", str(self.folder), "-U", USER, name)
        return self.url(name)

    def run(self, tool: str, *words: str) -> None:
        """Run one of PostgreSQL's programs; they refuse root, who lends them another name."""
        who = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
        with open(self.folder / "said", "w+", encoding="utf-8") as said:
            done = subprocess.run([self.tools / tool, *words], cwd=self.folder, stdout=said, stderr=said, **who)
            said.seek(0)
            assert done.returncode == 0, said.read()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    tools = next((path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)),
                 Path(shutil.which("initdb") or "/nowhere").parent)
    if not (tools / "pg_ctl").exists():
        pytest.skip("PostgreSQL is not installed: the package 'postgresql'")
    with tempfile.TemporaryDirectory(prefix="unrolled-postgres-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody")
        server = Server(tools, Path(folder))
        try:
            yield server
        finally:
            with contextlib.suppress(AssertionError):
                server.stop()


def on(course: Course, url: str) -> Course:
    """Tell a course where its gradebook is, as an instructor does."""
    course.gradebook.unlink(missing_ok=True)
    with open(course.root / CONFIG, "a", encoding="utf-8") as config:
        config.write(f'\nget_config().CourseDirectory.db_url = "{url}"\n')
    return course


@pytest.mark.timeout(900)
def test_same_marks_though_the_server_falls(server, small_class, released, skeleton, answers, tmp_path):
    course = on(classroom.copied(released, tmp_path / "course"), server.database("marks"))
    classroom.begin(course, skeleton, answers, classroom.STUDENTS)
    before = classroom.done(course)

    with classroom.grading(course) as process:
        assert classroom.wait_until(lambda: classroom.done(course) > before, process)
        with server.down():
            _, said = process.communicate(timeout=200)
            refused = classroom.grade(course)
    classroom.assert_one_sentence(process, said, "Grading stopped", "What was graded so far is kept")
    classroom.assert_one_sentence(refused, refused.stderr, "does not answer", "nothing was changed")

    finished = classroom.grade(course)
    assert finished.returncode == 0, finished.stderr
    small_class.assert_equals(course)
    assert report.write(course, ASSIGNMENT).is_file()
    assert not course.gradebook.exists()


@pytest.mark.parametrize(("statement", "words"), [
    ("UPDATE alembic_version SET version_num = '724cde206c17'", "another version of nbgrader"),
    ("DELETE FROM alembic_version", "not a gradebook of nbgrader"),
])
def test_another_database(server, released, tmp_path, statement, words):
    name = words.split()[0]
    course = on(classroom.copied(released, tmp_path / "course"), server.database(name))
    gradebook.make_ready(course)
    engine = create_engine(server.url(name))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    with pytest.raises(Trouble, match=words):
        gradebook.require_usable(course)


def test_a_database_that_is_not_there(server, released, tmp_path):
    course = on(classroom.copied(released, tmp_path / "course"), server.url("nowhere"))
    with pytest.raises(Trouble, match=r'"nowhere" does not exist.* Start its server, or mend CourseDirectory.db_url'):
        gradebook.require_usable(course)


def test_a_password_is_not_said(released, tmp_path):
    course = on(classroom.copied(released, tmp_path / "course"), "postgresql+psycopg://me:secret@127.0.0.1:1/marks")
    with pytest.raises(Trouble, match="does not answer") as refused:
        gradebook.require_usable(course)
    assert "secret" not in str(refused.value)

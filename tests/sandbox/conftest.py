"""One warm worker for the tests that only need a fresh session."""

import pytest

from grader.sandbox import Limits, Sandbox

MB = 1 << 20
QUICK = Limits(
    call_seconds=1,
    cell_seconds=2,
    cpu_seconds=20,
    memory=512 * MB,
    processes=24,
    file_bytes=4 * MB,
    space_bytes=16 * MB,
    files=500,
    output_bytes=10_000,
)


@pytest.fixture(scope="session")
def worker():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def session(worker):
    with worker.session() as session:
        yield session


@pytest.fixture(scope="session")
def quick_worker():
    with Sandbox(QUICK, preload=()) as sandbox:
        yield sandbox


@pytest.fixture
def quick(quick_worker):
    with quick_worker.session() as session:
        yield session


@pytest.fixture
def define(session):
    """Run a cell and give one of its names."""

    def run(source, name="f"):
        result = session.run_cell(source, name)
        assert result.status == "ok", result
        return session.names()[name]

    return run

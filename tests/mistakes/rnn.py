"""What students really write in 1-rnn: seen in public answers to CS231n's assignment, and the classics."""

from tests.mistakes import Mistake, Variant

NOTEBOOK = "1-rnn/rnn.ipynb"

SIGNATURE = {
    "rnn_forward": "def rnn_forward(x, h0, Wx, Wh, b):\n",
    "rnn_backward": "def rnn_backward(dh, cache):\n",
    "train_hello": "def train_hello(params, x, y, steps, learning_rate):\n",
}

PARKED = SIGNATURE["rnn_forward"] + """
    N, T, D = x.shape
    h, cache = np.zeros((N, T, len(b))), []
    h[:, -1] = h0
    for t in range(T):
        h[:, t], _ = rnn_step_forward(x[:, t], h[:, t - 1], Wx, Wh, b)
        cache.append((x[:, t], h[:, t - 1], Wx, Wh, h[:, t]))
    return h, cache
"""

FILLED = SIGNATURE["rnn_forward"] + """
    N, T, D = x.shape
    h, cache, state = np.zeros((N, T, len(b))), [], h0
    for t in range({steps}):
        state, step = rnn_step_forward(x[:, t], {state}, Wx, Wh, b)
        h[:, t] = state
        cache.append(step)
    return h, cache
"""

PLACED = SIGNATURE["rnn_backward"] + """
    N, T, H = dh.shape
    D = cache[0][0].shape[1]
    dx, dWx, dWh, db = np.zeros((N, T, D)), np.zeros((D, H)), np.zeros((H, H)), np.zeros(H)
    dprev_h, dh0 = np.zeros((N, H)), np.zeros((N, H))
    for t in {order}:
        {upstream}
        {place}, dprev_h, dWx_t, dWh_t, db_t = rnn_step_backward({gradient}, cache[{index}])
        {sums}
    {end}
    return dx, dh0, dWx, dWh, db
"""

USUAL = {
    "order": "reversed(range(T))", "upstream": "pass", "place": "dx[:, t]", "gradient": "dh[:, t] + dprev_h",
    "index": "t", "sums": "dWx += dWx_t; dWh += dWh_t; db += db_t", "end": "dh0 = dprev_h",
}


def placed(**other: str) -> dict[str, str]:
    """The backward pass as most students write it, with some of its parts written otherwise."""
    return {"rnn_backward": PLACED.format(**{**USUAL, **other})}


def filled(steps: str = "T", state: str = "state") -> dict[str, str]:
    """The forward pass into an array made beforehand."""
    return {"rnn_forward": FILLED.format(steps=steps, state=state)}


RETURNED = {
    "rnn_step_forward": "next_h, cache", "product_backward": "dx, dW", "add_backward": "da, db",
    "rnn_step_backward": "dx, dprev_h, dWx, dWh, db", "rnn_forward": "h, cache", "rnn_backward": "dx, dh0, dWx, dWh, db",
    "next_letter_loss": "loss, dscores", "hello_loss": "loss, grads", "train_hello": "params, losses",
}
STEP = "np.tanh(x @ Wx + prev_h @ Wh + b)"
DZ = "dnext_h * (1 - next_h**2)"
LOSS = "-log_p[np.arange(T), y].mean()"
LOG = "np.log(np.exp(shifted).sum(axis=1, keepdims=True))"

MISTAKES = [
    Mistake("rnn_step_forward", "nonlinearity missing", ((STEP, "x @ Wx + prev_h @ Wh + b"),), "is the tanh missing?"),
    Mistake("rnn_step_forward", "tanh applied twice", ((STEP, f"np.tanh({STEP})"),), "is tanh applied twice?"),
    Mistake("rnn_step_forward", "sigmoid for tanh", ((STEP, "1 / (1 + np.exp(-(x @ Wx + prev_h @ Wh + b)))"),),
            "a sigmoid in place of tanh"),
    Mistake("rnn_step_forward", "ReLU for tanh", ((STEP, "np.maximum(x @ Wx + prev_h @ Wh + b, 0)"),),
            "a ReLU in place of tanh"),
    Mistake("rnn_step_forward", "hand-made tanh overflows",
            ((STEP, "x @ Wx + prev_h @ Wh + b\n    next_h = (np.exp(next_h) - np.exp(-next_h)) / "
                    "(np.exp(next_h) + np.exp(-next_h))"),), "With large inputs: its output is not finite"),
    Mistake("rnn_step_forward", "squeeze breaks N=1", ((STEP, f"{STEP}.squeeze()"),), "is there a squeeze?"),
    Mistake("rnn_step_forward", "Wh transposed", (("prev_h @ Wh", "prev_h @ Wh.T"),), "with Wh transposed"),
    Mistake("rnn_step_forward", "Wx transposed", (("x @ Wx", "x @ Wx.T"),), "two shapes do not multiply"),
    Mistake("rnn_step_forward", "bias forgotten", ((" + b)", ")"),), "when b changes: is b used?"),
    Mistake("rnn_step_forward", "bias subtracted", ((" + b)", " - b)"),), "right with -b"),
    Mistake("rnn_step_forward", "state forgotten", ((" + prev_h @ Wh", ""),), "when prev_h changes: is prev_h used?"),
    Mistake("rnn_step_forward", "entry by entry for matrix product", (("x @ Wx", "x * Wx"),),
            "two shapes do not fit together"),
    Mistake("rnn_step_forward", "changes the state it was given",
            ((STEP, STEP + "\n    prev_h[:] = next_h"),), "changed its input prev_h in place"),

    Mistake("rnn_step_forward", "zero where pre-activations are large",
            ((STEP, f"{STEP}; next_h = np.where(np.abs(x @ Wx + prev_h @ Wh + b) > 50, 0, next_h)"),), "With large inputs"),
    Mistake("rnn_step_forward", "complex numbers", ((STEP, f"{STEP} + 0j"),), "is an array of complex128, expected real numbers"),
    Mistake("rnn_step_forward", "no cache returned", (("return next_h, cache", "return next_h"),),
            "rnn_step_forward returned one array, expected 2 things: next_h, cache."),
    Mistake("rnn_step_forward", "cache left at None", (("return next_h, cache", "return next_h, None"),),
            "returned None for cache."),

    Mistake("tanh_backward", "square of the wrong thing", (("(1 - cache**2)", "(1 - cache)**2"),),
            "derivative of the nonlinearity"),
    Mistake("tanh_backward", "tanh of tanh", (("cache**2", "np.tanh(cache)**2"),), "derivative of the nonlinearity"),
    Mistake("tanh_backward", "upstream forgotten", (("dout * (1", "(1"),), "does not change when dout changes"),
    Mistake("product_backward", "W not transposed", (("dout @ W.T", "dout @ W"),), "two shapes do not multiply"),
    Mistake("product_backward", "dW transposed", (("x.T @ dout", "dout.T @ x"),), "It looks transposed"),
    Mistake("product_backward", "outputs swapped", (("dx, dW =", "dW, dx ="),), "in another order"),
    Mistake("product_backward", "squeeze breaks N=1", (("= dout @ W.T,", "= (dout @ W.T).squeeze(),"),), "With N = 1: dx has shape"),
    Mistake("add_backward", "squeeze breaks N=1", (("= dout, ", "= dout.squeeze(), "),), "With N = 1: da has shape"),
    Mistake("add_backward", "db not summed", (("dout.sum(axis=0)", "dout"),), "is a sum over it missing?"),
    Mistake("add_backward", "mean for sum", (("dout.sum(axis=0)", "dout.mean(axis=0)"),), "0.25 = 1/N"),

    Mistake("rnn_step_backward", "mean for sum", (("dz.sum(axis=0)", "dz.mean(axis=0)"),), "0.25 = 1/N"),
    Mistake("rnn_step_backward", "db summed over everything", (("dz.sum(axis=0)", "dz.sum()"),),
            "is it summed over every axis?"),
    Mistake("rnn_step_backward", "db keeps a leading 1", (("dz.sum(axis=0)", "dz.sum(axis=0, keepdims=True)"),),
            "keepdims"),
    Mistake("rnn_step_backward", "db not summed", (("dz.sum(axis=0)", "dz"),), "is a sum over it missing?"),
    Mistake("rnn_step_backward", "db summed over the wrong axis", (("dz.sum(axis=0)", "dz.sum(axis=1)"),),
            "db has shape (N=4), expected (H=6)"),
    Mistake("rnn_step_backward", "Wx not transposed", (("dz @ Wx.T", "dz @ Wx"),), "two shapes do not multiply"),
    Mistake("rnn_step_backward", "Wh not transposed", (("dz @ Wh.T", "dz @ Wh"),), "right when Wh is symmetric"),
    Mistake("rnn_step_backward", "dWx transposed", (("x.T @ dz,", "dz.T @ x,"),), "It looks transposed"),
    Mistake("rnn_step_backward", "dWh transposed", (("prev_h.T @ dz", "dz.T @ prev_h"),),
            "the transpose of the right answer"),
    Mistake("rnn_step_backward", "dWh from the new state", (("prev_h.T @ dz", "next_h.T @ dz"),),
            "is the state it is made with the one before the step"),
    Mistake("rnn_step_backward", "square of the wrong thing", ((DZ, "dnext_h * (1 - next_h)**2"),),
            "derivative of the nonlinearity"),
    Mistake("rnn_step_backward", "tanh forgotten on the way back", ((DZ, "dnext_h"),), "derivative of the nonlinearity"),
    Mistake("rnn_step_backward", "tanh' of tanh", ((DZ, "dnext_h * (1 - np.tanh(next_h)**2)"),),
            "derivative of the nonlinearity"),
    Mistake("rnn_step_backward", "wrong sign in tanh'", ((DZ, "dnext_h * (1 + next_h**2)"),),
            "derivative of the nonlinearity"),
    Mistake("rnn_step_backward", "opposite sign", ((DZ, "dnext_h * (next_h**2 - 1)"),), "opposite sign"),
    Mistake("rnn_step_backward", "upstream forgotten", ((DZ, "1 - next_h**2"),), "does not change when dnext_h changes"),
    Mistake("rnn_step_backward", "outputs swapped", (("dx, dprev_h =", "dprev_h, dx ="),), "in another order"),
    Mistake("rnn_step_backward", "another cache layout unpacked",
            (("x, prev_h, Wx, Wh, next_h = cache", "x, prev_h, Wx, Wh, b, next_h = cache"),),
            "unpacked in the order in which it was packed"),
    Mistake("rnn_step_backward", "squeeze breaks N=1", (("dz @ Wx.T,", "np.squeeze(dz @ Wx.T),"),), "is there a squeeze?"),
    Mistake("rnn_step_backward", "zero for float32", ((DZ, f"{DZ} * (x.dtype != np.float32)"),), "With float32: dx is wrong"),

    Mistake("rnn_forward", "state not carried", (("(x[:, t], state,", "(x[:, t], h0,"),), "is the state carried"),
    Mistake("rnn_forward", "starts from zero", (("[], [], h0", "[], [], np.zeros_like(h0)"),), "is h0 used?"),
    Mistake("rnn_forward", "time first", (("axis=1)  ", "axis=0)  "),), "The axes are in another order"),
    Mistake("rnn_forward", "h0 among the states", (("[], [], h0", "[h0], [], h0"),), "one too long along T"),
    Mistake("rnn_forward", "only the last state", (("np.stack(states, axis=1)", "state"),), "The axis of T is missing"),
    Mistake("rnn_forward", "last step left out", instead=filled(steps="T - 1"), words="where it is zero"),
    Mistake("rnn_forward", "seven steps and no more", instead=filled(steps="min(T, 7)"), words="where it is zero"),
    Mistake("rnn_forward", "batch for time", instead=filled(steps="N"), words="where it is zero"),
    Mistake("rnn_forward", "time is the first axis", (("(x[:, t], state,", "(x[t], state,"),), "Time is the second axis"),
    Mistake("rnn_forward", "body left out of the loop",
            (("        states.append(state)\n        cache", "    states.append(state)\n    cache"),), "h has shape"),
    Mistake("rnn_forward", "no cache returned", (("return h, cache", "return h"),),
            "rnn_forward returned one array, expected 2 things: h, cache."),
    Mistake("rnn_forward", "squeeze breaks N=1", (("axis=1)  ", "axis=1).squeeze()  "),), "is there a squeeze?"),

    Mistake("rnn_backward", "recurrent gradient not added", (("dh[:, t] + dh0", "dh[:, t]"),),
            "what reaches h[t] besides dh[:, t]?"),
    Mistake("rnn_backward", "only the recurrent gradient", instead=placed(upstream="dprev_h = dprev_h if t < T - 1 else "
            "dh[:, t]", gradient="dprev_h"), words="what reaches h[t] besides dh[:, t]?"),
    Mistake("rnn_backward", "dh0 left at zero", instead=placed(end="pass"), words="dh0 is wrong: relative error 1e+00, "
            "needs 1e-06 or less.\n  It is zero in every entry"),
    Mistake("rnn_backward", "weight gradients overwritten",
            (("dWx + dWx_t, dWh + dWh_t, db + db_t", "dWx_t, dWh_t, db_t"),), "is the share of every step added up?"),
    Mistake("rnn_backward", "only dWh overwritten", (("dWh + dWh_t", "dWh_t"),), "is the share of every step added up?"),
    Mistake("rnn_backward", "mean over time", (("    return", "    dWx, dWh, db = dWx / len(cache), dWh / len(cache), "
            "db / len(cache)\n    return"),), "= 1/T here"),
    Mistake("rnn_backward", "dx accumulated instead of placed",
            (("dxs.insert(0, dx_t)", "dxs = [dx_t + (dxs[0] if dxs else 0)] * len(cache)"),), "the same at every step"),
    Mistake("rnn_backward", "dx of the last step only", (("np.stack(dxs, axis=1)", "dxs[-1]"),), "The axis of T is missing"),
    Mistake("rnn_backward", "dx backward in time", (("dxs.insert(0, dx_t)", "dxs.append(dx_t)"),), "backward in time"),
    Mistake("rnn_backward", "seven steps and no more", instead=placed(order="reversed(range(min(T, 7)))"), words="where it is zero"),
    Mistake("rnn_backward", "forward in time", instead=placed(order="range(T)"), words="With one step (T = 1) it is right"),
    Mistake("rnn_backward", "cache of the step before", instead=placed(index="t - 1"),
            words="With one step (T = 1) it is right"),
    Mistake("rnn_backward", "db keeps a leading 1", (("dh0, dWx, dWh, db = [], 0, 0, 0, 0", "dh0, dWx, dWh, db = [], 0, 0, "
            "0, np.zeros((1, dh.shape[2]))"),), "keepdims"),
    Mistake("rnn_backward", "a cached view of h is overwritten", instead={"rnn_forward": PARKED},
            words="is the state it is made with the one before the step, unchanged?"),
    Mistake("rnn_backward", "time first", (("axis=1)  ", "axis=0)  "),), "The axes are in another order"),

    Mistake("next_letter_loss", "sum for mean", ((".mean()", ".sum()"),), "= T here"),
    Mistake("next_letter_loss", "opposite sign", (("-log_p", "log_p"),), "opposite sign"),
    Mistake("next_letter_loss", "gradient not averaged", (("    dscores /= T\n", ""),), "= T here"),
    Mistake("next_letter_loss", "one not subtracted", (("    dscores[np.arange(T), y] -= 1\n", ""),),
            "just the entry of the right answer is wrong"),
    Mistake("next_letter_loss", "overflows", (("scores - scores.max(axis=1, keepdims=True) ", "scores"),), "With large inputs"),
    Mistake("next_letter_loss", "a small number in the logarithm", ((LOSS, "-np.log(np.exp(log_p[np.arange(T), y]) + 1e-12).mean()"),),
            "It is -log(1e-12)"),
    Mistake("next_letter_loss", "probabilities clipped", ((LOSS, "-np.log(np.clip(np.exp(log_p[np.arange(T), y]), 1e-10, 1)).mean()"),),
            "It is -log(1e-10)"),
    Mistake("next_letter_loss", "overflows on the way back", (("np.exp(log_p)\n", "np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)\n"),),
            "With large inputs: dscores is not finite"),
    Mistake("next_letter_loss", "overflow swept under zeros", (("np.exp(log_p)\n", "np.nan_to_num(np.exp(scores) / np.exp(scores).sum(axis=1, "
            "keepdims=True))\n"),), "With large inputs: dscores"),
    Mistake("next_letter_loss", "changes the scores", (("shifted = scores - ", "shifted = scores\n    shifted -= "),),
            "changed its input scores in place"),
    Mistake("next_letter_loss", "targets one step off", (("y].mean()", "np.roll(y, 1)].mean()"),), "loss is wrong"),
    Mistake("next_letter_loss", "softmax over time", (("scores.max(axis=1, keepdims=True)", "scores.max()"),
            (LOG, LOG.replace("axis=1", "axis=0"))), "= log(T) / log(V)"),

    Mistake("hello_loss", "bias instead of its gradient", (('"b_vocab": dscores.sum(axis=0)', '"b_vocab": params["b_vocab"]'),),
            "It equals the parameter itself"),
    Mistake("hello_loss", "gradient forgotten", (('"b": db, ', ""),), "no entry 'b'"),
    Mistake("hello_loss", "vocabulary bias forgotten", ((' + params["b_vocab"]', ""),), "does not change with b_vocab. Is b_vocab used there?"),
    Mistake("hello_loss", "W_vocab transposed on the way back", (('"W_vocab": h[0].T @ dscores', '"W_vocab": dscores.T @ h[0]'),),
            "It looks transposed"),
    Mistake("hello_loss", "squeeze breaks T=1", (("h[0] @ W_vocab", "np.squeeze(h) @ W_vocab"),), "With T = 1"),
    Mistake("hello_loss", "takes a parameter out of the dictionary", (('+ params["b_vocab"]', '+ params.pop("b_vocab")'),),
            "removed b_vocab from its input params"),
    Mistake("train_hello", "uphill", (("params[name] - learning_rate", "params[name] + learning_rate"),),
            "does each step go downhill?"),
    Mistake("train_hello", "never updates", (("        params = {name: params[name] - learning_rate * grads[name] for name in "
            "params}\n", ""),), "does each step go downhill?"),
    Mistake("train_hello", "only the last loss", (("losses.append(loss)", "losses = [loss]"),), "losses has 1 entry, expected 300"),
    Mistake("train_hello", "losses in arrays of one", (("losses.append(loss)", "losses.append(np.array([loss]))"),),
            "losses[0] has shape (1,), expected a single number"),
    Mistake("train_hello", "no parameters returned", (("return params, losses", "return [], losses"),), "params is a list, expected a dictionary"),
    Mistake("train_hello", "a parameter lost", (("return params, losses", "return {'b': params['b']}, losses"),), "params has no entry 'Wx'"),
    Mistake("train_hello", "momentum", instead={"train_hello": SIGNATURE["train_hello"] + """
    losses, speed = [], dict.fromkeys(params, 0)
    for _ in range(steps):
        loss, grads = hello_loss(params, x, y)
        losses.append(loss)
        speed = {name: 0.5 * speed[name] + grads[name] for name in params}
        params = {name: params[name] - learning_rate * speed[name] for name in params}
    return params, losses
"""}, words="after three steps"),
    Mistake("train_hello", "learning rate decays", (("losses.append(loss)", "losses.append(loss); learning_rate *= 0.99"),), "after three steps"),
    Mistake("train_hello", "losses invented", (("losses.append(loss)", "losses.append(loss if len(losses) < 2 else losses[1] * 0.98 ** len(losses))"),),
            "losses of three steps is wrong"),
]

VARIANTS = [
    Variant("rnn_step_forward", "np.dot", ((STEP, "np.tanh(np.dot(x, Wx) + np.dot(prev_h, Wh) + b)"),)),
    Variant("rnn_step_forward", "a single product", ((STEP, "np.tanh(np.hstack([x, prev_h]) @ np.vstack([Wx, Wh]) + b)"),)),
    Variant("rnn_step_forward", "float32 inside", ((STEP, f"{STEP}.astype(np.float32)"),)),
    Variant("rnn_step_forward", "prints and warns", ((STEP, f"{STEP}; print('shapes', x.shape); np.exp(np.array([1e4])); "
            "import sys; print('a line', file=sys.stderr)"),)),
    Variant("rnn_step_forward", "all float32", ((STEP, "np.tanh(np.float32(x) @ np.float32(Wx) + np.float32(prev_h) @ np.float32(Wh) + np.float32(b))"),)),
    Variant("rnn_step_backward", "float32 on the way back", ((DZ, f"({DZ}).astype(np.float32)"),)),
    Variant("rnn_step_backward", "all float32", instead={
        "rnn_step_forward": "def rnn_step_forward(x, prev_h, Wx, Wh, b):\n    x, prev_h, Wx, Wh, b = [np.float32(a) for a in (x, prev_h, Wx, Wh, b)]\n"
                            "    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)\n    return next_h, (x, prev_h, Wx, Wh, next_h)\n",
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    x, prev_h, Wx, Wh, next_h = cache\n    dz = np.float32(dnext_h) * (1 - next_h**2)\n"
                             "    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, prev_h.T @ dz, dz.sum(axis=0)\n"}),
    *[Variant(name, "returned in a list", ((f"return {names}", f"return [{names}]"),)) for name, names in RETURNED.items()],
    Variant("rnn_step_backward", "a namedtuple for a cache", instead={
        "rnn_step_forward": "import collections\nKept = collections.namedtuple('Kept', 'x p Wx Wh h')\n\ndef rnn_step_forward(x, prev_h, Wx, Wh, b):\n"
                            "    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)\n    return next_h, Kept(x, prev_h, Wx, Wh, next_h)\n",
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    c = cache\n    dz = dnext_h * (1 - c.h**2)\n"
                             "    return dz @ c.Wx.T, dz @ c.Wh.T, c.x.T @ dz, c.p.T @ dz, dz.sum(0)\n"}),
    Variant("rnn_step_backward", "a kind of dictionary for a cache", instead={
        "rnn_step_forward": "class Kept(dict):\n    def __init__(self, *, h, **more):\n        super().__init__(more)\n        self.h = h\n\n"
                            "def rnn_step_forward(x, prev_h, Wx, Wh, b):\n    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)\n"
                            "    return next_h, Kept(x=x, p=prev_h, Wx=Wx, Wh=Wh, h=next_h)\n",
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    c = cache\n    dz = dnext_h * (1 - c.h**2)\n"
                             "    return dz @ c['Wx'].T, dz @ c['Wh'].T, c['x'].T @ dz, c['p'].T @ dz, dz.sum(0)\n"}),
    Variant("rnn_step_backward", "a dictionary for a cache", instead={
        "rnn_step_forward": "def rnn_step_forward(x, prev_h, Wx, Wh, b):\n    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)\n"
                            "    return next_h, dict(x=x, p=prev_h, Wx=Wx, Wh=Wh, h=next_h)\n",
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    c = cache\n    dz = dnext_h * (1 - c['h']**2)\n"
                             "    return dz @ c['Wx'].T, dz @ c['Wh'].T, c['x'].T @ dz, c['p'].T @ dz, dz.sum(0)\n"}),
    Variant("rnn_step_backward", "a list for a cache, popped", instead={
        "rnn_step_forward": "def rnn_step_forward(x, prev_h, Wx, Wh, b):\n    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)\n"
                            "    return next_h, [x, prev_h, Wx, Wh, next_h]\n",
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    h, Wh, Wx, p, x = [cache.pop() for _ in range(5)]\n"
                             "    dz = dnext_h * (1 - h**2)\n    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, p.T @ dz, dz.sum(0)\n"}),
    Variant("rnn_step_backward", "an object for a cache", instead={
        "rnn_step_forward": "class Kept:\n    pass\n\ndef rnn_step_forward(x, prev_h, Wx, Wh, b):\n    c = Kept()\n"
                            "    c.x, c.p, c.Wx, c.Wh = x, prev_h, Wx, Wh\n    c.h = np.tanh(x @ Wx + prev_h @ Wh + b)\n"
                            "    return c.h, c\n",
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    c = cache\n    dz = dnext_h * (1 - c.h**2)\n"
                             "    return dz @ c.Wx.T, dz @ c.Wh.T, c.x.T @ dz, c.p.T @ dz, dz.sum(0)\n"}),
    Variant("rnn_step_backward", "gradients in a list", (("return dx, dprev_h, dWx, dWh, db",
            "return [dx, dprev_h, dWx, dWh, db]"),)),
    Variant("rnn_step_backward", "upstream changed in place", ((DZ, "dnext_h\n    dz *= 1 - next_h**2"),)),
    Variant("rnn_step_backward", "through the blocks", instead={
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    x, prev_h, Wx, Wh, next_h = cache\n"
                             "    dz = tanh_backward(dnext_h, next_h)\n    dz, db = add_backward(dz, None)\n"
                             "    dx, dWx = product_backward(dz, (x, Wx))\n    dprev_h, dWh = product_backward(dz, (prev_h, Wh))\n"
                             "    return dx, dprev_h, dWx, dWh, db\n"}),
    Variant("rnn_step_backward", "z kept, derivative by cosh", instead={
        "rnn_step_forward": "def rnn_step_forward(x, prev_h, Wx, Wh, b):\n    z = x @ Wx + prev_h @ Wh + b\n"
                            "    return np.tanh(z), (x, prev_h, Wx, Wh, z)\n",
        "rnn_step_backward": "def rnn_step_backward(dnext_h, cache):\n    x, p, Wx, Wh, z = cache\n"
                             "    dz = dnext_h / np.cosh(z)**2\n    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, p.T @ dz, dz.sum(0)\n"}),
    Variant("rnn_forward", "filled into an array", instead=filled()),
    Variant("rnn_forward", "time first inside", (("x.shape[1]", "len(x.swapaxes(0, 1))"),)),
    Variant("rnn_backward", "sums in place", instead=placed()),
    Variant("rnn_backward", "dh changed in place", instead=placed(upstream="dh[:, t] += dprev_h", gradient="dh[:, t]")),
    Variant("rnn_backward", "einsum", (("dWx + dWx_t", "dWx + np.einsum('ij->ij', dWx_t)"),)),
    Variant("rnn_backward", "the whole way back for every step", instead={
        "rnn_backward": SIGNATURE["rnn_backward"] + """
    N, T, H = dh.shape
    dx, dh0, dWx, dWh, db = np.zeros((N, T, cache[0][0].shape[1])), 0, 0, 0, 0
    for last in range(T):
        dstate = dh[:, last]
        for t in range(last, -1, -1):
            dx_t, dstate, dWx_t, dWh_t, db_t = rnn_step_backward(dstate, cache[t])
            dx[:, t] += dx_t
            dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
        dh0 = dh0 + dstate
    return dx, dh0, dWx, dWh, db
"""}),
    Variant("rnn_backward", "the cache is popped", (("cache[t])", "cache.pop())"),)),
    Variant("rnn_backward", "float32 inside", (("dWx, dWh, db = dWx + dWx_t", "dWx, dWh, db = np.float32(dWx) + dWx_t"),)),
    Variant("next_letter_loss", "through a one-hot", (("dscores[np.arange(T), y] -= 1", "dscores = dscores - "
            "np.eye(scores.shape[1])[y]"),)),
    Variant("next_letter_loss", "a Python loop for the loss", (("-log_p[np.arange(T), y].mean()",
            "-sum(log_p[t, y[t]] for t in range(T)) / T"),)),
    Variant("hello_loss", "helpers and imports", (("    W_vocab, h0", "    import math\n    W_vocab, h0"),)),
    Variant("hello_loss", "gradients in another order", (("return loss, grads", "return loss, dict(reversed(grads.items()))"),)),
    Variant("hello_loss", "the rest in float32", (("return loss, grads", "return loss, {name: np.float32(grads[name]) for name in grads}"),)),
    Variant("train_hello", "numpy raises on its way", (("    losses = []", "    np.seterr(all='raise')\n    losses = []"),)),
    Variant("train_hello", "losses in an array", (("return params, losses", "return params, np.array(losses)"),)),
    Variant("train_hello", "changes its dictionary in place", (("        params = {name: params[name] - learning_rate * "
            "grads[name] for name in params}", "        for name in params:\n            params[name] -= learning_rate * "
            "grads[name]"),)),
]

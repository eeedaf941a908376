"""What students write in 4-gru: the classics of gated cells, and what the conventions of other books lead to."""

from tests.mistakes import Mistake, Variant

NOTEBOOK = "4-gru/gru.ipynb"

A = "a_r, a_z, a_n = np.split(x @ Wx + b, 3, axis=1)"
U = "u_r, u_z, u_n = np.split(prev_h @ Wh, 3, axis=1)"
GATES = "r, z = sigmoid(a_r + u_r), sigmoid(a_z + u_z)"
N = "n = np.tanh(a_n + r * u_n)"
MIX = "next_h = z * prev_h + (1 - z) * n"
KEPT = "x, prev_h, Wx, Wh, r, z, n, u_n"
DMIX = "dn, dz = dnext_h * (1 - z), dnext_h * (prev_h - n)"
DA_N = "da_n = dn * (1 - n**2)"
DLISTEN = "dr, du_n = da_n * u_n, da_n * r"
SLOPES = "da_r, da_z = dr * r * (1 - r), dz * z * (1 - z)"
DA = "da = np.hstack([da_r, da_z, da_n])"
DU = "du = np.hstack([da_r, da_z, du_n])"
DSTATE = "du @ Wh.T + dnext_h * z"
SUMS = "dWx + dWx_t, dWh + dWh_t, db + db_t"
CALL = "gru_step_backward(dh[:, t] + dh0, cache[t])"

GATE_Z = ("In db the block of z is wrong, the blocks of r, n are right.\n  It is right where the update gate is held open, and where it is "
          "held shut: what comes back through the gate itself?")

BACKWARD = '''def gru_backward(dh, cache):
    N, T, H = dh.shape
    D = cache[0][0].shape[1]
    dx, dWx, dWh, db = np.zeros((N, T, D)), np.zeros((D, 3 * H)), np.zeros((H, 3 * H)), np.zeros(3 * H)
    dprev_h, dh0 = np.zeros((N, H)), np.zeros((N, H))
    for t in {order}:
        {upstream}
        {place}, dprev_h, dWx_t, dWh_t, db_t = gru_step_backward({gradient}, cache[{index}])
        dWx += dWx_t; dWh += dWh_t; db += db_t
    {end}
    return dx, dh0, dWx, dWh, db
'''
USUAL = {"order": "reversed(range(T))", "upstream": "pass", "place": "dx[:, t]", "gradient": "dh[:, t] + dprev_h",
         "index": "t", "end": "dh0 = dprev_h"}


def placed(**other: str) -> dict[str, str]:
    """The way back as most students write it, with some of its parts written otherwise."""
    return {"gru_backward": BACKWARD.format(**{**USUAL, **other})}


def cho(before: str = "") -> str:
    """A step in the form of Cho et al.: right in their book, wrong with this kit's weights."""
    return f'''def gru_step_forward(x, prev_h, Wx, Wh, b):
    H = prev_h.shape[1]
    a = x @ Wx + b
    gates = sigmoid(a[:, :2 * H] + prev_h @ Wh[:, :2 * H])
    r, z = gates[:, :H], gates[:, H:]
    n = np.tanh(a[:, 2 * H:] + (r * prev_h) @ Wh[:, 2 * H:])
    {before}
    return {'(1 - z) * prev_h + z * n' if before else 'z * prev_h + (1 - z) * n'}, (x, prev_h, Wx, Wh, r, z, n, prev_h)
'''


PARKED = '''def gru_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h, cache = np.zeros((N, T, h0.shape[1])), []
    h[:, -1] = h0
    for t in range(T):
        h[:, t], step = gru_step_forward(x[:, t], h[:, t - 1], Wx, Wh, b)
        cache.append(step)
    return h, cache
'''

ONE_CACHE = '''def gru_forward(x, h0, Wx, Wh, b):
    states, state = [], h0
    for t in range(x.shape[1]):
        state, cache = gru_step_forward(x[:, t], state, Wx, Wh, b)
        states.append(state)
    return np.stack(states, axis=1), cache
'''

MISTAKES = [
    Mistake("gru_step_forward", "order z, r, n", ((A, A.replace("a_r, a_z", "a_z, a_r")), (U, U.replace("u_r, u_z", "u_z, u_r"))),
            "seems to read the blocks in the order z, r, n; they come in the order r, z, n."),
    Mistake("gru_step_forward", "order r, n, z", ((A, A.replace("a_z, a_n", "a_n, a_z")), (U, U.replace("u_z, u_n", "u_n, u_z"))),
            "seems to read the blocks in the order r, n, z; they come in the order r, z, n."),
    Mistake("gru_step_forward", "order z, n, r", ((A, A.replace("a_r, a_z, a_n", "a_z, a_n, a_r")), (U, U.replace("u_r, u_z, u_n", "u_z, u_n, u_r"))),
            "seems to read the blocks in the order z, n, r; they come in the order r, z, n."),
    Mistake("gru_step_forward", "z and 1 - z exchanged", ((MIX, "next_h = (1 - z) * prev_h + z * n"),), "z and 1 - z seem to have changed places."),
    Mistake("gru_step_forward", "1 - r for r", ((N, "n = np.tanh(a_n + (1 - r) * u_n)"),), "r and 1 - r seem to have changed places."),
    Mistake("gru_step_forward", "reset before the product", instead={"gru_step_forward": cho()}, words="the form of Cho et al."),
    Mistake("gru_step_forward", "reset before the product, z turned round", instead={"gru_step_forward": cho("pass")},
            words="z and 1 - z seem to have changed places."),
    Mistake("gru_step_forward", "reset gate forgotten", ((N, "n = np.tanh(a_n + u_n)"),),
            "It does not change when the block of r changes: is r used?"),
    Mistake("gru_step_forward", "reset acts on the input too", ((N, "n = np.tanh(r * (a_n + u_n))"),),
            "With every gate shut, next_h should be tanh(a_n); it is 0."),
    Mistake("gru_step_forward", "reset acts on the bias, as PyTorch's second one",
            ((A, "a_r, a_z, a_n = np.split(x @ Wx + b, 3, axis=1); b_n = np.split(b, 3)[2]"), (N, "n = np.tanh(a_n - b_n + r * (u_n + b_n))")),
            "it is tanh(a_n - b_n): is b inside the part that r multiplies?"),
    Mistake("gru_step_forward", "reset acts on the state itself", ((N, "n = np.tanh(a_n + r * prev_h)"),), "it is tanh(a_n + prev_h)."),
    Mistake("gru_step_forward", "candidate does not hear the state", ((N, "n = np.tanh(a_n + r)"),), "should be tanh(a_n + u_n)"),
    Mistake("gru_step_forward", "candidate through a sigmoid", ((N, "n = sigmoid(a_n + r * u_n)"),), "it is sigmoid(a_n + u_n)."),
    Mistake("gru_step_forward", "candidate not squashed", ((N, "n = a_n + r * u_n"),), "it is a_n + u_n."),
    Mistake("gru_step_forward", "gates through tanh", ((GATES, "r, z = np.tanh(a_r + u_r), np.tanh(a_z + u_z)"),), "With only the reset gate open"),
    Mistake("gru_step_forward", "another tanh around the state", ((MIX, "next_h = np.tanh(z * prev_h + (1 - z) * n)"),),
            "it is tanh(tanh(a_n + u_n))."),
    Mistake("gru_step_forward", "keeps and writes at once", ((MIX, "next_h = z * prev_h + n"),), "next_h should be prev_h; it is prev_h + n."),
    Mistake("gru_step_forward", "old state forgotten", ((MIX, "next_h = (1 - z) * n"),), "next_h should be prev_h; it is 0."),
    Mistake("gru_step_forward", "reset gate in the place of the update gate", ((MIX, "next_h = r * prev_h + (1 - r) * n"),),
            "It does not change when the block of z changes: is z used?"),
    Mistake("gru_step_forward", "mixes with prev_h Wh", ((MIX, "next_h = z * u_n + (1 - z) * n"),), "should be prev_h; it is u_n."),
    Mistake("gru_step_forward", "gates do not hear the state", ((GATES, "r, z = sigmoid(a_r), sigmoid(a_z)"),), "the gates hear the input alone"),
    Mistake("gru_step_forward", "bias forgotten", (("x @ Wx + b", "x @ Wx"),), "is b used?"),
    Mistake("gru_step_forward", "bias twice", (("prev_h @ Wh, 3", "prev_h @ Wh + b, 3"),), "it is tanh(a_n + b_n + u_n): is b added twice?"),
    Mistake("gru_step_forward", "order z, r, n in u alone", ((U, U.replace("u_r, u_z", "u_z, u_r")),), "u_r and u_z have changed places"),
    Mistake("gru_step_forward", "order r, n, z in u alone", ((U, U.replace("u_z, u_n", "u_n, u_z")),), "it is"),
    Mistake("gru_step_forward", "every third column for a block", ((A, "a = x @ Wx + b; a_r, a_z, a_n = a[:, ::3], a[:, 1::3], a[:, 2::3]"),
            (U, "u = prev_h @ Wh; u_r, u_z, u_n = u[:, ::3], u[:, 1::3], u[:, 2::3]")), "seems to take every third column for a block"),
    Mistake("gru_step_forward", "no cache returned", (("return next_h, cache", "return next_h"),),
            "gru_step_forward returned one array, expected 2 things: next_h, cache."),
    Mistake("gru_step_forward", "cache left at None", (("    return next_h", "    cache = None\n    return next_h"),), "returned None for cache."),
    Mistake("gru_step_forward", "blocks along the batch", ((A, A.replace("axis=1", "axis=0")), (U, U.replace("axis=1", "axis=0"))), "stopped"),
    Mistake("gru_step_forward", "state changed in place", ((MIX, "prev_h *= z; prev_h += (1 - z) * n; next_h = prev_h"),), "changed its input prev_h in place"),
    Mistake("gru_step_forward", "squeeze breaks N=1", (("    return next_h", "    next_h = next_h.squeeze()\n    return next_h"),), "With N = 1: next_h has shape"),
    Mistake("gru_step_forward", "hand-made sigmoid overflows", ((GATES, "r, z = np.exp(a_r + u_r) / (1 + np.exp(a_r + u_r)), sigmoid(a_z + u_z)"),),
            "With large inputs: next_h is not finite"),

    Mistake("gru_step_backward", "straight way missing", ((DSTATE, "du @ Wh.T"),), "the update gate is held shut"),
    Mistake("gru_step_backward", "straight way with 1 - z", ((DSTATE, "du @ Wh.T + dnext_h * (1 - z)"),), "look at the line of dprev_h alone"),
    Mistake("gru_step_backward", "straight way without z", ((DSTATE, "du @ Wh.T + dnext_h"),), "the update gate is held open"),
    Mistake("gru_step_backward", "only the straight way", ((DSTATE, "dnext_h * z"),), "the update gate is held open"),
    Mistake("gru_step_backward", "way through z missing", ((DSTATE, "np.hstack([da_r, 0 * da_z, du_n]) @ Wh.T + dnext_h * z"),),
            "where the update gate is held open, and where it is held shut"),
    Mistake("gru_step_backward", "way through r missing", ((DSTATE, "np.hstack([0 * da_r, da_z, du_n]) @ Wh.T + dnext_h * z"),),
            "where the reset gate is held open, and where it is held shut"),
    Mistake("gru_step_backward", "way through the candidate missing", ((DSTATE, "np.hstack([da_r, da_z, 0 * du_n]) @ Wh.T + dnext_h * z"),),
            "the reset gate is held shut"),
    Mistake("gru_step_backward", "dprev_h without the factor r", ((DSTATE, "da @ Wh.T + dnext_h * z"),), "the reset gate is held open"),
    Mistake("gru_step_backward", "dWh without the factor r", (("prev_h.T @ du", "prev_h.T @ da"),), "In dWh the block of n is wrong, the blocks of r, z are right."),
    Mistake("gru_step_backward", "factor r nowhere", ((DU, "du = da"),), "the reset gate is held open"),
    Mistake("gru_step_backward", "factor r for the input too", ((DA, "da = np.hstack([da_r, da_z, du_n])"),), "the reset gate is held open"),
    Mistake("gru_step_backward", "da and du exchanged", ((DA, DA.replace("da =", "du =")), (DU, DU.replace("du =", "da ="))), "the block of n is wrong"),
    Mistake("gru_step_backward", "n with z for 1 - z", ((DMIX, DMIX.replace("(1 - z)", "z")),), "the block of z is right"),
    Mistake("gru_step_backward", "n without its share", ((DMIX, DMIX.replace("dnext_h * (1 - z)", "dnext_h")),), "the blocks of r, n are wrong"),
    Mistake("gru_step_backward", "dz has the wrong sign", ((DMIX, DMIX.replace("prev_h - n", "n - prev_h")),), GATE_Z),
    Mistake("gru_step_backward", "dz from the kept part alone", ((DMIX, DMIX.replace("(prev_h - n)", "prev_h")),), GATE_Z),
    Mistake("gru_step_backward", "dz from the new part alone", ((DMIX, DMIX.replace("(prev_h - n)", "-n")),), GATE_Z),
    Mistake("gru_step_backward", "tanh' missing", ((DA_N, "da_n = dn"),), "the blocks of r, n are wrong"),
    Mistake("gru_step_backward", "sigmoid' for the candidate", ((DA_N, "da_n = dn * n * (1 - n)"),), "the blocks of r, n are wrong"),
    Mistake("gru_step_backward", "tanh of tanh", ((DA_N, "da_n = dn * (1 - np.tanh(n)**2)"),), "the blocks of r, n are wrong"),
    Mistake("gru_step_backward", "sigmoid' missing in z", ((SLOPES, SLOPES.replace("dz * z * (1 - z)", "dz")),), GATE_Z),
    Mistake("gru_step_backward", "tanh' for z alone", ((SLOPES, SLOPES.replace("dz * z * (1 - z)", "dz * (1 - z**2)")),), GATE_Z),
    Mistake("gru_step_backward", "sigmoid' missing in r", ((SLOPES, SLOPES.replace("dr * r * (1 - r)", "dr")),), "In db the block of r is wrong"),
    Mistake("gru_step_backward", "tanh' for the gates", ((SLOPES, "da_r, da_z = dr * (1 - r**2), dz * (1 - z**2)"),), "the blocks of r, z are wrong"),
    Mistake("gru_step_backward", "dr from prev_h", ((DLISTEN, DLISTEN.replace("da_n * u_n", "da_n * prev_h")),), "In db the block of r is wrong"),
    Mistake("gru_step_backward", "dr before the tanh", ((DLISTEN, DLISTEN.replace("da_n * u_n", "dn * u_n")),), "In db the block of r is wrong"),
    Mistake("gru_step_backward", "r and u_n exchanged", ((DLISTEN, "dr, du_n = da_n * r, da_n * u_n"),), "In db the block of r is wrong"),
    Mistake("gru_step_backward", "blocks in the order z, r, n", ((DA, DA.replace("da_r, da_z", "da_z, da_r")), (DU, DU.replace("da_r, da_z", "da_z, da_r"))),
            "The blocks of db come in the order z, r, n; expected r, z, n."),
    Mistake("gru_step_backward", "cache unpacked in another order", ((f"{KEPT} = cache\n    dn", f"{KEPT.replace('r, z,', 'z, r,')} = cache\n    dn"),), "is wrong"),
    Mistake("gru_step_backward", "cache with one thing less", ((f"{KEPT} = cache\n    dn", f"{KEPT.replace(', u_n', '')} = cache\n    u_n = 0\n    dn"),),
            "unpacked in the order in which it was packed"),
    Mistake("gru_step_backward", "Wx not transposed", (("da @ Wx.T", "da @ Wx"),), "two shapes do not multiply"),
    Mistake("gru_step_backward", "dWx transposed", (("x.T @ da,", "da.T @ x,"),), "It looks transposed"),
    Mistake("gru_step_backward", "dWh not transposed", (("prev_h.T @ du", "prev_h @ du"),), "two shapes do not multiply"),
    Mistake("gru_step_backward", "db of the state's product", (("da.sum(axis=0)", "du.sum(axis=0)"),), "In db the block of n is wrong, the blocks of r, z are right."),
    Mistake("gru_step_backward", "db summed over everything", (("da.sum(axis=0)", "da.sum()"),), "is it summed over every axis?"),
    Mistake("gru_step_backward", "db not summed", (("da.sum(axis=0)", "da"),), "is a sum over it missing?"),
    Mistake("gru_step_backward", "db keeps a leading 1", (("da.sum(axis=0)", "da.sum(axis=0, keepdims=True)"),), "keepdims"),
    Mistake("gru_step_backward", "mean for sum", (("da.sum(axis=0)", "da.mean(axis=0)"),), "0.25 = 1/N"),
    Mistake("gru_step_backward", "squeeze breaks N=1", (("da @ Wx.T,", "(da @ Wx.T).squeeze(),"),), "With N = 1: dx has shape"),
    Mistake("gru_step_backward", "changes the old state", ((DMIX, f"{DMIX}; prev_h *= 0"),), "changed prev_h, an input of gru_step_forward, in place"),

    Mistake("gru_forward", "state not carried", (("(x[:, t], state, Wx", "(x[:, t], h0, Wx"),), "is the state carried"),
    Mistake("gru_forward", "h0 not used", (("= [], [], h0", "= [], [], 0 * h0"),), "is h0 used?"),
    Mistake("gru_forward", "body left out of the loop", (("        steps.append(state)\n        cache", "    steps.append(state)\n    cache"),), "h has shape"),
    Mistake("gru_forward", "time first", (("np.stack(steps, axis=1)", "np.stack(steps)"),), "The axes are in another order"),
    Mistake("gru_forward", "h0 among the states", (("= [], [], h0", "= [h0], [], h0"),), "one too long along T"),
    Mistake("gru_forward", "backward in time", (("in range(x.shape[1])", "in reversed(range(x.shape[1]))"),), "read from its end"),
    Mistake("gru_forward", "time and batch mixed by reshape", (("np.stack(steps, axis=1)", "np.array(steps).reshape(x.shape[0], x.shape[1], -1)"),),
            "reshape does not move axes"),
    Mistake("gru_forward", "no cache returned", (("return h, cache", "return h"),), "gru_forward returned one array, expected 2 things: h, cache."),
    Mistake("gru_forward", "squeeze breaks N=1", (("np.stack(steps, axis=1)", "np.stack(steps, axis=1).squeeze()"),), "With N = 1"),

    Mistake("gru_backward", "recurrent gradient not added", ((CALL, CALL.replace(" + dh0", "")),), "what reaches h[t] besides dh[:, t]?"),
    Mistake("gru_backward", "dh from above forgotten", ((CALL, CALL.replace("dh[:, t] + dh0", "dh[:, t] if t == dh.shape[1] - 1 else dh0")),), "The last step is right and the earlier ones are not"),
    Mistake("gru_backward", "dh0 left at zero", instead=placed(end="pass"), words="It is zero in every entry"),
    Mistake("gru_backward", "weight gradients overwritten", ((SUMS, "dWx_t, dWh_t, db_t"),), "is the share of every step added up?"),
    Mistake("gru_backward", "only dWh overwritten", ((SUMS, "dWx + dWx_t, dWh_t, db + db_t"),), "is the share of every step added up?"),
    Mistake("gru_backward", "mean over time", (("    return", "    dWx, dWh, db = dWx / len(cache), dWh / len(cache), db / len(cache)\n    return"),), "= 1/T here"),
    Mistake("gru_backward", "dx backward in time", (("dxs.insert(0, dx_t)", "dxs.append(dx_t)"),), "backward in time"),
    Mistake("gru_backward", "forward in time", instead=placed(order="range(T)"), words="With one step (T = 1) it is right"),
    Mistake("gru_backward", "one step's cache for all", instead={"gru_forward": ONE_CACHE},
            words="of gru_step_backward: x, prev_h, Wx, Wh, r, z, n, u_n = cache\n  Does cache[t] hold one step's whole cache"),
    Mistake("gru_backward", "cache of the step before", instead=placed(index="t - 1"), words="With one step (T = 1) it is right"),
    Mistake("gru_backward", "gradients added up over and over", instead=placed(gradient="dh[:, t:].sum(axis=1) + dprev_h"), words="besides dh[:, t]?"),
    Mistake("gru_backward", "a cached view of h is overwritten", instead={"gru_forward": PARKED}, words="Right at t = 1, 2, 3, 4, 5, 6; wrong at t = 0."),
    Mistake("gru_backward", "squeeze breaks N=1", (("np.stack(dxs, axis=1)", "np.stack(dxs, axis=1).squeeze()"),), "With N = 1"),
]

VARIANTS = [
    Variant("gru_step_forward", "the gates in one", instead={"gru_step_forward": '''def gru_step_forward(x, prev_h, Wx, Wh, b):
    H = prev_h.shape[1]
    a, u = x @ Wx + b, prev_h @ Wh
    both = sigmoid(a[:, :2 * H] + u[:, :2 * H])
    r, z = both[:, :H], both[:, H:]
    n = np.tanh(a[:, 2 * H:] + r * u[:, 2 * H:])
    return n + z * (prev_h - n), (x, prev_h, Wx, Wh, r, z, n, u[:, 2 * H:])
'''}),
    Variant("gru_step_forward", "six products", instead={"gru_step_forward": '''def gru_step_forward(x, prev_h, Wx, Wh, b):
    H = len(Wh)
    part = [slice(k, k + H) for k in range(0, 3 * H, H)]
    r = 1 / (1 + np.exp(-(x @ Wx[:, part[0]] + prev_h @ Wh[:, part[0]] + b[part[0]])))
    z = 1 / (1 + np.exp(-(x.dot(Wx[:, part[1]]) + prev_h.dot(Wh[:, part[1]]) + b[part[1]])))
    u_n = prev_h @ Wh[:, part[2]]
    n = np.tanh(x @ Wx[:, part[2]] + b[part[2]] + r * u_n)
    return (1 - z) * n + z * prev_h, (x, prev_h, Wx, Wh, r, z, n, u_n)
'''}),
    Variant("gru_step_forward", "float32 inside", ((N, f"{N}.astype(np.float32)"),)),
    Variant("gru_step_forward", "prints and warns", ((MIX, f"{MIX}; print('shapes', x.shape); np.exp(np.array([1e4]))"),)),
    Variant("gru_step_forward", "a helper and an import", ((N, f"import functools\n    {N}"),)),
    Variant("gru_step_forward", "returned in a list", (("return next_h, cache", "return [next_h, cache]"),)),
    Variant("gru_step_forward", "the given sigmoid by its home", ((GATES, f"from unrolled.layers.gates import sigmoid\n    {GATES}"),)),
    Variant("gru_step_backward", "a dictionary, and everything anew", instead={
        "gru_step_forward": '''def gru_step_forward(x, prev_h, Wx, Wh, b):
    H = prev_h.shape[1]
    c = dict(x=x, h=prev_h, Wx=Wx, Wh=Wh, b=b)
    a, u = x @ Wx + b, prev_h @ Wh
    r, z = sigmoid((a + u)[:, :H]), sigmoid((a + u)[:, H:2 * H])
    n = np.tanh(a[:, 2 * H:] + r * u[:, 2 * H:])
    return z * prev_h + (1 - z) * n, c
''',
        "gru_step_backward": '''def gru_step_backward(dnext_h, cache):
    x, h, Wx, Wh, b = cache.values()
    H = h.shape[1]
    a, u = x @ Wx + b, h @ Wh
    r, z = sigmoid((a + u)[:, :H]), sigmoid((a + u)[:, H:2 * H])
    n = np.tanh(a[:, 2 * H:] + r * u[:, 2 * H:])
    dn = dnext_h * (1 - z) * (1 - n * n)
    da = np.concatenate([dn * u[:, 2 * H:] * r * (1 - r), dnext_h * (h - n) * z * (1 - z), dn], axis=1)
    du = da.copy()
    du[:, 2 * H:] *= r
    return da @ Wx.T, du @ Wh.T + z * dnext_h, x.T @ da, h.T @ du, np.sum(da, axis=0)
'''}),
    Variant("gru_step_backward", "a list for a cache, popped", instead={
        "gru_step_forward": '''def gru_step_forward(x, prev_h, Wx, Wh, b):
    a_r, a_z, a_n = np.split(x @ Wx + b, 3, axis=1)
    u_r, u_z, u_n = np.split(prev_h @ Wh, 3, axis=1)
    r, z = sigmoid(a_r + u_r), sigmoid(a_z + u_z)
    n = np.tanh(a_n + r * u_n)
    return z * prev_h + (1 - z) * n, [u_n, n, z, r, Wh, Wx, prev_h, x]
''',
        "gru_step_backward": '''def gru_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, r, z, n, u_n = [cache.pop() for _ in range(8)]
    da_n = dnext_h * (1 - z) * (1 - n**2)
    da_r, da_z = da_n * u_n * r * (1 - r), dnext_h * (prev_h - n) * z * (1 - z)
    da, du = np.hstack([da_r, da_z, da_n]), np.hstack([da_r, da_z, da_n * r])
    return da @ Wx.T, du @ Wh.T + dnext_h * z, x.T @ da, prev_h.T @ du, da.sum(0)
'''}),
    Variant("gru_step_backward", "way by way", ((DSTATE, "da_r @ Wh[:, :r.shape[1]].T + da_z @ Wh[:, r.shape[1]:2 * r.shape[1]].T + "
            "du_n @ Wh[:, 2 * r.shape[1]:].T + dnext_h * z"),)),
    Variant("gru_step_backward", "filled block by block", ((DU, "H = r.shape[1]; du = np.zeros((len(x), 3 * H)); du[:, :H] = da_r; "
            "du[:, H:2 * H] = da_z; du[:, 2 * H:] = du_n"),)),
    Variant("gru_step_backward", "dz in two parts", ((DMIX, "dn, dz = dnext_h * (1 - z), dnext_h * prev_h - dnext_h * n"),)),
    Variant("gru_step_backward", "float32 inside", ((DA, f"{DA}.astype(np.float32)"),)),
    Variant("gru_step_backward", "upstream changed in place", ((DSTATE, "du @ Wh.T + np.multiply(dnext_h, z, out=dnext_h)"),)),
    Variant("gru_forward", "filled into an array", instead={"gru_forward": '''def gru_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h, cache, prev_h = np.zeros((N, T, h0.shape[1])), {}, h0
    for t in range(T):
        prev_h, cache[t] = gru_step_forward(x[:, t, :], prev_h, Wx, Wh, b)
        h[:, t, :] = prev_h
    return h, cache
'''}),
    Variant("gru_backward", "sums in place", instead=placed()),
    Variant("gru_backward", "dh changed in place", instead=placed(upstream="dh[:, t] += dprev_h", gradient="dh[:, t]")),
    Variant("gru_backward", "the cache is popped", ((CALL, CALL.replace("cache[t]", "cache.pop()")),)),
]

"""What students really write in 3-lstm: seen in public answers to CS231n's assignment, and the classics."""

from tests.mistakes import Mistake, Variant

NOTEBOOK = "3-lstm/lstm.ipynb"

Z = "np.split(z, 4, axis=1)"
GATES = "i, f, o, g = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)"
CELL = "next_c = f * prev_c + i * g"
KEPT = "x, prev_h, prev_c, Wx, Wh, i, f, o, g, tanh_c"
DC = "dc = dnext_c + dnext_h * o * (1 - tanh_c**2)"
INNER = "di, df, do, dg = dc * g, dc * prev_c, dnext_h * tanh_c, dc * i"
DZ = "np.hstack([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)])"
THREE = "dx, dprev_h, dprev_c = dz @ Wx.T, dz @ Wh.T, dc * f"
SUMS = "dWx + dWx_t, dWh + dWh_t, db + db_t"
CALL = "lstm_step_backward(dh[:, t] + dh0, dcell, cache[t])"
STEP = 'lstm_step_forward(params["W_embed"][words], h, c, params["Wx"], params["Wh"], params["b"])'
CARRIED = f"h, c, _ = {STEP}"
SCORES = '(h @ params["W_vocab"] + params["b_vocab"])'
STATES = "states, cache, state, cell = [], [], h0, np.zeros_like(h0)"

BACKWARD = '''def lstm_backward(dh, cache):
    N, T, H = dh.shape
    D = cache[0][0].shape[1]
    dx, dWx, dWh, db = np.zeros((N, T, D)), np.zeros((D, 4 * H)), np.zeros((H, 4 * H)), np.zeros(4 * H)
    dprev_h, dprev_c, dh0 = np.zeros((N, H)), np.zeros((N, H)), np.zeros((N, H))
    for t in {order}:
        {upstream}
        {place}, dprev_h, {cell}, dWx_t, dWh_t, db_t = lstm_step_backward({gradient}, dprev_c, cache[{index}])
        dWx += dWx_t; dWh += dWh_t; db += db_t
    {end}
    return dx, dh0, dWx, dWh, db
'''
USUAL = {"order": "reversed(range(T))", "upstream": "pass", "place": "dx[:, t]", "cell": "dprev_c",
         "gradient": "dh[:, t] + dprev_h", "index": "t", "end": "dh0 = dprev_h"}


def placed(**other: str) -> dict[str, str]:
    """The way back as most students write it, with some of its parts written otherwise."""
    return {"lstm_backward": BACKWARD.format(**{**USUAL, **other})}


PARKED = '''def lstm_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h, c, cache = np.zeros((N, T, len(h0[0]))), np.zeros((N, len(h0[0]))), []
    h[:, -1] = h0
    for t in range(T):
        h[:, t], c, step = lstm_step_forward(x[:, t], h[:, t - 1], c, Wx, Wh, b)
        cache.append(step)
    return h, cache
'''

ONE_CACHE = '''def lstm_forward(x, h0, Wx, Wh, b):
    states, state, cell = [], h0, np.zeros_like(h0)
    for t in range(x.shape[1]):
        state, cell, cache = lstm_step_forward(x[:, t], state, cell, Wx, Wh, b)
        states.append(state)
    return np.stack(states, axis=1), cache
'''

MISTAKES = [
    Mistake("sigmoid", "the minus forgotten", (("(1 + np.tanh(z / 2)) / 2", "1 / (1 + np.exp(z))"),), "out is wrong"),
    Mistake("sigmoid", "nan where z is large", (("(1 + np.tanh(z / 2)) / 2", "np.exp(z) / (1 + np.exp(z))"),),
            "With z = 1000: out is not finite: 1 nan in 1 entry."),
    Mistake("sigmoid", "tanh instead", (("(1 + np.tanh(z / 2)) / 2", "np.tanh(z)"),), "out is wrong"),
    Mistake("sigmoid", "z not halved", (("(1 + np.tanh(z / 2)) / 2", "(1 + np.tanh(z)) / 2"),), "out is wrong"),
    Mistake("sigmoid", "changes what it was given", (("out = (1", "z /= 2; out = (1"), ("z / 2", "z")),
            "changed its input z in place"),
    Mistake("sigmoid", "zero for negative z", (("out = (1 + np.tanh(z / 2)) / 2", "out = np.where(z < -1, 0, (1 + np.tanh(z / 2)) / 2)"),),
            "out is wrong"),

    Mistake("lstm_step_forward", "order i, f, g, o", (("z_i, z_f, z_o, z_g =", "z_i, z_f, z_g, z_o ="),),
            "seems to read the blocks in the order i, f, g, o; they come in the order i, f, o, g."),
    Mistake("lstm_step_forward", "order f, i, o, g", (("z_i, z_f, z_o, z_g =", "z_f, z_i, z_o, z_g ="),),
            "seems to read b[:H] as the block of f; the blocks come in the order i, f, o, g."),
    Mistake("lstm_step_forward", "order g, i, f, o", (("z_i, z_f, z_o, z_g =", "z_g, z_i, z_f, z_o ="),), "seems to read b[2*H:3*H] as the block of f"),
    Mistake("lstm_step_forward", "every fourth column for a block", ((Z, "(z[:, k::4] for k in range(4))"),), "seems to take every fourth column for a block"),
    Mistake("lstm_step_forward", "1 - i for f", ((CELL, "next_c = (1 - i) * prev_c + i * g"),), "It does not change when the block of f changes: is f used?"),
    Mistake("lstm_step_forward", "no cache returned", (("return next_h, next_c, cache", "return next_h, next_c"),),
            "lstm_step_forward returned 2 things, expected 3 things: next_h, next_c, cache."),
    Mistake("lstm_step_forward", "states returned in a pair", (("return next_h, next_c, cache", "return (next_h, next_c), cache"),), "next_h is a tuple"),
    Mistake("lstm_step_forward", "cache left at None", (("    return next_h", "    cache = None\n    return next_h"),), "returned None for cache."),
    Mistake("lstm_step_forward", "candidate through a sigmoid", (("np.tanh(z_g)", "sigmoid(z_g)"),),
            "With only the input gate open, next_c should be -1; it is 0."),
    Mistake("lstm_step_forward", "every block through tanh", ((GATES, "i, f, o, g = np.tanh(z_i), np.tanh(z_f), np.tanh(z_o), np.tanh(z_g)"),),
            "With only the forget gate open, "),
    Mistake("lstm_step_forward", "forget gate forgotten", ((CELL, "next_c = prev_c + i * g"),),
            "With every gate shut, next_c should be 0; it is prev_c."),
    Mistake("lstm_step_forward", "input gate forgotten", ((CELL, "next_c = f * prev_c + g"),), "It does not change when the block of i changes: is i used?"),
    Mistake("lstm_step_forward", "old cell forgotten", ((CELL, "next_c = f + i * g"),), "next_c should be prev_c; it is 1."),
    Mistake("lstm_step_forward", "cell rewritten", ((CELL, "next_c = i * g"),), "With only the forget gate open, next_c should be prev_c; it is 0."),
    Mistake("lstm_step_forward", "kept from the hidden state", ((CELL, "next_c = f * prev_h + i * g"),), "next_c should be prev_c; it is prev_h."),
    Mistake("lstm_step_forward", "tanh of the cell missing", (("tanh_c = np.tanh(next_c)", "tanh_c = next_c"),),
            "next_h should be 0.7616; it is 1."),
    Mistake("lstm_step_forward", "sigmoid of the cell", (("tanh_c = np.tanh(next_c)", "tanh_c = sigmoid(next_c)"),), "next_h should be 0.7616; it is 0.7311."),
    Mistake("lstm_step_forward", "output gate forgotten", (("next_h = o * tanh_c", "next_h = tanh_c"),),
            "With only the forget gate open, next_h should be 0; it is tanh(prev_c)."),
    Mistake("lstm_step_forward", "shows the old cell", (("next_h = o * tanh_c", "next_h = o * np.tanh(prev_c)"),),
            "next_h should be 0.7616; it is tanh(prev_c)."),
    Mistake("lstm_step_forward", "states returned in another order", (("return next_h, next_c, cache", "return next_c, next_h, cache"),),
            "next_h and next_c stand in each other's place."),
    Mistake("lstm_step_forward", "blocks along the batch", ((Z, "np.split(z, 4, axis=0)"),), "array split does not result in an equal division"),
    Mistake("lstm_step_forward", "bias forgotten", (("prev_h @ Wh + b", "prev_h @ Wh"),), "is b used?"),
    Mistake("lstm_step_forward", "state forgotten", (("x @ Wx + prev_h @ Wh + b", "x @ Wx + b"),), "is prev_h used?"),
    Mistake("lstm_step_forward", "squeeze breaks N=1", (("next_h = o * tanh_c", "next_h = (o * tanh_c).squeeze()"),), "With N = 1: next_h has shape"),
    Mistake("lstm_step_forward", "squeezed cell breaks N=1", (("    return next_h", "    next_c = next_c.squeeze()\n    return next_h"),),
            "With N = 1: next_c has shape"),
    Mistake("lstm_step_forward", "cell changed in place", ((CELL, "prev_c *= f; prev_c += i * g; next_c = prev_c"),), "changed its input prev_c in place"),
    Mistake("lstm_step_forward", "hand-made tanh overflows", (("np.tanh(z_g)", "(np.exp(z_g) - np.exp(-z_g)) / (np.exp(z_g) + np.exp(-z_g))"),),
            "With large inputs: next_h is not finite"),

    Mistake("lstm_step_backward", "dnext_c dropped", ((DC, "dc = dnext_h * o * (1 - tanh_c**2)"),), "dnext_c"),
    Mistake("lstm_step_backward", "way through the tanh dropped", ((DC, "dc = dnext_c"),), "It is right where dnext_h is zero"),
    Mistake("lstm_step_backward", "both ways not added but multiplied", ((DC, "dc = dnext_c * dnext_h * o * (1 - tanh_c**2)"),), "dx is wrong"),
    Mistake("lstm_step_backward", "derivative of tanh missing", ((DC, "dc = dnext_c + dnext_h * o"),), "It is right where dnext_h is zero"),
    Mistake("lstm_step_backward", "output gate missing on the way to the cell", ((DC, "dc = dnext_c + dnext_h * (1 - tanh_c**2)"),),
            "the block of o is right"),
    Mistake("lstm_step_backward", "derivative of tanh of tanh", ((DC, DC.replace("tanh_c**2", "np.tanh(tanh_c)**2")),), "the block of o is right"),
    Mistake("lstm_step_backward", "input and candidate exchanged", ((INNER, INNER.replace("dc * g,", "dc * i,").replace(", dc * i", ", dc * g")),),
            "the blocks of i, g are wrong"),
    Mistake("lstm_step_backward", "forget gate from the new cell", ((INNER, INNER.replace("dc * prev_c", "dc * tanh_c")),), "the block of f is wrong"),
    Mistake("lstm_step_backward", "output gate from dc", ((INNER, INNER.replace("dnext_h * tanh_c", "dc * tanh_c")),), "the block of o is wrong"),
    Mistake("lstm_step_backward", "sigmoid' missing in i", ((DZ, DZ.replace("di * i * (1 - i)", "di")),), "the block of i is wrong"),
    Mistake("lstm_step_backward", "sigmoid' missing in f", ((DZ, DZ.replace("df * f * (1 - f)", "df")),), "the block of f is wrong"),
    Mistake("lstm_step_backward", "sigmoid' missing in o", ((DZ, DZ.replace("do * o * (1 - o)", "do")),), "the block of o is wrong"),
    Mistake("lstm_step_backward", "tanh' missing in g", ((DZ, DZ.replace("dg * (1 - g**2)", "dg")),), "the block of g is wrong"),
    Mistake("lstm_step_backward", "sigmoid' for the candidate", ((DZ, DZ.replace("dg * (1 - g**2)", "dg * g * (1 - g)")),), "the block of g is wrong"),
    Mistake("lstm_step_backward", "tanh' for the gates", ((DZ, DZ.replace("(1 - i)", "(1 - i**2)").replace("(1 - f)", "(1 - f**2)").replace("(1 - o)", "(1 - o**2)")),),
            "the block of g is right"),
    Mistake("lstm_step_backward", "blocks in the order i, f, g, o",
            ((DZ, "np.hstack([di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)])"),),
            "The blocks of db come in the order i, f, g, o; expected i, f, o, g."),
    Mistake("lstm_step_backward", "cache unpacked in another order", ((f"{KEPT} = cache\n    dc", f"{KEPT.replace('i, f, o, g', 'i, f, g, o')} = cache\n    dc"),),
            "is wrong"),
    Mistake("lstm_step_backward", "states of the cache exchanged", ((f"{KEPT} = cache\n    dc", f"{KEPT.replace('prev_h, prev_c', 'prev_c, prev_h')} = cache\n    dc"),),
            "the block of f is wrong"),
    Mistake("lstm_step_backward", "cache with one thing less", ((f"{KEPT} = cache\n    dc", f"{KEPT.replace(', tanh_c', '')} = cache\n    tanh_c = 0\n    dc"),),
            "unpacked in the order in which it was packed"),
    Mistake("lstm_step_backward", "dprev_c without the forget gate", ((THREE, THREE.replace("dc * f", "dc")),), "It is right where the forget gate is held open"),
    Mistake("lstm_step_backward", "dprev_c from what came in", ((THREE, THREE.replace("dc * f", "dnext_c * f")),), "is dnext_h used?"),
    Mistake("lstm_step_backward", "dprev_h and dprev_c exchanged", (("return dx, dprev_h, dprev_c", "return dx, dprev_c, dprev_h"),), "dprev_h is wrong"),
    Mistake("lstm_step_backward", "blocks stacked below each other", ((DZ, DZ.replace("hstack", "vstack")),),
            "a transpose is missing or one too many. Or were the blocks stacked below each other, not side by side?"),
    Mistake("lstm_step_backward", "Wx not transposed", (("dz @ Wx.T", "dz @ Wx"),), "two shapes do not multiply"),
    Mistake("lstm_step_backward", "dWx transposed", (("x.T @ dz,", "dz.T @ x,"),), "It looks transposed"),
    Mistake("lstm_step_backward", "dWh from the cell", (("prev_h.T @ dz", "prev_c.T @ dz"),), "look at the line of dWh alone"),
    Mistake("lstm_step_backward", "db summed over everything", (("dz.sum(axis=0)", "dz.sum()"),), "is it summed over every axis?"),
    Mistake("lstm_step_backward", "db not summed", (("dz.sum(axis=0)", "dz"),), "is a sum over it missing?"),
    Mistake("lstm_step_backward", "db keeps a leading 1", (("dz.sum(axis=0)", "dz.sum(axis=0, keepdims=True)"),), "keepdims"),
    Mistake("lstm_step_backward", "mean for sum", (("dz.sum(axis=0)", "dz.mean(axis=0)"),), "0.25 = 1/N"),
    Mistake("lstm_step_backward", "squeeze breaks N=1", (("dz @ Wh.T,", "(dz @ Wh.T).squeeze(),"),), "With N = 1: dprev_h has shape"),
    Mistake("lstm_step_backward", "changes the old cell", ((INNER, f"{INNER}; prev_c *= 0"),), "changed prev_c, an input of lstm_step_forward, in place"),

    Mistake("lstm_forward", "cell begins as h0", ((STATES, "states, cache, state, cell = [], [], h0, h0"),), "the cell begins as h0, not empty"),
    Mistake("lstm_forward", "h0 goes into the cell", ((STATES, "states, cache, state, cell = [], [], np.zeros_like(h0), h0"),), "h0 goes into the cell"),
    Mistake("lstm_forward", "cell begins with ones", ((STATES, STATES.replace("zeros_like", "ones_like")),), "h is wrong"),
    Mistake("lstm_forward", "h0 not used", ((STATES, STATES.replace("[], h0,", "[], 0 * h0,")),), "is h0 used?"),
    Mistake("lstm_forward", "hidden state not carried", (("(x[:, t], state, cell", "(x[:, t], h0, cell"),), "is h carried, too?"),
    Mistake("lstm_forward", "cell not carried", (("(x[:, t], state, cell", "(x[:, t], state, np.zeros_like(h0)"),), "is c carried, too?"),
    Mistake("lstm_forward", "states exchanged", (("state, cell, step_cache =", "cell, state, step_cache ="),), "h and c change places"),
    Mistake("lstm_forward", "time and batch mixed by reshape", (("np.stack(states, axis=1)", "np.array(states).reshape(x.shape[0], x.shape[1], -1)"),),
            "reshape does not move axes"),
    Mistake("lstm_forward", "backward in time", (("in range(x.shape[1])", "in reversed(range(x.shape[1]))"),), "read from its end"),
    Mistake("lstm_forward", "no cache returned", (("return h, cache", "return h"),), "lstm_forward returned one array, expected 2 things: h, cache."),
    Mistake("lstm_forward", "body left out of the loop", (("        states.append(state)\n        cache", "    states.append(state)\n    cache"),), "h has shape"),
    Mistake("lstm_forward", "time first", (("np.stack(states, axis=1)", "np.stack(states)"),), "The axes are in another order"),
    Mistake("lstm_forward", "h0 among the states", ((STATES, STATES.replace("= [], [], h0", "= [h0], [], h0")),), "one too long along T"),
    Mistake("lstm_forward", "cells instead of states", (("states.append(state)", "states.append(cell)"),), "the cells are returned"),
    Mistake("lstm_forward", "squeeze breaks N=1", (("np.stack(states, axis=1)", "np.stack(states, axis=1).squeeze()"),), "With N = 1"),

    Mistake("lstm_backward", "cell gradient dropped at every step", ((CALL, CALL.replace("dcell", "0 * dcell")),),
            "where the cell alone joins them: is dprev_c handed on? And in its own place?"),
    Mistake("lstm_backward", "recurrent gradient not added", ((CALL, CALL.replace(" + dh0", "")),), "what reaches h[t] besides dh[:, t]?"),
    Mistake("lstm_backward", "both gradients dropped", ((CALL, "lstm_step_backward(dh[:, t], 0 * dcell, cache[t])"),), "is dprev_c handed on?"),
    Mistake("lstm_backward", "cell gradient added twice", instead=placed(upstream="dprev_c = dprev_c + dh[:, t]"), words="is dh[:, t] added to the cell's?"),
    Mistake("lstm_backward", "gradients of h and c exchanged", (("dx_t, dh0, dcell, dWx_t", "dx_t, dcell, dh0, dWx_t"),), "And in its own place?"),
    Mistake("lstm_backward", "one step's cache for all", instead={"lstm_forward": ONE_CACHE},
            words="of lstm_step_backward: x, prev_h, prev_c, Wx, Wh, i, f, o, g, tanh_c = cache\n  Does cache[t] hold one step's whole cache"),
    Mistake("lstm_backward", "dh0 left at zero", instead=placed(end="pass"), words="It is zero in every entry"),
    Mistake("lstm_backward", "dh0 is the cell's", instead=placed(end="dh0 = dprev_c"), words="look at the line of dh0 alone"),
    Mistake("lstm_backward", "weight gradients overwritten", ((SUMS, "dWx_t, dWh_t, db_t"),), "is the share of every step added up?"),
    Mistake("lstm_backward", "only db overwritten", ((SUMS, "dWx + dWx_t, dWh + dWh_t, db_t"),), "is the share of every step added up?"),
    Mistake("lstm_backward", "mean over time", (("    return", "    dWx, dWh, db = dWx / len(cache), dWh / len(cache), db / len(cache)\n    return"),), "= 1/T here"),
    Mistake("lstm_backward", "dx backward in time", (("dxs.insert(0, dx_t)", "dxs.append(dx_t)"),), "backward in time"),
    Mistake("lstm_backward", "forward in time", instead=placed(order="range(T)"), words="With one step (T = 1) it is right"),
    Mistake("lstm_backward", "cache of the step before", instead=placed(index="t - 1"), words="With one step (T = 1) it is right"),
    Mistake("lstm_backward", "gradient of the cell from above", instead=placed(upstream="dprev_c = dh[:, t]"), words="is dh[:, t] added to the cell's?"),
    Mistake("lstm_backward", "dcell has no batch", instead=placed(upstream="dprev_c = dprev_c.sum(axis=0)"), words="is wrong"),
    Mistake("lstm_backward", "a cached view of h is overwritten", instead={"lstm_forward": PARKED}, words="look at the line of dWh alone"),
    Mistake("lstm_backward", "squeeze breaks N=1", (("np.stack(dxs, axis=1)", "np.stack(dxs, axis=1).squeeze()"),), "With N = 1"),

    Mistake("captioning_loss", "mask missing", (("targets != 0)", "np.ones_like(targets))"),), "<NULL> counts as a word"),
    Mistake("captioning_loss", "mask of the words read", (("targets != 0)", "words != 0)"),), "taken from the words that are read"),
    Mistake("captioning_loss", "targets not moved", (("captions[:, :-1], captions[:, 1:] ", "captions[:, :-1], captions[:, :-1] "),),
            "expected as well"),
    Mistake("captioning_loss", "captions uncut", (("captions[:, :-1], captions[:, 1:] ", "captions, captions "),), "whole captions are read and expected"),
    Mistake("captioning_loss", "words and targets exchanged", (("words, targets = captions[:, :-1], captions[:, 1:] ", "targets, words = captions[:, :-1], captions[:, 1:] "),),
            "the words that are expected are read"),
    Mistake("captioning_loss", "mask upside down", (("targets != 0)", "targets == 0)"),), "is the mask upside down?"),
    Mistake("captioning_loss", "divided by the steps", (("    grads = {}", "    loss = loss / words.shape[1]\n    grads = {}"),), "divided by the number of steps, too"),
    Mistake("captioning_loss", "divided by the length", (("    grads = {}", "    loss = loss / captions.shape[1]\n    grads = {}"),), "divided by the length of captions, too"),
    Mistake("captioning_loss", "h0 of zeros", (("lstm_forward(x, h0,", "lstm_forward(x, 0 * h0,"),), "is the picture in the first state?"),
    Mistake("captioning_loss", "affine for temporal affine", (('scores, of_scores = temporal_affine_forward(h, params["W_vocab"], params["b_vocab"])',
            'scores, of_scores = affine_forward(h, params["W_vocab"], params["b_vocab"])'),), "Or is a layer meant that works on every step: 45 is 5 times 9?"),
    Mistake("captioning_loss", "dx and dh0 exchanged", (("dx, dh0, grads", "dh0, dx, grads"),), "Do the names on the left stand in the order"),
    Mistake("captioning_loss", "loss and dscores exchanged", (("loss, dscores =", "dscores, loss ="),),
            "A number came where an array was needed. Do the names on the left stand in the order"),
    Mistake("captioning_loss", "average over words too", (("    grads = {}", "    loss, dscores = loss * len(words) / (targets != 0).sum(), dscores * "
            "len(words) / (targets != 0).sum()\n    grads = {}"),), "average is over words, too"),
    Mistake("captioning_loss", "bias instead of its gradient", (("    return loss", '    grads["b_proj"] = params["b_proj"]\n    return loss'),),
            "It equals the parameter itself"),
    Mistake("captioning_loss", "picture's gradient from h0", (("affine_backward(dh0,", "affine_backward(h0,"),), "It is made with h0 itself"),
    Mistake("captioning_loss", "picture's gradient from the last dh", (("affine_backward(dh0,", "affine_backward(dh[:, 0],"),), "It is made with dh[:, 0]: what comes back to the first state is dh0."),
    Mistake("captioning_loss", "projection bias forgotten", ((('params["W_proj"], params["b_proj"])', 'params["W_proj"], 0 * params["b_proj"])')),),
            "is b_proj used?"),
    Mistake("captioning_loss", "word vectors' gradient missing", (('grads["W_embed"] = word_embedding_backward(dx, of_words)', "pass"),), "no entry 'W_embed'"),
    Mistake("captioning_loss", "given the plain cell", (("lstm_forward(x", "rnn_forward(x"), ("lstm_backward(dh", "rnn_backward(dh")), "stopped"),

    Mistake("captioning_sample", "cell empty at every step", ((CARRIED, CARRIED.replace("h, c, params", "h, 0 * c, params")),), "the cell is empty again at every step"),
    Mistake("captioning_sample", "h and c exchanged", ((CARRIED, CARRIED.replace("h, c, _ =", "c, h, _ =")),), "h and c change places at every step"),
    Mistake("captioning_sample", "cell begins as h0", (("c, words = np.zeros_like(h),", "c, words = h,"),), "the cell begins as h0"),
    Mistake("captioning_sample", "picture goes into the cell", (("    c, words = np.zeros_like(h),", "    c = h\n    h, words = np.zeros_like(c),"),),
            "the picture goes into the cell"),
    Mistake("captioning_sample", "scores from the cell", ((SCORES, SCORES.replace("(h @", "(c @")),), "scores are made of the cell"),
    Mistake("captioning_sample", "hidden state not carried", ((CARRIED, f"h1, c, _ = {STEP}"), (SCORES, SCORES.replace("(h @", "(h1 @"))),
            "is h carried on?"),
    Mistake("captioning_sample", "neither state carried", ((CARRIED, f"h1, c1, _ = {STEP}"), (SCORES, SCORES.replace("(h @", "(h1 @"))),
            "are h and c carried on?"),
    Mistake("captioning_sample", "word not fed back", (("words = (h", "said = (h"), ("= words\n", "= said\n")), "<START> is read at every step"),
    Mistake("captioning_sample", "first word is 0", (("np.ones(len(features)", "np.zeros(len(features)"),), "a caption begins with <START>"),
    Mistake("captioning_sample", "<START> in column 0", (("captions = np.zeros((len(features), max_length), dtype=int)",
            "captions = np.ones((len(features), max_length), dtype=int)"), ("range(max_length)", "range(1, max_length)")),
            "captions are right but one column late: column 0 holds <START>"),
    Mistake("captioning_sample", "what was read is stored", (("range(max_length):\n", "range(max_length):\n        read = words\n"),
            ("captions[:, t] = words", "captions[:, t] = read")), "captions are right but one column late: column 0 holds <START>"),
    Mistake("captioning_sample", "max for argmax", ((".argmax(axis=1)", ".max(axis=1)"),), "stopped"),
    Mistake("captioning_sample", "floats", (("    return captions", "    captions = captions.astype(float)\n    return captions"),),
            "captions holds floats (float64), expected whole numbers"),
    Mistake("captioning_sample", "one column missing", (("range(max_length)", "range(max_length - 1)"),), "does the loop go on to the end?"),
    Mistake("captioning_sample", "body left out of the loop", (("        captions[:, t] = words", "    captions[:, t] = words"),), "inside the loop?"),
    Mistake("captioning_sample", "batch size fixed", (("np.ones(len(features)", "np.ones(3"),), "an array does not fit its place"),
    Mistake("captioning_sample", "picture forgotten", (("features @ params[\"W_proj\"]", "0 * features @ params[\"W_proj\"]"),), "is the picture in the first state?"),
    Mistake("captioning_sample", "vocabulary bias forgotten", ((' + params["b_vocab"]', ""),), "is b_vocab used?"),
]

VARIANTS = [
    Variant("sigmoid", "the usual formula, which warns", (("(1 + np.tanh(z / 2)) / 2", "1 / (1 + np.exp(-z))"),)),
    Variant("sigmoid", "by the sign of z", (("(1 + np.tanh(z / 2)) / 2", "np.where(z >= 0, 1, np.exp(-np.abs(z))) / (1 + np.exp(-np.abs(z)))"),)),
    Variant("sigmoid", "two masks", instead={"sigmoid": '''def sigmoid(z):
    pos_mask = z >= 0
    neg_mask = z < 0
    y = np.zeros_like(z)
    y[pos_mask] = np.exp(-z[pos_mask])
    y[neg_mask] = np.exp(z[neg_mask])
    top = np.ones_like(z)
    top[neg_mask] = y[neg_mask]
    return top / (1 + y)
'''}),
    Variant("sigmoid", "clipped far out", (("(1 + np.tanh(z / 2)) / 2", "1 / (1 + np.exp(-np.clip(z, -500, 500)))"),)),
    Variant("lstm_step_forward", "slices for blocks", ((f"z_i, z_f, z_o, z_g = {Z}", "H = prev_h.shape[1]; z_i, z_f, z_o, z_g = (z[:, k * H:(k + 1) * H] for k in range(4))"),)),
    Variant("lstm_step_forward", "four products", instead={"lstm_step_forward": '''def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    H = len(Wh)
    part = [x @ Wx[:, k:k + H] + prev_h @ Wh[:, k:k + H] + b[k:k + H] for k in range(0, 4 * H, H)]
    i, f, o, g = sigmoid(part[0]), sigmoid(part[1]), sigmoid(part[2]), np.tanh(part[3])
    next_c = f * prev_c + i * g
    return o * np.tanh(next_c), next_c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, np.tanh(next_c))
'''}),
    Variant("lstm_step_forward", "float32 inside", (("z = x @ Wx + prev_h @ Wh + b ", "z = (x @ Wx + prev_h @ Wh + b).astype(np.float32) "),)),
    Variant("lstm_step_forward", "prints and warns", (("next_h = o * tanh_c", "next_h = o * tanh_c; print('shapes', x.shape); np.exp(np.array([1e4]))"),)),
    Variant("lstm_step_forward", "a helper and an import", ((CELL, f"import functools\n    {CELL}"),)),
    Variant("lstm_step_forward", "returned in a list", (("return next_h, next_c, cache", "return [next_h, next_c, cache]"),)),
    Variant("lstm_step_backward", "cell gradient changed in place", ((DC, "dnext_c += dnext_h * o * (1 - tanh_c**2); dc = dnext_c"),)),
    Variant("lstm_step_backward", "tanh of the cell again", instead={
        "lstm_step_forward": '''def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    z = x @ Wx + prev_h @ Wh + b
    i, f, o, g = np.split(z, 4, axis=1)
    i, f, o, g = sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)
    next_c = f * prev_c + i * g
    return o * np.tanh(next_c), next_c, dict(x=x, h=prev_h, c=prev_c, Wx=Wx, Wh=Wh, i=i, f=f, o=o, g=g, next_c=next_c)
''',
        "lstm_step_backward": '''def lstm_step_backward(dnext_h, dnext_c, cache):
    c = cache
    tanh = np.tanh(c["next_c"])
    do = dnext_h * tanh
    dc = dnext_c + dnext_h * c["o"] * (1 - tanh * tanh)
    dz = np.concatenate([dc * c["g"] * c["i"] * (1 - c["i"]), dc * c["c"] * c["f"] * (1 - c["f"]),
                         do * c["o"] * (1 - c["o"]), dc * c["i"] * (1 - c["g"] ** 2)], axis=1)
    return dz @ c["Wx"].T, dz @ c["Wh"].T, dc * c["f"], c["x"].T @ dz, c["h"].T @ dz, np.sum(dz, axis=0)
'''}),
    Variant("lstm_step_backward", "a list for a cache, popped", instead={
        "lstm_step_forward": '''def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    i, f, o, g = np.split(x @ Wx + prev_h @ Wh + b, 4, axis=1)
    i, f, o, g = sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)
    next_c = f * prev_c + i * g
    t = np.tanh(next_c)
    return o * t, next_c, [t, g, o, f, i, Wh, Wx, prev_c, prev_h, x]
''',
        "lstm_step_backward": '''def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, t = [cache.pop() for _ in range(10)]
    dc = dnext_c + dnext_h * o * (1 - t**2)
    dz = np.hstack([dc * g * i * (1 - i), dc * prev_c * f * (1 - f), dnext_h * t * o * (1 - o), dc * i * (1 - g**2)])
    return dz @ Wx.T, dz @ Wh.T, dc * f, x.T @ dz, prev_h.T @ dz, dz.sum(0)
'''}),
    Variant("lstm_step_backward", "filled block by block", ((f"dz = {DZ}", "H = i.shape[1]; dz = np.zeros((len(x), 4 * H)); dz[:, :H] = di * i * (1 - i); "
            "dz[:, H:2 * H] = df * f * (1 - f); dz[:, 2 * H:3 * H] = do * o * (1 - o); dz[:, 3 * H:] = dg * (1 - g**2)"),)),
    Variant("lstm_step_backward", "float32 inside", ((f"dz = {DZ}", f"dz = {DZ}.astype(np.float32)"),)),
    Variant("lstm_forward", "filled into an array", instead={"lstm_forward": '''def lstm_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    H = h0.shape[1]
    h, cache = np.zeros((N, T, H)), {}
    prev_h, prev_c = h0, np.zeros((N, H))
    for t in range(T):
        prev_h, prev_c, cache[t] = lstm_step_forward(x[:, t, :], prev_h, prev_c, Wx, Wh, b)
        h[:, t, :] = prev_h
    return h, cache
'''}),
    Variant("lstm_backward", "sums in place", instead=placed()),
    Variant("lstm_backward", "dh changed in place", instead=placed(upstream="dh[:, t] += dprev_h", gradient="dh[:, t]")),
    Variant("lstm_backward", "the cache is popped", ((CALL, CALL.replace("cache[t]", "cache.pop()")),)),
    Variant("captioning_loss", "a plain mask of numbers", (("targets != 0)", "(targets > 0).astype(float))"),)),
    Variant("captioning_loss", "gradients in another order", (("return loss, grads", "return loss, dict(reversed(grads.items()))"),)),
    Variant("captioning_sample", "stops after <END>", (("        captions[:, t] = words", "        captions[:, t] = words\n        if (captions == 2).any(axis=1).all():\n            break"),)),
    Variant("captioning_sample", "int32", (("dtype=int)\n    h =", "dtype=np.int32)\n    h ="),)),
    Variant("captioning_sample", "one picture at a time", instead={"captioning_sample": '''def captioning_sample(params, features, max_length):
    captions = []
    for feature in features:
        h = (feature @ params["W_proj"] + params["b_proj"])[None]
        c, word, said = np.zeros_like(h), 1, []
        for _ in range(max_length):
            h, c, _ = lstm_step_forward(params["W_embed"][[word]], h, c, params["Wx"], params["Wh"], params["b"])
            word = int(np.argmax(h @ params["W_vocab"] + params["b_vocab"]))
            said.append(word)
        captions.append(said)
    return np.array(captions)
'''}),
    Variant("captioning_sample", "through the given layers", instead={"captioning_sample": '''def captioning_sample(params, features, max_length):
    N = features.shape[0]
    captions = np.full((N, max_length), 0)
    h, _ = affine_forward(features, params["W_proj"], params["b_proj"])
    c = np.zeros(h.shape)
    word = np.full((N, 1), 1)
    for t in range(max_length):
        x, _ = word_embedding_forward(word, params["W_embed"])
        h, c, _ = lstm_step_forward(x[:, 0], h, c, params["Wx"], params["Wh"], params["b"])
        scores, _ = temporal_affine_forward(h[:, None], params["W_vocab"], params["b_vocab"])
        word = scores.argmax(axis=2)
        captions[:, t] = word[:, 0]
    return captions
'''}),
]

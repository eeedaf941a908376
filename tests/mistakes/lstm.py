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
    Mistake("sigmoid", "the minus forgotten", (("(1 + np.tanh(z / 2)) / 2", "1 / (1 + np.exp(z))"),), "out is wrong",
            why="The exponent needs the minus: 1 / (1 + np.exp(z)) is sigmoid(-z), so a gate that is told to open shuts. Only at z = 0 do the two agree."),
    Mistake("sigmoid", "nan where z is large", (("(1 + np.tanh(z / 2)) / 2", "np.exp(z) / (1 + np.exp(z))"),),
            "With z = 1000: out is not finite: 1 nan in 1 entry.",
            why="For z = 1000 the numerator and the denominator both overflow to inf, and inf / inf is nan. This form is safe for negative z alone; tanh is safe everywhere."),
    Mistake("sigmoid", "tanh instead", (("(1 + np.tanh(z / 2)) / 2", "np.tanh(z)"),), "out is wrong",
            why="A gate says how much, from 0 to 1. tanh runs from -1 to 1, so a gate that should be shut would turn the sign of what passes instead."),
    Mistake("sigmoid", "z not halved", (("(1 + np.tanh(z / 2)) / 2", "(1 + np.tanh(z)) / 2"),), "out is wrong",
            why="The tanh form comes from dividing top and bottom by the root of e to the z, which leaves z / 2 in it. With z itself the curve is sigmoid(2z), twice as steep."),
    Mistake("sigmoid", "z halved in place", (("out = (1", "z /= 2; out = (1"), ("z / 2", "z")),
            "changed its input z in place",
            why="z /= 2 writes into the caller's own array, for the argument is that array and no copy. z / 2 makes a new one and leaves the caller's numbers alone."),
    Mistake("sigmoid", "cut to zero below -1", (("out = (1 + np.tanh(z / 2)) / 2", "out = np.where(z < -1, 0, (1 + np.tanh(z / 2)) / 2)"),),
            "out is wrong",
            why="The sigmoid never reaches 0: at z = -2 it is still 0.12. Cut off there, it has a jump, and no slope beyond it along which a shut gate could learn to open."),

    Mistake("lstm_step_forward", "order i, f, g, o", (("z_i, z_f, z_o, z_g =", "z_i, z_f, z_g, z_o ="),),
            "seems to read the blocks in the order i, f, g, o; they come in the order i, f, o, g.",
            why="The blocks of z are the column blocks of Wx, Wh and b, laid out as i, f, o, g. The order is an agreement: some libraries have another, and weights fit only one."),
    Mistake("lstm_step_forward", "order f, i, o, g", (("z_i, z_f, z_o, z_g =", "z_f, z_i, z_o, z_g ="),),
            "seems to read b[:H] as the block of f; the blocks come in the order i, f, o, g.",
            why="Which columns of the weights serve which gate is an agreement, not mathematics. Here the first H columns are the input gate's; with the two exchanged, keep and write change roles."),
    Mistake("lstm_step_forward", "order g, i, f, o", (("z_i, z_f, z_o, z_g =", "z_g, z_i, z_f, z_o ="),), "seems to read b[2*H:3*H] as the block of f",
            why="np.split hands out the blocks from left to right. With g first every block gets a wrong name: the input gate's numbers pass through the tanh, the candidate's through a sigmoid."),
    Mistake("lstm_step_forward", "every fourth column for a block", ((Z, "(z[:, k::4] for k in range(4))"),), "seems to take every fourth column for a block",
            why="x @ Wx has its columns where the weights have theirs: H for i, then H for f, and so on. Each fourth column is a mixture of all the blocks."),
    Mistake("lstm_step_forward", "1 - i for f", ((CELL, "next_c = (1 - i) * prev_c + i * g"),), "It does not change when the block of f changes: is f used?",
            why="Keeping and writing are two decisions here, with weights of their own. Tied together as i and 1 - i, the cell cannot add something to a note and still keep all of it."),
    Mistake("lstm_step_forward", "no cache returned", (("return next_h, next_c, cache", "return next_h, next_c"),),
            "lstm_step_forward returned 2 things, expected 3 things: next_h, next_c, cache.",
            why="The way back needs the factors of every product, and a function's own variables are gone once it has returned. What is in the cache survives."),
    Mistake("lstm_step_forward", "states returned in a pair", (("return next_h, next_c, cache", "return (next_h, next_c), cache"),), "next_h is a tuple",
            why="A pair in brackets counts as one thing. The caller unpacks three names from what is returned, and finds two things there, the first of them a tuple."),
    Mistake("lstm_step_forward", "cache left at None", (("    return next_h", "    cache = None\n    return next_h"),), "returned None for cache.",
            why="Without x, the old states, the gates and tanh_c the backward step has nothing to multiply the incoming gradients with. None holds none of them."),
    Mistake("lstm_step_forward", "candidate through a sigmoid", (("np.tanh(z_g)", "sigmoid(z_g)"),),
            "With only the input gate open, next_c should be -1; it is 0.",
            why="The candidate is content, which may add to the cell or take something away. A sigmoid is never negative, so nothing could be taken away but by forgetting."),
    Mistake("lstm_step_forward", "every block through tanh", ((GATES, "i, f, o, g = np.tanh(z_i), np.tanh(z_f), np.tanh(z_o), np.tanh(z_g)"),),
            "With only the forget gate open, ",
            why="A gate says how much, between 0 and 1. A tanh may be negative: a forget gate near -1 would turn the sign of the cell at every step."),
    Mistake("lstm_step_forward", "forget gate forgotten", ((CELL, "next_c = prev_c + i * g"),),
            "With every gate shut, next_c should be 0; it is prev_c.",
            why="The LSTM of 1997 did without it, and its cell could add but never cross out. The forget gate, of 2000, scales prev_c before anything is added."),
    Mistake("lstm_step_forward", "input gate forgotten", ((CELL, "next_c = f * prev_c + g"),), "It does not change when the block of i changes: is i used?",
            why="Without i every candidate is written in full at every step, wanted or not. The input gate lets the cell pass over an input and keep its note as it is."),
    Mistake("lstm_step_forward", "f added without the old cell", ((CELL, "next_c = f + i * g"),), "next_c should be prev_c; it is 1.",
            why="f is a share, and a share is of something: it has to multiply prev_c. Added alone, it brings a number between 0 and 1 into the cell and nothing of the past."),
    Mistake("lstm_step_forward", "cell rewritten", ((CELL, "next_c = i * g"),), "With only the forget gate open, next_c should be prev_c; it is 0.",
            why="The cell is meant to be edited: keep a share of it, then add. With i * g alone the note is written anew at every step, as in the plain network."),
    Mistake("lstm_step_forward", "forget gate on the hidden state", ((CELL, "next_c = f * prev_h + i * g"),), "next_c should be prev_c; it is prev_h.",
            why="The forget gate acts on the cell. prev_h is what the output gate showed of it, through a tanh; a note that was kept but not shown would be lost."),
    Mistake("lstm_step_forward", "tanh of the cell missing", (("tanh_c = np.tanh(next_c)", "tanh_c = next_c"),),
            "next_h should be 0.7616; it is 1.",
            why="The cell adds up over the steps and may grow far beyond 1. The tanh brings it back into (-1, 1) before it is shown; without it the hidden state has no bounds."),
    Mistake("lstm_step_forward", "sigmoid of the cell", (("tanh_c = np.tanh(next_c)", "tanh_c = sigmoid(next_c)"),), "next_h should be 0.7616; it is 0.7311.",
            why="A cell may hold negative numbers, and the hidden state should show them as such. A sigmoid is never negative and makes one half of an empty cell; tanh keeps 0 at 0."),
    Mistake("lstm_step_forward", "output gate forgotten", (("next_h = o * tanh_c", "next_h = tanh_c"),),
            "With only the forget gate open, next_h should be 0; it is tanh(prev_c).",
            why="The output gate decides how much of the cell is shown. Without it there are no private notes: whatever the cell keeps, the next step and the layer above see."),
    Mistake("lstm_step_forward", "shows the old cell", (("next_h = o * tanh_c", "next_h = o * np.tanh(prev_c)"),),
            "next_h should be 0.7616; it is tanh(prev_c).",
            why="The hidden state shows the cell after it has been edited. Made of prev_c it is one step late: what is written now would be seen at the next step only."),
    Mistake("lstm_step_forward", "states returned in another order", (("return next_h, next_c, cache", "return next_c, next_h, cache"),),
            "next_h and next_c stand in each other's place.",
            why="Both states are (N, H), so numpy does not object when they are exchanged. The caller takes the first for the hidden state and sends it through Wh."),
    Mistake("lstm_step_forward", "blocks along the batch", ((Z, "np.split(z, 4, axis=0)"),), "array split does not result in an equal division",
            why="The gates stand side by side along the 4H columns of z; its rows are the sequences of the batch. Axis 0 would divide the batch into four."),
    Mistake("lstm_step_forward", "bias forgotten", (("prev_h @ Wh + b", "prev_h @ Wh"),), "is b used?",
            why="Without b every gate is half open when input and state are zero. A bias is also what lets a forget gate begin its life nearly open."),
    Mistake("lstm_step_forward", "state forgotten", (("x @ Wx + prev_h @ Wh + b", "x @ Wx + b"),), "is prev_h used?",
            why="Without prev_h @ Wh the gates see the current input alone. What is kept, written or shown could then not depend on anything that was read before."),
    Mistake("lstm_step_forward", "squeeze breaks N=1", (("next_h = o * tanh_c", "next_h = (o * tanh_c).squeeze()"),), "With N = 1: next_h has shape",
            why="squeeze drops every axis of length 1, and a batch of one sequence has such an axis. The state has to be (N, H) for any N, one included."),
    Mistake("lstm_step_forward", "squeezed cell breaks N=1", (("    return next_h", "    next_c = next_c.squeeze()\n    return next_h"),),
            "With N = 1: next_c has shape",
            why="An axis of length 1 still means something: here it is the batch. Without it the new cell is no longer lined up with the hidden state beside it."),
    Mistake("lstm_step_forward", "cell changed in place", ((CELL, "prev_c *= f; prev_c += i * g; next_c = prev_c"),), "changed its input prev_c in place",
            why="In-place operators write into the caller's array. prev_c stands in the cache, too, and the way back needs its old value: df is dc times prev_c."),
    Mistake("lstm_step_forward", "hand-made tanh overflows", (("np.tanh(z_g)", "(np.exp(z_g) - np.exp(-z_g)) / (np.exp(z_g) + np.exp(-z_g))"),),
            "With large inputs: next_h is not finite",
            why="np.exp gives inf above about 709, and the quotient of two inf is nan. np.tanh is exact for large arguments: it returns 1 or -1 and never overflows."),

    Mistake("lstm_step_backward", "dnext_c dropped", ((DC, "dc = dnext_h * o * (1 - tanh_c**2)"),), "dnext_c",
            why="The cell is used twice: shown through the tanh, and carried on to the next step. What the later steps say about it arrives as dnext_c and is added."),
    Mistake("lstm_step_backward", "way through the tanh dropped", ((DC, "dc = dnext_c"),), "It is right where dnext_h is zero",
            why="The cell is carried on, but it is shown as well: next_h was made of it. That second way brings dnext_h back through o and the tanh, and the two add."),
    Mistake("lstm_step_backward", "both ways multiplied, not added", ((DC, "dc = dnext_c * dnext_h * o * (1 - tanh_c**2)"),), "dx is wrong",
            why="A value that is used twice gets two gradients, and they add. In a product, a zero on one way would silence the other, and the last step has a dnext_c of zero."),
    Mistake("lstm_step_backward", "derivative of tanh missing", ((DC, "dc = dnext_c + dnext_h * o"),), "It is right where dnext_h is zero",
            why="next_h was o * tanh(next_c). Going back through the tanh costs the factor 1 - tanh_c², which is near zero where the cell is large and the tanh is flat."),
    Mistake("lstm_step_backward", "output gate missing on the way to the cell", ((DC, "dc = dnext_c + dnext_h * (1 - tanh_c**2)"),),
            "the block of o is right",
            why="In next_h = o * tanh_c each factor receives the gradient times the other one. So dnext_h * o arrives at the tanh: what was not shown had no effect."),
    Mistake("lstm_step_backward", "tanh taken again in its derivative", ((DC, DC.replace("tanh_c**2", "np.tanh(tanh_c)**2")),), "the block of o is right",
            why="The cache holds tanh_c, with the tanh already taken, and the derivative is 1 minus its square. One more tanh belongs to a function that was never applied."),
    Mistake("lstm_step_backward", "factors of input and candidate exchanged", ((INNER, INNER.replace("dc * g,", "dc * i,").replace(", dc * i", ", dc * g")),),
            "the blocks of i, g are wrong",
            why="In the product i * g a nudge of i counts as much as g is large. So di is dc * g and dg is dc * i: each time the other factor."),
    Mistake("lstm_step_backward", "forget gate's gradient from the new cell", ((INNER, INNER.replace("dc * prev_c", "dc * tanh_c")),), "the block of f is wrong",
            why="f was multiplied by the cell before the step, so its gradient is dc times prev_c. tanh_c is made of the cell after the step, which f has helped to make."),
    Mistake("lstm_step_backward", "output gate's gradient from dc", ((INNER, INNER.replace("dnext_h * tanh_c", "dc * tanh_c")),), "the block of o is wrong",
            why="o comes in after the cell and touches next_h alone, so do starts from dnext_h. dc is the gradient of the cell, with all that later steps want of it."),
    Mistake("lstm_step_backward", "sigmoid' missing in i", ((DZ, DZ.replace("di * i * (1 - i)", "di")),), "the block of i is wrong",
            why="di is the gradient after the sigmoid; dz wants the one before it. Between them lies the slope i * (1 - i): at most a quarter, and near zero for a gate that is open or shut."),
    Mistake("lstm_step_backward", "sigmoid' missing in f", ((DZ, DZ.replace("df * f * (1 - f)", "df")),), "the block of f is wrong",
            why="The weights feed z_f, and a sigmoid makes f of it. A nudge of z_f moves f by f * (1 - f) only, so df has to be multiplied by this slope."),
    Mistake("lstm_step_backward", "sigmoid' missing in o", ((DZ, DZ.replace("do * o * (1 - o)", "do")),), "the block of o is wrong",
            why="do says how the loss changes with o itself. To get to z_o it has to pass the sigmoid, whose slope, written with what the sigmoid gave, is o * (1 - o)."),
    Mistake("lstm_step_backward", "tanh' missing in g", ((DZ, DZ.replace("dg * (1 - g**2)", "dg")),), "the block of g is wrong",
            why="The candidate came out of a tanh, so dg has to go back through it, times 1 - g². Where g is near 1 or -1, next to nothing should arrive at z_g."),
    Mistake("lstm_step_backward", "sigmoid' for the candidate", ((DZ, DZ.replace("dg * (1 - g**2)", "dg * g * (1 - g)")),), "the block of g is wrong",
            why="Three blocks went through a sigmoid, the fourth through a tanh, whose slope is 1 - g². g * (1 - g) is even negative where g is, and no slope of tanh is."),
    Mistake("lstm_step_backward", "a square in sigmoid' of the gates", ((DZ, DZ.replace("(1 - i)", "(1 - i**2)").replace("(1 - f)", "(1 - f**2)").replace("(1 - o)", "(1 - o**2)")),),
            "the block of g is right",
            why="The slope of a sigmoid s is s * (1 - s), without a square. The square belongs to tanh, whose slope is 1 - t²; here the two formulas are mixed."),
    Mistake("lstm_step_backward", "blocks in the order i, f, g, o",
            ((DZ, "np.hstack([di * i * (1 - i), df * f * (1 - f), dg * (1 - g**2), do * o * (1 - o)])"),),
            "The blocks of db come in the order i, f, g, o; expected i, f, o, g.",
            why="dz has to lie as z did, for dz @ Wx.T and x.T @ dz tie every column of it to a column of the weights. With two blocks exchanged, g's gradient trains o's weights."),
    Mistake("lstm_step_backward", "cache unpacked in another order", ((f"{KEPT} = cache\n    dc", f"{KEPT.replace('i, f, o, g', 'i, f, g, o')} = cache\n    dc"),),
            "is wrong",
            why="A tuple knows places, not names: after i and f it holds o. Read as g, the output gate is treated as a candidate, and all are (N, H), so no shape objects."),
    Mistake("lstm_step_backward", "states of the cache exchanged", ((f"{KEPT} = cache\n    dc", f"{KEPT.replace('prev_h, prev_c', 'prev_c, prev_h')} = cache\n    dc"),),
            "the block of f is wrong",
            why="Both old states are (N, H), so exchanging them raises no error. But df is made with the old cell and dWh with the old hidden state."),
    Mistake("lstm_step_backward", "one name too few for the cache", ((f"{KEPT} = cache\n    dc", f"{KEPT.replace(', tanh_c', '')} = cache\n    tanh_c = 0\n    dc"),),
            "unpacked in the order in which it was packed",
            why="Ten things were packed, and unpacking wants a name for each of them. tanh_c, the last one, is needed both for dc and for do."),
    Mistake("lstm_step_backward", "dprev_c without the forget gate", ((THREE, THREE.replace("dc * f", "dc")),), "It is right where the forget gate is held open",
            why="next_c holds f * prev_c, so what comes back to prev_c is dc times f. Where a tenth of the old cell was kept, a tenth of the gradient returns."),
    Mistake("lstm_step_backward", "dprev_c from dnext_c alone", ((THREE, THREE.replace("dc * f", "dnext_c * f")),), "is dnext_h used?",
            why="The cell's whole gradient is dc: what came from the right, and what came down through the tanh. dnext_c is the first part alone."),
    Mistake("lstm_step_backward", "dprev_h and dprev_c exchanged", (("return dx, dprev_h, dprev_c", "return dx, dprev_c, dprev_h"),), "dprev_h is wrong",
            why="Both gradients are (N, H), so the exchange raises no error. The caller adds the first one to dh and hands the second back along the cell."),
    Mistake("lstm_step_backward", "blocks stacked below each other", ((DZ, DZ.replace("hstack", "vstack")),),
            "a transpose is missing or one too many. Or were the blocks stacked below each other, not side by side?",
            why="vstack puts arrays below each other and gives (4N, H). The four blocks lay side by side in the columns of z, so their gradients do, too: (N, 4H)."),
    Mistake("lstm_step_backward", "Wx not transposed", (("dz @ Wx.T", "dz @ Wx"),), "two shapes do not multiply",
            why="Forward, x (N, D) met Wx (D, 4H). Backward, dz is (N, 4H), and it takes the (4H, D) of Wx.T to get back to the shape of x."),
    Mistake("lstm_step_backward", "dWx transposed", (("x.T @ dz,", "dz.T @ x,"),), "It looks transposed",
            why="A gradient has the shape of its parameter, here (D, 4H). x stood on the left in x @ Wx, and x.T stands on the left now; dz.T @ x is (4H, D)."),
    Mistake("lstm_step_backward", "dWh from the cell", (("prev_h.T @ dz", "prev_c.T @ dz"),), "look at the line of dWh alone",
            why="Wh was multiplied by prev_h and never by the cell, so its gradient pairs dz with prev_h. There is no weight on the cell's way at all."),
    Mistake("lstm_step_backward", "db summed over everything", (("dz.sum(axis=0)", "dz.sum()"),), "is it summed over every axis?",
            why="b has an entry for each of the 4H columns and was added to every row. The sum goes over the rows, axis 0; without an axis the columns are lost as well."),
    Mistake("lstm_step_backward", "db not summed", (("dz.sum(axis=0)", "dz"),), "is a sum over it missing?",
            why="b was broadcast: one row, added to each of N. What is copied on the way forward is summed on the way back, so the N rows of dz become one."),
    Mistake("lstm_step_backward", "db keeps a leading 1", (("dz.sum(axis=0)", "dz.sum(axis=0, keepdims=True)"),), "keepdims",
            why="keepdims leaves the summed axis in its place, with length 1. b is (4H,), and an update with a gradient of (1, 4H) would give it a second axis, or stop."),
    Mistake("lstm_step_backward", "mean for sum", (("dz.sum(axis=0)", "dz.mean(axis=0)"),), "0.25 = 1/N",
            why="b served all N sequences, so its gradient is the sum of their shares. Where a loss is a mean over the batch, the 1/N is in dnext_h already."),
    Mistake("lstm_step_backward", "squeeze breaks N=1", (("dz @ Wh.T,", "(dz @ Wh.T).squeeze(),"),), "With N = 1: dprev_h has shape",
            why="For a batch of one, dprev_h is (1, H), and squeeze takes that 1 away. A gradient keeps the shape of what it belongs to, for every N."),
    Mistake("lstm_step_backward", "old cell overwritten in place", ((INNER, f"{INNER}; prev_c *= 0"),), "changed prev_c, an input of lstm_step_forward, in place",
            why="The cache holds the very array that the caller passed in, not a copy. Writing to prev_c on the way back wipes out a state that may still be wanted elsewhere."),

    Mistake("lstm_forward", "cell begins as h0", ((STATES, "states, cache, state, cell = [], [], h0, h0"),), "the cell begins as h0, not empty",
            why="h0 is the hidden state at the start. The cell is a record of what has been written to it, and before the first step that is nothing: zeros."),
    Mistake("lstm_forward", "h0 goes into the cell", ((STATES, "states, cache, state, cell = [], [], np.zeros_like(h0), h0"),), "h0 goes into the cell",
            why="h0 is a hidden state: it enters the first step through Wh and feeds all the gates. As a first cell it meets the forget gate alone, and Wh sees zeros."),
    Mistake("lstm_forward", "cell begins with ones", ((STATES, STATES.replace("zeros_like", "ones_like")),), "h is wrong",
            why="The forget gate keeps a share of whatever the cell holds. Ones at the start would be carried along as if something had been read; zeros are an empty note."),
    Mistake("lstm_forward", "h0 not used", ((STATES, STATES.replace("[], h0,", "[], 0 * h0,")),), "is h0 used?",
            why="A sequence may begin with something that is already known: in the captioner h0 is the picture. Times zero, none of that reaches the first step."),
    Mistake("lstm_forward", "hidden state not carried", (("(x[:, t], state, cell", "(x[:, t], h0, cell"),), "is h carried, too?",
            why="The gates of a step read the state that the step before has left. Given h0 each time, they are always at the start, and the cell alone joins the steps."),
    Mistake("lstm_forward", "cell not carried", (("(x[:, t], state, cell", "(x[:, t], state, np.zeros_like(h0)"),), "is c carried, too?",
            why="With an empty cell at every step the forget gate has nothing to keep. The long memory is in c; h passes through gates and a tanh at each step."),
    Mistake("lstm_forward", "states exchanged", (("state, cell, step_cache =", "cell, state, step_cache ="),), "h and c change places",
            why="The step returns next_h first, then next_c, and both are (N, H). Exchanged, the cell is sent through Wh, and the state that was shown is kept as the cell."),
    Mistake("lstm_forward", "time and batch mixed by reshape", (("np.stack(states, axis=1)", "np.array(states).reshape(x.shape[0], x.shape[1], -1)"),),
            "reshape does not move axes",
            why="The states lie in memory as (T, N, H), and reshape refills the numbers in that very order. To exchange axes takes a transpose, or np.stack with axis=1."),
    Mistake("lstm_forward", "sequence read from its end", (("in range(x.shape[1])", "in reversed(range(x.shape[1]))"),), "read from its end",
            why="The loop begins with the last input, so each state has read what comes later instead of what came before, and h[:, 0] is of the last step."),
    Mistake("lstm_forward", "no cache returned", (("return h, cache", "return h"),), "lstm_forward returned one array, expected 2 things: h, cache.",
            why="The way back through time needs the cache of every step, from the last to the first. Once the function has returned, they cannot be had again."),
    Mistake("lstm_forward", "body left out of the loop", (("        states.append(state)\n        cache", "    states.append(state)\n    cache"),), "h has shape",
            why="Indentation decides what is repeated. Outside the loop the two appends happen once, after the last step, so one state and one cache are kept."),
    Mistake("lstm_forward", "time first", (("np.stack(states, axis=1)", "np.stack(states)"),), "The axes are in another order",
            why="The list runs over time, and np.stack puts the new axis first unless it is told otherwise. axis=1 places time behind the batch."),
    Mistake("lstm_forward", "h0 among the states", ((STATES, STATES.replace("= [], [], h0", "= [h0], [], h0")),), "one too long along T",
            why="h holds the states after the steps: T inputs, T states. h0 is the state before the first step, and the caller has it already."),
    Mistake("lstm_forward", "cells instead of states", (("states.append(state)", "states.append(cell)"),), "the cells are returned",
            why="The cell is the private note; what an LSTM shows is o * tanh(c). The layer above is meant to read what is shown, which lies in (-1, 1)."),
    Mistake("lstm_forward", "squeeze breaks N=1", (("np.stack(states, axis=1)", "np.stack(states, axis=1).squeeze()"),), "With N = 1",
            why="With one sequence the batch axis has length 1, and squeeze removes it. The layout (N, T, H) must not depend on how large N happens to be."),

    Mistake("lstm_backward", "cell gradient dropped at every step", ((CALL, CALL.replace("dcell", "0 * dcell")),),
            "where the cell alone joins them: is dprev_c handed on? And in its own place?",
            why="Beside h runs c, so beside dprev_h runs dprev_c, and it must go on to the step before. This is the very way on which gradients last."),
    Mistake("lstm_backward", "recurrent gradient not added", ((CALL, CALL.replace(" + dh0", "")),), "what reaches h[t] besides dh[:, t]?",
            why="h[:, t] was used twice: by the loss, which sends dh[:, t], and by step t + 1, which sends dprev_h back through Wh. Two uses, two gradients, and they add."),
    Mistake("lstm_backward", "both gradients dropped", ((CALL, "lstm_step_backward(dh[:, t], 0 * dcell, cache[t])"),), "is dprev_c handed on?",
            why="With nothing carried from right to left every step learns from its own loss alone. What is noted early and needed late is then never rewarded."),
    Mistake("lstm_backward", "dh added to the cell's gradient, too", instead=placed(upstream="dprev_c = dprev_c + dh[:, t]"), words="is dh[:, t] added to the cell's?",
            why="dh[:, t] is about the hidden state. Inside the step it comes to the cell anyway, scaled by o and the slope of tanh; added to dprev_c it counts a second time, unscaled."),
    Mistake("lstm_backward", "gradients of h and c exchanged", (("dx_t, dh0, dcell, dWx_t", "dx_t, dcell, dh0, dWx_t"),), "And in its own place?",
            why="The step returns dprev_h before dprev_c, and both are (N, H). Exchanged, the cell's gradient is sent through the output gate, and the hidden state's goes round it."),
    Mistake("lstm_backward", "one step's cache for all", instead={"lstm_forward": ONE_CACHE},
            words="of lstm_step_backward: x, prev_h, prev_c, Wx, Wh, i, f, o, g, tanh_c = cache\n  Does cache[t] hold one step's whole cache",
            why="Every step has its own input, states and gates, and is undone with these alone. One name holds one cache: each turn of the loop replaces the one before."),
    Mistake("lstm_backward", "dh0 left at zero", instead=placed(end="pass"), words="It is zero in every entry",
            why="After the last turn of the loop the dprev_h in hand is the gradient of h0. Left at zero, whatever made h0 (in the captioner the picture's layer) never learns."),
    Mistake("lstm_backward", "dprev_c returned for dh0", instead=placed(end="dh0 = dprev_c"), words="look at the line of dh0 alone",
            why="h0 was the first hidden state, so its gradient is dprev_h. dprev_c belongs to the empty cell of the start, which is zero whatever h0 is."),
    Mistake("lstm_backward", "weight gradients overwritten", ((SUMS, "dWx_t, dWh_t, db_t"),), "is the share of every step added up?",
            why="The same weights worked at every step, so each step has a share in their gradients. Assigned anew, the last share computed is left: that of step 0."),
    Mistake("lstm_backward", "only db overwritten", ((SUMS, "dWx + dWx_t, dWh + dWh_t, db_t"),), "is the share of every step added up?",
            why="b was added at each of the T steps, as the two matrices were used at each. Its gradient is a sum over time, too."),
    Mistake("lstm_backward", "mean over time", (("    return", "    dWx, dWh, db = dWx / len(cache), dWh / len(cache), db / len(cache)\n    return"),), "= 1/T here",
            why="A weight that is used T times changes the loss through each of its uses, and the effects add. A mean belongs to a loss that is a mean."),
    Mistake("lstm_backward", "dx backward in time", (("dxs.insert(0, dx_t)", "dxs.append(dx_t)"),), "backward in time",
            why="The walk goes from the last step to the first, so append puts the last step's gradient in front. insert(0, …) turns the list round as it grows."),
    Mistake("lstm_backward", "forward in time", instead=placed(order="range(T)"), words="With one step (T = 1) it is right",
            why="Step t needs what step t + 1 hands back, so the walk has to begin at the end. From the front, each step is given a gradient from its past."),
    Mistake("lstm_backward", "cache of the step before", instead=placed(index="t - 1"), words="With one step (T = 1) it is right",
            why="A step is undone with the values that it used itself, which cache[t] holds. cache[t - 1] is the step before, and at t = 0 it is the last one, by index -1."),
    Mistake("lstm_backward", "cell's gradient taken from dh", instead=placed(upstream="dprev_c = dh[:, t]"), words="is dh[:, t] added to the cell's?",
            why="Nothing above ever saw the cell, so dh says nothing about it directly. Assigning to dprev_c also drops what the later steps have sent back along the cell."),
    Mistake("lstm_backward", "cell gradient summed over the batch", instead=placed(upstream="dprev_c = dprev_c.sum(axis=0)"), words="is wrong",
            why="Every sequence has a cell of its own, and so a gradient of its own. Summed over the batch they run together; that is right for shared weights, not for states."),
    Mistake("lstm_backward", "a cached view of h is overwritten", instead={"lstm_forward": PARKED}, words="look at the line of dWh alone",
            why="h[:, t - 1] is a view, no copy. At t = 0 it is the last column, and the cache keeps pointing there when the last step writes its own state over h0."),
    Mistake("lstm_backward", "squeeze breaks N=1", (("np.stack(dxs, axis=1)", "np.stack(dxs, axis=1).squeeze()"),), "With N = 1",
            why="dx has the shape of x, (N, T, D). With one sequence squeeze drops the batch axis, and the layer below gets an array with two axes instead of three."),

    Mistake("captioning_loss", "mask missing", (("targets != 0)", "np.ones_like(targets))"),), "<NULL> counts as a word",
            why="Short captions are filled up with <NULL> so that a batch is a rectangle. These places are no words; counted, they teach the model to predict filling."),
    Mistake("captioning_loss", "mask of the words read", (("targets != 0)", "words != 0)"),), "taken from the words that are read",
            why="A place counts if there is a word to say. After <END> has been read there is only filling to say, so this mask lets one place too many in each short caption count."),
    Mistake("captioning_loss", "targets not moved", (("captions[:, :-1], captions[:, 1:] ", "captions[:, :-1], captions[:, :-1] "),),
            "expected as well",
            why="After each word that is read, the next one is expected. With the same words on both sides the model learns to repeat what it has just read."),
    Mistake("captioning_loss", "captions uncut", (("captions[:, :-1], captions[:, 1:] ", "captions, captions "),), "whole captions are read and expected",
            why="A caption of T + 1 words makes T pairs: all but the last are read, all but the first expected. Uncut, each word is expected where it is read, <START> too."),
    Mistake("captioning_loss", "words and targets exchanged", (("words, targets = captions[:, :-1], captions[:, 1:] ", "targets, words = captions[:, :-1], captions[:, 1:] "),),
            "the words that are expected are read",
            why="captions[:, :-1] goes in, captions[:, 1:] should come out. Exchanged, the model learns to say the word before the one it reads, which is of no use for writing."),
    Mistake("captioning_loss", "mask upside down", (("targets != 0)", "targets == 0)"),), "is the mask upside down?",
            why="The mask is True where a word counts. targets == 0 keeps the filling and leaves out every word, so nothing is learned about captions."),
    Mistake("captioning_loss", "divided by the steps", (("    grads = {}", "    loss = loss / words.shape[1]\n    grads = {}"),), "divided by the number of steps, too",
            why="A caption's loss is the sum over its words, averaged over captions alone. And dscores is the gradient of that sum: divided afterwards, the loss no longer fits it."),
    Mistake("captioning_loss", "divided by the length", (("    grads = {}", "    loss = loss / captions.shape[1]\n    grads = {}"),), "divided by the length of captions, too",
            why="The words of a caption are added up, so no length comes in. captions.shape[1] is not even the number of steps: it is T + 1, for the last word is not read."),
    Mistake("captioning_loss", "h0 of zeros", (("lstm_forward(x, h0,", "lstm_forward(x, 0 * h0,"),), "is the picture in the first state?",
            why="The first state is the only way by which the picture comes in. Without it the model can learn what captions are like, but not what is in this picture."),
    Mistake("captioning_loss", "affine for temporal affine", (('scores, of_scores = temporal_affine_forward(h, params["W_vocab"], params["b_vocab"])',
            'scores, of_scores = affine_forward(h, params["W_vocab"], params["b_vocab"])'),), "Or is a layer meant that works on every step: 45 is 5 times 9?",
            why="affine_forward makes one row of all that belongs to a sequence, T times H numbers. temporal_affine_forward uses the same H rows of weights at every step."),
    Mistake("captioning_loss", "dx and dh0 exchanged", (("dx, dh0, grads", "dh0, dx, grads"),), "Do the names on the left stand in the order",
            why="lstm_backward returns dx first, then dh0. dx has a vector for each word and belongs to the word table; dh0 has one for each picture and belongs to the projection."),
    Mistake("captioning_loss", "loss and dscores exchanged", (("loss, dscores =", "dscores, loss ="),),
            "A number came where an array was needed. Do the names on the left stand in the order",
            why="temporal_softmax_loss returns the number first and its gradient second. Names on the left are filled by their place, whatever they are called."),
    Mistake("captioning_loss", "averaged over words, not captions", (("    grads = {}", "    loss, dscores = loss * len(words) / (targets != 0).sum(), dscores * "
            "len(words) / (targets != 0).sum()\n    grads = {}"),), "average is over words, too",
            why="The mean here is over captions, and within a caption the words are summed. Divided by the number of words, loss and gradients shrink together and fit each other, but not the task."),
    Mistake("captioning_loss", "bias instead of its gradient", (("    return loss", '    grads["b_proj"] = params["b_proj"]\n    return loss'),),
            "It equals the parameter itself",
            why="A gradient says how the loss changes when the bias does, and it comes from dh0. With the bias itself in its place, descent pulls it towards zero, whatever the pictures are."),
    Mistake("captioning_loss", "picture's gradient from h0", (("affine_backward(dh0,", "affine_backward(h0,"),), "It is made with h0 itself",
            why="affine_backward wants the gradient of what affine_forward returned. h0 is the value of that output; what the loss says about it is dh0."),
    Mistake("captioning_loss", "picture's gradient from dh[:, 0]", (("affine_backward(dh0,", "affine_backward(dh[:, 0],"),), "It is made with dh[:, 0]: what comes back to the first state is dh0.",
            why="dh[:, 0] is about the state after the first word, as far as its scores go. h0 lies one step earlier and has influenced all steps; dh0 has gathered that."),
    Mistake("captioning_loss", "projection bias forgotten", ((('params["W_proj"], params["b_proj"])', 'params["W_proj"], 0 * params["b_proj"])')),),
            "is b_proj used?",
            why="The projection is features @ W_proj + b_proj, a product and a shift. Times zero, the bias is a parameter without effect, so it can never learn."),
    Mistake("captioning_loss", "word vectors' gradient missing", (('grads["W_embed"] = word_embedding_backward(dx, of_words)', "pass"),), "no entry 'W_embed'",
            why="The word vectors are parameters, too: dx says how each vector that was read should change. Without this entry the optimiser finds no gradient for the table."),
    Mistake("captioning_loss", "rnn_forward for the LSTM", (("lstm_forward(x", "rnn_forward(x"), ("lstm_backward(dh", "rnn_backward(dh")), "stopped",
            why="Wx, Wh and b hold four blocks of H columns. rnn_forward takes all 4H of them for one wide state, which fits neither h0 nor Wh."),

    Mistake("captioning_sample", "cell empty at every step", ((CARRIED, CARRIED.replace("h, c, params", "h, 0 * c, params")),), "the cell is empty again at every step",
            why="Two arrays go from step to step, and c is the one that remembers for long. Emptied each time, it leaves only h to tell what has been said."),
    Mistake("captioning_sample", "h and c exchanged", ((CARRIED, CARRIED.replace("h, c, _ =", "c, h, _ =")),), "h and c change places at every step",
            why="lstm_step_forward returns next_h and then next_c, and either fits in the other's place. Exchanged, the scores are made of the cell, and the cell goes through Wh."),
    Mistake("captioning_sample", "cell begins as h0", (("c, words = np.zeros_like(h),", "c, words = h,"),), "the cell begins as h0",
            why="In training lstm_forward began with the picture in h and an empty cell. Writing has to begin in the same way, or the weights meet a state they were not trained for."),
    Mistake("captioning_sample", "picture goes into the cell", (("    c, words = np.zeros_like(h),", "    c = h\n    h, words = np.zeros_like(c),"),),
            "the picture goes into the cell",
            why="The projection was trained to make a hidden state of the picture, which enters through Wh. In the cell it meets the forget gate instead, and Wh sees zeros."),
    Mistake("captioning_sample", "scores from the cell", ((SCORES, SCORES.replace("(h @", "(c @")),), "scores are made of the cell",
            why="W_vocab was trained on what the LSTM shows, o * tanh(c). The cell itself has no bounds, and it holds notes that the output gate keeps back."),
    Mistake("captioning_sample", "hidden state not carried", ((CARRIED, f"h1, c, _ = {STEP}"), (SCORES, SCORES.replace("(h @", "(h1 @"))),
            "is h carried on?",
            why="The scores are made of the new state, but the next step is given the picture's h again. Its gates then look at the start of the caption, wherever it stands."),
    Mistake("captioning_sample", "neither state carried", ((CARRIED, f"h1, c1, _ = {STEP}"), (SCORES, SCORES.replace("(h @", "(h1 @"))),
            "are h and c carried on?",
            why="With both states as they were at the start, a word depends on the picture and on the word before it alone. Such captions sooner or later run in a circle."),
    Mistake("captioning_sample", "word not fed back", (("words = (h", "said = (h"), ("= words\n", "= said\n")), "<START> is read at every step",
            why="While it learned, the model read each word before it was asked for the next. Here the words said have to take that role; <START> comes once, at the beginning."),
    Mistake("captioning_sample", "first word is number 0", (("np.ones(len(features)", "np.zeros(len(features)"),), "a caption begins with <START>",
            why="Number 0 is <NULL>, the filling. In training every caption began by reading <START>, number 1, and the first state and word were learned as a pair."),
    Mistake("captioning_sample", "<START> in column 0", (("captions = np.zeros((len(features), max_length), dtype=int)",
            "captions = np.ones((len(features), max_length), dtype=int)"), ("range(max_length)", "range(1, max_length)")),
            "captions are right but one column late: column 0 holds <START>",
            why="<START> is read and never said. Column t holds the word that is said at step t, so the first column is for the first word after <START>."),
    Mistake("captioning_sample", "what was read is stored", (("range(max_length):\n", "range(max_length):\n        read = words\n"),
            ("captions[:, t] = words", "captions[:, t] = read")), "captions are right but one column late: column 0 holds <START>",
            why="At each step one word is read and another one is said. The caption consists of those that are said; what is read is the word of the step before."),
    Mistake("captioning_sample", "max for argmax", ((".argmax(axis=1)", ".max(axis=1)"),), "stopped",
            why="max gives the highest score, a float; argmax gives its place, and that is the word's number. Only a place can be looked up in W_embed."),
    Mistake("captioning_sample", "floats", (("    return captions", "    captions = captions.astype(float)\n    return captions"),),
            "captions holds floats (float64), expected whole numbers",
            why="Word numbers are places in a table, and numpy takes whole numbers only for places. astype(float) changes no value, but makes them useless as an index."),
    Mistake("captioning_sample", "one column missing", (("range(max_length)", "range(max_length - 1)"),), "does the loop go on to the end?",
            why="range(max_length) ends at max_length - 1 by itself, which is the last column. With one taken off, that column keeps the zeros it began with."),
    Mistake("captioning_sample", "body left out of the loop", (("        captions[:, t] = words", "    captions[:, t] = words"),), "inside the loop?",
            why="Only indented lines belong to the loop. Here all steps are taken, but the last word alone is stored, and the other columns keep their zeros."),
    Mistake("captioning_sample", "batch size fixed", (("np.ones(len(features)", "np.ones(3"),), "an array does not fit its place",
            why="There are as many captions as pictures: len(features). A fixed 3 fits the example at hand, and with one picture numpy quietly broadcasts it until something breaks."),
    Mistake("captioning_sample", "picture forgotten", (("features @ params[\"W_proj\"]", "0 * features @ params[\"W_proj\"]"),), "is the picture in the first state?",
            why="Times zero, the features leave b_proj alone as the first state, the same for all. The model has no other way of seeing the picture."),
    Mistake("captioning_sample", "vocabulary bias forgotten", ((' + params["b_vocab"]', ""),), "is b_vocab used?",
            why="The scores of training were h @ W_vocab + b_vocab. The bias can tell how common a word is, whatever the state; without it the likeliest word may be another."),
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

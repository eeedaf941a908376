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
            "seems to read the blocks in the order z, r, n; they come in the order r, z, n.",
            why="Blocks are told apart by their place alone, and these weights lie in the order r, z, n. Read as z, r, n, the reset weights decide what is kept, and the update weights what is heard."),
    Mistake("gru_step_forward", "order r, n, z", ((A, A.replace("a_z, a_n", "a_n, a_z")), (U, U.replace("u_z, u_n", "u_n, u_z"))),
            "seems to read the blocks in the order r, n, z; they come in the order r, z, n.",
            why="The second block belongs to the update gate, the third to the candidate. Exchanged, the weights of a gate make the content, and those of the content open and shut a gate."),
    Mistake("gru_step_forward", "order z, n, r", ((A, A.replace("a_r, a_z, a_n", "a_z, a_n, a_r")), (U, U.replace("u_r, u_z, u_n", "u_z, u_n, u_r"))),
            "seems to read the blocks in the order z, n, r; they come in the order r, z, n.",
            why="Each block is put to another one's use: the reset weights act as the update gate, the update weights as the candidate, the candidate's as the reset gate. The order is r, z, n."),
    Mistake("gru_step_forward", "z and 1 - z exchanged", ((MIX, "next_h = (1 - z) * prev_h + z * n"),), "z and 1 - z seem to have changed places.",
            why="In Chung et al. z is the share that is renewed, here it is the share that is kept. Either cell can learn, but the weights of one do the opposite in the other."),
    Mistake("gru_step_forward", "1 - r for r", ((N, "n = np.tanh(a_n + (1 - r) * u_n)"),), "r and 1 - r seem to have changed places.",
            why="At r near 1 the candidate listens to the old state, at r near 0 it starts afresh. With 1 - r an open gate silences the state."),
    Mistake("gru_step_forward", "reset before the product", instead={"gru_step_forward": cho()}, words="the form of Cho et al.",
            why="Here r multiplies the entries of the product prev_h Wh. Before the product it would weigh the old units before they are mixed, which is another function and needs other weights."),
    Mistake("gru_step_forward", "reset before the product, z and 1 - z exchanged", instead={"gru_step_forward": cho("pass")},
            words="z and 1 - z seem to have changed places.",
            why="Both are the conventions of Chung et al.: the reset gate before the product, and z for what is renewed. In this kit the gate comes after the product, and z keeps."),
    Mistake("gru_step_forward", "reset gate forgotten", ((N, "n = np.tanh(a_n + u_n)"),),
            "It does not change when the block of r changes: is r used?",
            why="Without r the candidate always hears the old state in full. The reset gate is what lets a unit start anew from the input, as if it had no past."),
    Mistake("gru_step_forward", "reset acts on the input too", ((N, "n = np.tanh(r * (a_n + u_n))"),),
            "With every gate shut, next_h should be tanh(a_n); it is 0.",
            why="r says how far the candidate listens to its past. Around the whole sum it turns down the input and the bias as well, and a shut gate leaves nothing at all."),
    Mistake("gru_step_forward", "reset acts on the bias, as on PyTorch's second one",
            ((A, "a_r, a_z, a_n = np.split(x @ Wx + b, 3, axis=1); b_n = np.split(b, 3)[2]"), (N, "n = np.tanh(a_n - b_n + r * (u_n + b_n))")),
            "it is tanh(a_n - b_n): is b inside the part that r multiplies?",
            why="PyTorch has a second bias, beside the state's product, and there r multiplies it. This kit has one, beside the input, and r does not touch what the input says."),
    Mistake("gru_step_forward", "candidate hears prev_h, not prev_h Wh", ((N, "n = np.tanh(a_n + r * prev_h)"),), "it is tanh(a_n + prev_h).",
            why="In r * prev_h each unit hears its own old value alone. u_n has been through Wh, where each unit hears all of them; without it the third block of Wh has no use."),
    Mistake("gru_step_forward", "candidate hears r, not the state", ((N, "n = np.tanh(a_n + r)"),), "should be tanh(a_n + u_n)",
            why="A gate says how much, not what. r by itself raises every pre-activation by something between 0 and 1; it has to multiply u_n, which is what the state says."),
    Mistake("gru_step_forward", "candidate through a sigmoid", ((N, "n = sigmoid(a_n + r * u_n)"),), "it is sigmoid(a_n + u_n).",
            why="The candidate is content and needs both signs, hence a tanh; a sigmoid is for questions of how much. Mixed with candidates in (0, 1), a positive state could never turn negative."),
    Mistake("gru_step_forward", "candidate not squashed", ((N, "n = a_n + r * u_n"),), "it is a_n + u_n.",
            why="A mixture lies between the things it is mixed of, so the state stays in (-1, 1) because the candidate does. Without the tanh nothing holds it there."),
    Mistake("gru_step_forward", "gates through tanh", ((GATES, "r, z = np.tanh(a_r + u_r), np.tanh(a_z + u_z)"),), "With only the reset gate open",
            why="A gate is a share and lies in (0, 1). tanh gives negative numbers as well, and with z below zero the old state changes its sign and the candidate counts more than once."),
    Mistake("gru_step_forward", "another tanh around the state", ((MIX, "next_h = np.tanh(z * prev_h + (1 - z) * n)"),),
            "it is tanh(tanh(a_n + u_n)).",
            why="The shares add up to one, so a mixture of numbers in (-1, 1) is in (-1, 1) already. One tanh more shrinks the state at every step, and not even z = 1 keeps it."),
    Mistake("gru_step_forward", "keeps and writes at once", ((MIX, "next_h = z * prev_h + n"),), "next_h should be prev_h; it is prev_h + n.",
            why="Keeping and writing are one decision: what is kept, z, leaves 1 - z for the new. With the whole candidate added, the state can leave (-1, 1), the further the nearer z is to 1."),
    Mistake("gru_step_forward", "old state forgotten", ((MIX, "next_h = (1 - z) * n"),), "next_h should be prev_h; it is 0.",
            why="z times prev_h is the part that remembers. Without it an update gate near 1 does not hold the state but erases it."),
    Mistake("gru_step_forward", "reset gate in the place of the update gate", ((MIX, "next_h = r * prev_h + (1 - r) * n"),),
            "It does not change when the block of z changes: is z used?",
            why="Each gate has a question of its own: r, how much of the past the candidate hears; z, how much of the state stays. Mixed by r, the weights of z do nothing."),
    Mistake("gru_step_forward", "keeps prev_h Wh instead of prev_h", ((MIX, "next_h = z * u_n + (1 - z) * n"),), "should be prev_h; it is u_n.",
            why="Along the top of the drawing the old state is multiplied by z and by nothing else, and so a value can last. u_n has been through Wh: at z = 1 the state would still change."),
    Mistake("gru_step_forward", "gates do not hear the state", ((GATES, "r, z = sigmoid(a_r), sigmoid(a_z)"),), "the gates hear the input alone",
            why="Whether to keep or to renew depends on what is stored, not only on what comes in. u_r and u_z are what the old state says to the gates."),
    Mistake("gru_step_forward", "bias forgotten", (("x @ Wx + b", "x @ Wx"),), "is b used?",
            why="Without b, an update gate that hears nothing stands at one half, and half of the state is renewed at every step. A bias lets it begin its life near keeping."),
    Mistake("gru_step_forward", "bias twice", (("prev_h @ Wh, 3", "prev_h @ Wh + b, 3"),), "it is tanh(a_n + b_n + u_n): is b added twice?",
            why="This cell has one bias, and it stands beside the input, in a. Added to u as well, it counts twice in both gates, and in the candidate r turns its second copy down."),
    Mistake("gru_step_forward", "order z, r, n in u alone", ((U, U.replace("u_r, u_z", "u_z, u_r")),), "u_r and u_z have changed places",
            why="a and u are two parts of the same gates, so their blocks lie in the same order. Here each gate adds its own part of the input to the other gate's part of the state."),
    Mistake("gru_step_forward", "order r, n, z in u alone", ((U, U.replace("u_z, u_n", "u_n, u_z")),), "it is",
            why="The blocks of u lie as those of a do. Exchanged in u alone, the update gate hears what the state says to the candidate, and the candidate hears what it says to the gate."),
    Mistake("gru_step_forward", "every third column for a block", ((A, "a = x @ Wx + b; a_r, a_z, a_n = a[:, ::3], a[:, 1::3], a[:, 2::3]"),
            (U, "u = prev_h @ Wh; u_r, u_z, u_n = u[:, ::3], u[:, 1::3], u[:, 2::3]")), "seems to take every third column for a block",
            why="A block is H columns side by side, as np.split cuts them. Columns 0, 3, 6 and so on come from all three blocks, so each gate is pieced together from the others."),
    Mistake("gru_step_forward", "no cache returned", (("return next_h, cache", "return next_h"),),
            "gru_step_forward returned one array, expected 2 things: next_h, cache.",
            why="The way back multiplies by r, z, n and u_n, which meet at the products of this step. What is not returned beside next_h is gone when the function ends."),
    Mistake("gru_step_forward", "cache left at None", (("    return next_h", "    cache = None\n    return next_h"),), "returned None for cache.",
            why="None fills the second place and holds nothing. The way back needs inputs, weights, both gates, the candidate and u_n, as they were at this very step."),
    Mistake("gru_step_forward", "blocks along the batch", ((A, A.replace("axis=1", "axis=0")), (U, U.replace("axis=1", "axis=0"))), "stopped",
            why="Axis 0 is the batch, axis 1 holds the 3H columns, and the blocks are groups of columns. Split along axis 0, the parts are thirds of the batch."),
    Mistake("gru_step_forward", "state changed in place", ((MIX, "prev_h *= z; prev_h += (1 - z) * n; next_h = prev_h"),), "changed its input prev_h in place",
            why="The operators *= and += write into the array that is there, and prev_h is the caller's: the state of the step before, which dz and dWh still need on the way back."),
    Mistake("gru_step_forward", "squeeze breaks N=1", (("    return next_h", "    next_h = next_h.squeeze()\n    return next_h"),), "With N = 1: next_h has shape",
            why="The state of one sequence is (1, H). Squeezed to (H,), it has no batch left, and the next step finds no second axis to split along."),
    Mistake("gru_step_forward", "hand-made sigmoid overflows", ((GATES, "r, z = np.exp(a_r + u_r) / (1 + np.exp(a_r + u_r)), sigmoid(a_z + u_z)"),),
            "With large inputs: next_h is not finite",
            why="On paper exp(v) / (1 + exp(v)) is a sigmoid, but for a large v it is inf divided by inf, which is nan. The given sigmoid gets by without a large exponent."),

    Mistake("gru_step_backward", "straight way missing", ((DSTATE, "du @ Wh.T"),), "the update gate is held shut",
            why="The old state went into the step by four ways: three through Wh, and one straight into the mixture, times z. What comes back by that one is dnext_h times z."),
    Mistake("gru_step_backward", "straight way with 1 - z", ((DSTATE, "du @ Wh.T + dnext_h * (1 - z)"),), "look at the line of dprev_h alone",
            why="In the mixture the old state was multiplied by z, so z multiplies what comes back to it. 1 - z is the candidate's share."),
    Mistake("gru_step_backward", "straight way without z", ((DSTATE, "du @ Wh.T + dnext_h"),), "the update gate is held open",
            why="A product hands each factor the gradient times the other factor, and the factor beside prev_h is z. Without it the whole gradient goes back even where nothing was kept."),
    Mistake("gru_step_backward", "only the straight way", ((DSTATE, "dnext_h * z"),), "the update gate is held open",
            why="The old state also spoke to both gates and to the candidate, through Wh. Those three ways come back in du @ Wh.T; the straight way is only the fourth."),
    Mistake("gru_step_backward", "way through z missing", ((DSTATE, "np.hstack([da_r, 0 * da_z, du_n]) @ Wh.T + dnext_h * z"),),
            "where the update gate is held open, and where it is held shut",
            why="The update gate, too, was made from the old state: prev_h moves z, and z moves the mixture. With zeros in place of da_z that influence is lost."),
    Mistake("gru_step_backward", "way through r missing", ((DSTATE, "np.hstack([0 * da_r, da_z, du_n]) @ Wh.T + dnext_h * z"),),
            "where the reset gate is held open, and where it is held shut",
            why="The old state had a say in how far the reset gate opened, and so in what the candidate became. da_r brings that back; zeros in its place cut the way."),
    Mistake("gru_step_backward", "way through the candidate missing", ((DSTATE, "np.hstack([da_r, da_z, 0 * du_n]) @ Wh.T + dnext_h * z"),),
            "the reset gate is held shut",
            why="The candidate heard the old state through r times u_n. du_n has to go back through Wh as the blocks of the gates do: it is the way that a plain RNN has."),
    Mistake("gru_step_backward", "dprev_h without the factor r", ((DSTATE, "da @ Wh.T + dnext_h * z"),), "the reset gate is held open",
            why="Forward, r stood between prev_h Wh and the candidate, so it stands between them on the way back as well. du has that factor in its last block, da has not."),
    Mistake("gru_step_backward", "dWh without the factor r", (("prev_h.T @ du", "prev_h.T @ da"),), "In dWh the block of n is wrong, the blocks of r, z are right.",
            why="Wh made u, so its gradient pairs prev_h with the gradient of u. The last block of u counted only as far as r let it, and so does its gradient."),
    Mistake("gru_step_backward", "factor r nowhere", ((DU, "du = da"),), "the reset gate is held open",
            why="a_n was added as it is, u_n only after r had multiplied it, so their gradients differ by the factor r. With du = da the reset gate is missing on the way back."),
    Mistake("gru_step_backward", "factor r for the input too", ((DA, "da = np.hstack([da_r, da_z, du_n])"),), "the reset gate is held open",
            why="r turned down what the state said and not what the input said: a_n stands outside that product. So the gradients of the input's side have no factor r."),
    Mistake("gru_step_backward", "da and du exchanged", ((DA, DA.replace("da =", "du =")), (DU, DU.replace("du =", "da ="))), "the block of n is wrong",
            why="da belongs to x Wx + b and ends with da_n; du belongs to prev_h Wh and ends with da_n times r. Exchanged, r acts on the input's gradients and is missing from the state's."),
    Mistake("gru_step_backward", "dn with z for 1 - z", ((DMIX, DMIX.replace("(1 - z)", "z")),), "the block of z is right",
            why="n came into the state with the share 1 - z, so that share of the gradient goes back to it. z is the share of the old state."),
    Mistake("gru_step_backward", "dn without the factor 1 - z", ((DMIX, DMIX.replace("dnext_h * (1 - z)", "dnext_h")),), "the blocks of r, n are wrong",
            why="Only the share 1 - z of the candidate got into the state, and only that share of the gradient comes back. A candidate that was not used, at z = 1, gets none."),
    Mistake("gru_step_backward", "dz has the wrong sign", ((DMIX, DMIX.replace("prev_h - n", "n - prev_h")),), GATE_Z,
            why="More z means more of prev_h and less of n, so the state moves by prev_h - n. With the difference turned round, the gate learns to keep where it should renew."),
    Mistake("gru_step_backward", "dz from the kept part alone", ((DMIX, DMIX.replace("(prev_h - n)", "prev_h")),), GATE_Z,
            why="z stands in the mixture twice: from z * prev_h comes prev_h, from (1 - z) * n comes -n, because 1 - z falls as z rises. A thing used twice gets the sum of both."),
    Mistake("gru_step_backward", "dz from the new part alone", ((DMIX, DMIX.replace("(prev_h - n)", "-n")),), GATE_Z,
            why="-n comes back through (1 - z) * n. But z multiplies prev_h as well, and what is used in two places gets the sum of what comes back from them, prev_h - n."),
    Mistake("gru_step_backward", "tanh' missing", ((DA_N, "da_n = dn"),), "the blocks of r, n are wrong",
            why="dn is the gradient behind the tanh; a_n, r and u_n lie before it. On the way between, every entry is multiplied by the slope, 1 - n²."),
    Mistake("gru_step_backward", "sigmoid' for the candidate", ((DA_N, "da_n = dn * n * (1 - n)"),), "the blocks of r, n are wrong",
            why="y (1 - y) is the slope of a sigmoid. The candidate came out of a tanh, with the slope 1 - n²; for a negative n this product even has the wrong sign."),
    Mistake("gru_step_backward", "tanh taken once more", ((DA_N, "da_n = dn * (1 - np.tanh(n)**2)"),), "the blocks of r, n are wrong",
            why="n is what came out of the tanh, so its slope is 1 - n². Another tanh takes the slope at n instead of at what went in, and it is too large wherever n is not 0."),
    Mistake("gru_step_backward", "sigmoid' missing in z", ((SLOPES, SLOPES.replace("dz * z * (1 - z)", "dz")),), GATE_Z,
            why="dz is about the gate, da_z about what went into its sigmoid. Between the two lies the slope z (1 - z): at most a quarter, and near 0 where the gate is open or shut."),
    Mistake("gru_step_backward", "tanh' for z alone", ((SLOPES, SLOPES.replace("dz * z * (1 - z)", "dz * (1 - z**2)")),), GATE_Z,
            why="1 - z² is the slope of a tanh, in terms of what came out. The update gate is a sigmoid with the slope z (1 - z), which is smaller for every z in (0, 1)."),
    Mistake("gru_step_backward", "sigmoid' missing in r", ((SLOPES, SLOPES.replace("dr * r * (1 - r)", "dr")),), "In db the block of r is wrong",
            why="The gradient of r has to pass the sigmoid that made r, and is multiplied by r (1 - r). dr alone says that r follows its pre-activation one to one."),
    Mistake("gru_step_backward", "tanh' for the gates", ((SLOPES, "da_r, da_z = dr * (1 - r**2), dz * (1 - z**2)"),), "the blocks of r, z are wrong",
            why="Both gates are sigmoids, with slopes r (1 - r) and z (1 - z), never above a quarter. 1 - y² belongs to tanh; at one half it is three times too large."),
    Mistake("gru_step_backward", "dr from prev_h", ((DLISTEN, DLISTEN.replace("da_n * u_n", "da_n * prev_h")),), "In db the block of r is wrong",
            why="The other factor beside r was u_n, which is prev_h after Wh. A product hands each factor the other one, so what comes back to r is da_n times u_n."),
    Mistake("gru_step_backward", "dr without tanh'", ((DLISTEN, DLISTEN.replace("da_n * u_n", "dn * u_n")),), "In db the block of r is wrong",
            why="The product of r and u_n lies inside the tanh, so the gradient has to pass the tanh before it gets there. What arrives is da_n, not dn."),
    Mistake("gru_step_backward", "r and u_n exchanged in their gradients", ((DLISTEN, "dr, du_n = da_n * r, da_n * u_n"),), "In db the block of r is wrong",
            why="In r * u_n each factor receives the gradient times the other one: dr gets u_n, du_n gets r. Here each was multiplied by itself."),
    Mistake("gru_step_backward", "blocks in the order z, r, n", ((DA, DA.replace("da_r, da_z", "da_z, da_r")), (DU, DU.replace("da_r, da_z", "da_z, da_r"))),
            "The blocks of db come in the order z, r, n; expected r, z, n.",
            why="A gradient has the shape and the order of its array, and the blocks of Wx, Wh and b are r, z, n. With these, each gate would be moved by the other gate's gradient."),
    Mistake("gru_step_backward", "cache unpacked in another order", ((f"{KEPT} = cache\n    dn", f"{KEPT.replace('r, z,', 'z, r,')} = cache\n    dn"),), "is wrong",
            why="A tuple is unpacked by place. r and z have the same shape, so nothing stops when their names are exchanged, and each gate is then treated as if it were the other."),
    Mistake("gru_step_backward", "cache unpacked with a name too few", ((f"{KEPT} = cache\n    dn", f"{KEPT.replace(', u_n', '')} = cache\n    u_n = 0\n    dn"),),
            "unpacked in the order in which it was packed",
            why="Eight things were packed and only seven names are there to take them. The one left out, u_n, is the other factor of r, and without it dr is lost."),
    Mistake("gru_step_backward", "Wx not transposed", (("da @ Wx.T", "da @ Wx"),), "two shapes do not multiply",
            why="da (N, 3H) and Wx (D, 3H) share the 3H columns, and the sum over them has to go. That is da @ Wx.T, which has the shape of x."),
    Mistake("gru_step_backward", "dWx transposed", (("x.T @ da,", "da.T @ x,"),), "It looks transposed",
            why="x and da share the batch, so the product sums over N, and D comes first because it does so in Wx: x.T @ da. The other order is the same with rows and columns exchanged."),
    Mistake("gru_step_backward", "dWh not transposed", (("prev_h.T @ du", "prev_h @ du"),), "two shapes do not multiply",
            why="dWh is (H, 3H), collected over the N sequences, so N has to be the inner size of the product. In prev_h it stands in front, hence prev_h.T."),
    Mistake("gru_step_backward", "db from du", (("da.sum(axis=0)", "du.sum(axis=0)"),), "In db the block of n is wrong, the blocks of r, z are right.",
            why="b stands in a = x Wx + b, so its gradient is the sum of da. du has the factor r in its last block, and r never touched the bias."),
    Mistake("gru_step_backward", "db summed over everything", (("da.sum(axis=0)", "da.sum()"),), "is it summed over every axis?",
            why="Each of the 3H biases has a gradient of its own, the sum of its column of da over the batch. A sum over both axes throws gates and candidate together."),
    Mistake("gru_step_backward", "db not summed", (("da.sum(axis=0)", "da"),), "is a sum over it missing?",
            why="The same b was added to every row of the batch, so every row sends it a share. The shares add up over axis 0: (N, 3H) becomes (3H,)."),
    Mistake("gru_step_backward", "db keeps a leading 1", (("da.sum(axis=0)", "da.sum(axis=0, keepdims=True)"),), "keepdims",
            why="keepdims leaves the summed axis in place, with length 1. b is (3H,), and after one update with (1, 3H) it would have a second axis."),
    Mistake("gru_step_backward", "mean for sum", (("da.sum(axis=0)", "da.mean(axis=0)"),), "0.25 = 1/N",
            why="Where an average over the batch is wanted, the loss takes it, once. b took part in N rows with its full weight, so their gradients are added."),
    Mistake("gru_step_backward", "squeeze breaks N=1", (("da @ Wx.T,", "(da @ Wx.T).squeeze(),"),), "With N = 1: dx has shape",
            why="dx has the shape of x, which is (1, D) for a single sequence. Squeeze cannot know that this axis of length 1 is the batch, and takes it away."),
    Mistake("gru_step_backward", "changes the old state", ((DMIX, f"{DMIX}; prev_h *= 0"),), "changed prev_h, an input of gru_step_forward, in place",
            why="prev_h in the cache is the very array that went forward, not a copy. Multiplied by 0 in place, it is lost to the caller, and dWh is made of zeros."),

    Mistake("gru_forward", "state not carried", (("(x[:, t], state, Wx", "(x[:, t], h0, Wx"),), "is the state carried",
            why="The state that one step leaves is the one the next step starts from. With h0 at every step, step t knows its own input and none of those before it."),
    Mistake("gru_forward", "h0 not used", (("= [], [], h0", "= [], [], 0 * h0"),), "is h0 used?",
            why="0 * h0 has the right shape and nothing of the content. What came before, an earlier piece of the sequence or a picture, is in h0, and dh0 would be a gradient of nothing."),
    Mistake("gru_forward", "states stored after the loop", (("        steps.append(state)\n        cache", "    steps.append(state)\n    cache"),), "h has shape",
            why="Indentation says what a loop repeats. Here states and caches are stored once, after the last step, so of T states one is left."),
    Mistake("gru_forward", "time first", (("np.stack(steps, axis=1)", "np.stack(steps)"),), "The axes are in another order",
            why="np.stack without an axis puts that of the list, time, in front: (T, N, H). In this course the batch comes first, so time goes to axis 1."),
    Mistake("gru_forward", "h0 among the states", (("= [], [], h0", "= [h0], [], h0"),), "one too long along T",
            why="h is what the T steps made, and h0 was there before them. With it in the list there are T + 1 states, each one step late."),
    Mistake("gru_forward", "backward in time", (("in range(x.shape[1])", "in reversed(range(x.shape[1]))"),), "read from its end",
            why="Read from its end, the state at a step would know what comes after it and nothing of what came before. A recurrence walks in the direction of time."),
    Mistake("gru_forward", "time and batch mixed by reshape", (("np.stack(steps, axis=1)", "np.array(steps).reshape(x.shape[0], x.shape[1], -1)"),),
            "reshape does not move axes",
            why="reshape keeps the numbers in the order in which they lie in memory and only cuts them anew. Here they lie step by step; to get them sequence by sequence, an axis has to be moved."),
    Mistake("gru_forward", "no cache returned", (("return h, cache", "return h"),), "gru_forward returned one array, expected 2 things: h, cache.",
            why="The way back needs the gates, the candidate and the inputs of every step, from the last to the first. From the states alone it would have to go forward once more."),
    Mistake("gru_forward", "squeeze breaks N=1", (("np.stack(steps, axis=1)", "np.stack(steps, axis=1).squeeze()"),), "With N = 1",
            why="One sequence is a batch like any other, (1, T, H). Squeezed to (T, H), its first axis is time, and h[0] is a step where a sequence is expected."),

    Mistake("gru_backward", "recurrent gradient not added", ((CALL, CALL.replace(" + dh0", "")),), "what reaches h[t] besides dh[:, t]?",
            why="The state after step t goes up to the loss and on to step t + 1, so two gradients come back to it. dh[:, t] is the one from above; the one from the right is missing."),
    Mistake("gru_backward", "dh from above forgotten", ((CALL, CALL.replace("dh[:, t] + dh0", "dh[:, t] if t == dh.shape[1] - 1 else dh0")),), "The last step is right and the earlier ones are not",
            why="The loss may look at every state, and dh[:, t] is what it says about this one. Taken at the last step alone, all that it says about earlier states is lost."),
    Mistake("gru_backward", "dh0 left at zero", instead=placed(end="pass"), words="It is zero in every entry",
            why="After the last turn of the loop dprev_h is the gradient of the state before step 0, and that state is h0. Zeros say instead that h0 makes no difference."),
    Mistake("gru_backward", "weight gradients overwritten", ((SUMS, "dWx_t, dWh_t, db_t"),), "is the share of every step added up?",
            why="The same weights worked at every step, so their gradients are sums of T shares. An assignment begins anew each time, and ends with the share of step 0."),
    Mistake("gru_backward", "only dWh overwritten", ((SUMS, "dWx + dWx_t, dWh_t, db + db_t"),), "is the share of every step added up?",
            why="dWh is a sum over the steps, as dWx and db are. Without its own plus it keeps one share only, of the step that the walk visits last."),
    Mistake("gru_backward", "mean over time", (("    return", "    dWx, dWh, db = dWx / len(cache), dWh / len(cache), db / len(cache)\n    return"),), "= 1/T here",
            why="The weights were used in full at each of the T steps, so the T shares are added. A mean over time, if the loss takes one, is contained in dh."),
    Mistake("gru_backward", "dx backward in time", (("dxs.insert(0, dx_t)", "dxs.append(dx_t)"),), "backward in time",
            why="The walk goes from the last step to the first, and append stores what it meets in that order. x[:, t] and dx[:, t] have to stand at the same place in time."),
    Mistake("gru_backward", "forward in time", instead=placed(order="range(T)"), words="With one step (T = 1) it is right",
            why="What step t sends back is meant for the state before it, h[:, t - 1]. Walking forward, it is added to h[:, t + 1], which step t never read."),
    Mistake("gru_backward", "one step's cache for all", instead={"gru_forward": ONE_CACHE},
            words="of gru_step_backward: x, prev_h, Wx, Wh, r, z, n, u_n = cache\n  Does cache[t] hold one step's whole cache",
            why="Assigned anew in every turn, cache holds the last step's things only. Each step had gates and states of its own, so each one's cache is kept, in a list."),
    Mistake("gru_backward", "cache of the step before", instead=placed(index="t - 1"), words="With one step (T = 1) it is right",
            why="The gates, the candidate and the inputs of step t stand in cache[t]. With t - 1 the slopes are those of another step, and t = 0 wraps round to the last."),
    Mistake("gru_backward", "gradients of later steps added directly", instead=placed(gradient="dh[:, t:].sum(axis=1) + dprev_h"), words="besides dh[:, t]?",
            why="What later states mean for this one already comes in dprev_h, having passed the steps between. dh of all later steps on top counts them again, as if nothing lay between."),
    Mistake("gru_backward", "a cached view of h is overwritten", instead={"gru_forward": PARKED}, words="Right at t = 1, 2, 3, 4, 5, 6; wrong at t = 0.",
            why="h[:, -1] is a view into h, lent to h0. When the last step writes its state there, the cache of step 0 changes with it and no longer knows h0."),
    Mistake("gru_backward", "squeeze breaks N=1", (("np.stack(dxs, axis=1)", "np.stack(dxs, axis=1).squeeze()"),), "With N = 1",
            why="An axis of length 1 is not always superfluous: here it is a batch of one, and dx has to be (1, T, D), as x was."),
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

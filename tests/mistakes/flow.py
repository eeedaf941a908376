"""What students write in 6-gradient-flow: turned matrices, wrong orders, clipping array by array, and states cut off."""

from tests.mistakes import Mistake, Variant

NOTEBOOK = "6-gradient-flow/flow.ipynb"

J = "(1 - h**2)[:, None] * Wh.T"
STEP = "P = jacobian(h, Wh) @ P"
BOUND = "np.linalg.norm(Wh, 2) ** T"
DZ = "dz = (dh[:, t] + dh0) * (states[t + 1] > 0)"
BACK = "dh0, dWh = dz @ Wh.T, dWh + states[t].T @ dz"
CUT = "np.clip(g, -limit, limit)"
NORM = "np.sqrt(sum(np.sum(g**2) for g in grads.values()))"
SCALE = "limit / norm if norm > limit else 1.0"
FINITE = "scale * g if np.isfinite(norm) else np.zeros_like(g)"
QR = "Wh = Q * np.sign(np.diag(R))"
START = "0.001 * normal, np.eye(H), np.zeros(H)"
CANDIDATE = "np.tanh(x @ Wx + prev_h @ Wh + b)"
MIX = "(1 - leak) * prev_h + leak * candidate"
LEAKY_DZ = "leak * dnext_h * (1 - candidate**2)"
STRAIGHT = "dz @ Wh.T + (1 - leak) * dnext_h"
SUMS = "dWx, dWh, db = x.T @ dz, prev_h.T @ dz, dz.sum(axis=0)"
FORWARD = "forward(x[:, part], h0, Wx, Wh, b)"
ADDED = "dWx, dWh, db = dWx + dWx_part, dWh + dWh_part, db + db_part"
CARRIED = "h0 = h[:, -1] "

EACH_ARRAY = '''def clip_by_norm(grads, limit):
    clipped = {}
    for name, g in grads.items():
        norm = np.linalg.norm(g)
        clipped[name] = g * limit / norm if norm > limit else g
        if not np.isfinite(norm):
            clipped[name] = np.zeros_like(g)
    return clipped
'''
IN_PLACE = '''def clip_by_norm(grads, limit):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    for g in grads.values():
        if norm > limit:
            g *= limit / norm
    return grads
'''
COLUMNS = "Wh = normal / np.linalg.norm(normal, axis=0)"


def relu(**other: str) -> dict[str, str]:
    """The way back through the ReLU network as many students write it, with some of its parts written otherwise."""
    usual = {"order": "reversed(range(T))", "upstream": "d = dh[:, t] + dprev", "gate": "(states[t + 1] > 0)",
             "share": "dWh += states[t].T @ dz", "end": "dprev"}
    return {"relu_backward": '''def relu_backward(dh, cache):
    states, Wh = cache
    N, T, H = dh.shape
    dprev, dWh = np.zeros((N, H)), np.zeros((H, H))
    for t in {order}:
        {upstream}
        dz = d * {gate}
        {share}
        dprev = dz @ Wh.T
    return {end}, dWh
'''.format(**{**usual, **other})}


MISTAKES = [
    Mistake("leaky_step_forward", "no cache returned", (("return next_h, cache", "return next_h"),), "expected 2 things: next_h, cache",
            why="The step back has to multiply by what the step forward had in hand: x, prev_h, the weights and the candidate. What is not put into a cache is gone when the function ends."),
    Mistake("jacobian", "transposed", ((J, "(1 - h**2) * Wh"),), "It equals the transpose of the right answer",
            why="Here row i tells what a nudge of entry i does to all the others. In a Jacobian row i belongs to the entry that answers, so Wh stands transposed and slopes scale rows."),
    Mistake("jacobian", "transposed at the very end", ((J, f"({J}).T"),), "It equals the transpose of the right answer",
            why="The table was right before the last .T: its rows are the entries that answer. Turned round, it is what carries a gradient back when that is written as a column."),
    Mistake("jacobian", "Wh as it is", ((J, "(1 - h**2)[:, None] * Wh"),), "It equals the transpose of the right answer",
            why="Entry j of the old state reaches unit i through Wh[j, i], since a step computes prev_h @ Wh. So row i of J is made of column i of Wh, and that is what Wh.T is for."),
    Mistake("jacobian", "columns are scaled", ((J, "(1 - h**2) * Wh.T"),), "So it is when columns are scaled",
            why="Numpy lines the H slopes up with the last axis, so each of them scales a column, the entry that was nudged. The tanh belongs to the unit that answers, and that is a row."),
    Mistake("jacobian", "columns are scaled by a diagonal matrix", ((J, "Wh.T @ np.diag(1 - h**2)"),), "So it is when columns are scaled",
            why="A diagonal matrix on the right scales columns, on the left it scales rows. In a step the weights act first and the tanh after them, so its slopes stand on the left."),
    Mistake("jacobian", "without the slope", ((J, "Wh.T"),), "The slope of tanh is missing",
            why="Between the weighted sum and the new state stands a tanh. It passes on the share 1 - h² of a nudge: all of it where h is 0, hardly anything where h is near 1 or -1."),
    Mistake("jacobian", "tanh once more", ((J, "(1 - np.tanh(h)**2)[:, None] * Wh.T"),), "h is what tanh gave",
            why="The slope of tanh at z is 1 - tanh(z)², and h is tanh(z) already. Another tanh makes h smaller than it is, and the slope larger."),
    Mistake("jacobian", "plus for minus", ((J, "(1 + h**2)[:, None] * Wh.T"),), "So it is with 1 + h²",
            why="The slope of tanh is 1 at zero and falls towards 0 on both sides, so a sure unit passes less on. With 1 + h² it would pass on more, up to twice the nudge."),
    Mistake("jacobian", "1 - h without the square", ((J, "(1 - h)[:, None] * Wh.T"),), "J is wrong",
            why="The slope of tanh is the same at h and at -h and never above 1, and the square sees to that. Without it, a unit at -0.5 would have a slope of 1.5."),
    Mistake("jacobian", "the slope taken twice", ((J, f"(1 - h**2)[:, None] * {J}"),), "So it is with the slope squared",
            why="A nudge goes through one tanh in one step, so its slope comes in once. Squared, it lets too little through wherever a unit is not at zero."),
    Mistake("jacobian", "multiplied, not scaled", ((J, "(1 - h**2) @ Wh.T"),), "J has shape (H=3), expected (H=3, H=3)",
            why="The @ multiplies and adds up: it leaves one row, the sum of all rows of the Jacobian. To scale means that each row keeps its place and is multiplied by one number."),
    Mistake("jacobian", "a step instead of its derivative", ((J, "np.tanh(h @ Wh)"),), "J has shape (H=3), expected (H=3, H=3)",
            why="This runs a step and gives a state, H numbers. How each of H entries answers to a nudge of each of H others takes a table of H × H."),
    Mistake("jacobian", "the diagonal only", ((J, "np.diag(1 - h**2)"),), "J is wrong",
            why="These are the slopes alone, as if each unit heard nobody but itself, with a weight of 1. A nudge of entry j comes to unit i through Wh[j, i]."),
    Mistake("jacobian", "a batch axis", ((J, f"({J})[None]"),), "is there a keepdims or a [None] too many?",
            why="h is the state of one sequence, (H,), so its Jacobian is one table, (H, H). The [None] puts a batch axis in front of it, for a batch that is not there."),
    Mistake("jacobian", "h changed in place", ((f"J = {J}", "h *= h\n    J = (1 - h)[:, None] * Wh.T"),), "changed its input h in place",
            why="h *= h writes the squares into the caller's own array, and whoever uses that state again finds another one. h**2 makes a new array."),

    Mistake("jacobian_product", "the wrong order", ((STEP, "P = P @ jacobian(h, Wh)"),), "The steps stand in the wrong order",
            why="The nudge is a column, so the matrix that acts on it first stands next to it, on the right. P @ J puts each later step to the right of the earlier ones."),
    Mistake("jacobian_product", "from the last step on", (("for h in states", "for h in states[::-1]"),), "The steps stand in the wrong order",
            why="Each new factor is multiplied on from the left, so the loop has to begin with the step that acts first. Begun at the last step, the product reads J_1 J_2 up to J_T."),
    Mistake("jacobian_product", "each transposed", ((STEP, "P = jacobian(h, Wh).T @ P"),), "the Jacobian transposed: mend jacobian first",
            why="Transposing reverses the order of a product. So the transposed factors in this order give the transpose of J_1 J_2 up to J_T: for two steps or more neither P nor its transpose."),
    Mistake("jacobian_product", "the product transposed", (("return P", "return P.T"),), "transpose of the right answer",
            why="Column j of P tells what becomes of a nudge of h_0[j]. The transpose is another thing: it takes a gradient of h_T, written as a column, back to h_0."),
    Mistake("jacobian_product", "entry by entry", ((STEP, "P = jacobian(h, Wh) * P"),), "With a single step: P is wrong",
            why="The * multiplies only what stands at the same place, so the zeros of the identity stay zeros for ever. A nudge spreads through all entries in between, and @ adds up these ways."),
    Mistake("jacobian_product", "entry by entry, from the first",
            instead={"jacobian_product": '''def jacobian_product(states, Wh):
    P = jacobian(states[0], Wh)
    for h in states[1:]:
        P = jacobian(h, Wh) * P
    return P
'''}, words="P is wrong",
            why="A nudge of h_0[j] reaches h_2[i] through every h_1[k], and these ways are added up: J_2[i, k] J_1[k, j], summed over k. The * knows no such sum."),
    Mistake("jacobian_product", "added up", ((STEP, "P = jacobian(h, Wh) + P"),), "With a single step: P is wrong",
            why="The second step does not get the nudge itself, it gets what the first step has made of it. One after the other is a product; a sum is for ways side by side."),
    Mistake("jacobian_product", "begins with zeros", (("np.eye(len(Wh))", "np.zeros(Wh.shape)"),), "It is zero in every entry",
            why="Whatever is multiplied by zeros is zero, and stays so through all steps. A product begins with the matrix that changes nothing, the identity."),
    Mistake("jacobian_product", "begins with ones", (("np.eye(len(Wh))", "np.ones(Wh.shape)"),), "With a single step: P is wrong",
            why="A matrix full of ones is not the 1 of matrices: J times it puts the sum of each row into all of its places. The one that changes nothing is np.eye."),
    Mistake("jacobian_product", "not carried on", ((STEP, "P = jacobian(h, Wh)"),), "So it is without the first step",
            why="Each turn of the loop replaces P, so only the last Jacobian is left. Between h_0 and h_T lie all T steps, and each has its factor in the product."),
    Mistake("jacobian_product", "the last step left out", (("for h in states", "for h in states[:-1]"),), "With a single step: P is wrong",
            why="states holds the state after each of T steps, one Jacobian for each. Without the last one the product ends a step early, at the state before h_T."),
    Mistake("jacobian_product", "the first step left out", (("for h in states", "for h in states[1:]"),), "With a single step: P is wrong",
            why="states[0] is h_1, the state after the first step, and its Jacobian leads from h_0 to h_1. Left out, the product tells how h_T answers to h_1."),
    Mistake("jacobian_product", "the last Jacobian to the power of T", instead={"jacobian_product": '''def jacobian_product(states, Wh):
    return np.linalg.matrix_power(jacobian(states[-1], Wh), len(states))
'''}, words="P is wrong",
            why="Every step has the same weights but slopes of its own, 1 - h² at the state that it has reached. A power would be right only if the state never moved."),
    Mistake("jacobian_product", "one Jacobian for each step", instead={"jacobian_product": '''def jacobian_product(states, Wh):
    return np.stack([jacobian(h, Wh) for h in states])
'''}, words="P has shape",
            why="Stacked side by side these are the factors, T separate answers. How the last state answers to the very first is their product, one matrix."),
    Mistake("jacobian_product", "an identity as wide as the sequence", (("np.eye(len(Wh))", "np.eye(len(states))"),), "two shapes do not multiply",
            why="len(states) counts the T steps. The identity to begin with acts on a state of H entries, so it is (H, H) and takes its width from Wh."),
    Mistake("jacobian_product", "slopes only", ((STEP, "P = np.diag(1 - h**2) @ P"),), "P is wrong",
            why="A step is weights first and a tanh after them, and its Jacobian has both: diag(1 - h²) Wh.T. Slopes alone are diagonal, and no unit would ever answer to another."),

    Mistake("norm_bound", "the spectral radius", ((BOUND, "np.abs(np.linalg.eigvals(Wh)).max() ** T"),), "So it is with the largest eigenvalue",
            why="Eigenvalues tell how high powers of a matrix grow in the long run. A single step may stretch some vector by more, up to the largest singular value, so the fence has to be built from that."),
    Mistake("norm_bound", "the eigenvalue with the largest real part", ((BOUND, "np.linalg.eigvals(Wh).max() ** T"),), "bound is wrong",
            why="Numpy orders complex numbers by their real parts, so a large eigenvalue that is negative or complex is passed over. And what one step can stretch by is a singular value in any case."),
    Mistake("norm_bound", "norm without its 2", ((BOUND, "np.linalg.norm(Wh) ** T"),), "what np.linalg.norm gives by itself",
            why="By itself np.linalg.norm takes the root of the sum of all squared entries, which is the root of the sum of all σ². That is a bound as well, but a looser one."),
    Mistake("norm_bound", "times T", ((BOUND, "np.linalg.norm(Wh, 2) * T"),), "Is it σ times T?",
            why="Stretchings one after the other are multiplied: two steps of 1.5 make 2.25, not 3. And with σ below 1 only the power says that the gradient vanishes."),
    Mistake("norm_bound", "without T", ((BOUND, "np.linalg.norm(Wh, 2)"),), "So it is for one step",
            why="σ says how much one step can stretch. The next step takes what has come out and stretches it again, so T steps may reach the T-th power."),
    Mistake("norm_bound", "one step short", ((BOUND, "np.linalg.norm(Wh, 2) ** (T - 1)"),), "So it is with T - 1 steps",
            why="From h_0, the state before the first step, to h_T there are T steps, each with a Jacobian of its own. T - 1 counts the gaps between T states."),
    Mistake("norm_bound", "the smallest singular value", ((BOUND, "np.linalg.norm(Wh, -2) ** T"),), "So it is with the smallest singular value",
            why="With -2 numpy gives the smallest singular value, by which every vector is stretched at least. A fence has to know the most, and that is 2."),
    Mistake("norm_bound", "the last of svd's list", ((BOUND, "np.linalg.svd(Wh)[1][-1] ** T"),), "So it is with the smallest singular value",
            why="np.linalg.svd puts the largest singular value first and the smallest last. The most that a vector can be stretched by is entry [0], not [-1]."),
    Mistake("norm_bound", "all singular values", ((BOUND, "np.linalg.svd(Wh)[1] ** T"),), "bound has shape",
            why="There are H singular values, one for each of H directions. The bound asks for the worst case over all directions, and that is one number, the largest."),
    Mistake("norm_bound", "the sum of all singular values", ((BOUND, "np.linalg.norm(Wh, 'nuc') ** T"),), "So it is with the sum of all singular values",
            why="A vector points in one direction at a time, and even the most favourable one is stretched by the largest singular value alone, not by all of them together."),
    Mistake("norm_bound", "column sums", ((BOUND, "np.linalg.norm(Wh, 1) ** T"),), "So it is with the largest sum of a row or a column",
            why="The largest column sum of sizes bounds stretching where length means a sum of absolute values. For the usual length it may lie above σ or below it."),
    Mistake("norm_bound", "row sums", ((BOUND, "np.linalg.norm(Wh, np.inf) ** T"),), "So it is with the largest sum of a row or a column",
            why="The largest row sum of sizes bounds stretching where length means the largest entry. For the usual length, the root of a sum of squares, it may lie above σ or below it."),
    Mistake("norm_bound", "the largest entry", ((BOUND, "np.abs(Wh).max() ** T"),), "So it is with the largest entry",
            why="Entries act together: a 2 × 2 matrix of ones has no entry above 1, and yet it makes (2, 2) of (1, 1), which is twice as long."),
    Mistake("norm_bound", "the square of the singular value", ((BOUND, "np.linalg.eigvalsh(Wh.T @ Wh)[-1] ** T"),), "So it is with the square of σ",
            why="The eigenvalues of Wh.T @ Wh are the squares of the singular values, and a root leads back to σ. With σ² the bound is that of twice as many steps."),
    Mistake("norm_bound", "the determinant", ((BOUND, "abs(np.linalg.det(Wh)) ** T"),), "It is the product of all singular values",
            why="The determinant tells how a volume changes: its size is the product of all singular values. Twofold one way and half the other leaves a volume alone, and stretches nevertheless."),
    Mistake("norm_bound", "the norm of the power", ((BOUND, "np.linalg.norm(np.linalg.matrix_power(Wh, T), 2)"),), "bound is wrong",
            why="A power of Wh supposes that nothing stands between its factors. The slopes do stand there, differ from step to step, and can make the product larger than that; never larger than σ to the power T."),

    Mistake("relu_backward", "the gate of the state before", ((DZ, DZ.replace("t + 1", "t")),), "With a single step: dh0 is wrong",
            why="Step t led from states[t] to states[t + 1], and its ReLU is seen in what came out of it. states[t] tells about the ReLU of the step before."),
    Mistake("relu_backward", "no gate", ((DZ, "dz = dh[:, t] + dh0"),), "With a single step: dh0 is wrong",
            why="Where a ReLU was shut its output stayed 0 however its input moved a little, so no gradient may pass there. The factor states[t + 1] > 0 shuts the same places on the way back."),
    Mistake("relu_backward", "the gate open at zero", ((DZ, DZ.replace("> 0", ">= 0")),), "With a single step: dh0 is wrong",
            why="After a ReLU no state is negative, so >= 0 holds everywhere and shuts nothing. A zero is the very mark of a ReLU that was shut."),
    Mistake("relu_backward", "the slope of tanh", ((DZ, "dz = (dh[:, t] + dh0) * (1 - states[t + 1]**2)"),), "With a single step: dh0 is wrong",
            why="1 - h² belongs to tanh. A ReLU has only two slopes, 1 where it was open, however large the state, and 0 where it was shut."),
    Mistake("relu_backward", "the state in place of the gate", ((DZ, "dz = (dh[:, t] + dh0) * states[t + 1]"),), "With a single step: dh0 is wrong",
            why="An open ReLU passes a gradient on as it is: its slope is 1, however large its output. The comparison > 0 makes that 1 or 0 of the state."),
    Mistake("relu_backward", "gate by the sign of the gradient", ((DZ, "dz = np.maximum(0, dh[:, t] + dh0)"),), "With a single step: dh0 is wrong",
            why="What a ReLU holds back is a negative input on the way forward. A negative gradient passes an open unit as freely as a positive one; only the state tells which were open."),
    Mistake("relu_backward", "the recurrent gradient not added", ((DZ, DZ.replace("(dh[:, t] + dh0)", "dh[:, t]")),), "With two steps, and every ReLU open: dh0 is wrong",
            why="A state matters twice: directly, as dh[:, t] says, and through all states made of it later. The second share comes back from the next step as dh0, and the two are added."),
    Mistake("relu_backward", "only the recurrent gradient", ((DZ, DZ.replace("(dh[:, t] + dh0)", "dh0")),), "It is zero in every entry",
            why="dh0 begins as zeros, and dh[:, t] is the only place where the loss comes in. Without it, zeros are handed back from step to step."),
    Mistake("relu_backward", "gate on dh alone", ((DZ, "dz = dh[:, t] * (states[t + 1] > 0) + dh0"),), "dh0 is wrong",
            why="Both shares belong to the state that came out of the ReLU, so both go back through it. Here what comes from the step after slips past, even where the ReLU was shut."),
    Mistake("relu_backward", "Wh not transposed", ((BACK, BACK.replace("Wh.T", "Wh")),), "is it Wh or Wh.T?",
            why="Forward, entry j of states[t] reaches unit i through Wh[j, i]. Back, what arrives at i goes to j through the same weight, and that makes dz @ Wh.T."),
    Mistake("relu_backward", "forwards in time", (("reversed(range(dh.shape[1]))", "range(dh.shape[1])"),), "dh0 is wrong",
            why="The gradient of a state contains what the step after it sends back, so the last step has to come first. In this order a step is handed what its predecessor sent."),
    Mistake("relu_backward", "dWh overwritten", ((BACK, BACK.replace("dWh + states", "states")),), "dWh is wrong",
            why="One Wh served in all T steps, so all T shares add up to its gradient. Overwritten at each turn, only the share of the step visited last is left, the first one."),
    Mistake("relu_backward", "dWh transposed", ((BACK, BACK.replace("states[t].T @ dz", "dz.T @ states[t]")),), "It equals the transpose of the right answer",
            why="Wh[j, i] leads from entry j that came in to unit i that went out. So in its gradient rows belong to states[t] and columns to dz: states[t].T @ dz."),
    Mistake("relu_backward", "dWh with the state after", ((BACK, BACK.replace("states[t].T", "states[t + 1].T")),), "With a single step: dWh is wrong",
            why="The forward product was states[t] @ Wh, so the weight's gradient pairs dz with what came in, states[t], not with what went out."),
    Mistake("relu_backward", "dWh averaged", ((BACK, BACK.replace("states[t].T @ dz", "states[t].T @ dz / len(dz)")),), "= 1/N here",
            why="All N sequences used the same Wh, and its gradient is the sum of what each of them says. If the loss is a mean over the batch, then dh has its 1/N already."),
    Mistake("relu_backward", "the product with Wh.T missing", ((BACK, "dWh = dWh + states[t].T @ dz; dh0 = dz"),), "With a single step: dh0 is wrong",
            why="dz is the gradient at states[t] @ Wh, in front of the ReLU. From there it still has to go back through the weights, dz @ Wh.T, before it is one of states[t]."),
    Mistake("relu_backward", "dh0 added up", ((BACK, BACK.replace("dz @ Wh.T,", "dh0 + dz @ Wh.T,")),), "dh0 is wrong",
            why="dh0 has gone into dz at the top of the turn and comes out of it as dz @ Wh.T. Added once more, a part skips the step that it has to pass."),
    Mistake("relu_backward", "the first step left out", (("reversed(range(dh.shape[1]))", "reversed(range(1, dh.shape[1]))"),), "It is zero in every entry",
            why="range(1, T) never visits step 0, which leads from h0 to the first state. What is returned then belongs to that first state, and dWh lacks a share."),
    Mistake("relu_backward", "dh0 and dWh swapped", (("return dh0, dWh", "return dWh, dh0"),), "dh0 has the shape of dWh, and dWh that of dh0",
            why="Python hands several results over by place, not by name. Whoever calls relu_backward takes the first of them for dh0, as the docstring promises."),
    Mistake("relu_backward", "squeeze breaks N=1", ((BACK, BACK + "\n    dh0 = dh0.squeeze()"),), "With N = 1",
            why="squeeze() drops every axis of length 1, so for a single sequence (1, H) becomes (H,) and the batch axis is lost. dh0 has the right shape without it."),
    Mistake("relu_backward", "dh0 left at zero", instead=relu(end="np.zeros((N, H))"), words="It is zero in every entry",
            why="After the last turn of the loop dprev is the gradient of the state before the first step, which is h0. The zeros that are returned instead were never filled."),

    Mistake("clip_by_value", "cut from above only", ((CUT, "np.minimum(g, limit)"),), "Large negative numbers are left as they are",
            why="Gradients explode in both directions, and -1000 is as large a step as 1000. np.minimum stops only what is too large on the positive side."),
    Mistake("clip_by_value", "cut from below only", ((CUT, "np.maximum(g, -limit)"),), "Large positive numbers are left as they are",
            why="np.maximum(g, -limit) lifts what lies below -limit and lets everything above it pass, a thousand as well. A limit for the size has two ends."),
    Mistake("clip_by_value", "cut to between 0 and limit", ((CUT, "np.clip(g, 0, limit)"),), "What is negative has become 0",
            why="A negative gradient is as good as a positive one: it says that this parameter should grow. The interval goes from -limit to limit, with zero in the middle."),
    Mistake("clip_by_value", "the signs lost", ((CUT, "np.minimum(np.abs(g), limit)"),), "The signs are gone",
            why="np.abs keeps how steep the slope is and throws away which side is downhill. With positive gradients alone, no parameter could ever be made larger."),
    Mistake("clip_by_value", "grads changed in place", ((CUT, "np.clip(g, -limit, limit, out=g)"),), "changed its input Wx in place",
            why="out=g lets numpy write its result into the caller's own array. Whoever wants to compare before and after, or clip in another way, has lost the original."),
    Mistake("clip_by_value", "cut to zero", ((CUT, "np.where(np.abs(g) > limit, 0, g)"),), "What is too large has become 0",
            why="Zero means no step at all for this parameter, and that where the slope is steepest. Cutting keeps the sign and brings the size down to the limit."),
    Mistake("clip_by_value", "scaled by the largest", ((CUT, "g * min(1, limit / np.abs(g).max())"),), "The whole array is scaled until its largest entry fits",
            why="One factor for a whole array makes its small entries smaller, too. By value each entry is cut for itself, and what lies within the limit stays as it is."),
    Mistake("clip_by_value", "the limit ignored", ((CUT, "np.clip(g, -1, 1)"),), "It is cut at 1, whatever the limit is",
            why="A limit of 1 is usual, but it is an argument here: at 5 an entry of 3 may stay, at 0.1 an entry of 0.5 may not."),
    Mistake("clip_by_value", "the sign alone", ((CUT, "limit * np.sign(g)"),), "Only the sign is left",
            why="limit times the sign gives every entry other than 0 the same size, small ones included. Cutting leaves alone what lies between -limit and limit."),
    Mistake("clip_by_value", "nothing is cut", ((CUT, "g"),), "Nothing is cut",
            why="The dictionary is new, but in it are the arrays as they came, large entries included. np.clip has to be called on each of them."),
    Mistake("clip_by_value", "one array returned", (("return clipped", "return clipped['Wx']"),), "clipped is a ndarray, expected a dictionary",
            why="Each parameter has its gradient, and the optimiser looks it up by name. So a dictionary goes in, and a dictionary with all of them comes out."),
    Mistake("clip_by_value", "a list returned", (("return clipped", "return list(clipped.values())"),), "clipped is a list, expected a dictionary",
            why="A list knows places, not names: to find the gradient of b in it one has to know where b stands. What comes in with names goes out with them."),
    Mistake("clip_by_value", "a name lost", (("return clipped", "clipped.pop('b')\n    return clipped"),), "clipped has no entry 'b'",
            why="A parameter that has no gradient cannot be moved: the optimiser stops at the missing name, or passes it by. clipped needs each name that grads has."),

    Mistake("clip_by_norm", "each array by its own norm", instead={"clip_by_norm": EACH_ARRAY}, words="Each array is clipped by its own norm",
            why="One common factor keeps the ratios between all entries, and so the direction. A factor of its own for each array changes the ratios between them, and the step turns."),
    Mistake("clip_by_norm", "entry by entry", ((FINITE, "np.clip(g, -limit, limit) if np.isfinite(norm) else 0 * g"),), "this is clip_by_value",
            why="Cut one by one, large and middling entries come out equal, and the direction is another one. A common factor makes the step shorter and leaves it pointing the same way."),
    Mistake("clip_by_norm", "always scaled", ((SCALE, "limit / norm"),), "They are stretched up to the limit",
            why="limit / norm is above 1 where the norm is below the limit, so short gradients are stretched. A gradient that is small, near a minimum for instance, is meant to be small."),
    Mistake("clip_by_norm", "grads changed in place", instead={"clip_by_norm": IN_PLACE}, words="changed its input Wx in place",
            why="g *= … changes the numbers where they lie, in the caller's arrays. scale * g makes new arrays, and grads is the same afterwards."),
    Mistake("clip_by_norm", "no root of the sum", ((NORM, "sum(np.sum(g**2) for g in grads.values())"),), "So it is when the root is missing",
            why="The sum of squares is the length squared. Divided by it, the gradients end up with a norm of limit / norm, shorter the longer they were."),
    Mistake("clip_by_norm", "norms of the arrays added", ((NORM, "sum(np.linalg.norm(g) for g in grads.values())"),), "So it is when the norms of the arrays are added",
            why="Arrays laid end to end make one long vector, and its parts add as in Pythagoras: squares first, one root at the end. A plain sum of lengths comes out too long."),
    Mistake("clip_by_norm", "the largest entry for the norm", ((NORM, "max(np.abs(g).max() for g in grads.values())"),), "when the largest entry is brought to the limit",
            why="The largest entry does not know how many there are: a thousand entries of 1 have a norm of about 32. A length counts them all."),
    Mistake("clip_by_norm", "the largest norm of one array", ((NORM, "max(np.linalg.norm(g) for g in grads.values())"),), "So it is with the norm of one array",
            why="All arrays together are at least as long as the longest of them, and mostly longer. The squares of every array go under one root."),
    Mistake("clip_by_norm", "absolute values for squares", ((NORM, "sum(np.abs(g).sum() for g in grads.values())"),), "when absolute values are added instead of squares",
            why="A sum of absolute values is a norm as well, the length of a walk along the axes. The formula measures the straight line, the root of the sum of squares."),
    Mistake("clip_by_norm", "the mean of the squares", ((NORM, "np.sqrt(np.mean(np.concatenate([g.ravel() for g in grads.values()])**2))"),), "the mean of the squares",
            why="A mean divides by the number of entries, so the more parameters there are, the less would be clipped. The length of a vector is the root of a sum."),
    Mistake("clip_by_norm", "the last array's norm", ((f"norm = {NORM}", "for g in grads.values():\n        norm = np.sqrt(np.sum(g**2))"),), "So it is with the norm of one array",
            why="Each turn of the loop overwrites norm, and the last array's is left at the end. The squares of all arrays have to be summed before the root is taken."),
    Mistake("clip_by_norm", "brought to a norm of 1", ((SCALE, "1 / norm if norm > limit else 1.0"),), "The norm has become 1",
            why="1 / norm makes a length of 1, whatever the limit is. A gradient that is too long is to have the length of the limit afterwards: limit / norm."),
    Mistake("clip_by_norm", "divided by the limit", ((SCALE, "1 / limit if norm > limit else 1.0"),), "It is divided by the limit",
            why="1 / limit is the same number for every gradient and does not know how long this one is. The factor that brings a length of norm to limit is limit / norm."),
    Mistake("clip_by_norm", "the comparison the wrong way round", ((SCALE, "limit / norm if norm < limit else 1.0"),), "Nothing is clipped",
            why="With norm < limit the short gradients are found, and stretched up to the limit; those that have exploded pass as they are."),
    Mistake("clip_by_norm", "division by a norm of zero", ((SCALE, "limit / norm"), (FINITE, "scale * g if norm >= limit or norm == 0 else g")), "With gradients that are zero",
            why="Where all gradients are zero the norm is zero: limit / 0 is inf, and inf times 0 is nan. A norm below the limit never needs the division."),
    Mistake("clip_by_norm", "nan stays", ((FINITE, "scale * g"),), "With one entry that is nan, for which no step is taken",
            why="A nan in one entry makes the norm nan, nan > limit is False, and the gradients go through as they are. One such step leaves nan in a parameter for good."),
    Mistake("clip_by_norm", "zero times nan", ((FINITE, "scale * g if np.isfinite(norm) else 0 * g"),), "With one entry that is nan, for which no step is taken",
            why="In floating point 0 times nan is nan, and 0 times inf is nan, too. np.zeros_like takes shape and type from g and none of its numbers."),
    Mistake("clip_by_norm", "nan is heeded, inf is not", ((FINITE, "np.zeros_like(g) if np.isnan(norm) else scale * g"),), "With one entry that is inf, for which no step is taken",
            why="An inf entry makes the norm inf and the scale 0, and 0 times inf is nan. np.isnan sees only one of the two; np.isfinite refuses both."),
    Mistake("clip_by_norm", "nan becomes 0, the rest stays", ((f"norm = {NORM}", "grads = {n: np.nan_to_num(g, posinf=0) for n, g in grads.items()}\n    "
            f"norm = {NORM}"),), "With one entry that is nan, for which no step is taken",
            why="A nan says that the computation broke down somewhere, and the other entries came out of the same computation. No direction is left to trust, so no step is taken."),
    Mistake("clip_by_norm", "the norm returned as well", (("return clipped", "return clipped, norm"),), "clipped is a tuple, expected a dictionary",
            why="With two things after return Python packs a tuple, and a tuple cannot be asked for the gradient of 'Wx' by name. The dictionary alone is promised."),

    Mistake("orthogonal", "normal as it is", ((QR, "Wh = normal"),), "Wh is normal as it came",
            why="Columns of normal random numbers have various lengths and angles, so some directions are stretched and others shrunk. A hundred steps raise both to the power of a hundred."),
    Mistake("orthogonal", "R in place of Q", ((QR, "Wh = R"),), "Wh is triangular",
            why="In A = QR the columns of Q are orthogonal. R holds what Q lacks, lengths and angles of A's columns: it has the singular values of A."),
    Mistake("orthogonal", "columns of length 1", ((QR, COLUMNS),), "The columns have length 1, but are not at right angles",
            why="Length is half of it. Columns that are not at right angles to each other still stretch some directions and shrink others; Wh.T @ Wh needs zeros beside its diagonal."),
    Mistake("orthogonal", "Q times R", ((QR, "Wh = Q @ R"),), "Wh is normal as it came",
            why="qr splits a matrix in two, and Q @ R puts it together again. Nothing is gained unless R is left out."),
    Mistake("orthogonal", "always the identity", ((QR, "Wh = np.eye(len(normal))"),), "the same matrix for every draw",
            why="The identity is orthogonal, but it is one matrix only, in which no unit hears another. A start drawn by chance is made of the numbers that are handed in."),
    Mistake("orthogonal", "dice of its own", (("np.linalg.qr(normal)", "np.linalg.qr(np.random.default_rng(0).normal(size=normal.shape))"),), "the same matrix for every draw",
            why="The random numbers are handed in so that whoever calls decides on them. With a generator inside, its seed decides, and the argument is never looked at."),
    Mistake("orthogonal", "scaled by 0.9", ((QR, "Wh = 0.9 * Q"),), "their lengths are from 0.9 to 0.9",
            why="With singular values of 0.9 a hundred steps leave 0.9 to the power of 100, about 0.00003. An orthogonal matrix has them all at exactly 1."),
    Mistake("orthogonal", "divided by the root of H", ((QR, "Wh = normal / np.sqrt(len(normal))"),), "Wh.T @ Wh is wrong",
            why="Divided by the root of H, columns have a length of about 1, but they are not at right angles. The singular values of a large one spread from nearly 0 to nearly 2."),
    Mistake("orthogonal", "the largest singular value is 1", ((QR, "Wh = normal / np.linalg.norm(normal, 2)"),), "Wh.T @ Wh is wrong",
            why="This brings the largest singular value to 1 and so leaves all others below it: one direction is kept and the rest fades. Orthogonal means that all of them are 1."),
    Mistake("orthogonal", "multiplied by the diagonal, not its signs", ((QR, "Wh = Q * np.diag(R)"),), "The columns are at right angles, but their lengths",
            why="The diagonal of R holds sizes and signs. A sign turns a column of Q round and leaves its length at 1; a size changes the length as well."),
    Mistake("orthogonal", "both matrices returned", (("return Wh", "return Q, R"),), "Wh is a tuple, expected an array",
            why="qr gives two matrices because only their product is the one that was split. A network has one recurrent matrix, and the orthogonal one is Q."),
    Mistake("orthogonal", "made symmetric", ((QR, "Wh = (normal + normal.T) / 2"),), "Wh.T @ Wh is wrong",
            why="Symmetric means W = W.T, orthogonal means W.T @ W = 1. A symmetric matrix may stretch by any amount, in directions at right angles."),

    Mistake("identity_start", "ones everywhere", ((START, START.replace("np.eye(H)", "np.ones((H, H))")),), "ones on its diagonal alone",
            why="A matrix of ones hands the sum of all units to each of them, so the state grows H-fold with every step. With np.eye each unit hears only itself and keeps what it has."),
    Mistake("identity_start", "a small identity", ((START, START.replace("np.eye(H)", "0.001 * np.eye(H)")),), "only the input weights are small",
            why="With 0.001 on the diagonal, one step leaves a thousandth of the state. It is the input that is to be quiet; the state is to be kept whole."),
    Mistake("identity_start", "as wide as the input", (("normal.shape[1]", "normal.shape[0]"),), "Wh has shape (D=2, D=2), expected (H=3, H=3)",
            why="normal is (D, H): the first axis counts the entries of an input, the second the units. Wh leads from units to units, so H is normal.shape[1]."),
    Mistake("identity_start", "input weights not small", ((START, START.replace("0.001 * ", "")),), "normal is not made smaller",
            why="Inputs at full strength are added to the state at every step, and what it was to keep drowns in them. A thousandth of that hardly disturbs."),
    Mistake("identity_start", "a hundredth, not a thousandth", ((START, START.replace("0.001", "0.01")),), "a thousandth was meant",
            why="How small is a choice, and the lesson follows Le, Jaitly and Hinton, who took a thousandth. With 0.01 each input disturbs the state ten times as much."),
    Mistake("identity_start", "zero input weights", ((START, START.replace("0.001 * normal", "0 * normal")),), "It is zero in every entry",
            why="With zeros no input reaches a unit. A state that begins at zero stays there, behind ReLUs that are shut, and no gradient comes through to change it."),
    Mistake("identity_start", "b of ones", ((START, START.replace("np.zeros(H)", "np.ones(H)")),), "b should be zeros",
            why="Where Wh is the identity, a bias of 1 adds 1 to each unit at every step: after a hundred steps it stands at 100. To keep a state takes a bias of 0."),
    Mistake("identity_start", "b as a row", ((START, START.replace("np.zeros(H)", "np.zeros((1, H))")),), "b has shape",
            why="A bias has one number for each unit, (H,), and numpy spreads it over the batch by itself. With a second axis it no longer matches its gradient db."),
    Mistake("identity_start", "Wx and Wh swapped", (("return Wx, Wh, b", "return Wh, Wx, b"),), "Wx has shape (H=3, H=3), expected (D=2, H=3)",
            why="Results are handed over by place: the first is taken for Wx, (D, H), the second for Wh, (H, H). Exchanged, the identity would stand where the weights of the input belong."),
    Mistake("identity_start", "normal changed in place", ((f"Wx, Wh, b = {START}", "normal *= 0.001\n    Wx, Wh, b = normal, np.eye(H), np.zeros(H)"),), "changed its input normal in place",
            why="*= makes the caller's own array small, so the same numbers handed in again would give input weights a thousand times smaller. 0.001 * normal makes a new one."),

    Mistake("forget_bias", "the input gate's block", (("new_b[H : 2 * H]", "new_b[:H]"),), "belongs to i",
            why="The blocks lie in the order i, f, o, g, so the first H entries open the input gate. Then more is written into the cell, and as much is forgotten as before."),
    Mistake("forget_bias", "the output gate's block", (("new_b[H : 2 * H]", "new_b[2 * H : 3 * H]"),), "belongs to o",
            why="From 2H to 3H lies the output gate, which decides how much of the cell is shown. How much of it is kept depends on the second block, from H to 2H."),
    Mistake("forget_bias", "the candidate's block", (("new_b[H : 2 * H]", "new_b[3 * H :]"),), "belongs to g",
            why="The last block belongs to the candidate, which is no gate: a bias there pushes the cell the same way at every step. The forget gate is the second block."),
    Mistake("forget_bias", "all four blocks", (("new_b[H : 2 * H]", "new_b[:]"),), "All four blocks are set",
            why="A bias everywhere opens the input and output gates as well and pushes every candidate the same way. Only the gate that keeps the cell is to begin open."),
    Mistake("forget_bias", "added, not set", (("] = bias", "] += bias"),), "The bias is added to what was there",
            why="The forget gates are to begin at this very bias, whatever stood there before. Adding comes to the same only where the old bias was zero."),
    Mistake("forget_bias", "b changed in place", (("b.copy()", "b"),), "changed its input b in place",
            why="new_b = b gives one array a second name, so writing into new_b writes into b. b.copy() makes an array of its own."),
    Mistake("forget_bias", "the other blocks zero", (("b.copy()", "np.zeros_like(b)"),), "The other blocks are gone",
            why="The biases of the other three blocks are not touched by this start; they may have been chosen or learned. So begin with a copy of b, and change one block."),
    Mistake("forget_bias", "always 1", (("] = bias", "] = 1"),), "The bias is 1 whatever was asked for",
            why="A bias of 1 is usual, but how long a cell should keep is for the caller to say: the comparison in this lesson begins with 3."),
    Mistake("forget_bias", "from H to the end", (("new_b[H : 2 * H]", "new_b[H:]"),), "Everything from H on is set",
            why="A slice without an end runs to the last entry, through the output gate and the candidate. The forget gate's block ends at 2H."),
    Mistake("forget_bias", "from the start to 2H", (("new_b[H : 2 * H]", "new_b[: 2 * H]"),), "Everything up to 2H is set",
            why="A slice without a beginning starts at entry 0, where the input gate lies. The forget gate's block begins at H."),
    Mistake("forget_bias", "one entry too many", (("new_b[H : 2 * H]", "new_b[H : 2 * H + 1]"),), "One entry too many is set",
            why="A slice leaves its end out: H : 2 * H holds exactly H entries, up to 2H - 1. Entry 2H is the first of the output gate."),
    Mistake("forget_bias", "one entry alone", (("new_b[H : 2 * H]", "new_b[H]"),), "Only one entry is set",
            why="new_b[H] is a single number, the forget gate of the first unit. Each of the H units has a forget gate, so it takes a slice to reach them all."),
    Mistake("forget_bias", "the block alone returned", (("return new_b", "return new_b[H : 2 * H]"),), "new_b has shape (H=3), expected (4H=12)",
            why="An LSTM takes the biases of all four blocks as one array, (4H,). The forget gate's block is changed inside it, and the whole goes back."),
    Mistake("forget_bias", "nothing returned", (("return new_b", "return"),), "returned None",
            why="A return with nothing after it hands back None. The array that was made inside is lost as soon as the function ends."),
    Mistake("forget_bias", "H as a third of b", (("len(b) // 4", "len(b) // 3"),), "A third of b is set",
            why="An LSTM has four blocks, three gates and a candidate, so H is a quarter of len(b). A third fits the GRU, which has three blocks."),

    Mistake("leaky_step_forward", "the shares swapped", ((MIX, "leak * prev_h + (1 - leak) * candidate"),), "which of the two shares is leak?",
            why="The leak is the share that is renewed, and the rest is kept. Exchanged, a leak of 0.01 would keep a hundredth and rewrite nearly everything at each step."),
    Mistake("leaky_step_forward", "all of the old state kept", ((MIX, "prev_h + leak * candidate"),), "how much of it stays?",
            why="What comes in has to make room for itself. With prev_h kept whole the shares sum to 1 + leak, and the state may leave the range from -1 to 1."),
    Mistake("leaky_step_forward", "all of the candidate let in", ((MIX, "(1 - leak) * prev_h + candidate"),), "how much of it is let in?",
            why="The two shares have to sum to one for the state to be a mean of old and new. With a full candidate at every step it may grow as far as 1 / leak."),
    Mistake("leaky_step_forward", "squashed once more", ((MIX, f"np.tanh({MIX})"),), "The old state goes through a tanh",
            why="The candidate has been through a tanh and the old state was to pass without one. Squashed at every step, a state shrinks even where the leak is 0."),
    Mistake("leaky_step_forward", "mixed before the tanh", ((MIX, "np.tanh((1 - leak) * prev_h + leak * (x @ Wx + prev_h @ Wh + b))"),), "The old state goes through a tanh",
            why="Two states are mixed: the old one, and what the tanh gave. Mixed inside, the old state goes through the tanh at every step, and the straight lane has a slope again."),
    Mistake("leaky_step_forward", "the tanh missing", ((CANDIDATE, CANDIDATE.replace("np.tanh", "")),), "Is the tanh missing?",
            why="Without its tanh the candidate is a weighted sum that nothing holds in bounds. The step is linear then, and a hundred linear steps are no more than one."),
    Mistake("leaky_step_forward", "Wh transposed", ((CANDIDATE, CANDIDATE.replace("Wh", "Wh.T")),), "Is it Wh or Wh.T?",
            why="The row of a weight says which entry it comes from, the column which unit it goes to: prev_h @ Wh. Transposed, every connection is used in the other direction."),
    Mistake("leaky_step_forward", "the bias forgotten", ((CANDIDATE, CANDIDATE.replace(" + b", "")),), "Is b missing?",
            why="The bias gives each unit a level of its own. Without it the candidate is zero wherever input and state are zero, and learning cannot change that."),
    Mistake("leaky_step_forward", "deaf to its past", ((CANDIDATE, "np.tanh(x @ Wx + b)"),), "Is prev_h Wh missing?",
            why="prev_h stands in two places, in the leak and in the candidate. Without prev_h @ Wh a unit only averages its inputs, and no unit hears another."),
    Mistake("leaky_step_forward", "the leak ignored", ((MIX, "candidate"),), "It is the plain step",
            why="The candidate alone is the step at leak = 1: all that is left of the old state has gone through weights and tanh. Its straight way is (1 - leak) * prev_h."),
    Mistake("leaky_step_forward", "nothing is kept", ((MIX, "leak * candidate"),), "It is nothing but zeros",
            why="What is not renewed has to stay, and that is (1 - leak) * prev_h. Without it the unit is rewritten at every step, and on a smaller scale."),

    Mistake("leaky_step_backward", "no cache from the step forward", (), "leaky_step_forward returned", instead={"leaky_step_forward": f'''def leaky_step_forward(x, prev_h, Wx, Wh, b, leak):
    candidate = {CANDIDATE}
    return {MIX}
'''},
            why="All that the step back multiplies by was known on the way forward: x, prev_h, the weights, the candidate, the leak. Returned without a cache, next_h has kept none of them."),
    Mistake("leaky_step_backward", "no straight lane", ((STRAIGHT, "dz @ Wh.T"),), "With a leak of 0, where only the straight lane is open: dprev_h is wrong",
            why="prev_h came into the step twice, through the weights and as (1 - leak) * prev_h. The second way brings its gradient back past all weights, which is what the leak is for."),
    Mistake("leaky_step_backward", "the whole straight lane", ((STRAIGHT, "dz @ Wh.T + dnext_h"),), "With a leak of 1, where only the lane through the tanh is open: dprev_h is wrong",
            why="The old state came in with the factor 1 - leak, and a constant factor is the same on the way back. All of dnext_h would be right at a leak of 0 alone."),
    Mistake("leaky_step_backward", "leak on the straight lane", ((STRAIGHT, "dz @ Wh.T + leak * dnext_h"),), "With a leak of 0, where only the straight lane is open: dprev_h is wrong",
            why="The candidate came in with leak, the old state with 1 - leak. Each lane takes back the factor that it had on the way forward."),
    Mistake("leaky_step_backward", "no leak in dz", ((LEAKY_DZ, "dnext_h * (1 - candidate**2)"),), "With a leak of 0, where only the straight lane is open: dx is wrong",
            why="The candidate went into the new state as leak * candidate, so what reaches it is leak * dnext_h. At a leak of 0 nothing may come back through the tanh."),
    Mistake("leaky_step_backward", "the slope of the mixture", (), "With a leak of 0.2: dx is wrong",
            instead={"leaky_step_forward": f'''def leaky_step_forward(x, prev_h, Wx, Wh, b, leak):
    candidate = {CANDIDATE}
    next_h = {MIX}
    return next_h, (x, prev_h, Wx, Wh, next_h, leak)
'''},
            why="1 - h² is the slope of tanh only where h is what tanh gave, and that is the candidate. The new state is a mixture of it and the old one."),
    Mistake("leaky_step_backward", "no slope of the tanh", ((LEAKY_DZ, "leak * dnext_h"),), "dx is wrong",
            why="dnext_h belongs to what comes after the tanh, dz to what goes into it. Between them lies the slope of the tanh, 1 - candidate²."),
    Mistake("leaky_step_backward", "Wh not transposed", ((STRAIGHT, STRAIGHT.replace("Wh.T", "Wh")),), "is it Wh or Wh.T?",
            why="Entry j of prev_h spoke to unit i through Wh[j, i], so what comes back from i to j takes the same weight: dz @ Wh.T. A square matrix fits either way."),
    Mistake("leaky_step_backward", "the straight lane through Wh", ((STRAIGHT, "(dz + (1 - leak) * dnext_h) @ Wh.T"),), "With a leak of 0, where only the straight lane is open: dprev_h is wrong",
            why="Forward, (1 - leak) * prev_h met no weights, so its gradient meets none either. Sent through Wh.T, it shrinks or grows with each step like any other."),
    Mistake("leaky_step_backward", "db averaged", ((SUMS, SUMS.replace("dz.sum", "dz.mean")),), "= 1/N here",
            why="b was added to each of the N rows, so each row has a share in its gradient, and shares are summed. A mean belongs into the loss, which dnext_h comes from."),
    Mistake("leaky_step_backward", "db not summed", ((SUMS, SUMS.replace("dz.sum(axis=0)", "dz")),), "db has shape",
            why="b is (H,) and was spread over the N rows of the batch. What is spread on the way forward is summed on the way back, over axis 0."),
    Mistake("leaky_step_backward", "dWh from the candidate", ((SUMS, SUMS.replace("prev_h.T", "candidate.T")),), "dWh is wrong",
            why="Wh was multiplied by prev_h, and its gradient pairs dz with that. The candidate is what came out of the product, after the tanh."),
    Mistake("leaky_step_backward", "dWh transposed", ((SUMS, SUMS.replace("prev_h.T @ dz", "dz.T @ prev_h")),), "It equals the transpose of the right answer",
            why="Wh[j, i] leads from prev_h[j] to unit i, so rows of its gradient belong to prev_h and columns to dz: prev_h.T @ dz. As Wh is square, the shape tells nothing."),
    Mistake("leaky_step_backward", "dx and dprev_h swapped", (("return dx, dprev_h, dWx, dWh, db", "return dprev_h, dx, dWx, dWh, db"),), "dx has the shape of dprev_h",
            why="Five results go out, and the caller takes them by place. With the first two exchanged, the step before would receive the gradient of an input as that of its state."),
    Mistake("leaky_step_backward", "the leak taken twice", ((LEAKY_DZ, f"leak * {LEAKY_DZ}"),), "With a leak of 0.2: dx is wrong",
            why="Between candidate and new state the leak stands once, so dz has it once. Squared, a leak of 0.2 lets through a fifth of what is due."),

    Mistake("truncated_gradients", "the state not carried", ((CARRIED, "pass "),), "Every chunk begins with h0 again",
            why="Truncation cuts the gradient and not the state: a text does not begin anew every 25 letters. Each chunk goes on from the state in which the last one ended."),
    Mistake("truncated_gradients", "each chunk from zeros", ((CARRIED, "h0 = np.zeros_like(h0) "),), "Every chunk begins with zeros",
            why="A state of zeros says that nothing has been read so far. After the first chunk that is no longer true, and h[:, -1] holds what has been read."),
    Mistake("truncated_gradients", "the last chunk left out", (("range(0, x.shape[1], chunk)", "range(0, x.shape[1] - chunk + 1, chunk)"),), "a last chunk may be shorter",
            why="In 7 steps there are two chunks of 3 and one step over, which has its gradient, too. A slice that reaches beyond the end stops there by itself."),
    Mistake("truncated_gradients", "whole chunks counted", (("range(0, x.shape[1], chunk)", "[k * chunk for k in range(x.shape[1] // chunk)]"),), "a last chunk may be shorter",
            why="T // chunk rounds down, so steps that fill no whole chunk are never visited. range(0, T, chunk) counts beginnings, and the last chunk may be a short one."),
    Mistake("truncated_gradients", "nothing cut", (("range(0, x.shape[1], chunk)", "[0]"), ("slice(start, start + chunk)", "slice(None)")), "Nothing is cut",
            why="One chunk as long as the sequence is full backpropagation, which has to keep all T states. The cut comes from handing each chunk its own part and its own cache."),
    Mistake("truncated_gradients", "the shares overwritten", ((ADDED, "dWx, dWh, db = dWx_part, dWh_part, db_part"),), "It is what the last chunk gives",
            why="All chunks used the same weights, and each says how they should change. The gradient is the sum of these shares; overwritten, only the last chunk is heard."),
    Mistake("truncated_gradients", "averaged over chunks", (("return dWx, dWh, db", "n = -(-x.shape[1] // chunk)\n    return dWx / n, dWh / n, db / n"),), "It is averaged over the chunks",
            why="Cutting a sequence should change nothing but how far the gradient walks back. Shares of a sum are added up, and a division would make the result depend on the number of cuts."),
    Mistake("truncated_gradients", "averaged over time", (("return dWx, dWh, db", "T = x.shape[1]\n    return dWx / T, dWh / T, db / T"),), "It is averaged over the steps",
            why="How much a step counts is the loss's affair and stands in dh already. Divided by T, the result is the gradient of another loss."),
    Mistake("truncated_gradients", "averaged over the batch", (("return dWx, dWh, db", "N = len(x)\n    return dWx / N, dWh / N, db / N"),), "It is averaged over the batch",
            why="Each sequence used the same weights, so their shares are summed. A loss that is a mean over the batch has put its 1/N into dh."),
    Mistake("truncated_gradients", "the wrong part of dh", (("dh[:, part]", "dh[:, : h.shape[1]]"),), "Every chunk goes back with the first part of dh",
            why="x[:, part] goes forward and dh[:, part] comes back: both have to be of the same steps. The first steps of dh belong to the first chunk alone."),
    Mistake("truncated_gradients", "all of dh", (("dh[:, part]", "dh"),), "Every chunk goes back with the first part of dh",
            why="The cache of a chunk knows its own few steps only. Paired with the whole of dh, those steps meet its first entries, which in all later chunks belong to other steps."),
    Mistake("truncated_gradients", "returns inside the loop", (("    return dWx, dWh, db", "        return dWx, dWh, db"),), "It is what the first chunk gives",
            why="A return that is indented as deeply as the loop's body ends the function in the first turn. All chunks but the first are never read."),
    Mistake("truncated_gradients", "the first state is carried", ((CARRIED, "h0 = h[:, 0] "),), "with the state after the first step of the last one",
            why="h[:, 0] is the state after the first step of the chunk, as if the rest of it had not been read. The next chunk follows on the last step, h[:, -1]."),
    Mistake("truncated_gradients", "all states are carried", ((CARRIED, "h0 = h "),), "truncated_gradients stopped",
            why="h holds a state for each step of the chunk, (N, steps, H). A chunk begins with one state for each sequence, (N, H), and that is the last."),
    Mistake("truncated_gradients", "the batch is cut", (("x[:, part]", "x[part]"), ("dh[:, part]", "dh[part]")), "truncated_gradients stopped",
            why="The first axis counts sequences, the second counts steps. x[part] takes a few sequences whole, where x[:, part] takes a few steps of each."),
    Mistake("truncated_gradients", "only the first step of each chunk", (("slice(start, start + chunk)", "slice(start, start + 1)"),), "is wrong",
            why="The loop moves on by chunk steps and each slice holds one, so the steps between are skipped: nobody reads their inputs or asks for their gradients."),
    Mistake("truncated_gradients", "chunks that overlap", (("range(0, x.shape[1], chunk)", "range(x.shape[1])"),), "is wrong",
            why="The loop moves on by one step while each slice holds several, so most steps are counted more than once. The stride has to be as long as the slice."),
    Mistake("truncated_gradients", "x returned as well", (("return dWx, dWh, db", "return x, dWx, dWh, db"),), "dWx has shape",
            why="What is asked for are the gradients of the weights, three things. Whatever belongs to the inputs ends at the chunk's border, and a fourth result moves all others on by a place."),
    Mistake("truncated_gradients", "dWh overwritten", ((ADDED, "dWx, dWh, db = dWx + dWx_part, dWh_part, db + db_part"),), "dWh is wrong",
            why="dWx and db collect a share from every chunk, while dWh starts anew each time and ends as that of the last. Wh served in all chunks as well."),
]

VARIANTS = [
    Variant("jacobian", "with a diagonal matrix", ((J, "np.diag(1 - h**2) @ Wh.T"),)),
    Variant("jacobian", "transposed twice", ((J, "(Wh * (1 - h**2)).T"),)),
    Variant("jacobian", "entry by entry", instead={"jacobian": '''def jacobian(h, Wh):
    J = np.zeros(Wh.shape)
    for i in range(len(h)):
        for j in range(len(h)):
            J[i, j] = (1 - h[i] * h[i]) * Wh[j, i]
    return J
'''}),
    Variant("jacobian", "einsum", ((J, "np.einsum('i,ji->ij', 1 - h**2, Wh)"),)),
    Variant("jacobian", "float32 inside", ((J, f"({J}).astype(np.float32)"),)),
    Variant("jacobian_product", "from the last step, on the other side", instead={"jacobian_product": '''def jacobian_product(states, Wh):
    P = np.identity(Wh.shape[0])
    for t in reversed(range(states.shape[0])):
        P = P @ jacobian(states[t], Wh)
    return P
'''}),
    Variant("jacobian_product", "reduce", instead={"jacobian_product": '''def jacobian_product(states, Wh):
    from functools import reduce
    return reduce(lambda P, h: jacobian(h, Wh) @ P, states, np.eye(len(Wh)))
'''}),
    Variant("jacobian_product", "from the first Jacobian on", instead={"jacobian_product": '''def jacobian_product(states, Wh):
    P = jacobian(states[0], Wh)
    for t in range(1, len(states)):
        P = np.dot(jacobian(states[t], Wh), P)
    return P
'''}),
    Variant("jacobian_product", "without calling jacobian", ((STEP, f"P = ({J}) @ P"),)),
    Variant("norm_bound", "the first of svd", ((BOUND, "np.linalg.svd(Wh, compute_uv=False)[0] ** T"),)),
    Variant("norm_bound", "the root of an eigenvalue", ((BOUND, "np.sqrt(np.linalg.eigvalsh(Wh @ Wh.T).max()) ** T"),)),
    Variant("norm_bound", "a loop", instead={"norm_bound": '''def norm_bound(Wh, T):
    sigma = max(np.linalg.svd(Wh)[1])
    bound = 1.0
    for _ in range(T):
        bound *= sigma
    return bound
'''}),
    Variant("relu_backward", "as many write it", instead=relu()),
    Variant("relu_backward", "dh changed in place", instead=relu(upstream="dh[:, t] += dprev; d = dh[:, t]")),
    Variant("relu_backward", "zeros are put in", ((DZ, "dz = dh[:, t] + dh0\n        dz[states[t + 1] <= 0] = 0"),)),
    Variant("relu_backward", "the gate is computed anew", ((DZ, DZ.replace("states[t + 1] > 0", "states[t] @ Wh > 0")),)),
    Variant("clip_by_value", "minimum and maximum", ((CUT, "np.maximum(np.minimum(g, limit), -limit)"),)),
    Variant("clip_by_value", "copies that are cut", instead={"clip_by_value": '''def clip_by_value(grads, limit):
    clipped = {}
    for name in grads:
        clipped[name] = grads[name].copy()
        clipped[name][clipped[name] > limit] = limit
        clipped[name][clipped[name] < -limit] = -limit
    return clipped
'''}),
    Variant("clip_by_norm", "norms of norms", ((NORM, "np.linalg.norm([np.linalg.norm(g) for g in grads.values()])"),)),
    Variant("clip_by_norm", "one long vector", ((NORM, "np.linalg.norm(np.concatenate([g.ravel() for g in grads.values()]))"),)),
    Variant("clip_by_norm", "min", ((SCALE, "min(1, limit / max(norm, 1e-12))"),)),
    Variant("clip_by_norm", "min, and a division by zero", ((SCALE, "min(1, limit / norm)"),)),
    Variant("clip_by_norm", "a small number in the quotient, as in PyTorch", ((SCALE, "min(1.0, limit / (norm + 1e-6))"),)),
    Variant("clip_by_norm", "early returns", instead={"clip_by_norm": '''def clip_by_norm(grads, limit):
    total = 0.0
    for g in grads.values():
        total += (g * g).sum()
    norm = total ** 0.5
    if not np.isfinite(norm):
        return {k: np.zeros(g.shape) for k, g in grads.items()}
    if norm <= limit:
        return grads
    return {k: g * (limit / norm) for k, g in grads.items()}
'''}),
    Variant("orthogonal", "Q as it is", ((QR, "Wh = Q"),)),
    Variant("orthogonal", "transposed", ((QR, "Wh = Q.T"),)),
    Variant("orthogonal", "by svd", instead={"orthogonal": '''def orthogonal(normal):
    U, _, Vt = np.linalg.svd(normal)
    return U @ Vt
'''}),
    Variant("orthogonal", "Gram and Schmidt", instead={"orthogonal": '''def orthogonal(normal):
    Wh = normal.astype(float)
    for j in range(Wh.shape[1]):
        for k in range(j):
            Wh[:, j] -= (Wh[:, k] @ Wh[:, j]) * Wh[:, k]
        Wh[:, j] /= np.linalg.norm(Wh[:, j])
    return Wh
'''}),
    Variant("orthogonal", "float32", ((QR, QR + "; Wh = Wh.astype(np.float32)"),)),
    Variant("identity_start", "identity, divided", ((START, "normal / 1000, np.identity(H), np.zeros((H,))"),)),
    Variant("forget_bias", "put together", instead={"forget_bias": '''def forget_bias(b, bias):
    i, f, o, g = np.split(b, 4)
    return np.concatenate([i, np.full_like(f, bias), o, g])
'''}),
    Variant("forget_bias", "a mask", instead={"forget_bias": '''def forget_bias(b, bias):
    H = b.shape[0] // 4
    place = np.arange(4 * H) // H
    return np.where(place == 1, bias, b)
'''}),
    Variant("leaky_step_forward", "moved towards the candidate", ((MIX, "prev_h + leak * (candidate - prev_h)"),)),
    Variant("leaky_step_backward", "a dictionary, and everything anew", instead={
        "leaky_step_forward": '''def leaky_step_forward(x, prev_h, Wx, Wh, b, leak):
    c = dict(x=x, h=prev_h, Wx=Wx, Wh=Wh, b=b, a=leak)
    return (1 - leak) * prev_h + leak * np.tanh(x @ Wx + prev_h @ Wh + b), c
''',
        "leaky_step_backward": '''def leaky_step_backward(dnext_h, cache):
    x, h, Wx, Wh, b, a = cache.values()
    slope = 1 - np.tanh(x @ Wx + h @ Wh + b) ** 2
    dz = a * dnext_h * slope
    return dz @ Wx.T, (1 - a) * dnext_h + dz @ Wh.T, x.T @ dz, h.T @ dz, np.sum(dz, axis=0)
'''}),
    Variant("leaky_step_backward", "two gradients first", ((LEAKY_DZ, "dnext_h * leak - leak * dnext_h * candidate**2"),)),
    Variant("truncated_gradients", "sums in place", instead={"truncated_gradients": '''def truncated_gradients(x, h0, dh, Wx, Wh, b, chunk, forward=rnn_forward, backward=rnn_backward):
    T, state, t = x.shape[1], h0, 0
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    while t < T:
        end = min(t + chunk, T)
        h, cache = forward(x[:, t:end, :], state, Wx, Wh, b)
        grads = backward(dh[:, t:end, :], cache)
        dWx += grads[2]; dWh += grads[3]; db += grads[4]
        state, t = h[:, -1, :], end
    return dWx, dWh, db
'''}),
    Variant("truncated_gradients", "forward first, then back", instead={"truncated_gradients": '''def truncated_gradients(x, h0, dh, Wx, Wh, b, chunk, forward=rnn_forward, backward=rnn_backward):
    parts = []
    for t in range(0, x.shape[1], chunk):
        h, cache = forward(x[:, t : t + chunk], h0, Wx, Wh, b)
        parts.append((dh[:, t : t + chunk], cache))
        h0 = h[:, -1]
    shares = [backward(d, cache)[2:] for d, cache in parts[::-1]]
    return tuple(sum(share) for share in zip(*shares))
'''}),
    Variant("truncated_gradients", "cut by numpy", instead={"truncated_gradients": '''def truncated_gradients(x, h0, dh, Wx, Wh, b, chunk, forward=rnn_forward, backward=rnn_backward):
    cuts, total = range(chunk, x.shape[1], chunk), [0, 0, 0]
    for x_part, dh_part in zip(np.split(x, cuts, axis=1), np.split(dh, cuts, axis=1)):
        h, cache = forward(x_part, h0, Wx, Wh, b)
        total = [a + s for a, s in zip(total, backward(dh_part, cache)[2:])]
        h0 = h[:, -1]
    return total
'''}),
]

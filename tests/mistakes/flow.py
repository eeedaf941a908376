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
    Mistake("leaky_step_forward", "no cache returned", (("return next_h, cache", "return next_h"),), "expected 2 things: next_h, cache"),
    Mistake("jacobian", "transposed", ((J, "(1 - h**2) * Wh"),), "It equals the transpose of the right answer"),
    Mistake("jacobian", "transposed by transposing", ((J, f"({J}).T"),), "It equals the transpose of the right answer"),
    Mistake("jacobian", "Wh as it is", ((J, "(1 - h**2)[:, None] * Wh"),), "It equals the transpose of the right answer"),
    Mistake("jacobian", "columns are scaled", ((J, "(1 - h**2) * Wh.T"),), "So it is when columns are scaled"),
    Mistake("jacobian", "columns are scaled by a product", ((J, "Wh.T @ np.diag(1 - h**2)"),), "So it is when columns are scaled"),
    Mistake("jacobian", "without the slope", ((J, "Wh.T"),), "The slope of tanh is missing"),
    Mistake("jacobian", "tanh once more", ((J, "(1 - np.tanh(h)**2)[:, None] * Wh.T"),), "h is what tanh gave"),
    Mistake("jacobian", "plus for minus", ((J, "(1 + h**2)[:, None] * Wh.T"),), "So it is with 1 + h²"),
    Mistake("jacobian", "1 - h", ((J, "(1 - h)[:, None] * Wh.T"),), "J is wrong"),
    Mistake("jacobian", "slope twice", ((J, f"(1 - h**2)[:, None] * {J}"),), "So it is with the slope squared"),
    Mistake("jacobian", "multiplied, not scaled", ((J, "(1 - h**2) @ Wh.T"),), "J has shape (H=3), expected (H=3, H=3)"),
    Mistake("jacobian", "a step instead of its derivative", ((J, "np.tanh(h @ Wh)"),), "J has shape (H=3), expected (H=3, H=3)"),
    Mistake("jacobian", "the diagonal only", ((J, "np.diag(1 - h**2)"),), "J is wrong"),
    Mistake("jacobian", "a batch axis", ((J, f"({J})[None]"),), "is there a keepdims or a [None] too many?"),
    Mistake("jacobian", "changes h", ((f"J = {J}", "h *= h\n    J = (1 - h)[:, None] * Wh.T"),), "changed its input h in place"),

    Mistake("jacobian_product", "wrong order", ((STEP, "P = P @ jacobian(h, Wh)"),), "The steps stand in the wrong order"),
    Mistake("jacobian_product", "from the last step", (("for h in states", "for h in states[::-1]"),), "The steps stand in the wrong order"),
    Mistake("jacobian_product", "each transposed", ((STEP, "P = jacobian(h, Wh).T @ P"),), "the Jacobian transposed: mend jacobian first"),
    Mistake("jacobian_product", "the product transposed", (("return P", "return P.T"),), "transpose of the right answer"),
    Mistake("jacobian_product", "entry by entry", ((STEP, "P = jacobian(h, Wh) * P"),), "With a single step: P is wrong"),
    Mistake("jacobian_product", "entry by entry, from the first",
            instead={"jacobian_product": '''def jacobian_product(states, Wh):
    P = jacobian(states[0], Wh)
    for h in states[1:]:
        P = jacobian(h, Wh) * P
    return P
'''}, words="P is wrong"),
    Mistake("jacobian_product", "added up", ((STEP, "P = jacobian(h, Wh) + P"),), "With a single step: P is wrong"),
    Mistake("jacobian_product", "begins with zeros", (("np.eye(len(Wh))", "np.zeros(Wh.shape)"),), "It is zero in every entry"),
    Mistake("jacobian_product", "begins with ones", (("np.eye(len(Wh))", "np.ones(Wh.shape)"),), "With a single step: P is wrong"),
    Mistake("jacobian_product", "not carried on", ((STEP, "P = jacobian(h, Wh)"),), "So it is without the first step"),
    Mistake("jacobian_product", "the last step left out", (("for h in states", "for h in states[:-1]"),), "With a single step: P is wrong"),
    Mistake("jacobian_product", "the first step left out", (("for h in states", "for h in states[1:]"),), "With a single step: P is wrong"),
    Mistake("jacobian_product", "the last Jacobian to the power of T", instead={"jacobian_product": '''def jacobian_product(states, Wh):
    return np.linalg.matrix_power(jacobian(states[-1], Wh), len(states))
'''}, words="P is wrong"),
    Mistake("jacobian_product", "one for each step", instead={"jacobian_product": '''def jacobian_product(states, Wh):
    return np.stack([jacobian(h, Wh) for h in states])
'''}, words="P has shape"),
    Mistake("jacobian_product", "as wide as the sequence", (("np.eye(len(Wh))", "np.eye(len(states))"),), "two shapes do not multiply"),
    Mistake("jacobian_product", "slopes only", ((STEP, "P = np.diag(1 - h**2) @ P"),), "P is wrong"),

    Mistake("norm_bound", "spectral radius", ((BOUND, "np.abs(np.linalg.eigvals(Wh)).max() ** T"),), "So it is with the largest eigenvalue"),
    Mistake("norm_bound", "largest real eigenvalue", ((BOUND, "np.linalg.eigvals(Wh).max() ** T"),), "bound is wrong"),
    Mistake("norm_bound", "norm without its 2", ((BOUND, "np.linalg.norm(Wh) ** T"),), "what np.linalg.norm gives by itself"),
    Mistake("norm_bound", "times T", ((BOUND, "np.linalg.norm(Wh, 2) * T"),), "Is it σ times T?"),
    Mistake("norm_bound", "without T", ((BOUND, "np.linalg.norm(Wh, 2)"),), "So it is for one step"),
    Mistake("norm_bound", "one step short", ((BOUND, "np.linalg.norm(Wh, 2) ** (T - 1)"),), "So it is with T - 1 steps"),
    Mistake("norm_bound", "the smallest", ((BOUND, "np.linalg.norm(Wh, -2) ** T"),), "So it is with the smallest singular value"),
    Mistake("norm_bound", "the last of svd", ((BOUND, "np.linalg.svd(Wh)[1][-1] ** T"),), "So it is with the smallest singular value"),
    Mistake("norm_bound", "all singular values", ((BOUND, "np.linalg.svd(Wh)[1] ** T"),), "bound has shape"),
    Mistake("norm_bound", "their sum", ((BOUND, "np.linalg.norm(Wh, 'nuc') ** T"),), "So it is with the sum of all singular values"),
    Mistake("norm_bound", "column sums", ((BOUND, "np.linalg.norm(Wh, 1) ** T"),), "So it is with the largest sum of a row or a column"),
    Mistake("norm_bound", "row sums", ((BOUND, "np.linalg.norm(Wh, np.inf) ** T"),), "So it is with the largest sum of a row or a column"),
    Mistake("norm_bound", "largest entry", ((BOUND, "np.abs(Wh).max() ** T"),), "So it is with the largest entry"),
    Mistake("norm_bound", "no root", ((BOUND, "np.linalg.eigvalsh(Wh.T @ Wh)[-1] ** T"),), "So it is with the square of σ"),
    Mistake("norm_bound", "the determinant", ((BOUND, "abs(np.linalg.det(Wh)) ** T"),), "It is the product of all singular values"),
    Mistake("norm_bound", "norm of the power", ((BOUND, "np.linalg.norm(np.linalg.matrix_power(Wh, T), 2)"),), "bound is wrong"),

    Mistake("relu_backward", "the gate of the state before", ((DZ, DZ.replace("t + 1", "t")),), "With a single step: dh0 is wrong"),
    Mistake("relu_backward", "no gate", ((DZ, "dz = dh[:, t] + dh0"),), "With a single step: dh0 is wrong"),
    Mistake("relu_backward", "gate open at zero", ((DZ, DZ.replace("> 0", ">= 0")),), "With a single step: dh0 is wrong"),
    Mistake("relu_backward", "the slope of tanh", ((DZ, "dz = (dh[:, t] + dh0) * (1 - states[t + 1]**2)"),), "With a single step: dh0 is wrong"),
    Mistake("relu_backward", "the state for the gate", ((DZ, "dz = (dh[:, t] + dh0) * states[t + 1]"),), "With a single step: dh0 is wrong"),
    Mistake("relu_backward", "the sign of the gradient", ((DZ, "dz = np.maximum(0, dh[:, t] + dh0)"),), "With a single step: dh0 is wrong"),
    Mistake("relu_backward", "recurrent gradient not added", ((DZ, DZ.replace("(dh[:, t] + dh0)", "dh[:, t]")),), "With two steps, and every ReLU open: dh0 is wrong"),
    Mistake("relu_backward", "only the recurrent gradient", ((DZ, DZ.replace("(dh[:, t] + dh0)", "dh0")),), "It is zero in every entry"),
    Mistake("relu_backward", "gate on dh alone", ((DZ, "dz = dh[:, t] * (states[t + 1] > 0) + dh0"),), "dh0 is wrong"),
    Mistake("relu_backward", "Wh not transposed", ((BACK, BACK.replace("Wh.T", "Wh")),), "is it Wh or Wh.T?"),
    Mistake("relu_backward", "forwards in time", (("reversed(range(dh.shape[1]))", "range(dh.shape[1])"),), "dh0 is wrong"),
    Mistake("relu_backward", "dWh overwritten", ((BACK, BACK.replace("dWh + states", "states")),), "dWh is wrong"),
    Mistake("relu_backward", "dWh transposed", ((BACK, BACK.replace("states[t].T @ dz", "dz.T @ states[t]")),), "It equals the transpose of the right answer"),
    Mistake("relu_backward", "dWh with the state after", ((BACK, BACK.replace("states[t].T", "states[t + 1].T")),), "With a single step: dWh is wrong"),
    Mistake("relu_backward", "dWh averaged", ((BACK, BACK.replace("states[t].T @ dz", "states[t].T @ dz / len(dz)")),), "= 1/N here"),
    Mistake("relu_backward", "the last product missing", ((BACK, "dWh = dWh + states[t].T @ dz; dh0 = dz"),), "With a single step: dh0 is wrong"),
    Mistake("relu_backward", "dh0 added up", ((BACK, BACK.replace("dz @ Wh.T,", "dh0 + dz @ Wh.T,")),), "dh0 is wrong"),
    Mistake("relu_backward", "the first step left out", (("reversed(range(dh.shape[1]))", "reversed(range(1, dh.shape[1]))"),), "It is zero in every entry"),
    Mistake("relu_backward", "swapped", (("return dh0, dWh", "return dWh, dh0"),), "dh0 has the shape of dWh, and dWh that of dh0"),
    Mistake("relu_backward", "one batch row", ((BACK, BACK + "\n    dh0 = dh0.squeeze()"),), "With N = 1"),
    Mistake("relu_backward", "dh0 left at zero", instead=relu(end="np.zeros((N, H))"), words="It is zero in every entry"),

    Mistake("clip_by_value", "from above only", ((CUT, "np.minimum(g, limit)"),), "Large negative numbers are left as they are"),
    Mistake("clip_by_value", "from below only", ((CUT, "np.maximum(g, -limit)"),), "Large positive numbers are left as they are"),
    Mistake("clip_by_value", "from zero", ((CUT, "np.clip(g, 0, limit)"),), "What is negative has become 0"),
    Mistake("clip_by_value", "signs lost", ((CUT, "np.minimum(np.abs(g), limit)"),), "The signs are gone"),
    Mistake("clip_by_value", "in place", ((CUT, "np.clip(g, -limit, limit, out=g)"),), "changed its input Wx in place"),
    Mistake("clip_by_value", "cut to zero", ((CUT, "np.where(np.abs(g) > limit, 0, g)"),), "What is too large has become 0"),
    Mistake("clip_by_value", "scaled by the largest", ((CUT, "g * min(1, limit / np.abs(g).max())"),), "The whole array is scaled until its largest entry fits"),
    Mistake("clip_by_value", "limit ignored", ((CUT, "np.clip(g, -1, 1)"),), "It is cut at 1, whatever the limit is"),
    Mistake("clip_by_value", "the sign alone", ((CUT, "limit * np.sign(g)"),), "Only the sign is left"),
    Mistake("clip_by_value", "nothing is stored", ((CUT, "g"),), "Nothing is cut"),
    Mistake("clip_by_value", "one array of the two", (("return clipped", "return clipped['Wx']"),), "clipped is a ndarray, expected a dictionary"),
    Mistake("clip_by_value", "a list", (("return clipped", "return list(clipped.values())"),), "clipped is a list, expected a dictionary"),
    Mistake("clip_by_value", "a name lost", (("return clipped", "clipped.pop('b')\n    return clipped"),), "clipped has no entry 'b'"),

    Mistake("clip_by_norm", "each array by its own norm", instead={"clip_by_norm": EACH_ARRAY}, words="Each array is clipped by its own norm"),
    Mistake("clip_by_norm", "entry by entry", ((FINITE, "np.clip(g, -limit, limit) if np.isfinite(norm) else 0 * g"),), "this is clip_by_value"),
    Mistake("clip_by_norm", "always scaled", ((SCALE, "limit / norm"),), "They are stretched up to the limit"),
    Mistake("clip_by_norm", "in place", instead={"clip_by_norm": IN_PLACE}, words="changed its input Wx in place"),
    Mistake("clip_by_norm", "no root", ((NORM, "sum(np.sum(g**2) for g in grads.values())"),), "So it is when the root is missing"),
    Mistake("clip_by_norm", "norms added", ((NORM, "sum(np.linalg.norm(g) for g in grads.values())"),), "So it is when the norms of the arrays are added"),
    Mistake("clip_by_norm", "the largest entry", ((NORM, "max(np.abs(g).max() for g in grads.values())"),), "when the largest entry is brought to the limit"),
    Mistake("clip_by_norm", "the largest norm", ((NORM, "max(np.linalg.norm(g) for g in grads.values())"),), "So it is with the norm of one array"),
    Mistake("clip_by_norm", "absolute values", ((NORM, "sum(np.abs(g).sum() for g in grads.values())"),), "when absolute values are added instead of squares"),
    Mistake("clip_by_norm", "the mean of squares", ((NORM, "np.sqrt(np.mean(np.concatenate([g.ravel() for g in grads.values()])**2))"),), "the mean of the squares"),
    Mistake("clip_by_norm", "the last array's norm", ((f"norm = {NORM}", "for g in grads.values():\n        norm = np.sqrt(np.sum(g**2))"),), "So it is with the norm of one array"),
    Mistake("clip_by_norm", "a norm of 1", ((SCALE, "1 / norm if norm > limit else 1.0"),), "The norm has become 1"),
    Mistake("clip_by_norm", "divided by the limit", ((SCALE, "1 / limit if norm > limit else 1.0"),), "It is divided by the limit"),
    Mistake("clip_by_norm", "the wrong way round", ((SCALE, "limit / norm if norm < limit else 1.0"),), "Nothing is clipped"),
    Mistake("clip_by_norm", "0 / 0", ((SCALE, "limit / norm"), (FINITE, "scale * g if norm >= limit or norm == 0 else g")), "With gradients that are zero"),
    Mistake("clip_by_norm", "nan stays", ((FINITE, "scale * g"),), "With one entry that is nan, for which no step is taken"),
    Mistake("clip_by_norm", "zero times nan", ((FINITE, "scale * g if np.isfinite(norm) else 0 * g"),), "With one entry that is nan, for which no step is taken"),
    Mistake("clip_by_norm", "nan is heeded, inf is not", ((FINITE, "np.zeros_like(g) if np.isnan(norm) else scale * g"),), "With one entry that is inf, for which no step is taken"),
    Mistake("clip_by_norm", "nan becomes 0, the rest stays", ((f"norm = {NORM}", "grads = {n: np.nan_to_num(g, posinf=0) for n, g in grads.items()}\n    "
            f"norm = {NORM}"),), "With one entry that is nan, for which no step is taken"),
    Mistake("clip_by_norm", "the norm comes along", (("return clipped", "return clipped, norm"),), "clipped is a tuple, expected a dictionary"),

    Mistake("orthogonal", "normal as it is", ((QR, "Wh = normal"),), "Wh is normal as it came"),
    Mistake("orthogonal", "the triangular one", ((QR, "Wh = R"),), "Wh is triangular"),
    Mistake("orthogonal", "columns of length 1", ((QR, COLUMNS),), "The columns have length 1, but are not at right angles"),
    Mistake("orthogonal", "the product of both", ((QR, "Wh = Q @ R"),), "Wh is normal as it came"),
    Mistake("orthogonal", "always the identity", ((QR, "Wh = np.eye(len(normal))"),), "the same matrix for every draw"),
    Mistake("orthogonal", "dice of its own", (("np.linalg.qr(normal)", "np.linalg.qr(np.random.default_rng(0).normal(size=normal.shape))"),), "the same matrix for every draw"),
    Mistake("orthogonal", "scaled", ((QR, "Wh = 0.9 * Q"),), "their lengths are from 0.9 to 0.9"),
    Mistake("orthogonal", "a normal start", ((QR, "Wh = normal / np.sqrt(len(normal))"),), "Wh.T @ Wh is wrong"),
    Mistake("orthogonal", "the largest singular value is 1", ((QR, "Wh = normal / np.linalg.norm(normal, 2)"),), "Wh.T @ Wh is wrong"),
    Mistake("orthogonal", "multiplied with the diagonal", ((QR, "Wh = Q * np.diag(R)"),), "The columns are at right angles, but their lengths"),
    Mistake("orthogonal", "both matrices", (("return Wh", "return Q, R"),), "Wh is a tuple, expected an array"),
    Mistake("orthogonal", "symmetric", ((QR, "Wh = (normal + normal.T) / 2"),), "Wh.T @ Wh is wrong"),

    Mistake("identity_start", "ones everywhere", ((START, START.replace("np.eye(H)", "np.ones((H, H))")),), "ones on its diagonal alone"),
    Mistake("identity_start", "a small identity", ((START, START.replace("np.eye(H)", "0.001 * np.eye(H)")),), "only the input weights are small"),
    Mistake("identity_start", "as wide as the input", (("normal.shape[1]", "normal.shape[0]"),), "Wh has shape (D=2, D=2), expected (H=3, H=3)"),
    Mistake("identity_start", "not small", ((START, START.replace("0.001 * ", "")),), "normal is not made smaller"),
    Mistake("identity_start", "a hundredth", ((START, START.replace("0.001", "0.01")),), "a thousandth was meant"),
    Mistake("identity_start", "zero input weights", ((START, START.replace("0.001 * normal", "0 * normal")),), "It is zero in every entry"),
    Mistake("identity_start", "b of ones", ((START, START.replace("np.zeros(H)", "np.ones(H)")),), "b should be zeros"),
    Mistake("identity_start", "b as a row", ((START, START.replace("np.zeros(H)", "np.zeros((1, H))")),), "b has shape"),
    Mistake("identity_start", "swapped", (("return Wx, Wh, b", "return Wh, Wx, b"),), "Wx has shape (H=3, H=3), expected (D=2, H=3)"),
    Mistake("identity_start", "in place", ((f"Wx, Wh, b = {START}", "normal *= 0.001\n    Wx, Wh, b = normal, np.eye(H), np.zeros(H)"),), "changed its input normal in place"),

    Mistake("forget_bias", "the input gate", (("new_b[H : 2 * H]", "new_b[:H]"),), "belongs to i"),
    Mistake("forget_bias", "the output gate", (("new_b[H : 2 * H]", "new_b[2 * H : 3 * H]"),), "belongs to o"),
    Mistake("forget_bias", "the candidate", (("new_b[H : 2 * H]", "new_b[3 * H :]"),), "belongs to g"),
    Mistake("forget_bias", "all of them", (("new_b[H : 2 * H]", "new_b[:]"),), "All four blocks are set"),
    Mistake("forget_bias", "added", (("] = bias", "] += bias"),), "The bias is added to what was there"),
    Mistake("forget_bias", "in place", (("b.copy()", "b"),), "changed its input b in place"),
    Mistake("forget_bias", "the others zero", (("b.copy()", "np.zeros_like(b)"),), "The other blocks are gone"),
    Mistake("forget_bias", "always 1", (("] = bias", "] = 1"),), "The bias is 1 whatever was asked for"),
    Mistake("forget_bias", "to the end", (("new_b[H : 2 * H]", "new_b[H:]"),), "Everything from H on is set"),
    Mistake("forget_bias", "from the start", (("new_b[H : 2 * H]", "new_b[: 2 * H]"),), "Everything up to 2H is set"),
    Mistake("forget_bias", "the end counted in", (("new_b[H : 2 * H]", "new_b[H : 2 * H + 1]"),), "One entry too many is set"),
    Mistake("forget_bias", "one entry", (("new_b[H : 2 * H]", "new_b[H]"),), "Only one entry is set"),
    Mistake("forget_bias", "the block alone", (("return new_b", "return new_b[H : 2 * H]"),), "new_b has shape (H=3), expected (4H=12)"),
    Mistake("forget_bias", "nothing returned", (("return new_b", "return"),), "returned None"),
    Mistake("forget_bias", "a third", (("len(b) // 4", "len(b) // 3"),), "A third of b is set"),

    Mistake("leaky_step_forward", "shares swapped", ((MIX, "leak * prev_h + (1 - leak) * candidate"),), "which of the two shares is leak?"),
    Mistake("leaky_step_forward", "all of the old state", ((MIX, "prev_h + leak * candidate"),), "how much of it stays?"),
    Mistake("leaky_step_forward", "all of the candidate", ((MIX, "(1 - leak) * prev_h + candidate"),), "how much of it is let in?"),
    Mistake("leaky_step_forward", "squashed once more", ((MIX, f"np.tanh({MIX})"),), "The old state goes through a tanh"),
    Mistake("leaky_step_forward", "mixed before the tanh", ((MIX, "np.tanh((1 - leak) * prev_h + leak * (x @ Wx + prev_h @ Wh + b))"),), "The old state goes through a tanh"),
    Mistake("leaky_step_forward", "tanh missing", ((CANDIDATE, CANDIDATE.replace("np.tanh", "")),), "Is the tanh missing?"),
    Mistake("leaky_step_forward", "Wh transposed", ((CANDIDATE, CANDIDATE.replace("Wh", "Wh.T")),), "Is it Wh or Wh.T?"),
    Mistake("leaky_step_forward", "bias forgotten", ((CANDIDATE, CANDIDATE.replace(" + b", "")),), "Is b missing?"),
    Mistake("leaky_step_forward", "deaf to its past", ((CANDIDATE, "np.tanh(x @ Wx + b)"),), "Is prev_h Wh missing?"),
    Mistake("leaky_step_forward", "leak ignored", ((MIX, "candidate"),), "It is the plain step"),
    Mistake("leaky_step_forward", "nothing is kept", ((MIX, "leak * candidate"),), "It is nothing but zeros"),

    Mistake("leaky_step_backward", "no cache", (), "leaky_step_forward returned", instead={"leaky_step_forward": f'''def leaky_step_forward(x, prev_h, Wx, Wh, b, leak):
    candidate = {CANDIDATE}
    return {MIX}
'''}),
    Mistake("leaky_step_backward", "no straight lane", ((STRAIGHT, "dz @ Wh.T"),), "With a leak of 0, where only the straight lane is open: dprev_h is wrong"),
    Mistake("leaky_step_backward", "the whole straight lane", ((STRAIGHT, "dz @ Wh.T + dnext_h"),), "With a leak of 1, where only the lane through the tanh is open: dprev_h is wrong"),
    Mistake("leaky_step_backward", "lanes swapped", ((STRAIGHT, "dz @ Wh.T + leak * dnext_h"),), "With a leak of 0, where only the straight lane is open: dprev_h is wrong"),
    Mistake("leaky_step_backward", "no leak in dz", ((LEAKY_DZ, "dnext_h * (1 - candidate**2)"),), "With a leak of 0, where only the straight lane is open: dx is wrong"),
    Mistake("leaky_step_backward", "slope of the mixture", (), "With a leak of 0.2: dx is wrong",
            instead={"leaky_step_forward": f'''def leaky_step_forward(x, prev_h, Wx, Wh, b, leak):
    candidate = {CANDIDATE}
    next_h = {MIX}
    return next_h, (x, prev_h, Wx, Wh, next_h, leak)
'''}),
    Mistake("leaky_step_backward", "no slope", ((LEAKY_DZ, "leak * dnext_h"),), "dx is wrong"),
    Mistake("leaky_step_backward", "Wh not transposed", ((STRAIGHT, STRAIGHT.replace("Wh.T", "Wh")),), "is it Wh or Wh.T?"),
    Mistake("leaky_step_backward", "the straight lane through Wh", ((STRAIGHT, "(dz + (1 - leak) * dnext_h) @ Wh.T"),), "With a leak of 0, where only the straight lane is open: dprev_h is wrong"),
    Mistake("leaky_step_backward", "db averaged", ((SUMS, SUMS.replace("dz.sum", "dz.mean")),), "= 1/N here"),
    Mistake("leaky_step_backward", "db not summed", ((SUMS, SUMS.replace("dz.sum(axis=0)", "dz")),), "db has shape"),
    Mistake("leaky_step_backward", "dWh from the candidate", ((SUMS, SUMS.replace("prev_h.T", "candidate.T")),), "dWh is wrong"),
    Mistake("leaky_step_backward", "dWh transposed", ((SUMS, SUMS.replace("prev_h.T @ dz", "dz.T @ prev_h")),), "It equals the transpose of the right answer"),
    Mistake("leaky_step_backward", "swapped", (("return dx, dprev_h, dWx, dWh, db", "return dprev_h, dx, dWx, dWh, db"),), "dx has the shape of dprev_h"),
    Mistake("leaky_step_backward", "leak twice", ((LEAKY_DZ, f"leak * {LEAKY_DZ}"),), "With a leak of 0.2: dx is wrong"),

    Mistake("truncated_gradients", "state not carried", ((CARRIED, "pass "),), "Every chunk begins with h0 again"),
    Mistake("truncated_gradients", "each chunk from zeros", ((CARRIED, "h0 = np.zeros_like(h0) "),), "Every chunk begins with zeros"),
    Mistake("truncated_gradients", "last chunk left out", (("range(0, x.shape[1], chunk)", "range(0, x.shape[1] - chunk + 1, chunk)"),), "a last chunk may be shorter"),
    Mistake("truncated_gradients", "chunks counted", (("range(0, x.shape[1], chunk)", "[k * chunk for k in range(x.shape[1] // chunk)]"),), "a last chunk may be shorter"),
    Mistake("truncated_gradients", "nothing cut", (("range(0, x.shape[1], chunk)", "[0]"), ("slice(start, start + chunk)", "slice(None)")), "Nothing is cut"),
    Mistake("truncated_gradients", "overwritten", ((ADDED, "dWx, dWh, db = dWx_part, dWh_part, db_part"),), "It is what the last chunk gives"),
    Mistake("truncated_gradients", "averaged over chunks", (("return dWx, dWh, db", "n = -(-x.shape[1] // chunk)\n    return dWx / n, dWh / n, db / n"),), "It is averaged over the chunks"),
    Mistake("truncated_gradients", "averaged over time", (("return dWx, dWh, db", "T = x.shape[1]\n    return dWx / T, dWh / T, db / T"),), "It is averaged over the steps"),
    Mistake("truncated_gradients", "averaged over the batch", (("return dWx, dWh, db", "N = len(x)\n    return dWx / N, dWh / N, db / N"),), "It is averaged over the batch"),
    Mistake("truncated_gradients", "the wrong part of dh", (("dh[:, part]", "dh[:, : h.shape[1]]"),), "Every chunk goes back with the first part of dh"),
    Mistake("truncated_gradients", "all of dh", (("dh[:, part]", "dh"),), "Every chunk goes back with the first part of dh"),
    Mistake("truncated_gradients", "returns inside the loop", (("    return dWx, dWh, db", "        return dWx, dWh, db"),), "It is what the first chunk gives"),
    Mistake("truncated_gradients", "the first state is carried", ((CARRIED, "h0 = h[:, 0] "),), "with the state after the first step of the last one"),
    Mistake("truncated_gradients", "all states are carried", ((CARRIED, "h0 = h "),), "truncated_gradients stopped"),
    Mistake("truncated_gradients", "the batch is cut", (("x[:, part]", "x[part]"), ("dh[:, part]", "dh[part]")), "truncated_gradients stopped"),
    Mistake("truncated_gradients", "every step a chunk", (("slice(start, start + chunk)", "slice(start, start + 1)"),), "is wrong"),
    Mistake("truncated_gradients", "chunks that overlap", (("range(0, x.shape[1], chunk)", "range(x.shape[1])"),), "is wrong"),
    Mistake("truncated_gradients", "dx comes along", (("return dWx, dWh, db", "return x, dWx, dWh, db"),), "dWx has shape"),
    Mistake("truncated_gradients", "dWh forgotten", ((ADDED, "dWx, dWh, db = dWx + dWx_part, dWh_part, db + db_part"),), "dWh is wrong"),
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

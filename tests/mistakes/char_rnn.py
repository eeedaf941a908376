"""What students really write in 5-char-rnn: slips in copies of min-char-rnn, from forums and issues, and the classics."""

from tests.mistakes import Mistake, Variant

NOTEBOOK = "5-char-rnn/char_rnn.ipynb"

STATE = "np.tanh(Wxh @ x + Whh @ prev_h + bh)"
SCORES = "scores = Why @ next_h + by"
DZ = "dz = dh * (1 - next_h**2)"
DH = "dh = Why.T @ dscores + dnext_h"
SHARES = "dWxh, dWhh, dWhy = dz @ x.T, dz @ prev_h.T, dscores @ next_h.T"
STEP = "next_h, scores = char_step_forward"
CLIPPED = "{name: np.clip(g, -5, 5) for name, g in chunk_backward(cache).items()}"
CARRIED = "h_last, scores, step_cache = char_step_forward(index, h_last, *weights)"
BACK = "dh, *shares = char_step_backward(dh, dscores, step_cache)"
MEMORY = "memory = {name: m + grads[name] ** 2 for name, m in memory.items()}"
MOVED = "p - learning_rate * grads[name] / (np.sqrt(memory[name]) + 1e-8)"
LOSS = "loss, grads, h = char_loss(inputs, targets, h, state[\"params\"])"
SMOOTH = "0.999 * state[\"smooth\"] + 0.001 * loss"
DRAWN = "int(rng.choice(len(scores), p=softmax(scores, temperature).ravel()))"
SHIFTED = "shifted = (scores - scores.max()) / temperature"
P = "p = np.exp(shifted) / np.exp(shifted).sum()"
STANDARD = "h, labels = h / np.where(size_h > 0, size_h, 1), labels / np.where(size_labels > 0, size_labels, 1)"

MISTAKES = [
    Mistake("char_step_forward", "no cache returned", (("return next_h, scores, cache", "return next_h, scores"),), "expected 3 things: next_h, scores, cache"),
    Mistake("chunk_forward", "no cache returned", (("return loss, h_last, cache", "return loss, h_last"),), "expected 3 things: loss, h_last, cache"),
    Mistake("one_hot", "a row", (("(size, 1)", "(1, size)"), ("x[index]", "x[0, index]")), "It looks transposed"),
    Mistake("one_hot", "no column", (("(size, 1)", "size"),), "x has shape (V=5), expected (V=5, 1)"),
    Mistake("one_hot", "counts from one", (("x[index] = 1", "x[index - 1] = 1"),), "x is wrong"),
    Mistake("one_hot", "the number itself", (("x[index] = 1", "x[index] = index"),), "x is wrong"),
    Mistake("one_hot", "ones everywhere", (("np.zeros", "np.ones"),), "x is wrong"),

    Mistake("char_step_forward", "tanh forgotten", ((STATE, STATE.removeprefix("np.tanh")),), "is the tanh missing?"),
    Mistake("char_step_forward", "bias of the state forgotten", ((" + bh)", ")"),), "is bh used?"),
    Mistake("char_step_forward", "bias of the scores forgotten", ((" + by", ""),), "is by used?"),
    Mistake("char_step_forward", "state forgotten", ((" + Whh @ prev_h", ""),), "is prev_h used?"),
    Mistake("char_step_forward", "Whh transposed", (("Whh @ prev_h", "Whh.T @ prev_h"),), "with Whh transposed"),
    Mistake("char_step_forward", "scores of the old state", ((SCORES, SCORES.replace("next_h", "prev_h")),), "scores is wrong"),
    Mistake("char_step_forward", "scores through a tanh", ((SCORES, "scores = np.tanh(Why @ next_h + by)"),), "is tanh applied twice?"),
    Mistake("char_step_forward", "row vectors, as in lesson 1", (("Wxh @ x", "x.T @ Wxh"),), "two shapes do not multiply"),
    Mistake("char_step_forward", "flat state", ((STATE, f"{STATE}.ravel()"),), "next_h has shape"),
    Mistake("char_step_forward", "probabilities for scores", ((SCORES, f"{SCORES}; scores = np.exp(scores) / np.exp(scores).sum()"),),
            "scores is wrong"),
    Mistake("char_step_forward", "changes the state it was given", ((STATE, f"{STATE}; prev_h[:] = next_h"),), "changed its input prev_h in place"),

    Mistake("surprise", "the probability itself", (("loss = -log_p[target, 0]", "loss = np.exp(log_p[target, 0])"),), "the loss is minus its logarithm"),
    Mistake("surprise", "bits for nats", (("loss = -log_p[target, 0]", "loss = -log_p[target, 0] / np.log(2)"),), "a nat is of the natural one"),
    Mistake("surprise", "sign", (("loss = -log_p", "loss = log_p"),), "opposite sign"),
    Mistake("surprise", "one not subtracted", (("    dscores[target] -= 1\n", ""),), "dscores is wrong"),
    Mistake("surprise", "overflows", (("shifted = scores - scores.max()", "shifted = scores"),), "loss is not finite"),
    Mistake("surprise", "changes the scores", (("shifted = scores - scores.max()", "scores -= scores.max(); shifted = scores"),), "changed its input scores in place"),
    Mistake("surprise", "an array for a number", (("-log_p[target, 0]", "-log_p[target]"),), "loss has shape"),
    Mistake("surprise", "a small number in the logarithm", (("loss = -log_p[target, 0]", "loss = -np.log(np.exp(log_p[target, 0]) + 1e-12)"),), "It is -log(1e-12)"),

    Mistake("char_step_backward", "gradient from the right dropped", ((DH, "dh = Why.T @ dscores"),), "dprev_h is wrong"),
    Mistake("char_step_backward", "gradient from the scores dropped", ((DH, "dh = dnext_h"),), "is dscores used?"),
    Mistake("char_step_backward", "tanh forgotten on the way back", ((DZ, "dz = dh"),), "derivative of the nonlinearity"),
    Mistake("char_step_backward", "square of the wrong thing", ((DZ, "dz = dh * (1 - next_h)**2"),), "derivative of the nonlinearity"),
    Mistake("char_step_backward", "Whh not transposed", (("Whh.T @ dz", "Whh @ dz"),), "Whh is symmetric"),
    Mistake("char_step_backward", "dWhh transposed", (("dz @ prev_h.T", "prev_h @ dz.T"),), "transpose of the right answer"),
    Mistake("char_step_backward", "dWhh from the new state", (("dz @ prev_h.T", "dz @ next_h.T"),), "the one before the step"),
    Mistake("char_step_backward", "dWhy transposed", (("dscores @ next_h.T", "next_h @ dscores.T"),), "It looks transposed"),
    Mistake("char_step_backward", "dWhy from the old state", (("dscores @ next_h.T", "dscores @ prev_h.T"),), "dWhy is wrong"),
    Mistake("char_step_backward", "dbh before the tanh", (("dbh, dby = dz, dscores", "dbh, dby = dh, dscores"),), "dbh is wrong"),
    Mistake("char_step_backward", "biases exchanged", (("dbh, dby = dz, dscores", "dby, dbh = dz, dscores"),), "in another order"),
    Mistake("char_step_backward", "Why not transposed", (("Why.T @ dscores", "Why @ dscores"),), "two shapes do not multiply"),

    Mistake("chunk_forward", "state not carried within the chunk", ((CARRIED, CARRIED.replace("index, h_last", "index, h_prev")),), "is the state carried on?"),
    Mistake("chunk_forward", "starts from zeros", (("0.0, h_prev, []", "0.0, np.zeros_like(h_prev), []"),), "is h_prev used?"),
    Mistake("chunk_forward", "mean for sum", (("    return", "    loss /= len(inputs)\n    return"),), "here it is the sum"),
    Mistake("chunk_forward", "last surprise alone", (("loss += step_loss", "loss = step_loss"),), "are they added up?"),
    Mistake("chunk_forward", "target is the letter read", (("surprise(scores, target)", "surprise(scores, index)"),), "each target is the letter that is read"),
    Mistake("chunk_forward", "h_prev returned", (("return loss, h_last, cache", "return loss, h_prev, cache"),), "It is h_prev itself"),
    Mistake("chunk_forward", "backward in time", (("zip(inputs, targets,", "zip(inputs[::-1], targets[::-1],"),), "loss is wrong"),

    Mistake("chunk_backward", "gradient not carried within the chunk", ((BACK, BACK.replace("(dh, ", "(0, ").replace("dh, *", "_, *")),), "what reaches h[t] besides its own scores?"),
    Mistake("chunk_backward", "shares overwritten", (("grads[name] + share", "share"),), "are the shares added up?"),
    Mistake("chunk_backward", "first letter to last", (("reversed(cache)", "cache"),), "from the first letter to the last"),
    Mistake("chunk_backward", "mean over the chunk", (("    return", "    grads = {name: g / len(cache) for name, g in grads.items()}\n    return"),), "here it is the sum"),
    Mistake("chunk_backward", "last step left out", (("reversed(cache)", "reversed(cache[:-1])"),), "dWxh is wrong"),
    Mistake("chunk_backward", "keys exchanged", (("(\"Wxh\", \"Whh\", \"Why\", \"bh\", \"by\"), 0)", "(\"Wxh\", \"Whh\", \"Why\", \"by\", \"bh\"), 0)"),), "dbh has shape"),
    Mistake("chunk_backward", "a gradient is missing", (("    return", "    grads.pop(\"by\")\n    return"),), "no entry 'by'"),
    Mistake("chunk_backward", "named as gradients", (("    return grads", "    return {\"d\" + name: g for name, g in grads.items()}"),), "no entry 'Wxh'"),

    Mistake("char_loss", "not clipped", ((CLIPPED, "chunk_backward(cache)"),), "It is not cut"),
    Mistake("char_loss", "clipped by the norm", ((CLIPPED, "chunk_backward(cache)\n    norm = np.sqrt(sum((g**2).sum() for g in grads.values()))\n"
            "    grads = {name: g * min(1, 5 / norm) for name, g in grads.items()}"),), "here each entry is cut by itself"),
    Mistake("char_loss", "clipped to one", (("-5, 5", "-1, 1"),), "is wrong"),
    Mistake("char_loss", "clipped above only", (("np.clip(g, -5, 5)", "np.minimum(g, 5)"),), "-5 is a border too"),
    Mistake("char_loss", "clipped and thrown away", ((CLIPPED, "chunk_backward(cache)\n    for g in grads.values():\n        np.clip(g, -5, 5)"),), "It is not cut"),
    Mistake("char_loss", "sign instead", (("np.clip(g, -5, 5)", "np.clip(5 * np.sign(g), -5, 5)"),), "is wrong"),
    Mistake("char_loss", "h_prev returned", (("return loss, grads, h_last", "return loss, grads, h_prev"),), "h_last is wrong"),
    Mistake("char_loss", "order of what is returned", (("return loss, grads, h_last", "return loss, h_last, grads"),), "expected a dictionary"),
    Mistake("char_loss", "weights clipped in place", ((CLIPPED, f"{CLIPPED}\n    for p in params.values():\n        np.clip(p, -0.5, 0.5, out=p)"),), "changed its input by in place"),

    Mistake("chunk_at", "targets not shifted", (("data[at + 1 : at + length + 1]", "data[at : at + length]"),), "the one after it is meant"),
    Mistake("chunk_at", "targets one too short", (("data[at + 1 : at + length + 1]", "data[at + 1 : at + length]"),), "one too short along T"),
    Mistake("chunk_at", "targets shifted back", (("data[at + 1 : at + length + 1]", "data[at - 1 : at + length - 1]"),), "Each target is the letter before"),
    Mistake("chunk_at", "targets shifted by two", (("data[at + 1 : at + length + 1]", "data[at + 2 : at + length + 2]"),), "one letter too far"),
    Mistake("chunk_at", "chunks of chunks", (("data[at : at + length]", "data[at * length : at * length + length]"),), "inputs is wrong"),
    Mistake("chunk_at", "up to length", (("data[at : at + length]", "data[at:length]"),), "inputs has shape"),
    Mistake("chunk_at", "at forgotten", (("data[at : at + length]", "data[:length]"),), "is at used?"),

    Mistake("adagrad_update", "no memory in the rate", ((MOVED, "p - learning_rate * grads[name]"),), "divided by the root of the memory"),
    Mistake("adagrad_update", "memory forgotten", ((MEMORY, "memory = {name: grads[name] ** 2 for name in memory}"),), "is the old one part of the sum?"),
    Mistake("adagrad_update", "no root", ((MOVED, "p - learning_rate * grads[name] / (memory[name] + 1e-8)"),), "without the root"),
    Mistake("adagrad_update", "memory from before", ((f"    {MEMORY}\n", "    before = memory\n    " + MEMORY + "\n"), ("np.sqrt(memory[name])", "np.sqrt(before[name])")), "from before this step"),
    Mistake("adagrad_update", "uphill", ((MOVED, MOVED.replace("p - ", "p + ")),), "uphill"),
    Mistake("adagrad_update", "gradients not squared", (("grads[name] ** 2", "grads[name]"),), "params Why is not finite"),
    Mistake("adagrad_update", "nought by nought", (("(np.sqrt(memory[name]) + 1e-8)", "np.sqrt(memory[name])"),), "not finite"),
    Mistake("adagrad_update", "old memory returned", (("    return params, memory", "    return params, {name: m - grads[name] ** 2 for name, m in memory.items()}"),), "the memory from before"),
    Mistake("adagrad_update", "memory changed in place", ((MEMORY, "for name in memory:\n        memory[name] += grads[name] ** 2"),), "in place"),
    Mistake("adagrad_update", "memory fades", ((MEMORY, "memory = {name: 0.9 * m + 0.1 * grads[name] ** 2 for name, m in memory.items()}"),), "is wrong"),

    Mistake("char_update", "state not carried between chunks", ((LOSS, LOSS.replace("targets, h,", "targets, np.zeros_like(h),")),), "is state['h'] handed on?"),
    Mistake("char_update", "old state kept", (("\"h\": h,", "\"h\": state[\"h\"],"),), "from before the chunk"),
    Mistake("char_update", "next chunk begins with zeros", (("\"h\": h,", "\"h\": np.zeros_like(h),"),), "the next chunk begins where this one ends"),
    Mistake("char_update", "stands still", (("\"at\": at + length", "\"at\": at"),), "where this chunk began"),
    Mistake("char_update", "one letter skipped", (("\"at\": at + length", "\"at\": at + length + 1"),), "one letter further"),
    Mistake("char_update", "Adagrad without its memory", (("state[\"memory\"], learning_rate", "{name: 0 * m for name, m in state[\"memory\"].items()}, learning_rate"),), "does it start from zeros each time?"),
    Mistake("char_update", "new memory dropped", (("\"memory\": memory", "\"memory\": state[\"memory\"]"),), "is the new memory kept?"),
    Mistake("char_update", "parameters never move", (("\"params\": params", "\"params\": state[\"params\"]"),), "params Wxh is wrong"),
    Mistake("char_update", "not smoothed", ((SMOOTH, "loss"),), "is it smoothed?"),
    Mistake("char_update", "smoothed the other way round", ((SMOOTH, "0.001 * state[\"smooth\"] + 0.999 * loss"),), "the other way round?"),
    Mistake("char_update", "state not reset at the end", (("at, h = 0, np.zeros_like(h)", "at = 0"),), "With two letters left in the text"),
    Mistake("char_update", "runs off the text", (("    if at + length + 1 > len(data):\n        at, h = 0, np.zeros_like(h)\n", ""),), "With two letters left in the text"),
    Mistake("char_update", "wraps in mid-text", (("at + length + 1 > len(data)", "at + 2 * length > len(data) - 2"),), "is wrong"),

    Mistake("softmax", "temperature on probabilities", ((SHIFTED, "shifted = scores - scores.max()"), (P, f"{P}; p = p / temperature; p = p / p.sum()")), "is it the scores that are divided"),
    Mistake("softmax", "temperature on probabilities, sum not one", ((SHIFTED, "shifted = scores - scores.max()"), (P, f"{P}; p = p / temperature")), "divided by the temperature"),
    Mistake("softmax", "temperature on probabilities, softmax again", ((P, "shifted = scores - scores.max(); p = np.exp(shifted) / np.exp(shifted).sum(); "
            "q = np.exp(p / temperature); p = q / q.sum() if temperature != 1 else p"),), "there is one softmax"),
    Mistake("softmax", "multiplied by the temperature", ((SHIFTED, "shifted = (scores - scores.max()) * temperature"),), "multiplied by the temperature"),
    Mistake("softmax", "temperature forgotten", ((SHIFTED, "shifted = scores - scores.max()"),), "at temperature 1"),
    Mistake("softmax", "overflows when cold", ((SHIFTED, "shifted = scores / temperature"),), "not finite"),
    Mistake("softmax", "sum missing", ((P, "p = np.exp(shifted)"),), "p is wrong"),
    Mistake("softmax", "flat", ((P, f"{P}; p = p.ravel()"),), "p has shape"),

    Mistake("sample_text", "argmax for sampling", ((DRAWN, "int(np.argmax(softmax(scores, temperature)))"),), "is each one drawn by its probability?"),
    Mistake("sample_text", "the seed is written too", (("letters = seed, []", "letters = seed, [seed]"), ("range(length)", "range(length - 1)")), "it is read, not written"),
    Mistake("sample_text", "one too many", (("letters = seed, []", "letters = seed, [seed]"),), "letters has 7 entries, expected 6"),
    Mistake("sample_text", "reads the seed again and again", (("char_step_forward(letter,", "char_step_forward(seed,"),), "read what was drawn"),
    Mistake("sample_text", "state not carried", (("        h, scores, _ =", "        _, scores, _ ="),), "is h carried from letter to letter?"),
    Mistake("sample_text", "temperature forgotten", (("softmax(scores, temperature)", "softmax(scores, 1.0)"),), "the same at every temperature"),
    Mistake("sample_text", "probabilities forgotten", ((DRAWN, "int(rng.integers(len(scores)))"),), "With a network in which each letter decides the next"),
    Mistake("sample_text", "another generator", ((DRAWN, "int(np.random.default_rng().choice(len(scores), p=softmax(scores, temperature).ravel()))"),), "Is all chance drawn from rng"),
    Mistake("sample_text", "the same generator in every turn", ((DRAWN, "int(np.random.default_rng(0).choice(len(scores), p=softmax(scores, temperature).ravel()))"),), "letters should come with shares"),
    Mistake("sample_text", "temperature twice", ((DRAWN, "int(rng.choice(len(scores), p=softmax(scores / temperature, temperature).ravel()))"),), "At temperature 0.5 four letters should come"),
    Mistake("sample_text", "one letter only", (("return letters", "return letters[-1]"),), "expected a list of 6 numbers"),
    Mistake("sample_text", "columns for letters", (("letters.append(letter)", "letters.append(one_hot(letter, len(scores)))"),), "letters[0] has shape"),

    Mistake("correlations", "covariance", ((STANDARD, "pass"),), "is it divided by both spreads?"),
    Mistake("correlations", "means left in", (("h, labels = h - h.mean(axis=0), labels - labels.mean(axis=0)\n", "pass\n"),
            ("h.std(axis=0), labels.std(axis=0)", "np.sqrt((h**2).mean(axis=0)), np.sqrt((labels**2).mean(axis=0))")), "without the means taken away"),
    Mistake("correlations", "sum for mean", ((" / len(h) ", "  "),), "8 = L"),
    Mistake("correlations", "divides by zero", (("np.where(size_h > 0, size_h, 1)", "size_h"),), "With a unit that never moves"),
    Mistake("correlations", "means over units", (("h - h.mean(axis=0)", "h - h.mean(axis=1, keepdims=True)"),), "r is wrong"),
    Mistake("correlations", "transposed", (("h.T @ labels", "labels.T @ h"),), "It looks transposed"),
    Mistake("correlations", "one less than L", ((" / len(h) ", " / (len(h) - 1) "),), "times the right one"),
    Mistake("correlations", "h centred in place", (("h, labels = h - h.mean(axis=0), labels", "h -= h.mean(axis=0); labels = labels"),), "changed its input h in place"),

    Mistake("best_unit", "sign not thought of", (("np.argmax(np.abs(r))", "np.argmax(r)"),), "a unit may say yes by falling"),
    Mistake("best_unit", "the smallest", (("np.argmax(np.abs(r))", "np.argmin(np.abs(r))"),), "moves least"),
    Mistake("best_unit", "sign lost", (("r = r[unit]", "r = abs(r[unit])"),), "Its sign is lost"),
    Mistake("best_unit", "all of r", (("    r = r[unit]\n", ""),), "r has shape"),
    Mistake("best_unit", "order of what is returned", (("return unit, r", "return r, unit"),), "stand in each other's place"),

    Mistake("chance_level", "not turned", (("np.roll(label, shift)", "label"),), "is shifts used?"),
    Mistake("chance_level", "sign not thought of", (("np.abs(correlations(h, turned))", "correlations(h, turned)"),), "the largest |r| is meant"),
    Mistake("chance_level", "search not repeated", (("np.abs(correlations(h, turned)).max(axis=0)", "np.abs(correlations(h[:, [best_unit(h, label)[0]]], turned)).max(axis=0)"),), "search again for each shift"),
    Mistake("chance_level", "one unit only", (("correlations(h, turned)", "correlations(h[:, :1], turned)"),), "the search goes over all units"),
    Mistake("chance_level", "mean over the units", ((".max(axis=0)", ".mean(axis=0)"),), "the best one is meant"),
    Mistake("chance_level", "best over the shifts", ((".max(axis=0)", ".max(axis=1)"),), "best has shape"),
    Mistake("chance_level", "turned back", (("np.roll(label, shift)", "np.roll(label, -shift)"),), "best is wrong"),
    Mistake("chance_level", "shuffled", (("np.roll(label, shift)", "np.random.default_rng(int(shift)).permutation(label)"),), "best is wrong"),
]

ONE_LOOP = """def chunk_backward(cache):
    first = cache[0][1]
    H, V = first[4].shape[1], first[4].shape[0]
    dWxh, dWhh, dWhy = np.zeros((H, V)), np.zeros((H, H)), np.zeros((V, H))
    dbh, dby, dh_next = np.zeros((H, 1)), np.zeros((V, 1)), np.zeros((H, 1))
    for t in reversed(range(len(cache))):
        dscores, step = cache[t]
        dh_next, a, b, c, d, e = char_step_backward(dh_next, dscores, step)
        dWxh += a; dWhh += b; dWhy += c; dbh += d; dby += e
    return dict(by=dby, bh=dbh, Why=dWhy, Whh=dWhh, Wxh=dWxh)
"""

VARIANTS = [
    Variant("one_hot", "a row of the identity", instead={"one_hot": "def one_hot(index, size):\n    return np.eye(size)[:, [index]]\n"}),
    Variant("one_hot", "whole numbers", (("np.zeros((size, 1))", "np.zeros((size, 1), dtype=int)"),)),
    Variant("char_step_forward", "a column picked", (("Wxh @ x", "Wxh[:, index:index + 1]"),)),
    Variant("char_step_forward", "np.dot", (("Wxh @ x + Whh @ prev_h", "np.dot(Wxh, x) + np.dot(Whh, prev_h)"),)),
    Variant("char_step_forward", "float32 inside", ((STATE, f"np.float32({STATE})"),)),
    Variant("char_step_forward", "a dictionary for a cache", instead={
        "char_step_forward": "def char_step_forward(index, prev_h, Wxh, Whh, Why, bh, by):\n    x = one_hot(index, by.shape[0])\n"
                             "    h = np.tanh(Wxh @ x + Whh @ prev_h + bh)\n    return h, Why @ h + by, dict(x=x, p=prev_h, h=h, W=Whh, Y=Why)\n",
        "char_step_backward": "def char_step_backward(dnext_h, dscores, cache):\n    c = cache\n    dz = (c['Y'].T @ dscores + dnext_h) * (1 - c['h'] * c['h'])\n"
                              "    return [c['W'].T @ dz, dz @ c['x'].T, dz @ c['p'].T, dscores @ c['h'].T, dz, dscores]\n"}),
    Variant("char_step_backward", "outer products", (("dz @ x.T, dz @ prev_h.T, dscores @ next_h.T", "np.outer(dz, x), np.outer(dz, prev_h), np.outer(dscores, next_h)"),)),
    Variant("char_step_backward", "upstream changed in place", ((DH, "dh = dnext_h\n    dh = dh + Why.T @ dscores"),)),
    Variant("surprise", "through a one-hot", (("dscores[target] -= 1", "dscores = dscores - one_hot(target, len(scores))"),)),
    Variant("surprise", "a loop", (("np.log(np.exp(shifted).sum())", "np.log(sum(np.exp(s) for s in shifted[:, 0]))"),)),
    Variant("chunk_forward", "by number", (("for index, target in zip(inputs, targets, strict=True):", "for t in range(len(inputs)):\n        index, target = int(inputs[t]), int(targets[t])"),)),
    Variant("chunk_backward", "sums in place, keys in another order", instead={"chunk_backward": ONE_LOOP}),
    Variant("char_loss", "minimum and maximum", (("np.clip(g, -5, 5)", "np.maximum(np.minimum(g, 5), -5)"),)),
    Variant("char_loss", "cut in place", ((CLIPPED, "chunk_backward(cache)\n    for name in grads:\n        grads[name] = np.array(grads[name])\n        np.clip(grads[name], -5, 5, out=grads[name])"),)),
    Variant("chunk_at", "two windows on one piece", (("    inputs = data[at : at + length]\n    targets = data[at + 1 : at + length + 1]",
            "    piece = data[at : at + length + 1]\n    inputs, targets = piece[:-1], piece[1:]"),)),
    Variant("adagrad_update", "the small number under the root", (("(np.sqrt(memory[name]) + 1e-8)", "np.sqrt(memory[name] + 1e-8)"),)),
    Variant("adagrad_update", "a loop over copies", instead={"adagrad_update": "def adagrad_update(params, grads, memory, learning_rate):\n    new, mem = {}, {}\n"
            "    for name in params:\n        mem[name] = memory[name].copy()\n        mem[name] += grads[name] * grads[name]\n"
            "        new[name] = params[name].copy()\n        new[name] -= learning_rate * grads[name] / (np.sqrt(mem[name]) + 1e-8)\n    return new, mem\n"}),
    Variant("char_update", "a copy of the dictionary", (("    state = {\"at\": at + length, \"h\": h, \"params\": params, \"memory\": memory, \"smooth\": smooth}",
            "    state = dict(state)\n    state.update(at=at + length, h=h, params=params, memory=memory, smooth=smooth)"),)),
    Variant("char_update", "stops a letter earlier", (("at + length + 1 > len(data)", "at + length + 1 >= len(data)"),)),
    Variant("softmax", "the largest of what is divided", ((SHIFTED, "shifted = scores / temperature\n    shifted = shifted - shifted.max()"),)),
    Variant("sample_text", "by the sums of the probabilities", ((DRAWN, "int(np.searchsorted(np.cumsum(softmax(scores, temperature)), rng.random() * (1 - 1e-12)))"),)),
    Variant("sample_text", "an array", (("return letters", "return np.array(letters)"),)),
    Variant("sample_text", "letters of numpy", ((DRAWN, DRAWN.removeprefix("int(").removesuffix(")")),)),
    Variant("sample_text", "Gumbel's way", ((DRAWN, "int(np.argmax(scores / temperature + rng.gumbel(size=scores.shape)))"),)),
    Variant("correlations", "np.corrcoef", instead={"correlations": "def correlations(h, labels):\n    with np.errstate(all='ignore'):\n"
            "        both = np.corrcoef(h.T.astype(float), labels.T.astype(float))\n    return np.nan_to_num(both[: h.shape[1], h.shape[1]:])\n"}),
    Variant("correlations", "a loop over units", instead={"correlations": "def correlations(h, labels):\n    r = np.zeros((h.shape[1], labels.shape[1]))\n"
            "    for i in range(r.shape[0]):\n        for j in range(r.shape[1]):\n            a, y = h[:, i] - h[:, i].mean(), labels[:, j] - labels[:, j].mean()\n"
            "            size = np.sqrt((a**2).sum() * (y**2).sum())\n            r[i, j] = (a * y).sum() / size if size > 0 else 0\n    return r\n"}),
    Variant("best_unit", "sorted", (("int(np.argmax(np.abs(r)))", "sorted(range(len(r)), key=lambda k: -abs(r[k]))[0]"),)),
    Variant("chance_level", "one shift after the other", instead={"chance_level": "def chance_level(h, label, shifts):\n"
            "    return np.array([abs(best_unit(h, np.roll(label, int(s)))[1]) for s in shifts])\n"}),
]

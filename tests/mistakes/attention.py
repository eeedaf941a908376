"""What students write in 8-attention: looks that share out wrongly, ways back that are forgotten, beams and BLEU."""

from tests.mistakes import Mistake, Variant

NOTEBOOK = "8-attention/attention.ipynb"

SCORES = "scores = (grid @ h[:, :, None])[:, :, 0] / math.sqrt(h.shape[1])"
EXP = "weights = np.exp(scores - scores.max(axis=1, keepdims=True))"
SHARE = "weights = weights / weights.sum(axis=1, keepdims=True)"
CONTEXT = "context = (weights[:, None, :] @ grid)[:, 0]"
DWEIGHTS = "dweights = (grid @ dcontext[:, :, None])[:, :, 0]"
DSOFTMAX = "dscores = weights * (dweights - (weights * dweights).sum(axis=1, keepdims=True))"
DSCALE = "dscores = dscores / math.sqrt(h.shape[1])"
DH = "dh = (dscores[:, None, :] @ grid)[:, 0]"
FIRST, SECOND = "weights[:, :, None] * dcontext[:, None]", "dscores[:, :, None] * h[:, None]"

LOOK = "context, _, of_look = attention_forward(prev_h, grid)"
BOTH = "both, weights = np.hstack([x, context]), np.vstack([Wx, Wattn])"
STEP = "next_h, next_c, of_cell = lstm_step_forward(both, prev_h, prev_c, weights, Wh, b)"
DSTEP = "dboth, dprev_h, dprev_c, dweights, dWh, db = lstm_step_backward(dnext_h, dnext_c, of_cell)"
DLOOK = "dh, dgrid = attention_backward(dboth[:, -H:], of_look)"
CUT = "dx, dWx, dWattn = dboth[:, :-H], dweights[:-H], dweights[-H:]"

BEGIN = "states, cache, state, cell = [], [], h0, np.zeros_like(h0)"
BACK = "attention_lstm_step_backward(dh[:, t] + dh0, dcell, cache[t])"
SUMS = "sums = [so_far + share for so_far, share in zip(sums, shares, strict=True)]"

LP = "log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))"
Q = "q = np.exp((log_p - log_p.max(axis=1, keepdims=True)) / temperature)"
SO_FAR = "so_far = np.cumsum(q / q.sum(axis=1, keepdims=True), axis=1)"
WORDS = "words = (so_far <= u[:, None]).sum(axis=1)"

FINISHED = "if said and said[-1] == END:"
NEXT = "np.array([said[-1] if said else START])"
LIKELY = "np.argsort(-log_p[0])[:beam]"
FOUND = "found.append(([*said, word], total + log_p[0, word], next_h, next_c))"
BEST = "best = sorted(found, key=lambda one: -one[1] / len(one[0]) ** penalty)[:beam]"

COUNT = "Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))"
MATCHED = "matched = sum((count(caption) & most).values())"
CLOSEST = "min((abs(len(other) - len(caption)), len(other)) for other in others)[1]"
BREVITY = "brevity = min(1, math.exp(1 - r / c)) if c else 0"
MEAN = "brevity * math.prod(precisions[:n]) ** (1 / n)"

ROOT = "math.sqrt(Wq.shape[1])"
MASK = "scores = np.where(np.tri(len(x), dtype=bool), scores, -np.inf)"
HEAD_EXP = "weights = np.exp(scores - scores.max(axis=1, keepdims=True))"

SENTENCES = '''def bleu(captions, references):
    return np.mean([whole([c], [r]) for c, r in zip(captions, references)], axis=0)

def whole(captions, references):
    p = []
    for n in range(1, 5):
        counts = [matches(c, r, n) for c, r in zip(captions, references)]
        p.append(sum(m for m, _ in counts) / max(1, sum(t for _, t in counts)))
    c = sum(len(x) for x in captions)
    r = sum(min((abs(len(o) - len(x)), len(o)) for o in rs)[1] for x, rs in zip(captions, references))
    b = (1 if c >= r else math.exp(1 - r / c)) if c else 0
    return np.array([b * math.prod(p[:n]) ** (1 / n) for n in range(1, 5)])
'''

SHARED = '''def beam_search(params, pooled, grid, beam, max_length, penalty):
    h, c, regions = first_state(params, pooled, grid)
    best = [([], 0.0)]
    for _ in range(max_length):
        found = []
        for said, total in best:
            if said and said[-1] == END:
                found.append((said, total))
                continue
            log_p, h, c = next_word(params, h, c, regions, np.array([said[-1] if said else START]))
            for word in np.argsort(-log_p[0])[:beam]:
                found.append(([*said, word], total + log_p[0, word]))
        best = sorted(found, key=lambda one: -one[1] / len(one[0]) ** penalty)[:beam]
    said, total = best[0]
    words, score = np.full(max_length, NULL), total / len(said) ** penalty
    words[: len(said)] = said
    return words, score
'''

MISTAKES = [
    Mistake("attention_forward", "no cache returned", (("return context, weights, cache", "return context, weights"),), "expected 3 things: context, weights, cache"),
    Mistake("attention_lstm_step_forward", "no cache returned", (("return next_h, next_c, cache", "return next_h, next_c"),), "expected 3 things: next_h, next_c, cache"),
    Mistake("attention_lstm_forward", "no cache returned", (("return h, cache", "return h"),), "expected 2 things: h, cache"),
    Mistake("attention_forward", "softmax over the batch", ((EXP, EXP.replace("axis=1", "axis=0")), (SHARE, SHARE.replace("axis=1", "axis=0"))),
            "the softmax is over the batch"),
    Mistake("attention_forward", "softmax over everything", ((SHARE, "weights = weights / weights.sum()"),), "over batch and regions together"),
    Mistake("attention_forward", "weights not summing to one", ((SHARE, ""),), "exp of the scores is not divided by its sum"),
    Mistake("attention_forward", "a sigmoid for each region", ((EXP, "weights = 1 / (1 + np.exp(-scores))"), (SHARE, "")), "a sigmoid for each region"),
    Mistake("attention_forward", "context from raw scores", ((CONTEXT, "context = (scores[:, None, :] @ grid)[:, 0]"),), "the scores themselves are the weights"),
    Mistake("attention_forward", "scores divided by their sum", ((EXP, "weights = scores"),), "not finite"),
    Mistake("attention_forward", "scale forgotten", ((SCORES, SCORES.replace(" / math.sqrt(h.shape[1])", "")),), "are the scores divided by the root of H?"),
    Mistake("attention_forward", "divided by H", ((SCORES, SCORES.replace("math.sqrt(h.shape[1])", "h.shape[1]")),), "it is the root of H, once"),
    Mistake("attention_forward", "scale applied twice", ((EXP, f"scores = scores / math.sqrt(h.shape[1])\n    {EXP}"),), "the scale is applied twice"),
    Mistake("attention_forward", "multiplied by the root", ((SCORES, SCORES.replace("/ math", "* math")),), "multiplied by the root of H"),
    Mistake("attention_forward", "root of L", ((SCORES, SCORES.replace("h.shape[1]", "grid.shape[1]")),), "a dot product has H terms"),
    Mistake("attention_forward", "weights scaled, not scores", ((SCORES, SCORES.replace(" / math.sqrt(h.shape[1])", "")), (SHARE, f"{SHARE} / math.sqrt(h.shape[1])")),
            "relative error"),
    Mistake("attention_forward", "mean for sum", ((CONTEXT, "context = (weights[:, :, None] * grid).mean(axis=1)"),), "their sum is a mean already"),
    Mistake("attention_forward", "plain mean of the regions", ((CONTEXT, "context = grid.mean(axis=1)"),), "With one hot region: context is wrong"),
    Mistake("attention_forward", "the best region alone", ((CONTEXT, "context = grid[np.arange(len(h)), weights.argmax(axis=1)]"),), "relative error"),
    Mistake("attention_forward", "context over the channels", ((CONTEXT, "context = (weights[:, :, None] * grid).sum(axis=2)"),), "context has shape (N=3, L=5)"),
    Mistake("attention_forward", "exp overflows", ((EXP, "weights = np.exp(scores)"),), "not finite"),
    Mistake("attention_forward", "regions and channels mixed up", ((SCORES, "scores = (grid.reshape(len(h), h.shape[1], -1) * h[:, :, None]).sum(axis=1) / math.sqrt(h.shape[1])"),),
            "With one hot region: context is wrong"),
    Mistake("attention_forward", "weights before context", (("return context, weights", "return weights, context"),), "context has shape (N=3, L=5)"),
    Mistake("attention_forward", "squeeze breaks N=1", (("[:, 0]                        #", ".squeeze()                        #"),), "With N = 1: context has shape"),

    Mistake("attention_backward", "softmax without its subtraction", ((DSOFTMAX, "dscores = weights * dweights"),), "is the mean of dweights subtracted in the softmax?"),
    Mistake("attention_backward", "a sigmoid's derivative", ((DSOFTMAX, "dscores = weights * (1 - weights) * dweights"),), "w (1 - w) is a sigmoid's derivative"),
    Mistake("attention_backward", "tanh's derivative", ((DSOFTMAX, "dscores = (1 - weights**2) * dweights"),), "the derivative of tanh, not of a softmax"),
    Mistake("attention_backward", "softmax left out", ((DSOFTMAX, "dscores = dweights"),), "is the way back through the softmax left out?"),
    Mistake("attention_backward", "plain sum subtracted", ((DSOFTMAX, "dscores = weights * (dweights - dweights.sum(axis=1, keepdims=True))"),), "one of weights times dweights"),
    Mistake("attention_backward", "plain mean subtracted", ((DSOFTMAX, "dscores = weights * (dweights - dweights.mean(axis=1, keepdims=True))"),), "the mean is weighted with the weights"),
    Mistake("attention_backward", "sum over the batch", ((DSOFTMAX, DSOFTMAX.replace("axis=1", "axis=0")),), "over the regions of one picture"),
    Mistake("attention_backward", "factor in front missing", ((DSOFTMAX, "dscores = dweights - (weights * dweights).sum(axis=1, keepdims=True)"),), "the factor in front is missing"),
    Mistake("attention_backward", "scale forgotten", ((DSCALE, ""),), "dscores is not scaled"),
    Mistake("attention_backward", "scale applied twice", ((DSCALE, f"{DSCALE} / math.sqrt(h.shape[1])"),), "the scale is applied twice"),
    Mistake("attention_backward", "multiplied by the root", ((DSCALE, DSCALE.replace("/", "*")),), "dscores is multiplied by the root of H"),
    Mistake("attention_backward", "scale in dh alone", ((DSCALE, ""), (DH, f"{DH} / math.sqrt(h.shape[1])")), "the scale is missing in the second way to the grid"),
    Mistake("attention_backward", "grid's way through the scores forgotten", ((f"{FIRST} + {SECOND}", FIRST),), "the grid was used for the scores as well"),
    Mistake("attention_backward", "grid's way through the context forgotten", ((f"{FIRST} + {SECOND}", SECOND),), "The first way is missing"),
    Mistake("attention_backward", "gradient to the grid forgotten", ((f"{FIRST} + {SECOND}", "np.zeros_like(grid)"),), "The first way is missing"),
    Mistake("attention_backward", "first way scaled too", ((f"{FIRST} + {SECOND}", f"{FIRST} / math.sqrt(h.shape[1]) + {SECOND}"),), "dgrid is wrong"),
    Mistake("attention_backward", "first way without its weight", ((FIRST, "dcontext[:, None]"),), "Each region receives dcontext times its weight"),
    Mistake("attention_backward", "second way with dcontext", ((SECOND, "dscores[:, :, None] * dcontext[:, None]"),), "dgrid is wrong"),
    Mistake("attention_backward", "gradients exchanged", (("return dh, dgrid", "return dgrid, dh"),), "dh"),
    Mistake("attention_backward", "dh from the context", ((DH, "dh = dcontext"),), "With regions that are all alike: dh is wrong"),
    Mistake("attention_backward", "squeeze breaks N=1", (("@ grid)[:, 0]  ", "@ grid).squeeze()  "),), "With N = 1"),

    Mistake("attention_lstm_step_forward", "the state after the step looks", ((STEP, "next_h, _, _ = lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b)\n"
            f"    {LOOK.replace('prev_h', 'next_h')}\n    {BOTH}\n    {STEP}"),), "the state after the step looks"),
    Mistake("attention_lstm_step_forward", "the cell looks", ((LOOK, LOOK.replace("prev_h", "prev_c")),), "the cell looks"),
    Mistake("attention_lstm_step_forward", "context not used", ((BOTH, "both, weights = x, Wx"),), "does the context come in, through Wattn?"),
    Mistake("attention_lstm_step_forward", "plain mean of the regions", ((BOTH, f"context = grid.mean(axis=1)\n    {BOTH}"),), "are they weighted?"),
    Mistake("attention_lstm_step_forward", "context added to the state", ((BOTH, "both, weights = x, Wx"), (STEP, STEP.replace("prev_h,", "prev_h + context,"))),
            "is added to the state"),
    Mistake("attention_lstm_step_forward", "context through Wh", ((BOTH, BOTH.replace("Wattn]", "Wh]")),), "the context goes through Wh"),
    Mistake("attention_lstm_step_forward", "Wh and Wattn exchanged", ((BOTH, BOTH.replace("Wattn]", "Wh]")), (STEP, STEP.replace("Wh,", "Wattn,"))), "relative error"),
    Mistake("attention_lstm_step_forward", "stacks in different orders", ((BOTH, BOTH.replace("[x, context]", "[context, x]")),), "relative error"),
    Mistake("attention_lstm_step_forward", "states exchanged", (("return next_h, next_c", "return next_c, next_h"),), "stand in each other's place"),
    Mistake("attention_lstm_step_forward", "side by side where above is meant", ((BOTH, BOTH.replace("np.vstack", "np.hstack")),), "attention_lstm_step_forward stopped"),

    Mistake("attention_lstm_step_backward", "the one who asked gets nothing", (("dprev_h = dprev_h + dh", ""),), "where it was zero all was right"),
    Mistake("attention_lstm_step_backward", "dprev_h is the look's alone", (("dprev_h = dprev_h + dh", "dprev_h = dh"),), "dprev_h is wrong"),
    Mistake("attention_lstm_step_backward", "look goes to the cell", (("dprev_h = dprev_h + dh", "dprev_c = dprev_c + dh"),), "where it was zero all was right"),
    Mistake("attention_lstm_step_backward", "dgrid forgotten", ((DLOOK, f"{DLOOK}; dgrid = 0 * dgrid"),), "where it was zero all was right"),
    Mistake("attention_lstm_step_backward", "the word's part goes back through the look", ((DLOOK, DLOOK.replace("-H:", ":H")),), "where nothing comes back from the look"),
    Mistake("attention_lstm_step_backward", "state's gradient goes back through the look", ((DLOOK, DLOOK.replace("dboth[:, -H:]", "dprev_h")),), "dprev_h is wrong"),
    Mistake("attention_lstm_step_backward", "dWh and dWattn exchanged", ((CUT, f"{CUT}; dWh, dWattn = dWattn, dWh"),), "is wrong"),
    Mistake("attention_lstm_step_backward", "cut at the wrong end", ((CUT, CUT.replace("dweights[:-H], dweights[-H:]", "dweights[H:], dweights[:H]")),), "is wrong"),
    Mistake("attention_lstm_step_backward", "dx not cut", ((CUT, CUT.replace("dboth[:, :-H]", "dboth")),), "dx has shape"),
    Mistake("attention_lstm_step_backward", "cell's gradient dropped", ((DSTEP, DSTEP.replace("dnext_c,", "0 * dnext_c,")),), "dnext_c"),

    Mistake("attention_lstm_forward", "cell begins as h0", ((BEGIN, BEGIN.replace("np.zeros_like(h0)", "h0")),), "the cell begins as h0, not empty"),
    Mistake("attention_lstm_forward", "h0 goes into the cell", ((BEGIN, BEGIN.replace("h0, np.zeros_like(h0)", "np.zeros_like(h0), h0")),), "h0 goes into the cell"),
    Mistake("attention_lstm_forward", "h0 not used", ((BEGIN, BEGIN.replace("h0, np.zeros_like(h0)", "np.zeros_like(h0), np.zeros_like(h0)")),), "is h0 used?"),
    Mistake("attention_lstm_forward", "state not carried", (("(x[:, t], state,", "(x[:, t], h0,"),), "is the state carried"),
    Mistake("attention_lstm_forward", "cell not carried", (("state, cell, grid", "state, np.zeros_like(h0), grid"),), "is the state carried"),
    Mistake("attention_lstm_forward", "time first", (("np.stack(states, axis=1)", "np.stack(states)"),), "The axes are in another order"),
    Mistake("attention_lstm_forward", "cells returned", (("states.append(state)", "states.append(cell)"),), "h is wrong"),

    Mistake("attention_lstm_backward", "grid's gradients overwritten", ((SUMS, f"{SUMS}; sums[0] = shares[0]"),), "is the share of every step added up?"),
    Mistake("attention_lstm_backward", "grid's gradient of the first step alone", ((SUMS, f"sums[0] = 0; {SUMS}"),), "is the share of every step added up?"),
    Mistake("attention_lstm_backward", "weight gradients overwritten", ((SUMS, "sums = [sums[0] + shares[0], *shares[1:]]"),), "is the share of every step added up?"),
    Mistake("attention_lstm_backward", "recurrent gradient not added", ((BACK, BACK.replace(" + dh0", "")),), "what reaches h[t] besides dh[:, t]?"),
    Mistake("attention_lstm_backward", "cell's gradient not handed on", ((BACK, BACK.replace("dcell,", "np.zeros_like(dh[:, 0]),")),), "is dprev_c handed on?"),
    Mistake("attention_lstm_backward", "dh from above forgotten", ((BACK, BACK.replace("dh[:, t] + dh0", "dh[:, t] if t == dh.shape[1] - 1 else dh0")),),
            "The last step is right and the earlier ones are not"),
    Mistake("attention_lstm_backward", "dx backward in time", (("dxs.insert(0, dx_t)", "dxs.append(dx_t)"),), "backward in time"),
    Mistake("attention_lstm_backward", "mean over the steps", (("dgrid, dWx, dWh, dWattn, db = sums", "dgrid, dWx, dWh, dWattn, db = [s / dh.shape[1] for s in sums]"),), "= 1/T here"),
    Mistake("attention_lstm_backward", "forward in time", (("reversed(range(dh.shape[1]))", "range(dh.shape[1])"), ("dxs.insert(0, dx_t)", "dxs.append(dx_t)")),
            "With one step (T = 1) it is right"),

    Mistake("attention_captioning_loss", "padding counts", (("targets != 0", "targets >= 0"),), "<NULL> counts as a word"),
    Mistake("attention_captioning_loss", "mask of what is read", (("targets != 0", "words != 0"),), "the mask is taken from the words that are read"),
    Mistake("attention_captioning_loss", "targets not shifted", (("captions[:, :-1], captions[:, 1:] ", "captions[:, :-1], captions[:, :-1] "),), "each word read is expected as well"),
    Mistake("attention_captioning_loss", "the decoder is fed its targets", (("captions[:, :-1], captions[:, 1:] ", "captions[:, 1:], captions[:, 1:] "),), "they would give themselves away"),
    Mistake("attention_captioning_loss", "h0 is the mean of the regions", (("h, of_cell = attention_lstm_forward(x, h0,", "h, of_cell = attention_lstm_forward(x, regions.mean(axis=1),"),),
            "h0 is the mean of the regions"),
    Mistake("attention_captioning_loss", "h0 through a tanh", (("attention_lstm_forward(x, h0,", "attention_lstm_forward(x, np.tanh(h0),"),), "h0 goes through a tanh"),
    Mistake("attention_captioning_loss", "h0 zero", (("attention_lstm_forward(x, h0,", "attention_lstm_forward(x, 0 * h0,"),), "is pooled the first state?"),
    Mistake("attention_captioning_loss", "regions get no gradient", (("temporal_affine_backward(dregions, of_grid)", "temporal_affine_backward(0 * dregions, of_grid)"),), "dW_grid is wrong"),
    Mistake("attention_captioning_loss", "regions for their gradient", (("temporal_affine_backward(dregions, of_grid)", "temporal_affine_backward(regions, of_grid)"),), "It is made with the regions themselves"),
    Mistake("attention_captioning_loss", "h0 for its gradient", (("affine_backward(dh0, of_picture)", "affine_backward(h0, of_picture)"),), "It is made with h0 itself"),
    Mistake("attention_captioning_loss", "gradient of b_grid missing", (("_, grads[\"W_grid\"], grads[\"b_grid\"]", "_, grads[\"W_grid\"], _"),), "grads has no entry 'b_grid'"),
    Mistake("attention_captioning_loss", "Wh and Wattn exchanged in grads", (('grads["Wh"], grads["Wattn"]', 'grads["Wattn"], grads["Wh"]'),), "is wrong"),
    Mistake("attention_captioning_loss", "averaged over words", (("    grads = {}", "    loss = loss * len(words) / (targets != 0).sum()\n    grads = {}"),), "the average is over words, too"),

    Mistake("next_word", "a softmax without its logarithm", ((LP, f"{LP}; log_p = np.exp(log_p)"),), "The probabilities of a row"),
    Mistake("next_word", "scores as they are", ((LP, "log_p = shifted"),), "The probabilities of a row"),
    Mistake("next_word", "softmax over the batch", ((LP, LP.replace("axis=1", "axis=0")),), "The probabilities of a row"),
    Mistake("next_word", "state before the step", (("scores = next_h @", "scores = h @"),), "the state before the step is scored"),
    Mistake("next_word", "the cell speaks", (("scores = next_h @", "scores = next_c @"),), "the cell is scored"),
    Mistake("next_word", "b_vocab forgotten", ((' + params["b_vocab"]', ""),), "is b_vocab used?"),
    Mistake("next_word", "states not handed on", (("return log_p, next_h, next_c", "return log_p, h, c"),), "next_h is wrong"),
    Mistake("next_word", "logarithm of a quotient", ((LP, "log_p = np.log(np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True))"),), "With scores of several thousand"),

    Mistake("sample_words", "the likeliest", ((WORDS, "words = q.argmax(axis=1)"),), "does u decide?"),
    Mistake("sample_words", "temperature multiplies", ((Q, Q.replace("/ temperature", "* temperature")),), "the temperature multiplies"),
    Mistake("sample_words", "temperature forgotten", ((Q, "q = np.exp(log_p)"),), "So it is without the temperature"),
    Mistake("sample_words", "probabilities divided", ((Q, "q = np.exp(log_p) / temperature"), (SO_FAR, "so_far = np.cumsum(q, axis=1)")), "not their logarithms"),
    Mistake("sample_words", "probabilities divided, and made one", ((Q, "q = np.exp(log_p) / temperature"),), "So it is without the temperature"),
    Mistake("sample_words", "not made one again", ((Q, "q = np.exp(log_p / temperature)"), (SO_FAR, "so_far = np.cumsum(q, axis=1)")), "not made to sum to one again"),
    Mistake("sample_words", "one word too early", ((WORDS, "words = (so_far <= u[:, None]).sum(axis=1) - 1"),), "one word too early"),
    Mistake("sample_words", "one word too far", ((WORDS, "words = (so_far <= u[:, None]).sum(axis=1) + 1"),), "one word too far"),
    Mistake("sample_words", "from the other end", ((WORDS, "words = (so_far <= 1 - u[:, None]).sum(axis=1)"),), "from the other end of the line"),
    Mistake("sample_words", "summed along the batch", ((SO_FAR, "so_far = np.cumsum(q / q.sum(axis=1, keepdims=True), axis=0)"),), "words is wrong"),
    Mistake("sample_words", "log-probabilities summed", ((SO_FAR, "so_far = np.cumsum(log_p, axis=1)"),), "is exp taken first?"),
    Mistake("sample_words", "floats", ((WORDS, f"{WORDS} + 0.0"),), "expected whole numbers"),
    Mistake("sample_words", "dice of its own", ((WORDS, "words = (so_far <= np.random.rand(len(u), 1)).sum(axis=1)"),), "words is wrong"),

    Mistake("beam_search", "finished captions grow", ((FINISHED, "if False:"),), "It goes on after <END>"),
    Mistake("beam_search", "scores not normalised by length", ((BEST, "best = sorted(found, key=lambda one: -one[1])[:beam]"),), "the score does not know the length"),
    Mistake("beam_search", "always the mean over words", ((BEST, "best = sorted(found, key=lambda one: -one[1] / len(one[0]))[:beam]"),), "where is the penalty?"),
    Mistake("beam_search", "multiplied by the length", ((BEST, BEST.replace("/ len", "* len")),), "the score does not know the length"),
    Mistake("beam_search", "log-probabilities multiplied", ((FOUND, FOUND.replace("total + log_p[0, word]", "(total or 1) * log_p[0, word]")),), "log-probabilities are multiplied"),
    Mistake("beam_search", "probabilities added", ((FOUND, FOUND.replace("log_p[0, word]", "np.exp(log_p[0, word])")),), "probabilities are added"),
    Mistake("beam_search", "the last word alone", ((FOUND, FOUND.replace("total + ", "")),), "the last word's log-probability alone"),
    Mistake("beam_search", "the least likely words", ((LIKELY, "np.argsort(log_p[0])[:beam]"),), "argsort has the smallest first"),
    Mistake("beam_search", "greedy all along", ((BEST, BEST.replace("[:beam]", "[:1]")),), "That is what greedy says"),
    Mistake("beam_search", "one word for each beginning", ((LIKELY, "np.argsort(-log_p[0])[:1]"),), "That is what greedy says"),
    Mistake("beam_search", "the worst are kept", ((BEST, BEST.replace("-one[1]", "one[1]")),), "is it the highest score that is kept?"),
    Mistake("beam_search", "states before the step", ((FOUND, FOUND.replace("next_h, next_c", "h, c")),), "the states before the step are handed on"),
    Mistake("beam_search", "one state for all beginnings", instead={"beam_search": SHARED}, words="With a network in which everything counts: words is wrong"),
    Mistake("beam_search", "<START> read at every step", ((NEXT, "np.array([START])"),), "words is wrong"),
    Mistake("beam_search", "finished captions are lost", ((f"{FINISHED}\n                found.append((said, total, h, c))", FINISHED),), "beam_search stopped"),
    Mistake("beam_search", "one word short", (("for _ in range(max_length):", "for _ in range(max_length - 1):"),), "relative error"),

    Mistake("matches", "counts not clipped", ((MATCHED, "matched = sum(k for gram, k in count(caption).items() if gram in most)"),), "It is not clipped"),
    Mistake("matches", "clipped by all together", (("most = most | count(reference)", "most = most + count(reference)"),), "clipped by all references together"),
    Mistake("matches", "each n-gram once", ((MATCHED, "matched = len(count(caption) & most)"),), "It is 1 where 2 is right"),
    Mistake("matches", "the last reference alone", (("most = most | count(reference)", "most = count(reference)"),), "in the best of the references?"),
    Mistake("matches", "the fewest of all references", (("most = most | count(reference)", "most = most & count(reference) if most else count(reference)"),), "matched is wrong"),
    Mistake("matches", "n-grams up to n", ((COUNT, "Counter(tuple(words[i : i + k]) for k in range(1, n + 1) for i in range(len(words) - k + 1))"),), "matched"),
    Mistake("matches", "one n-gram short", ((COUNT, COUNT.replace("- n + 1", "- n")), ), "matched"),
    Mistake("matches", "single words", ((COUNT, "Counter(words)"),), "are runs of n words taken?"),
    Mistake("matches", "order does not matter", ((COUNT, COUNT.replace("tuple(words", "frozenset(words")),), "With dog a, n = 2"),
    Mistake("matches", "a negative total", (("total = max(0, len(caption) - n + 1)", "total = len(caption) - n + 1"),), "With a caption of one word, n = 3: total"),
    Mistake("matches", "all words for n-grams", (("total = max(0, len(caption) - n + 1)", "total = len(caption)"),), "total is wrong"),
    Mistake("matches", "different n-grams for all", (("total = max(0, len(caption) - n + 1)", "total = len(count(caption))"),), "total is wrong"),

    Mistake("bleu", "brevity penalty inverted", ((BREVITY, "brevity = min(1, math.exp(1 - c / r))"),), "long captions are punished"),
    Mistake("bleu", "no brevity penalty", ((BREVITY, "brevity = 1"),), "without a penalty for what is too short"),
    Mistake("bleu", "long captions rewarded", ((BREVITY, "brevity = math.exp(1 - r / c) if c else 0"),), "long captions are rewarded"),
    Mistake("bleu", "penalty c / r", ((BREVITY, "brevity = min(1, c / r)"),), "the penalty is c / r"),
    Mistake("bleu", "shortest reference", ((CLOSEST, "min(len(other) for other in others)"),), "the shortest reference counts"),
    Mistake("bleu", "longest reference", ((CLOSEST, "max(len(other) for other in others)"),), "the longest reference counts"),
    Mistake("bleu", "mean length", ((CLOSEST, "sum(len(other) for other in others) / len(others)"),), "the references' mean length counts"),
    Mistake("bleu", "first reference", ((CLOSEST, "len(others[0])"),), "the first reference's length counts"),
    Mistake("bleu", "the longer of two as close", ((CLOSEST, "len(min(others, key=lambda one: (abs(len(one) - len(caption)), -len(one))))"),), "the longer of the two counts"),
    Mistake("bleu", "arithmetic mean", ((MEAN, "brevity * sum(precisions[:n]) / n"),), "a plain mean of the precisions"),
    Mistake("bleu", "no root", ((MEAN, "brevity * math.prod(precisions[:n])"),), "So it is without the root"),
    Mistake("bleu", "fourth root everywhere", ((MEAN, MEAN.replace("1 / n", "1 / 4")),), "the fourth root is taken of all"),
    Mistake("bleu", "precision of n alone", ((MEAN, "brevity * precisions[n - 1]"),), "the precision of n alone"),
    Mistake("bleu", "mean of sentences", instead={"bleu": SENTENCES}, words="each caption is scored alone"),
    Mistake("bleu", "times 100", ((MEAN, f"100 * {MEAN}"),), "times 100"),
    Mistake("bleu", "log of zero", ((MEAN, "brevity * math.exp(sum(math.log(p) for p in precisions[:n]) / n)"),), "bleu stopped with ValueError"),
    Mistake("bleu", "a list", (("scores = np.array([", "scores = list(["),), "expected (4,)"),

    Mistake("self_attention", "no mask", ((MASK, ""),), "So it is without the mask"),
    Mistake("self_attention", "may not look at itself", ((MASK, MASK.replace("np.tri(len(x),", "np.tri(len(x), k=-1,").replace("-np.inf", "-1e9")),), "may not look at itself"),
    Mistake("self_attention", "may look one step ahead", ((MASK, MASK.replace("np.tri(len(x),", "np.tri(len(x), k=1,")),), "one step ahead"),
    Mistake("self_attention", "mask turned round", ((MASK, MASK.replace("dtype=bool)", "dtype=bool).T")),), "the mask is turned round"),
    Mistake("self_attention", "masked after the softmax", ((MASK, ""), ("out = weights", "weights = weights * np.tri(len(x))\n    out = weights")), "the softmax comes before the mask"),
    Mistake("self_attention", "masked with 0", ((MASK, MASK.replace("-np.inf", "0.0")),), "without the mask"),
    Mistake("self_attention", "multiplied with the mask", ((MASK, "scores = scores * np.tri(len(x))"),), "without the mask"),
    Mistake("self_attention", "softmax along the columns", ((HEAD_EXP, HEAD_EXP.replace("axis=1", "axis=0")), ("weights.sum(axis=1", "weights.sum(axis=0")), "the softmax is along the columns"),
    Mistake("self_attention", "not divided by the sum", (("weights = weights / weights.sum(axis=1, keepdims=True)", ""),), "is exp of the scores divided by its sum?"),
    Mistake("self_attention", "scale forgotten", ((f" / {ROOT}", ""),), "are the scores divided by the root of H?"),
    Mistake("self_attention", "divided by H", ((ROOT, "Wq.shape[1]"),), "the scores are divided by H"),
    Mistake("self_attention", "root of D", ((ROOT, "math.sqrt(x.shape[1])"),), "root of D"),
    Mistake("self_attention", "root of T", ((ROOT, "math.sqrt(len(x))"),), "root of T"),
    Mistake("self_attention", "keys ask", (("(x @ Wq) @ (x @ Wk).T", "(x @ Wk) @ (x @ Wq).T"),), "keys ask and queries answer"),
    Mistake("self_attention", "queries with queries", (("(x @ Wk).T", "(x @ Wq).T"),), "is Wk used?"),
    Mistake("self_attention", "values are keys", (("(x @ Wv)", "(x @ Wk)"),), "they have a matrix of their own, Wv"),
    Mistake("self_attention", "values as they came", (("(x @ Wv)", "x"),), "out has shape"),
]

BATCHED = '''def attention_forward(h, grid):
    scores = np.einsum("nh,nlh->nl", h, grid) * h.shape[1] ** -0.5
    e = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    w = e / np.sum(e, axis=-1, keepdims=True)
    return (w[..., None] * grid).sum(1), w, {"h": h, "grid": grid, "w": w}
'''

VARIANTS = [
    Variant("attention_forward", "einsum and a dictionary", instead={"attention_forward": BATCHED, "attention_backward": '''def attention_backward(dcontext, cache):
    h, grid, w = cache["h"], cache["grid"], cache["w"]
    dw = np.einsum("nh,nlh->nl", dcontext, grid)
    ds = (w * dw - w * np.einsum("nl,nl->n", w, dw)[:, None]) * h.shape[1] ** -0.5
    dgrid = np.einsum("nl,nh->nlh", w, dcontext)
    dgrid += np.einsum("nl,nh->nlh", ds, h)
    return np.einsum("nl,nlh->nh", ds, grid), dgrid
'''}),
    Variant("attention_forward", "picture by picture", instead={"attention_forward": '''def attention_forward(h, grid):
    contexts, shares = [], []
    for state, regions in zip(h, grid):
        s = regions @ state / np.sqrt(len(state))
        w = np.exp(s - s.max())
        w /= w.sum()
        shares.append(w)
        contexts.append(w @ regions)
    return np.array(contexts), np.array(shares), (h, grid, np.array(shares))
'''}),
    Variant("attention_forward", "log-sum-exp", ((EXP, "top = scores.max(axis=1, keepdims=True); weights = np.exp(scores - top - np.log(np.exp(scores - top).sum(axis=1, keepdims=True)))"),)),
    Variant("attention_forward", "state scaled before", ((SCORES, "scores = (grid * (h / math.sqrt(h.shape[1]))[:, None]).sum(axis=2)"),)),
    Variant("attention_forward", "float32 inside", ((EXP, f"scores = scores.astype(np.float32)\n    {EXP}"),)),
    Variant("attention_forward", "returned in a list, and prints", (("return context, weights, cache", "print('shape', grid.shape); return [context, weights, cache]"),)),
    Variant("attention_backward", "the whole Jacobian", ((DSOFTMAX, "J = weights[:, :, None] * (np.eye(weights.shape[1]) - weights[:, None]); dscores = (J @ dweights[:, :, None])[:, :, 0]"),)),
    Variant("attention_backward", "with the context", ((DSOFTMAX, "dscores = weights * (dweights - ((weights[:, :, None] * grid).sum(axis=1) * dcontext).sum(axis=1, keepdims=True))"),)),
    Variant("attention_backward", "upstream changed in place", (("return dh, dgrid", "dcontext *= 0; return dh, dgrid"),)),
    Variant("attention_lstm_step_forward", "context through the state's side", instead={
        "attention_lstm_step_forward": '''def attention_lstm_step_forward(x, prev_h, prev_c, grid, Wx, Wh, Wattn, b):
    context, _, looked = attention_forward(prev_h, grid)
    next_h, next_c, inner = lstm_step_forward(x, np.hstack([prev_h, context]), prev_c, Wx, np.vstack([Wh, Wattn]), b)
    return next_h, next_c, (looked, inner)
''',
        "attention_lstm_step_backward": '''def attention_lstm_step_backward(dnext_h, dnext_c, cache):
    looked, inner = cache
    H = dnext_h.shape[1]
    dx, dboth, dprev_c, dWx, dW, db = lstm_step_backward(dnext_h, dnext_c, inner)
    dh, dgrid = attention_backward(dboth[:, H:], looked)
    return dx, dboth[:, :H] + dh, dprev_c, dgrid, dWx, dW[:H], dW[H:], db
'''}),
    Variant("attention_lstm_step_forward", "gates written again", instead={
        "attention_lstm_step_forward": '''def attention_lstm_step_forward(x, prev_h, prev_c, grid, Wx, Wh, Wattn, b):
    context, _, looked = attention_forward(prev_h, grid)
    z = x @ Wx + prev_h @ Wh + context @ Wattn + b
    zi, zf, zo, zg = np.split(z, 4, axis=1)
    i, f, o, g = 0.5 * (1 + np.tanh(zi / 2)), 0.5 * (1 + np.tanh(zf / 2)), 0.5 * (1 + np.tanh(zo / 2)), np.tanh(zg)
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    return next_h, next_c, (x, prev_h, prev_c, context, looked, Wx, Wh, Wattn, i, f, o, g, next_c)
''',
        "attention_lstm_step_backward": '''def attention_lstm_step_backward(dnext_h, dnext_c, cache):
    x, h, c, context, looked, Wx, Wh, Wattn, i, f, o, g, next_c = cache
    t = np.tanh(next_c)
    dc = dnext_c + dnext_h * o * (1 - t * t)
    dz = np.hstack([dc * g * i * (1 - i), dc * c * f * (1 - f), dnext_h * t * o * (1 - o), dc * i * (1 - g * g)])
    dh, dgrid = attention_backward(dz @ Wattn.T, looked)
    return dz @ Wx.T, dz @ Wh.T + dh, dc * f, dgrid, x.T @ dz, h.T @ dz, context.T @ dz, dz.sum(axis=0)
'''}),
    Variant("attention_lstm_forward", "filled into an array", instead={"attention_lstm_forward": '''def attention_lstm_forward(x, h0, grid, Wx, Wh, Wattn, b):
    N, T, D = x.shape
    h, cache, prev_h, prev_c = np.zeros((N, T, h0.shape[1])), {}, h0, np.zeros(h0.shape)
    for t in range(T):
        prev_h, prev_c, cache[t] = attention_lstm_step_forward(x[:, t, :], prev_h, prev_c, grid, Wx, Wh, Wattn, b)
        h[:, t, :] = prev_h
    return h, cache
'''}),
    Variant("attention_lstm_backward", "sums in place", instead={"attention_lstm_backward": '''def attention_lstm_backward(dh, cache):
    N, T, H = dh.shape
    dx, dprev_h, dprev_c, dgrid, dWx, dWh, dWattn, db = (None, np.zeros((N, H)), np.zeros((N, H)), 0, 0, 0, 0, 0)
    columns = []
    for t in range(T - 1, -1, -1):
        dx_t, dprev_h, dprev_c, g, a, w, v, c = attention_lstm_step_backward(dh[:, t] + dprev_h, dprev_c, cache[t])
        dgrid, dWx, dWh, dWattn, db = dgrid + g, dWx + a, dWh + w, dWattn + v, db + c
        columns.append(dx_t)
    return np.stack(columns[::-1], axis=1), dprev_h, dgrid, dWx, dWh, dWattn, db
'''}),
    Variant("attention_captioning_loss", "affine layers by hand", (
        ('h0, of_picture = affine_forward(pooled, params["W_proj"], params["b_proj"])', 'h0 = pooled @ params["W_proj"] + params["b_proj"]'),
        ('_, grads["W_proj"], grads["b_proj"] = affine_backward(dh0, of_picture)', 'grads["W_proj"], grads["b_proj"] = pooled.T @ dh0, dh0.sum(axis=0)'))),
    Variant("attention_captioning_loss", "the regions as rows", (
        ('_, grads["W_grid"], grads["b_grid"] = temporal_affine_backward(dregions, of_grid)',
         'rows = dregions.reshape(-1, dregions.shape[2]); grads["W_grid"], grads["b_grid"] = grid.reshape(-1, grid.shape[2]).T @ rows, rows.sum(axis=0)'),)),
    Variant("next_word", "logaddexp", ((LP, "log_p = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)"),)),
    Variant("sample_words", "searchsorted", ((WORDS, "words = np.array([np.searchsorted(row, one, side='right') for row, one in zip(so_far, u)])"),)),
    Variant("sample_words", "argmax", ((WORDS, "words = (so_far > u[:, None]).argmax(axis=1)"),)),
    Variant("sample_words", "unnormalised line", ((SO_FAR, "so_far = np.cumsum(q, axis=1)"), (WORDS, "words = (so_far <= u[:, None] * so_far[:, -1:]).sum(axis=1)"))),
    Variant("beam_search", "every word is a candidate", ((LIKELY, "range(log_p.shape[1])"),)),
    Variant("beam_search", "whole numbers, and a break", ((BEST, f"{BEST}\n        if all(one[0][-1] == END for one in best):\n            break"), (FOUND, FOUND.replace("word]", "int(word)]", 1)))),
    Variant("beam_search", "sort with reverse", ((BEST, "found.sort(key=lambda one: one[1] / len(one[0]) ** penalty, reverse=True)\n        best = found[:beam]"),)),
    Variant("matches", "lists and count", instead={"matches": '''def matches(caption, references, n):
    def grams(words):
        return [" ".join(words[i:i + n]) for i in range(len(words) - n + 1)]
    said = grams(caption)
    matched = 0
    for gram in set(said):
        matched += min(said.count(gram), max(grams(r).count(gram) for r in references))
    return matched, len(said)
'''}),
    Variant("bleu", "exp of a mean of logarithms", ((MEAN, "(brevity * math.exp(sum(math.log(p) for p in precisions[:n]) / n) if min(precisions[:n]) > 0 else 0)"),)),
    Variant("bleu", "loops and numpy", instead={"bleu": '''def bleu(captions, references):
    M, T = np.zeros(4), np.zeros(4)
    c = r = 0
    for cap, refs in zip(captions, references):
        for n in range(4):
            m, t = matches(cap, refs, n + 1)
            M[n] += m; T[n] += t
        c += len(cap)
        r += len(sorted(refs, key=lambda x: (abs(len(x) - len(cap)), len(x)))[0])
    if c == 0:
        return np.zeros(4)
    p = np.where(T > 0, M / np.where(T > 0, T, 1), 0)
    b = np.exp(1 - r / c) if c < r else 1.0
    return b * np.cumprod(p) ** (1 / np.arange(1, 5))
'''}),
    Variant("self_attention", "a large negative number, added", ((MASK, "scores = scores + np.triu(np.full(scores.shape, -1e30), k=1)"),)),
    Variant("self_attention", "place by place", instead={"self_attention": '''def self_attention(x, Wq, Wk, Wv):
    T = len(x)
    q, k, v, weights = x @ Wq, x @ Wk, x @ Wv, np.zeros((T, T))
    for t in range(T):
        s = k[:t + 1] @ q[t] / np.sqrt(k.shape[1])
        e = np.exp(s - s.max())
        weights[t, :t + 1] = e / e.sum()
    return weights @ v, weights
'''}),
]

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
    Mistake("attention_forward", "no cache returned", (("return context, weights, cache", "return context, weights"),), "expected 3 things: context, weights, cache",
            why="The way back multiplies by h, the grid and the weights of this very look. What is not handed out in a cache is gone when the function ends."),
    Mistake("attention_lstm_step_forward", "no cache returned", (("return next_h, next_c, cache", "return next_h, next_c"),), "expected 3 things: next_h, next_c, cache",
            why="The step back goes through two things, the step of the LSTM and the look, and each needs the cache of its own way forward. Both have to be handed out."),
    Mistake("attention_lstm_forward", "no cache returned", (("return h, cache", "return h"),), "expected 2 things: h, cache",
            why="Each of the T steps back needs the cache of the same step forward. They are collected in the loop, and without being returned they are lost."),
    Mistake("attention_forward", "the softmax over the batch", ((EXP, EXP.replace("axis=1", "axis=0")), (SHARE, SHARE.replace("axis=1", "axis=0"))),
            "the softmax is over the batch",
            why="Axis 0 is the batch, so here all pictures together share out one for each place. A look is at one picture, and its L regions, axis 1, share out one."),
    Mistake("attention_forward", "the softmax over everything", ((SHARE, "weights = weights / weights.sum()"),), "over batch and regions together",
            why="sum() without an axis adds up the whole batch. Then the weights of one picture sum to less than one, and depend on which pictures stand beside it."),
    Mistake("attention_forward", "weights not summing to one", ((SHARE, ""),), "exp of the scores is not divided by its sum",
            why="exp makes positive numbers of the scores, and only the division by their sum makes shares of those. Without it the context is no mean of regions and grows with their number."),
    Mistake("attention_forward", "a sigmoid for each region", ((EXP, "weights = 1 / (1 + np.exp(-scores))"), (SHARE, "")), "a sigmoid for each region",
            why="A sigmoid judges each region by itself, so all may be near 1 at once. In a softmax one region gains only what others lose, and the context stays a mean."),
    Mistake("attention_forward", "context from raw scores", ((CONTEXT, "context = (scores[:, None, :] @ grid)[:, 0]"),), "the scores themselves are the weights",
            why="Scores have either sign and any size, so a sum weighted with them may lie far away from every region. The softmax makes positive shares of them first."),
    Mistake("attention_forward", "scores divided by their sum", ((EXP, "weights = scores"),), "not finite",
            why="Scores of either sign may sum to nearly zero, and dividing by that gives huge shares, or negative ones. exp comes first because it makes all of them positive."),
    Mistake("attention_forward", "the scale forgotten", ((SCORES, SCORES.replace(" / math.sqrt(h.shape[1])", "")),), "are the scores divided by the root of H?",
            why="A sum of H terms of size one is itself of size root H. Undivided, the scores of a wide state are so large that the softmax settles on one region before anything is learned."),
    Mistake("attention_forward", "divided by H", ((SCORES, SCORES.replace("math.sqrt(h.shape[1])", "h.shape[1]")),), "it is the root of H, once",
            why="H terms of either sign add up to about the root of H, for many of them cancel. Divided by H, a wide state's scores are all small, and its look spreads over everything."),
    Mistake("attention_forward", "the scale applied twice", ((EXP, f"scores = scores / math.sqrt(h.shape[1])\n    {EXP}"),), "the scale is applied twice",
            why="A dot product of size root H, divided by the root of H, is of size one. Divided once more it is small, and the softmax hardly tells one region from another."),
    Mistake("attention_forward", "multiplied by the root of H", ((SCORES, SCORES.replace("/ math", "* math")),), "multiplied by the root of H",
            why="A dot product of H terms is too large by about the root of H, and the scale takes that back. Multiplied, the scores are of size H, and one region receives nearly everything."),
    Mistake("attention_forward", "root of L for root of H", ((SCORES, SCORES.replace("h.shape[1]", "grid.shape[1]")),), "a dot product has H terms",
            why="L counts the regions, each of which has a score of its own. What makes a score large is the number of terms in its sum, and that is H."),
    Mistake("attention_forward", "weights scaled, not scores", ((SCORES, SCORES.replace(" / math.sqrt(h.shape[1])", "")), (SHARE, f"{SHARE} / math.sqrt(h.shape[1])")),
            "relative error",
            why="The softmax has already seen the large scores, so the look is as narrow as without a scale; and the weights then sum to 1 / √H. The scale belongs before exp."),
    Mistake("attention_forward", "mean for sum in the context", ((CONTEXT, "context = (weights[:, :, None] * grid).mean(axis=1)"),), "their sum is a mean already",
            why="The weights sum to one, so the weighted sum is a mean already. .mean divides by L once more, and the context comes out L times too small."),
    Mistake("attention_forward", "the plain mean of the regions", ((CONTEXT, "context = grid.mean(axis=1)"),), "With one hot region: context is wrong",
            why="In a plain mean each region counts 1 / L, whatever the state is looking for. The weights say how much of each region is to come in."),
    Mistake("attention_forward", "the best region alone", ((CONTEXT, "context = grid[np.arange(len(h)), weights.argmax(axis=1)]"),), "relative error",
            why="argmax jumps from one region to another, and between two jumps nothing changes: no gradient tells where to look. With shares, each region has some part and can gain."),
    Mistake("attention_forward", "context summed over the channels", ((CONTEXT, "context = (weights[:, :, None] * grid).sum(axis=2)"),), "context has shape (N=3, L=5)",
            why="axis=2 sums up the H numbers within each region and leaves one for each of L regions. What is seen is a mixture of regions: they are summed, axis 1, and H stays."),
    Mistake("attention_forward", "exp overflows", ((EXP, "weights = np.exp(scores)"),), "not finite",
            why="exp(1000) is inf in floating point, and inf / inf is nan. With the largest score of each row subtracted the shares are the same, and no exponent is above 0."),
    Mistake("attention_forward", "regions and channels mixed up", ((SCORES, "scores = (grid.reshape(len(h), h.shape[1], -1) * h[:, :, None]).sum(axis=1) / math.sqrt(h.shape[1])"),),
            "With one hot region: context is wrong",
            why="reshape reads the numbers in their order and only sets new borders, so one column then holds pieces of several regions. To exchange two axes takes a transpose."),
    Mistake("attention_forward", "weights before context", (("return context, weights", "return weights, context"),), "context has shape (N=3, L=5)",
            why="Results go out by place: whoever calls takes the first for the context, (N, H), and the second for the weights, (N, L)."),
    Mistake("attention_forward", "squeeze breaks N=1", (("[:, 0]                        #", ".squeeze()                        #"),), "With N = 1: context has shape",
            why="The product is (N, 1, H), and squeeze() drops every axis of length 1, the batch as well where it holds one picture. [:, 0] takes out the middle axis alone."),

    Mistake("attention_backward", "the softmax without its subtraction", ((DSOFTMAX, "dscores = weights * dweights"),), "is the mean of dweights subtracted in the softmax?",
            why="The weights share out one, so what one gains the others give. The mean that is subtracted accounts for that; without it each region would seem to gain at no cost."),
    Mistake("attention_backward", "a sigmoid's derivative", ((DSOFTMAX, "dscores = weights * (1 - weights) * dweights"),), "w (1 - w) is a sigmoid's derivative",
            why="w (1 - w) tells how a weight answers to its own score. In a softmax it answers to all other scores as well, by -w_k w_l, and these terms are missing."),
    Mistake("attention_backward", "tanh's derivative", ((DSOFTMAX, "dscores = (1 - weights**2) * dweights"),), "the derivative of tanh, not of a softmax",
            why="1 - w² is the slope of a tanh, which works on each number alone. A softmax ties the regions of a picture together: each score moves all weights."),
    Mistake("attention_backward", "the softmax left out", ((DSOFTMAX, "dscores = dweights"),), "is the way back through the softmax left out?",
            why="dweights is the gradient after the softmax, and the scores stand before it. A score hardly matters where its weight is near zero, however large dweights is there."),
    Mistake("attention_backward", "plain sum subtracted", ((DSOFTMAX, "dscores = weights * (dweights - dweights.sum(axis=1, keepdims=True))"),), "one of weights times dweights",
            why="What is subtracted is a mean, each dweights counted with its weight. A plain sum counts regions that were hardly looked at as much as all others, and is no mean at all."),
    Mistake("attention_backward", "plain mean subtracted", ((DSOFTMAX, "dscores = weights * (dweights - dweights.mean(axis=1, keepdims=True))"),), "the mean is weighted with the weights",
            why="The mean is over what was looked at, so each region counts with its weight. A plain mean is the same only where all weights are alike."),
    Mistake("attention_backward", "sum over the batch", ((DSOFTMAX, DSOFTMAX.replace("axis=1", "axis=0")),), "over the regions of one picture",
            why="The weights of one picture compete with each other and with no other picture's. So the sum runs over the regions, axis 1, and gives one number for each picture."),
    Mistake("attention_backward", "the weight in front missing", ((DSOFTMAX, "dscores = dweights - (weights * dweights).sum(axis=1, keepdims=True)"),), "the factor in front is missing",
            why="A region whose weight is near zero keeps it near zero when its score moves a little. The factor w in front says so: the less it was looked at, the less its score matters."),
    Mistake("attention_backward", "the scale forgotten", ((DSCALE, ""),), "dscores is not scaled",
            why="Forward, the dot products were divided by the root of H, so what comes back to them is divided by it, too. Once, in dscores, serves both ways that lead on from there."),
    Mistake("attention_backward", "the scale applied twice", ((DSCALE, f"{DSCALE} / math.sqrt(h.shape[1])"),), "the scale is applied twice",
            why="The way forward divides by the root of H once, and the way back has the same factor once. dh and the second way to the grid both receive it from dscores."),
    Mistake("attention_backward", "multiplied by the root of H", ((DSCALE, DSCALE.replace("/", "*")),), "dscores is multiplied by the root of H",
            why="The way back does not undo the way forward. The slope of s / √H is 1 / √H, so dividing comes back as dividing."),
    Mistake("attention_backward", "the scale in dh alone", ((DSCALE, ""), (DH, f"{DH} / math.sqrt(h.shape[1])")), "the scale is missing in the second way to the grid",
            why="A score is a product of state and region, divided by the root of H, so the gradients of both factors carry the scale. Here the region's is too large by √H."),
    Mistake("attention_backward", "the grid's way through the scores forgotten", ((f"{FIRST} + {SECOND}", FIRST),), "the grid was used for the scores as well",
            why="Each region is used twice, to be compared and to be read. Without the second way, the loss tells regions what to hold and never how to be found."),
    Mistake("attention_backward", "the grid's way through the context forgotten", ((f"{FIRST} + {SECOND}", SECOND),), "The first way is missing",
            why="The context is a sum of regions times weights, so each region receives dcontext times its weight. What comes through the scores is only the other share."),
    Mistake("attention_backward", "the gradient to the grid forgotten", ((f"{FIRST} + {SECOND}", "np.zeros_like(grid)"),), "The first way is missing",
            why="The regions are made by an affine layer with weights to be learned, W_grid. With zeros coming back, nothing would ever tell it what a region should show."),
    Mistake("attention_backward", "the first way to the grid scaled too", ((f"{FIRST} + {SECOND}", f"{FIRST} / math.sqrt(h.shape[1]) + {SECOND}"),), "dgrid is wrong",
            why="The root of H divides the scores and nothing else. In the weighted sum stands no scale, so the first way is the weight times dcontext."),
    Mistake("attention_backward", "the first way to the grid without its weight", ((FIRST, "dcontext[:, None]"),), "Each region receives dcontext times its weight",
            why="A region went into the context with its weight as a factor, and the factor comes back. Without it, regions that were hardly seen would be changed as much as the one that was."),
    Mistake("attention_backward", "the second way to the grid with dcontext", ((SECOND, "dscores[:, :, None] * dcontext[:, None]"),), "dgrid is wrong",
            why="A score is region times state, so a region receives dscores times the other factor, the state h. dcontext has gone into dscores already, by way of dweights."),
    Mistake("attention_backward", "the gradients exchanged", (("return dh, dgrid", "return dgrid, dh"),), "dh",
            why="Results go out by place: first dh, (N, H), for whoever looked, then dgrid, (N, L, H), for what was looked at. Exchanged, the regions' gradient would go to the state."),
    Mistake("attention_backward", "dh from the context", ((DH, "dh = dcontext"),), "With regions that are all alike: dh is wrong",
            why="The state is not mixed into the context, it only decides on the shares. So its gradient comes through the scores, and is zero where the regions are all alike."),
    Mistake("attention_backward", "squeeze breaks N=1", (("@ grid)[:, 0]  ", "@ grid).squeeze()  "),), "With N = 1",
            why="squeeze() cannot know which axis of length 1 is meant. With one picture it takes the batch axis of (1, 1, H) as well, and dh is left with (H,)."),

    Mistake("attention_lstm_step_forward", "the state after the step looks", ((STEP, "next_h, _, _ = lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b)\n"
            f"    {LOOK.replace('prev_h', 'next_h')}\n    {BOTH}\n    {STEP}"),), "the state after the step looks",
            why="The context goes into the step, so the state after it does not exist yet when the look is taken. Here a first, blind step is run to get one."),
    Mistake("attention_lstm_step_forward", "the cell looks", ((LOOK, LOOK.replace("prev_h", "prev_c")),), "the cell looks",
            why="The cell is memory that lies behind the output gate. What an LSTM shows of it, to the words and to the picture alike, is its state, prev_h."),
    Mistake("attention_lstm_step_forward", "the context not used", ((BOTH, "both, weights = x, Wx"),), "does the context come in, through Wattn?",
            why="The look is taken and its result dropped, so the gates know only word and state. This is the plain LSTM of lesson 3, and Wattn is not used."),
    Mistake("attention_lstm_step_forward", "the plain mean of the regions", ((BOTH, f"context = grid.mean(axis=1)\n    {BOTH}"),), "are they weighted?",
            why="A plain mean is the same at every word, whatever the state asks. The context that attention_forward returned, with its weights, is overwritten here."),
    Mistake("attention_lstm_step_forward", "the context added to the state", ((BOTH, "both, weights = x, Wx"), (STEP, STEP.replace("prev_h,", "prev_h + context,"))),
            "is added to the state",
            why="In prev_h + context both go through the one matrix Wh, so what is seen has to be treated like what is remembered. Wattn gives the context connections of its own."),
    Mistake("attention_lstm_step_forward", "the context through Wh", ((BOTH, BOTH.replace("Wattn]", "Wh]")),), "the context goes through Wh",
            why="Wh is for the state and Wattn for the context. Both are (H, 4H), so Wh fits in Wattn's place without an error, and Wattn is never used."),
    Mistake("attention_lstm_step_forward", "Wh and Wattn exchanged", ((BOTH, BOTH.replace("Wattn]", "Wh]")), (STEP, STEP.replace("Wh,", "Wattn,"))), "relative error",
            why="A matrix belongs to what it multiplies: prev_h @ Wh and context @ Wattn. As both have the same shape, only the numbers show the exchange."),
    Mistake("attention_lstm_step_forward", "the stacks in different orders", ((BOTH, BOTH.replace("[x, context]", "[context, x]")),), "relative error",
            why="Column k of the one stack meets row k of the other. With the context in front and Wx on top, entries of the context meet weights that belong to the word."),
    Mistake("attention_lstm_step_forward", "the states exchanged", (("return next_h, next_c", "return next_c, next_h"),), "stand in each other's place",
            why="State and cell are both (N, H), so nothing stops. But the next step would take the cell for the state, and the words would be read from it."),
    Mistake("attention_lstm_step_forward", "side by side where above is meant", ((BOTH, BOTH.replace("np.vstack", "np.hstack")),), "attention_lstm_step_forward stopped",
            why="x and context lie side by side, (N, D + H), and each column needs a row of weights. So the matrices lie one above the other, (D + H, 4H)."),

    Mistake("attention_lstm_step_backward", "the one who asked gets nothing", (("dprev_h = dprev_h + dh", ""),), "where it was zero all was right",
            why="prev_h was used twice: it went through Wh, and it asked the question of the look. dh is what comes back for asking, and it has to be added."),
    Mistake("attention_lstm_step_backward", "dprev_h is the look's alone", (("dprev_h = dprev_h + dh", "dprev_h = dh"),), "dprev_h is wrong",
            why="lstm_step_backward has brought a gradient through Wh, and the assignment throws it away. Two ways led out of prev_h, so two shares are added up."),
    Mistake("attention_lstm_step_backward", "the look's share goes to the cell", (("dprev_h = dprev_h + dh", "dprev_c = dprev_c + dh"),), "where it was zero all was right",
            why="It was prev_h that asked, so what the look sends back, dh, belongs to prev_h. prev_c took no part in the look; the equal shapes hide that."),
    Mistake("attention_lstm_step_backward", "dgrid forgotten", ((DLOOK, f"{DLOOK}; dgrid = 0 * dgrid"),), "where it was zero all was right",
            why="What was seen went into the gates, so the loss has something to say about the regions. It comes from attention_backward, and W_grid learns from nothing else."),
    Mistake("attention_lstm_step_backward", "the word's part goes back through the look", ((DLOOK, DLOOK.replace("-H:", ":H")),), "where nothing comes back from the look",
            why="Word and context were laid side by side, the word's D columns first. The look made the last H columns, so only these go back through it."),
    Mistake("attention_lstm_step_backward", "the state's gradient goes back through the look", ((DLOOK, DLOOK.replace("dboth[:, -H:]", "dprev_h")),), "dprev_h is wrong",
            why="Back through the look goes the gradient of what came out of it, the context's part of dboth. dprev_h is the gradient of another thing, in spite of the same shape."),
    Mistake("attention_lstm_step_backward", "dWh and dWattn exchanged", ((CUT, f"{CUT}; dWh, dWattn = dWattn, dWh"),), "is wrong",
            why="Both are (H, 4H), so nothing stops: each matrix would be moved by the gradient of the other one. dWattn is the part of dweights below dWx."),
    Mistake("attention_lstm_step_backward", "cut at the wrong end", ((CUT, CUT.replace("dweights[:-H], dweights[-H:]", "dweights[H:], dweights[:H]")),), "is wrong",
            why="np.vstack laid Wx above Wattn, so the rows of dWx come first and the last H rows are dWattn. A stack comes apart where it was put together."),
    Mistake("attention_lstm_step_backward", "dx not cut", ((CUT, CUT.replace("dboth[:, :-H]", "dboth")),), "dx has shape",
            why="dboth belongs to word and context side by side, (N, D + H). x had D columns, so its gradient has the first D of them and no more."),
    Mistake("attention_lstm_step_backward", "the cell's gradient dropped", ((DSTEP, DSTEP.replace("dnext_c,", "0 * dnext_c,")),), "dnext_c",
            why="The loss reaches the new cell through the state of this step and, by dnext_c, through all later ones. Without the second, the way that reaches far back is cut."),

    Mistake("attention_lstm_forward", "the cell begins as h0", ((BEGIN, BEGIN.replace("np.zeros_like(h0)", "h0")),), "the cell begins as h0, not empty",
            why="h0 is what the picture puts into the state. The cell is what has been written step by step, and before the first step nothing has been."),
    Mistake("attention_lstm_forward", "h0 goes into the cell", ((BEGIN, BEGIN.replace("h0, np.zeros_like(h0)", "np.zeros_like(h0), h0")),), "h0 goes into the cell",
            why="It is the state that asks. If h0 goes into the cell, the first look is asked by zeros: all scores are 0, and it spreads evenly over the regions."),
    Mistake("attention_lstm_forward", "h0 not used", ((BEGIN, BEGIN.replace("h0, np.zeros_like(h0)", "np.zeros_like(h0), np.zeros_like(h0)")),), "is h0 used?",
            why="h0 brings what is known of the whole picture before the first word. Begun with zeros, the state is the same for every picture."),
    Mistake("attention_lstm_forward", "the state not carried", (("(x[:, t], state,", "(x[:, t], h0,"),), "is the state carried",
            why="With h0 in every step the words so far are forgotten as far as the state goes, and each look asks the same question. The new state has to go into the next step."),
    Mistake("attention_lstm_forward", "the cell not carried", (("state, cell, grid", "state, np.zeros_like(h0), grid"),), "is the state carried",
            why="A cell that is zero before each step has nothing to keep, and its forget gate multiplies zeros. What has to last over many words lies in the cell."),
    Mistake("attention_lstm_forward", "time first", (("np.stack(states, axis=1)", "np.stack(states)"),), "The axes are in another order",
            why="np.stack puts the new axis first if nothing else is said, which gives (T, N, H). With axis=1 the batch stays in front and time comes second."),
    Mistake("attention_lstm_forward", "cells returned for states", (("states.append(state)", "states.append(cell)"),), "h is wrong",
            why="What is read from an LSTM is its state: as much of the cell as the output gate lets be seen. The cell goes to the next step and nowhere else."),

    Mistake("attention_lstm_backward", "the grid's gradients overwritten", ((SUMS, f"{SUMS}; sums[0] = shares[0]"),), "is the share of every step added up?",
            why="The grid was looked at T times, and each look sends a gradient back; they add up, as a weight's do. Overwritten, only the step visited last is left, the first one."),
    Mistake("attention_lstm_backward", "the grid's sum emptied at every step", ((SUMS, f"sums[0] = 0; {SUMS}"),), "is the share of every step added up?",
            why="A sum is set to zero once, before the loop. Set to zero in each turn, it forgets the looks that were visited before."),
    Mistake("attention_lstm_backward", "the weights' gradients overwritten", ((SUMS, "sums = [sums[0] + shares[0], *shares[1:]]"),), "is the share of every step added up?",
            why="Wx, Wh, Wattn and b served in each of the T steps, and each step has its share in their gradients. Overwritten, only the share of one step is left."),
    Mistake("attention_lstm_backward", "the recurrent gradient not added", ((BACK, BACK.replace(" + dh0", "")),), "what reaches h[t] besides dh[:, t]?",
            why="A state is read twice: for the word that follows, dh[:, t], and by the next step, which sends its share back as dh0. The gradient of the state is the sum."),
    Mistake("attention_lstm_backward", "the cell's gradient not handed on", ((BACK, BACK.replace("dcell,", "np.zeros_like(dh[:, 0]),")),), "is dprev_c handed on?",
            why="Two threads lead from step to step, state and cell, and a gradient comes back along both. With zeros for the cell's, the one that reaches far is cut."),
    Mistake("attention_lstm_backward", "dh from above forgotten", ((BACK, BACK.replace("dh[:, t] + dh0", "dh[:, t] if t == dh.shape[1] - 1 else dh0")),),
            "The last step is right and the earlier ones are not",
            why="Each state has a word to predict and so a loss of its own, not the last state alone. dh[:, t] comes in at each step, beside what comes back through time."),
    Mistake("attention_lstm_backward", "dx backward in time", (("dxs.insert(0, dx_t)", "dxs.append(dx_t)"),), "backward in time",
            why="The loop visits the last step first, so append leaves its gradient in front. insert(0, …) puts each in front of those that come after it."),
    Mistake("attention_lstm_backward", "averaged over the steps", (("dgrid, dWx, dWh, dWattn, db = sums", "dgrid, dWx, dWh, dWattn, db = [s / dh.shape[1] for s in sums]"),), "= 1/T here",
            why="A weight that was used T times is answerable for T uses, and their gradients are summed. What a step should count is settled in the loss."),
    Mistake("attention_lstm_backward", "forward in time", (("reversed(range(dh.shape[1]))", "range(dh.shape[1])"), ("dxs.insert(0, dx_t)", "dxs.append(dx_t)")),
            "With one step (T = 1) it is right",
            why="A step's gradient contains what the step after it sends back. From the first step on, that is not there yet, so the walk begins at the last one."),

    Mistake("attention_captioning_loss", "padding counts", (("targets != 0", "targets >= 0"),), "<NULL> counts as a word",
            why="<NULL> fills short captions up to a common length and is no word. Where it counts, the network is taught to say it, most of all after short captions."),
    Mistake("attention_captioning_loss", "the mask of what is read", (("targets != 0", "words != 0"),), "the mask is taken from the words that are read",
            why="The loss is about the word that is expected, so it is there that the mask looks for <NULL>. Where <END> is read, nothing is expected any more."),
    Mistake("attention_captioning_loss", "the targets not shifted", (("captions[:, :-1], captions[:, 1:] ", "captions[:, :-1], captions[:, :-1] "),), "each word read is expected as well",
            why="At each place the next word is expected, one place further on. With the same words for both, the network only learns to repeat what it has been told."),
    Mistake("attention_captioning_loss", "the decoder is fed its targets", (("captions[:, :-1], captions[:, 1:] ", "captions[:, 1:], captions[:, 1:] "),), "they would give themselves away",
            why="Who reads the word that is to be said next need not predict it. The loss falls, and when it speaks by itself that word is not there to be read."),
    Mistake("attention_captioning_loss", "h0 is the mean of the regions", (("h, of_cell = attention_lstm_forward(x, h0,", "h, of_cell = attention_lstm_forward(x, regions.mean(axis=1),"),),
            "h0 is the mean of the regions",
            why="A picture comes in two forms for two purposes: pooled makes the first state, the regions are looked at. Here pooled and W_proj have no part in the caption."),
    Mistake("attention_captioning_loss", "h0 through a tanh", (("attention_lstm_forward(x, h0,", "attention_lstm_forward(x, np.tanh(h0),"),), "h0 goes through a tanh",
            why="The first state is what the affine layer gives. A tanh on the way forward has a slope, too, which the way back here knows nothing of."),
    Mistake("attention_captioning_loss", "h0 zero", (("attention_lstm_forward(x, h0,", "attention_lstm_forward(x, 0 * h0,"),), "is pooled the first state?",
            why="The first state says what is known of the picture as a whole. With zeros all scores of the first look are 0, and pooled has no part in the caption."),
    Mistake("attention_captioning_loss", "the regions get no gradient", (("temporal_affine_backward(dregions, of_grid)", "temporal_affine_backward(0 * dregions, of_grid)"),), "dW_grid is wrong",
            why="dregions is what all looks at the regions have to say about them. With zeros in its place W_grid and b_grid get zeros, too, and never move."),
    Mistake("attention_captioning_loss", "the regions in place of their gradient", (("temporal_affine_backward(dregions, of_grid)", "temporal_affine_backward(regions, of_grid)"),), "It is made with the regions themselves",
            why="regions is a value, dregions the slope of the loss at that value. They have the same shape, and only the slope says which way the loss falls."),
    Mistake("attention_captioning_loss", "h0 in place of its gradient", (("affine_backward(dh0, of_picture)", "affine_backward(h0, of_picture)"),), "It is made with h0 itself",
            why="The way back takes what the loss says about the first state, dh0, not the state itself. As both are (N, H), the call goes through either way."),
    Mistake("attention_captioning_loss", "the gradient of b_grid missing", (("_, grads[\"W_grid\"], grads[\"b_grid\"]", "_, grads[\"W_grid\"], _"),), "grads has no entry 'b_grid'",
            why="temporal_affine_backward hands back three things, and here the third falls into _. An optimiser goes through the keys of params and needs a gradient for each."),
    Mistake("attention_captioning_loss", "Wh and Wattn exchanged in grads", (('grads["Wh"], grads["Wattn"]', 'grads["Wattn"], grads["Wh"]'),), "is wrong",
            why="attention_lstm_backward hands back dWh before dWattn. They have the same shape, so under exchanged names each matrix follows the other's gradient, without an error."),
    Mistake("attention_captioning_loss", "averaged over words", (("    grads = {}", "    loss = loss * len(words) / (targets != 0).sum()\n    grads = {}"),), "the average is over words, too",
            why="The given loss is a sum over words and a mean over captions, and its gradient goes with that. A loss that is divided otherwise no longer belongs to these gradients."),

    Mistake("next_word", "a softmax without its logarithm", ((LP, f"{LP}; log_p = np.exp(log_p)"),), "The probabilities of a row",
            why="A caption's probability is a product of many small numbers, and soon too small to tell apart. Logarithms turn it into a sum, so next_word gives logarithms."),
    Mistake("next_word", "scores as they are", ((LP, "log_p = shifted"),), "The probabilities of a row",
            why="Scores are log-probabilities up to a number that differs from row to row: the logarithm of the sum of their exp. Only with it subtracted do they compare between captions."),
    Mistake("next_word", "the softmax over the batch", ((LP, LP.replace("axis=1", "axis=0")),), "The probabilities of a row",
            why="The V words compete for one place in one caption. What the other captions of the batch say has nothing to do with it, so the sum runs along axis 1."),
    Mistake("next_word", "the state before the step", (("scores = next_h @", "scores = h @"),), "the state before the step is scored",
            why="The word is read in this step, so only the state after it knows the word. From h the network would tell what comes next without having listened."),
    Mistake("next_word", "the cell speaks", (("scores = next_h @", "scores = next_c @"),), "the cell is scored",
            why="In training the scores were made of the state, and W_vocab learned to read that. The cell lies behind the output gate and may be of any size."),
    Mistake("next_word", "b_vocab forgotten", ((' + params["b_vocab"]', ""),), "is b_vocab used?",
            why="b_vocab lets a word be likely whatever the state is. It was part of the scores in training, so without it other words come out likeliest."),
    Mistake("next_word", "the states not handed on", (("return log_p, next_h, next_c", "return log_p, h, c"),), "next_h is wrong",
            why="The states after the step hold the word that was read. With those of before in their place, the next step begins as if that word had not been said."),
    Mistake("next_word", "the logarithm of a quotient", ((LP, "log_p = np.log(np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True))"),), "With scores of several thousand",
            why="exp of a score a thousand below the largest is 0 in floating point, and the logarithm of 0 is -inf. To subtract the logarithm of the sum needs no such quotient."),

    Mistake("sample_words", "the likeliest word", ((WORDS, "words = q.argmax(axis=1)"),), "does u decide?",
            why="argmax says the same word at every throw, which is greedy. To draw is to say each word as often as its probability tells, and u decides which one now."),
    Mistake("sample_words", "the temperature multiplies", ((Q, Q.replace("/ temperature", "* temperature")),), "the temperature multiplies",
            why="Divided by a temperature below 1, differences between log-probabilities grow and the choice gets surer. Multiplied, cold and hot change places."),
    Mistake("sample_words", "the temperature forgotten", ((Q, "q = np.exp(log_p)"),), "So it is without the temperature",
            why="Without it the word is drawn with p itself, which is right at a temperature of 1 alone. Divided by it inside exp, p becomes sharper or flatter."),
    Mistake("sample_words", "probabilities divided by the temperature", ((Q, "q = np.exp(log_p) / temperature"), (SO_FAR, "so_far = np.cumsum(q, axis=1)")), "not their logarithms",
            why="Dividing all probabilities by one number leaves their ratios as they were, and their sum is no longer one. Divided in the exponent, the ratios change."),
    Mistake("sample_words", "probabilities divided, then made to sum to one", ((Q, "q = np.exp(log_p) / temperature"),), "So it is without the temperature",
            why="One factor for all words drops out again as soon as they are made to sum to one, so the temperature does nothing. It acts only inside the exponent."),
    Mistake("sample_words", "not made to sum to one again", ((Q, "q = np.exp(log_p / temperature)"), (SO_FAR, "so_far = np.cumsum(q, axis=1)")), "not made to sum to one again",
            why="Sharpened or flattened, the numbers sum to less or to more than one, and the line has another length than the die. Then u falls beyond its end, or never reaches it."),
    Mistake("sample_words", "one word too early", ((WORDS, "words = (so_far <= u[:, None]).sum(axis=1) - 1"),), "one word too early",
            why="Words are counted from 0: if u has passed the ends of k stretches, it lies on that of word k. One less is the word before, or -1."),
    Mistake("sample_words", "one word too far", ((WORDS, "words = (so_far <= u[:, None]).sum(axis=1) + 1"),), "one word too far",
            why="If u has passed no stretch it lies on that of word 0, so the number of stretches passed is the word already. One more may lead beyond the vocabulary."),
    Mistake("sample_words", "measured from the other end", ((WORDS, "words = (so_far <= 1 - u[:, None]).sum(axis=1)"),), "from the other end of the line",
            why="1 - u is as good a die as u, but it is another throw. The stretches begin with word 0 at 0, and u is measured from there."),
    Mistake("sample_words", "summed along the batch", ((SO_FAR, "so_far = np.cumsum(q / q.sum(axis=1, keepdims=True), axis=0)"),), "words is wrong",
            why="Each caption has a line of its own from 0 to 1. Summed along axis 0, probabilities of different captions are added, and no line ends at 1."),
    Mistake("sample_words", "log-probabilities summed", ((SO_FAR, "so_far = np.cumsum(log_p, axis=1)"),), "is exp taken first?",
            why="Log-probabilities are negative, and so is their sum so far, which u exceeds everywhere. Lengths on a line are probabilities, after exp."),
    Mistake("sample_words", "floats returned", ((WORDS, f"{WORDS} + 0.0"),), "expected whole numbers",
            why="A word number is used as an index, and numpy indexes with whole numbers only. The count is one until + 0.0 makes a float of it."),
    Mistake("sample_words", "dice of its own", ((WORDS, "words = (so_far <= np.random.rand(len(u), 1)).sum(axis=1)"),), "words is wrong",
            why="u is handed in so that a draw can be repeated and checked. With dice inside, the function says something else at each call, and u goes unused."),

    Mistake("beam_search", "finished captions grow", ((FINISHED, "if False:"),), "It goes on after <END>",
            why="<END> says that the caption is complete. Words put after it are shown to nobody, and yet they change its log-probability and its length."),
    Mistake("beam_search", "scores not divided by the length", ((BEST, "best = sorted(found, key=lambda one: -one[1])[:beam]"),), "the score does not know the length",
            why="Each further word makes a caption less likely, so by plain log-probability the short ones win. Divided by a power of the length, longer ones can compete."),
    Mistake("beam_search", "always the mean over words", ((BEST, "best = sorted(found, key=lambda one: -one[1] / len(one[0]))[:beam]"),), "where is the penalty?",
            why="A mean over words is the score at penalty 1 alone. At 0 the plain log-probability decides, and in between something between the two."),
    Mistake("beam_search", "multiplied by the length", ((BEST, BEST.replace("/ len", "* len")),), "the score does not know the length",
            why="Log-probabilities are negative, so times the length they sink lower with each word. The length was to make up for the many words, and for that it divides."),
    Mistake("beam_search", "log-probabilities multiplied", ((FOUND, FOUND.replace("total + log_p[0, word]", "(total or 1) * log_p[0, word]")),), "log-probabilities are multiplied",
            why="Probabilities of words are multiplied, and the logarithm of a product is a sum. Multiplied, negative logarithms even change their sign from word to word."),
    Mistake("beam_search", "probabilities added", ((FOUND, FOUND.replace("log_p[0, word]", "np.exp(log_p[0, word])")),), "probabilities are added",
            why="One word after another means a product: 0.5 and 0.5 make 0.25. Added up, probabilities make a caption look likelier with each word it gains."),
    Mistake("beam_search", "the last word's log-probability alone", ((FOUND, FOUND.replace("total + ", "")),), "the last word's log-probability alone",
            why="A caption is as likely as all of its words together. Judged by the last one, an unlikely beginning is forgiven as soon as a sure word follows."),
    Mistake("beam_search", "the least likely words", ((LIKELY, "np.argsort(log_p[0])[:beam]"),), "argsort has the smallest first",
            why="np.argsort puts the smallest first, so its first entries are the unlikeliest words. Of -log_p the smallest is the likeliest word."),
    Mistake("beam_search", "greedy all along", ((BEST, BEST.replace("[:beam]", "[:1]")),), "That is what greedy says",
            why="With one beginning left after each word, the likeliest first word settles everything. The best caption may begin with the second best word, so several are kept."),
    Mistake("beam_search", "one word for each beginning", ((LIKELY, "np.argsort(-log_p[0])[:1]"),), "That is what greedy says",
            why="The search starts with one beginning, and with one word for each it stays at one. Only where a beginning branches are there several to choose from."),
    Mistake("beam_search", "the worst are kept", ((BEST, BEST.replace("-one[1]", "one[1]")),), "is it the highest score that is kept?",
            why="sorted puts the smallest key first. The score itself as key brings the lowest to the front; its negative brings the highest."),
    Mistake("beam_search", "the states before the step", ((FOUND, FOUND.replace("next_h, next_c", "h, c")),), "the states before the step are handed on",
            why="The step has taken the last word into next_h and next_c. With h and c handed on, every step begins in the first state and knows only one word."),
    Mistake("beam_search", "one state for all beginnings", instead={"beam_search": SHARED}, words="With a network in which everything counts: words is wrong",
            why="Beginnings that went different ways have led to different states. With one h and c for all, each is continued from what another one left behind."),
    Mistake("beam_search", "<START> read at every step", ((NEXT, "np.array([START])"),), "words is wrong",
            why="What is likely next depends on the word said last, said[-1]. <START> stands for it only as long as nothing has been said."),
    Mistake("beam_search", "finished captions are lost", ((f"{FINISHED}\n                found.append((said, total, h, c))", FINISHED),), "beam_search stopped",
            why="continue skips the rest of the turn, so a caption that is not put into found before it is gone. Finished ones stay, unchanged, and compete with the others."),
    Mistake("beam_search", "one word short", (("for _ in range(max_length):", "for _ in range(max_length - 1):"),), "relative error",
            why="Each turn adds one word, and <END> is one of them. range(max_length) makes max_length turns already, for it begins at 0."),

    Mistake("matches", "counts not clipped", ((MATCHED, "matched = sum(k for gram, k in count(caption).items() if gram in most)"),), "It is not clipped",
            why="A reference that has 'the' twice can prove two of them right, not seven. The smaller of the two counts is taken, which is what & does for Counters."),
    Mistake("matches", "clipped by all together", (("most = most | count(reference)", "most = most + count(reference)"),), "clipped by all references together",
            why="+ adds the references up, as if they were one long sentence. An n-gram counts as often as in the one reference that has it most often, and | keeps that."),
    Mistake("matches", "each n-gram once", ((MATCHED, "matched = len(count(caption) & most)"),), "It is 1 where 2 is right",
            why="len tells how many different n-grams a Counter holds. One that is said twice and stands twice in a reference is right twice, so the counts are summed."),
    Mistake("matches", "the last reference alone", (("most = most | count(reference)", "most = count(reference)"),), "in the best of the references?",
            why="Each turn replaces most, and the last reference is left. People say one thing in many ways, and a match with any of the references is right."),
    Mistake("matches", "the fewest of all references", (("most = most | count(reference)", "most = most & count(reference) if most else count(reference)"),), "matched is wrong",
            why="& keeps the smaller count, so an n-gram would have to stand in every reference. To stand in one of them is enough, and | keeps the larger count."),
    Mistake("matches", "n-grams up to n", ((COUNT, "Counter(tuple(words[i : i + k]) for k in range(1, n + 1) for i in range(len(words) - k + 1))"),), "matched",
            why="Each n has a precision of its own, and BLEU combines them later. Runs of exactly n words belong here; the shorter ones are counted when it is their turn."),
    Mistake("matches", "one n-gram short", ((COUNT, COUNT.replace("- n + 1", "- n")), ), "matched",
            why="The last run of n words begins at place len - n, and range leaves out its end, so the end is len - n + 1. Otherwise the last run is never seen."),
    Mistake("matches", "single words counted", ((COUNT, "Counter(words)"),), "are runs of n words taken?",
            why="Longer runs are there to see whether words stand in the right order beside each other. Single words are the n-grams of n = 1 alone."),
    Mistake("matches", "the order does not matter", ((COUNT, COUNT.replace("tuple(words", "frozenset(words")),), "With dog a, n = 2",
            why="A set has no order, and for it 'dog a' is the same as 'a dog'. A tuple keeps the words in their places, and counts as another n-gram when they change."),
    Mistake("matches", "a negative total", (("total = max(0, len(caption) - n + 1)", "total = len(caption) - n + 1"),), "With a caption of one word, n = 3: total",
            why="A caption of one word holds no run of three, and there are no fewer than none. A negative number would be taken off the total of all other captions."),
    Mistake("matches", "all words for n-grams", (("total = max(0, len(caption) - n + 1)", "total = len(caption)"),), "total is wrong",
            why="The first run needs n words and each further word adds one run, which makes len - n + 1. The number of words is right for n = 1 alone."),
    Mistake("matches", "the different n-grams for all", (("total = max(0, len(caption) - n + 1)", "total = len(count(caption))"),), "total is wrong",
            why="total counts each run as often as it is said. If 'the', said seven times, counted once, two matches could stand against a total of one."),

    Mistake("bleu", "the brevity penalty inverted", ((BREVITY, "brevity = min(1, math.exp(1 - c / r))"),), "long captions are punished",
            why="exp(1 - c / r) falls below 1 where captions are longer than references. Those suffer in their precision already; the penalty is for what is too short, exp(1 - r / c)."),
    Mistake("bleu", "no brevity penalty", ((BREVITY, "brevity = 1"),), "without a penalty for what is too short",
            why="Precision asks how much of what is said is right, and a caption that says only 'a' is nearly always right. The penalty asks for what was left out."),
    Mistake("bleu", "long captions rewarded", ((BREVITY, "brevity = math.exp(1 - r / c) if c else 0"),), "long captions are rewarded",
            why="Where c is above r the exponent is positive, and exp of it above 1. A penalty never raises a score, so it stops at 1."),
    Mistake("bleu", "a penalty of c / r", ((BREVITY, "brevity = min(1, c / r)"),), "the penalty is c / r",
            why="Both are 1 at full length, but BLEU's penalty falls as exp(1 - r / c): at half the length it is about 0.37, where c / r is 0.5."),
    Mistake("bleu", "the shortest reference", ((CLOSEST, "min(len(other) for other in others)"),), "the shortest reference counts",
            why="One brief reference would excuse every brief caption. Each caption is compared with the reference that is closest to it in length, be that longer or shorter."),
    Mistake("bleu", "the longest reference", ((CLOSEST, "max(len(other) for other in others)"),), "the longest reference counts",
            why="One wordy reference would make all captions too short. Each is compared with the reference that is closest to it in length, so that somebody said about as much."),
    Mistake("bleu", "the mean length", ((CLOSEST, "sum(len(other) for other in others) / len(others)"),), "the references' mean length counts",
            why="A mean of lengths may be one that nobody used. r adds up lengths of real references, for each caption the one closest to its own."),
    Mistake("bleu", "the first reference", ((CLOSEST, "len(others[0])"),), "the first reference's length counts",
            why="Which reference stands first is an accident of the file. The score must not change with their order, so the closest in length is looked for."),
    Mistake("bleu", "the longer of two as close", ((CLOSEST, "len(min(others, key=lambda one: (abs(len(one) - len(caption)), -len(one))))"),), "the longer of the two counts",
            why="Of two references at the same distance, the shorter counts, by definition. That makes r the smaller and the penalty the milder."),
    Mistake("bleu", "an arithmetic mean", ((MEAN, "brevity * sum(precisions[:n]) / n"),), "a plain mean of the precisions",
            why="Precisions fall quickly with n, and a plain mean is made of the large ones: without one right run of four it stays high. The geometric mean is then 0."),
    Mistake("bleu", "no n-th root", ((MEAN, "brevity * math.prod(precisions[:n])"),), "So it is without the root",
            why="A product of more precisions is smaller because it has more factors. The n-th root makes a mean of it, so that the four scores can be compared."),
    Mistake("bleu", "the fourth root everywhere", ((MEAN, MEAN.replace("1 / n", "1 / 4")),), "the fourth root is taken of all",
            why="A geometric mean of n factors takes the n-th root. A fourth root of one precision lifts it: 0.5 becomes 0.84."),
    Mistake("bleu", "the precision of n alone", ((MEAN, "brevity * precisions[n - 1]"),), "the precision of n alone",
            why="BLEU-n is the geometric mean of all precisions from 1 to n. That of the longest runs alone is counted from few matches and jumps from test to test."),
    Mistake("bleu", "a mean over captions", instead={"bleu": SENTENCES}, words="each caption is scored alone",
            why="A single caption often has no right run of four words, and its BLEU-4 is 0 however good the rest is. So counts are summed over all captions first, and divided once."),
    Mistake("bleu", "times 100", ((MEAN, f"100 * {MEAN}"),), "times 100",
            why="BLEU is often printed as a percentage, but the function promises scores from 0 to 1. Scaling is left to whoever prints them."),
    Mistake("bleu", "the logarithm of zero", ((MEAN, "brevity * math.exp(sum(math.log(p) for p in precisions[:n]) / n)"),), "bleu stopped with ValueError",
            why="If no run of some length is right its precision is 0, and math.log has no value there. The product of the precisions is 0 then, and so is its root."),
    Mistake("bleu", "a list returned", (("scores = np.array([", "scores = list(["),), "expected (4,)",
            why="The four scores are promised as an array, (4,), to compute with. A list has no shape, and times 2 it becomes a list of eight."),

    Mistake("self_attention", "no mask", ((MASK, ""),), "So it is without the mask",
            why="Without a mask place t reads the words after it, among them the one it should predict. In training it can copy; when it writes, there is nothing to copy from."),
    Mistake("self_attention", "may not look at itself", ((MASK, MASK.replace("np.tri(len(x),", "np.tri(len(x), k=-1,").replace("-np.inf", "-1e9")),), "may not look at itself",
            why="With k=-1 np.tri leaves out the diagonal. What stands at place t has been read and may be used; and place 0 has nothing else to look at."),
    Mistake("self_attention", "may look one step ahead", ((MASK, MASK.replace("np.tri(len(x),", "np.tri(len(x), k=1,")),), "one step ahead",
            why="With k=1 np.tri lets in one place above the diagonal, the next word. That is the one that place t should predict, so it would be given away."),
    Mistake("self_attention", "the mask turned round", ((MASK, MASK.replace("dtype=bool)", "dtype=bool).T")),), "the mask is turned round",
            why="Row t is who looks and column k is looked at, and allowed is k up to t, the lower triangle. Transposed, a place sees itself and what comes after it."),
    Mistake("self_attention", "masked after the softmax", ((MASK, ""), ("out = weights", "weights = weights * np.tri(len(x))\n    out = weights")), "the softmax comes before the mask",
            why="The softmax has shared out one over all places, later ones included. With their shares removed a row sums to less; masked before, the allowed places share out all of it."),
    Mistake("self_attention", "masked with 0", ((MASK, MASK.replace("-np.inf", "0.0")),), "without the mask",
            why="For a softmax 0 is a score like any other: exp(0) is 1, more than a negative score gets. Only a score of minus infinity has an exp of 0."),
    Mistake("self_attention", "multiplied with the mask", ((MASK, "scores = scores * np.tri(len(x))"),), "without the mask",
            why="A forbidden score times zero is zero, and the softmax then gives it exp(0), a share like any other. It is the weight that has to be zero."),
    Mistake("self_attention", "the softmax along the columns", ((HEAD_EXP, HEAD_EXP.replace("axis=1", "axis=0")), ("weights.sum(axis=1", "weights.sum(axis=0")), "the softmax is along the columns",
            why="Row t holds the weights with which place t looks, so a row shares out one. Along the columns, the places that look would have to share each place they look at."),
    Mistake("self_attention", "not divided by the sum", (("weights = weights / weights.sum(axis=1, keepdims=True)", ""),), "is exp of the scores divided by its sum?",
            why="Place t may look at t + 1 places, so without the division later places add up more. Divided by their sum, the weights of each row share out one."),
    Mistake("self_attention", "the scale forgotten", ((f" / {ROOT}", ""),), "are the scores divided by the root of H?",
            why="Query and key have H entries, and their dot product grows with the root of H. Undivided, the softmax of a wide head puts nearly everything on one place."),
    Mistake("self_attention", "divided by H", ((ROOT, "Wq.shape[1]"),), "the scores are divided by H",
            why="Terms of either sign partly cancel, so H of them make about the root of H. Divided by H, the scores of a wide head are small, and it looks nearly everywhere alike."),
    Mistake("self_attention", "root of D for root of H", ((ROOT, "math.sqrt(x.shape[1])"),), "root of D",
            why="D is the width of a word vector, before Wq and Wk. Queries and keys have H entries, so the sum in a score has H terms."),
    Mistake("self_attention", "root of T for root of H", ((ROOT, "math.sqrt(len(x))"),), "root of T",
            why="T says how many scores there are in a row, H how many terms are summed in each. It is the sum that grows, whatever the length of the text."),
    Mistake("self_attention", "keys ask", (("(x @ Wq) @ (x @ Wk).T", "(x @ Wk) @ (x @ Wq).T"),), "keys ask and queries answer",
            why="The softmax runs along rows, so row t belongs to the place that asks, with its query. Exchanged, the table of scores is transposed, and a row holds one key against all queries."),
    Mistake("self_attention", "queries with queries", (("(x @ Wk).T", "(x @ Wq).T"),), "is Wk used?",
            why="A query says what is looked for, a key what can be found. With queries for both, k suits t exactly as t suits k, and Wk never learns."),
    Mistake("self_attention", "the values are keys", (("(x @ Wv)", "(x @ Wk)"),), "they have a matrix of their own, Wv",
            why="A key serves to be found, a value to be read. With matrices of their own, a place may be found by one thing and hand over another."),
    Mistake("self_attention", "the values as they came", (("(x @ Wv)", "x"),), "out has shape",
            why="The words have D entries each and the head gives H. Wv decides what is read of a word, and brings it to that width."),
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

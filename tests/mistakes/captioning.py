"""What students really write in 2-captioning: seen in public answers to CS231n's assignment, and the classics."""

from tests.mistakes import Mistake, Variant

NOTEBOOK = "2-captioning/captioning.ipynb"

SAMPLE = '''def captioning_sample(params, features, max_length):
    N = {batch}
    captions = np.zeros((N, {columns}), dtype=int)
    h = features @ params["W_proj"] + params["b_proj"]
    word = np.full(N, {first})
    {before}
    for t in {steps}:
        {reads}
        h_new, _ = rnn_step_forward(params["W_embed"][word], h, params["Wx"], params["Wh"], params["b"])
        {state}
        scores = h_new @ params["W_vocab"] + params["b_vocab"]
        said = {choice}
        {feeds}
        {stores}
    {end}
    return {returned}
'''
USUAL = {
    "batch": "len(features)", "columns": "max_length", "first": "START", "before": "pass", "steps": "range(max_length)",
    "reads": "pass", "state": "h = h_new", "choice": "scores.argmax(axis=1)", "feeds": "word = said",
    "stores": "captions[:, t] = said", "end": "pass", "returned": "captions",
}


def sample(**other: str) -> dict[str, str]:
    """A way to sample as many students write it, with some of its parts written otherwise."""
    return {"captioning_sample": SAMPLE.format(**{**USUAL, **other})}


LATE = "captions are right but one column late: column 0 holds <START>"
H0 = 'features @ params["W_proj"] + params["b_proj"]'
LOSS_LINE = "-(log_p[n, t, y] * mask).sum() / N"
PROJ = '"W_proj": features.T @ dh0'
B_PROJ = '"b_proj": dh0.sum(axis=0)'
CALL = "temporal_softmax_loss(scores, words_out, mask)"
LOG = "np.log(np.exp(shifted).sum(axis=2, keepdims=True))"

MISTAKES = [
    Mistake("caption_to_numbers", "no <START>", (("[START, *known, END]", "[*known, END, NULL]"),), "expected <START>, which is 1"),
    Mistake("caption_to_numbers", "no <END>", (("[START, *known, END]", "[START, *known, NULL]"),), "expected <END>, which is 2"),
    Mistake("caption_to_numbers", "padded with <END>", (("np.full(length, NULL)", "np.full(length, END)"),), "expected <NULL>, which is 0"),
    Mistake("caption_to_numbers", "unknown words left out",
            (("for word in words[: length - 2]]", "for word in words if word in word_to_idx][: length - 2]"),), "gnu is not in the vocabulary"),
    Mistake("caption_to_numbers", "unknown words stop it", (("word_to_idx.get(word, UNK)", "word_to_idx[word]"),), "gnu is not in the vocabulary: it should become <UNK>"),
    Mistake("caption_to_numbers", "too long for the row", (("[: length - 2]]", "]"),), "Three words fit between the marks"),
    Mistake("caption_to_numbers", "an index beyond the row", instead={"caption_to_numbers": """def caption_to_numbers(words, word_to_idx, length):
    numbers = np.zeros(length, dtype=int)
    numbers[0] = START
    for i, word in enumerate(words):
        numbers[i + 1] = word_to_idx.get(word, UNK)
    numbers[len(words) + 1] = END
    return numbers
"""}, words="With a cat sat on, in a row of 5: caption_to_numbers stopped with IndexError"),
    Mistake("caption_to_numbers", "floats", (("np.full(length, NULL)", "np.zeros(length)"),), "numbers holds floats (float64), expected whole numbers"),
    Mistake("caption_to_numbers", "a list of floats", (("return numbers", "return numbers.astype(float).tolist()"),), "numbers holds floats (float), expected whole numbers"),
    Mistake("caption_to_numbers", "unknown words as <NULL>", (("get(word, UNK)", "get(word, NULL)"),), "gnu is not in the vocabulary, <UNK> is 3"),
    Mistake("caption_to_numbers", "<END> cut off", instead={"caption_to_numbers": """def caption_to_numbers(words, word_to_idx, length):
    numbers = [START] + [word_to_idx.get(word, UNK) for word in words] + [END]
    return np.array((numbers + [NULL] * length)[:length])
"""}, words="Three words fit between the marks"),
    Mistake("caption_to_numbers", "as long as it is", instead={"caption_to_numbers": """def caption_to_numbers(words, word_to_idx, length):
    return np.array([START] + [word_to_idx.get(word, UNK) for word in words] + [END])
"""}, words="numbers has 5 entries, expected 7"),

    Mistake("input_and_target", "not cut", (("captions[:, :-1], captions[:, 1:]", "captions, captions"),), "It is one too long along T"),
    Mistake("input_and_target", "swapped", (("captions[:, :-1], captions[:, 1:]", "captions[:, 1:], captions[:, :-1]"),), "stand in each other's place"),
    Mistake("input_and_target", "the same twice", (("captions[:, :-1], captions[:, 1:]", "captions[:, :-1], captions[:, :-1]"),),
            "It is right but one step late"),
    Mistake("input_and_target", "mask of what is read", (("words_out != NULL", "words_in != NULL"),), "what counts is the word that should be said"),
    Mistake("input_and_target", "mask without <END>", (("words_out != NULL", "(words_out != NULL) & (words_out != END)"),), "It leaves <END> out"),
    Mistake("input_and_target", "mask upside down", (("words_out != NULL", "words_out == NULL"),), "True just where it should be False"),
    Mistake("input_and_target", "mask of the whole caption", (("words_out != NULL", "captions != NULL"),), "It is one too long along T"),
    Mistake("input_and_target", "time is the first axis", (("captions[:, :-1], captions[:, 1:]", "captions[:-1], captions[1:]"),), "words_in has shape"),

    Mistake("word_embedding_forward", "one word for the batch", (("W[x] ", "W[x[:, 0]] "),), "The axis of T is missing"),
    Mistake("word_embedding_forward", "columns for rows", (("W[x] ", "W[:, x] "),), "stopped with IndexError"),
    Mistake("word_embedding_forward", "time first", (("W[x] ", "W[x.T] "),), "The axes are in another order"),
    Mistake("word_embedding_forward", "no cache returned", (("return out, cache", "return out"),),
            "word_embedding_forward returned one array, expected 2 things: out, cache."),
    Mistake("word_embedding_forward", "squeeze breaks N=1", (("W[x] ", "W[x].squeeze() "),), "is there a squeeze?"),
    Mistake("word_embedding_forward", "one-hot for the vector", (("W[x] ", "np.eye(len(W))[x] "),), "out has shape"),
    Mistake("word_embedding_backward", "overwritten", (("np.add.at(dW, x, dout)", "dW[x] = dout"),), "words that come more than once"),
    Mistake("word_embedding_backward", "dW[x] += dout", (("np.add.at(dW, x, dout)", "dW[x] += dout"),), "words that come more than once"),
    Mistake("word_embedding_backward", "caption by caption", (("np.add.at(dW, x, dout)", "for n in range(len(x)):\n        dW[x[n]] += dout[n]"),),
            "words that come more than once in one caption"),
    Mistake("word_embedding_backward", "nothing added", (("    np.add.at(dW, x, dout)\n", ""),), "It is zero in every entry"),
    Mistake("word_embedding_backward", "starts from ones", (("np.zeros_like(W)", "np.ones_like(W)"),), "dW is wrong"),
    Mistake("word_embedding_backward", "starts from W", (("np.zeros_like(W)", "W.copy()"),), "dW is wrong"),
    Mistake("word_embedding_backward", "starts from W itself", (("np.zeros_like(W)", "W"),), "changed W, an input of word_embedding_forward, in place"),
    Mistake("word_embedding_backward", "averaged", (("np.add.at(dW, x, dout)", "np.add.at(dW, x, dout / len(x))"),), "= 1/N here"),
    Mistake("word_embedding_backward", "dout returned", (("return dW", "return dout"),), "dW has shape"),

    Mistake("temporal_affine_forward", "bias forgotten", ((" + b ", " "),), "when b changes: is b used?"),
    Mistake("temporal_affine_forward", "w transposed", (("x @ w", "x @ w.T"),), "two shapes do not multiply"),
    Mistake("temporal_affine_forward", "rows not put back", (("x @ w + b", "x.reshape(-1, x.shape[2]) @ w + b"),), "out has shape"),
    Mistake("temporal_affine_forward", "put back in another order",
            (("x @ w + b", "(x @ w + b).reshape(x.shape[1], x.shape[0], -1).transpose(1, 0, 2)"),), "out is wrong"),
    Mistake("temporal_affine_forward", "no cache returned", (("return out, cache", "return out"),),
            "temporal_affine_forward returned one array, expected 2 things: out, cache."),
    Mistake("temporal_affine_forward", "squeeze breaks N=1", (("x @ w + b", "(x @ w + b).squeeze()"),), "is there a squeeze?"),
    Mistake("temporal_affine_backward", "w not transposed", (("dout @ w.T", "dout @ w"),), "two shapes do not multiply"),
    Mistake("temporal_affine_backward", "dw transposed",
            (("x.reshape(-1, x.shape[2]).T @ dout.reshape(-1, dout.shape[2])", "dout.reshape(-1, dout.shape[2]).T @ x.reshape(-1, x.shape[2])"),),
            "It looks transposed"),
    Mistake("temporal_affine_backward", "db not summed over time", (("dout.sum(axis=(0, 1))", "dout.sum(axis=0)"),), "is a sum over it missing?"),
    Mistake("temporal_affine_backward", "db summed over everything", (("dout.sum(axis=(0, 1))", "dout.sum()"),), "is it summed over every axis?"),
    Mistake("temporal_affine_backward", "db averaged over the batch", (("dout.sum(axis=(0, 1))", "dout.sum(axis=1).mean(axis=0)"),), "= 1/N here"),
    Mistake("temporal_affine_backward", "dw averaged over time", (("dout.reshape(-1, dout.shape[2]) ", "dout.reshape(-1, dout.shape[2]) / x.shape[1] "),), "= 1/T here"),
    Mistake("temporal_affine_backward", "rows scrambled", (("x.reshape(-1, x.shape[2]).T", "x.transpose(1, 0, 2).reshape(-1, x.shape[2]).T"),), "With one step (T = 1) it is right"),
    Mistake("temporal_affine_backward", "only the last step", (("x.reshape(-1, x.shape[2]).T @ dout.reshape(-1, dout.shape[2])", "x[:, -1].T @ dout[:, -1]"),),
            "is the share of every step added up?"),
    Mistake("temporal_affine_backward", "outputs swapped", (("return dx, dw, db", "return dx, db, dw"),), "in another order"),
    Mistake("temporal_affine_backward", "dx as rows", (("dout @ w.T", "dout.reshape(-1, dout.shape[2]) @ w.T"),), "dx has shape"),

    Mistake("temporal_softmax_loss", "divided by N·T", ((LOSS_LINE, LOSS_LINE + " / T"),), "= 1/T here"),
    Mistake("temporal_softmax_loss", "gradient divided by N·T", (("[:, :, None] / N", "[:, :, None] / N / T"),), "= 1/T here"),
    Mistake("temporal_softmax_loss", "not averaged", ((LOSS_LINE, LOSS_LINE.removesuffix(" / N")),), "= N here"),
    Mistake("temporal_softmax_loss", "gradient not averaged", (("[:, :, None] / N", "[:, :, None]"),), "= N here"),
    Mistake("temporal_softmax_loss", "mask ignored", ((" * mask)", ")"), ("mask[:, :, None] / N", "1 / N")), "is mask used?"),
    Mistake("temporal_softmax_loss", "mask ignored in the loss", ((" * mask)", ")"),), "is mask used?"),
    Mistake("temporal_softmax_loss", "mask ignored in the gradient", (("mask[:, :, None] / N", "1 / N"),), "dx is not zero where the mask is False"),
    Mistake("temporal_softmax_loss", "averaged over counted steps", ((LOSS_LINE, LOSS_LINE.replace("/ N", "/ mask.sum() * T")),), "loss is wrong"),
    Mistake("temporal_softmax_loss", "divided by counted steps", ((LOSS_LINE, LOSS_LINE.replace("/ N", "/ mask.sum()")),), "It is averaged over the steps that count"),
    Mistake("temporal_softmax_loss", "gradient divided by counted steps", (("[:, :, None] / N", "[:, :, None] / mask.sum()"),), "no step has to do with another"),
    Mistake("temporal_softmax_loss", "the logarithm of the quotient", ((f"shifted - {LOG}", "np.log(np.exp(shifted) / np.exp(shifted).sum(axis=2, keepdims=True))"),), "log(0) is infinite"),
    Mistake("temporal_softmax_loss", "the largest score of all", (("x.max(axis=2, keepdims=True)", "x.max()"),), "log(0) is infinite"),
    Mistake("temporal_softmax_loss", "by a caption's own length, and back",
            ((LOSS_LINE, "-((log_p[n, t, y] * mask).sum(axis=1) / mask.sum(axis=1) * mask.sum(axis=1)).sum() / N"),),
            "With a caption that is masked from end to end: loss is not finite"),
    Mistake("temporal_softmax_loss", "captions without steps left out", ((LOSS_LINE, LOSS_LINE.replace("/ N", "/ mask.any(axis=1).sum()")),), "divide by N"),
    Mistake("temporal_softmax_loss", "each caption by its own length",
            ((LOSS_LINE, "-((log_p[n, t, y] * mask).sum(axis=1) / mask.sum(axis=1)).sum() / N"),), "1/T here"),
    Mistake("temporal_softmax_loss", "opposite sign", ((LOSS_LINE, LOSS_LINE[1:]),), "opposite sign"),
    Mistake("temporal_softmax_loss", "one not subtracted", (("    dx[n, t, y] -= 1\n", ""),), "just the entry of the right answer is wrong"),
    Mistake("temporal_softmax_loss", "overflows", (("x - x.max(axis=2, keepdims=True) ", "x"),), "exp overflows above 709"),
    Mistake("temporal_softmax_loss", "a small number in the logarithm", ((LOSS_LINE, "-(np.log(np.exp(log_p[n, t, y]) + 1e-12) * mask).sum() / N"),), "It is -log(1e-12)"),
    Mistake("temporal_softmax_loss", "softmax over time", ((LOG, LOG.replace("axis=2", "axis=1")),), "loss is wrong"),
    Mistake("temporal_softmax_loss", "changes the scores", (("shifted = x - ", "shifted = x\n    shifted -= "),), "changed its input x in place"),
    Mistake("temporal_softmax_loss", "gradient in place of the scores", (("dx = np.exp(log_p)", "dx = np.exp(log_p, out=x)"),), "changed its input x in place"),
    Mistake("temporal_softmax_loss", "gradient as rows", (("return loss, dx", "return loss, dx.reshape(N * T, -1)"),), "dx has shape"),
    Mistake("temporal_softmax_loss", "loss as an array", (("mask).sum() / N", "mask).sum(axis=1) / N"),), "loss has shape (N=3), expected a single number"),
    Mistake("temporal_softmax_loss", "squeeze breaks N=1", (("return loss, dx", "return loss, dx.squeeze()"),), "With N = 1"),

    Mistake("captioning_loss", "picture forgotten", ((H0, f"0 * ({H0})"),), "is the picture the first state?"),
    Mistake("captioning_loss", "projection bias forgotten", (("""params["W_proj"] + params["b_proj"]""", """params["W_proj"]"""),), "is b_proj used?"),
    Mistake("captioning_loss", "tanh of the projection", ((H0, f"np.tanh({H0})"),), "when h0 goes through a tanh"),
    Mistake("captioning_loss", "mask missing", ((CALL, CALL.replace("mask", "np.ones_like(mask)")),), "when padding counts"),
    Mistake("captioning_loss", "mask of what is read", ((CALL, CALL.replace("mask", "words_in != NULL")),), "when the mask looks at the words that are read"),
    Mistake("captioning_loss", "target not shifted", ((CALL, CALL.replace("words_out, mask", "words_in, words_in != NULL")),), "is the target one step ahead?"),
    Mistake("captioning_loss", "captions not cut", (("words_in, words_out, mask = input_and_target(captions)", "words_in = words_out = captions; mask = captions != NULL"),), "is the target one step ahead?"),
    Mistake("captioning_loss", "W_proj from h0", ((PROJ, PROJ.replace("dh0", "h0")),), "what comes back to the first state is dh0"),
    Mistake("captioning_loss", "b_proj from h0", ((B_PROJ, B_PROJ.replace("dh0", "h0")),), "what comes back to the first state is dh0"),
    Mistake("captioning_loss", "b_proj itself", ((B_PROJ, '"b_proj": params["b_proj"]'),), "It equals the parameter itself"),
    Mistake("captioning_loss", "b_proj averaged", ((B_PROJ, B_PROJ.replace("sum", "mean")),), "= 1/N here"),
    Mistake("captioning_loss", "b_proj not summed", ((B_PROJ, '"b_proj": dh0'),), "is a sum over it missing?"),
    Mistake("captioning_loss", "W_proj transposed", ((PROJ, '"W_proj": dh0.T @ features'),), "It looks transposed"),
    Mistake("captioning_loss", "W_proj from the last state", ((PROJ, '"W_proj": features.T @ dh[:, -1]'),), "dW_proj is wrong"),
    Mistake("captioning_loss", "gradient forgotten", (('"b": db, ', ""),), "no entry 'b'"),
    Mistake("captioning_loss", "vocabulary gradients swapped", (("dh, dW_vocab, db_vocab =", "dh, db_vocab, dW_vocab ="),), "dW_vocab has shape"),
    Mistake("captioning_loss", "dh for dx", (("word_embedding_backward(dx,", "word_embedding_backward(dh,"),), "an array does not fit the place it is added to"),
    Mistake("captioning_loss", "reads what should be said", (("word_embedding_forward(words_in,", "word_embedding_forward(words_out,"),), "they would give themselves away"),
    Mistake("captioning_loss", "takes a parameter out of the dictionary", ((H0, H0.replace('params["b_proj"]', 'params.pop("b_proj")')),), "removed b_proj from its input params"),
    Mistake("captioning_loss", "gradients in the place of parameters", (("    return loss, grads", "    params.update(grads)\n    return loss, grads"),), "in place"),
    Mistake("captioning_loss", "squeeze breaks N=1", ((H0, f"np.squeeze({H0})"),), "With N = 1"),

    Mistake("captioning_sample", "<START> in column 0", instead=sample(
        before="captions[:, 0] = START", steps="range(1, max_length)", stores="captions[:, t] = said"), words=LATE),
    Mistake("captioning_sample", "<START> in column 0, read from there", instead=sample(
        before="captions[:, 0] = START", steps="range(max_length - 1)", reads="word = captions[:, t]", feeds="pass", stores="captions[:, t + 1] = said"), words=LATE),
    Mistake("captioning_sample", "what was read is stored", instead=sample(feeds="pass", stores="captions[:, t] = word; word = said"), words=LATE),
    Mistake("captioning_sample", "<START> in front", instead=sample(returned="np.hstack([np.full((N, 1), START), captions])"), words="one too long along T"),
    Mistake("captioning_sample", "word not fed back", instead=sample(feeds="pass"), words="<START> is read at every step"),
    Mistake("captioning_sample", "state not carried", instead=sample(state="pass"), words="is the state after a step the one before the next?"),
    Mistake("captioning_sample", "state made anew at each step", instead=sample(reads=f"h = {H0}"), words="is the state after a step the one before the next?"),
    Mistake("captioning_sample", "picture forgotten", instead=sample(before="h = np.zeros_like(h)"), words="is the picture in the first state?"),
    Mistake("captioning_sample", "max for argmax", instead=sample(choice="scores.max(axis=1)", before="captions = captions.astype(float)", feeds="word = scores.argmax(axis=1)"),
            words="is it max where argmax is meant?"),
    Mistake("captioning_sample", "max for argmax, and read", instead=sample(choice="scores.max(axis=1)"), words="Is it max where argmax is meant"),
    Mistake("captioning_sample", "floats", instead=sample(returned="captions.astype(float)"), words="captions holds floats (float64), expected whole numbers"),
    Mistake("captioning_sample", "floats for the columns that are read", instead=sample(
        before="captions = np.zeros((N, max_length))", reads="word = captions[:, t - 1] if t else np.full(N, START)", feeds="pass"), words="zeros without dtype=int"),
    Mistake("captioning_sample", "max into integers", instead=sample(choice="scores.max(axis=1)", feeds="word = scores.argmax(axis=1)"), words="is it max where argmax is meant?"),
    Mistake("captioning_sample", "argmin", instead=sample(choice="scores.argmin(axis=1)"), words="is it the one with the highest score?"),
    Mistake("captioning_sample", "argmax over the batch", instead=sample(choice="scores.argmax(axis=0)"), words="an array does not fit its place"),
    Mistake("captioning_sample", "argmax of everything", instead=sample(choice="scores.argmax()", feeds="word = np.full(N, said)"), words="captions["),
    Mistake("captioning_sample", "first word 0", instead=sample(first="0"), words="a caption begins with <START>"),
    Mistake("captioning_sample", "batch size hard-coded", instead=sample(batch="3"), words="With N = 1"),
    Mistake("captioning_sample", "body dedented", instead=sample(stores="pass", end="captions[:, t] = said"), words="is the line that stores the word inside the loop?"),
    Mistake("captioning_sample", "everything dedented", instead={"captioning_sample": '''def captioning_sample(params, features, max_length):
    h = features @ params["W_proj"] + params["b_proj"]
    captions, word = np.zeros((len(features), max_length), dtype=int), np.full(len(features), START)
    for t in range(max_length):
        x = params["W_embed"][word]
    h, _ = rnn_step_forward(x, h, params["Wx"], params["Wh"], params["b"])
    captions[:, t] = (h @ params["W_vocab"] + params["b_vocab"]).argmax(axis=1)
    return captions
'''}, words="is the line that stores the word inside the loop?"),
    Mistake("captioning_sample", "reads and overwrites one column", instead=sample(
        before="captions[:, 0] = START", reads="word = captions[:, t].copy()", feeds="pass"), words="is the word stored where the next step reads?"),
    Mistake("captioning_sample", "index beyond the end", instead=sample(
        before="captions[:, 0] = START", reads="word = captions[:, t]", feeds="pass", stores="captions[:, t + 1] = said"), words="stopped with IndexError"),
    Mistake("captioning_sample", "one step short", instead=sample(steps="range(max_length - 1)"), words="does the loop go on to the end?"),
    Mistake("captioning_sample", "projection bias forgotten", instead=sample(before='h = features @ params["W_proj"]'), words="is b_proj used?"),
    Mistake("captioning_sample", "vocabulary bias forgotten", instead=sample(choice='(scores - params["b_vocab"]).argmax(axis=1)'), words="is b_vocab used?"),
    Mistake("captioning_sample", "recurrent bias forgotten", instead={"captioning_sample": sample()["captioning_sample"].replace(', params["b"])', ', 0 * params["b"])')},
            words="is b used?"),
    Mistake("captioning_sample", "tanh of the projection", instead=sample(before="h = np.tanh(h)"), words="h0 goes through a tanh"),
    Mistake("captioning_sample", "scores the state before the step", instead=sample(state="h, h_new = h_new, h"), words="first read, then say"),
    Mistake("captioning_sample", "all stop with the first", instead=sample(end="pass", stores="captions[:, t] = said\n        if (said == END).any():\n            break"), words="All captions stop where one of them"),
    Mistake("captioning_sample", "nothing returned", instead=sample(returned="None"), words="captioning_sample returned None"),
    Mistake("captioning_sample", "time first", instead=sample(returned="captions.T"), words="It looks transposed"),
    Mistake("captioning_sample", "one caption without its batch", instead=sample(returned="captions.squeeze()"), words="is there a squeeze?"),
    Mistake("captioning_sample", "samples instead of greedy", instead=sample(choice="np.array([np.random.default_rng(t).choice(len(s), "
            "p=np.exp(s - s.max()) / np.exp(s - s.max()).sum()) for s in scores / 9])"), words="captions[0] says"),

    Mistake("every_step_loss", "at the first step alone", (("x + v[:, None]", "x + v[:, None] * (np.arange(x.shape[1]) == 0)[:, None]"),), "at the first step alone"),
    Mistake("every_step_loss", "not added", (("x + v[:, None]", "x"),), "is it added to the words?"),
    Mistake("every_step_loss", "added without the axis of time", (("x + v[:, None]", "x + v"),), "stopped: two shapes do not fit together"),
    Mistake("every_step_loss", "gradient of one step", (("dx.sum(axis=1)", "dx[:, 0]"),), "It is the share of the first step alone"),
    Mistake("every_step_loss", "averaged over time", (("dx.sum(axis=1)", "dx.mean(axis=1)"),), "= 1/T here"),
    Mistake("every_step_loss", "summed over the batch", (("dx.sum(axis=1)", "dx.sum(axis=0)"),), "stopped: two shapes do not multiply"),
    Mistake("every_step_loss", "projection bias forgotten", (("""params["W_proj"] + params["b_proj"]""", """params["W_proj"]"""),), "is b_proj used?"),
    Mistake("every_step_loss", "mask missing", ((CALL, CALL.replace("mask", "np.ones_like(mask)")),), "when padding counts"),
    Mistake("every_step_loss", "gradient from v", (('features.T @ dv', 'features.T @ v'),), "It is made with v itself"),
    Mistake("every_step_loss", "the picture as the first state too", (("h0 = np.zeros((len(features), len(params[\"b\"])), x.dtype)", "h0 = v"),), "line 11: h, rnn_cache = rnn_forward("),
]

VARIANTS = [
    Variant("caption_to_numbers", "a loop", instead={"caption_to_numbers": '''def caption_to_numbers(words, word_to_idx, length):
    numbers = np.zeros(length, dtype=np.int32)
    numbers[0] = word_to_idx["<START>"]
    end = min(len(words), length - 2)
    for i in range(end):
        numbers[i + 1] = word_to_idx[words[i]] if words[i] in word_to_idx else word_to_idx["<UNK>"]
    numbers[end + 1] = word_to_idx["<END>"]
    return numbers
'''}),
    Variant("caption_to_numbers", "a list", (("return numbers", "return numbers.tolist()"),)),
    Variant("caption_to_numbers", "a list of numpy's numbers", (("return numbers", "return list(numbers)"),)),
    Variant("input_and_target", "mask of numbers", (("words_out != NULL", "(words_out != NULL).astype(float)"),)),
    Variant("input_and_target", "copies in a list", (("return words_in, words_out, mask", "return [words_in.copy(), words_out.copy(), mask]"),)),
    Variant("word_embedding_forward", "np.take", (("W[x] ", "np.take(W, x, axis=0) "),)),
    Variant("word_embedding_forward", "one-hot", (("W[x] ", "np.eye(len(W))[x] @ W "),)),
    Variant("word_embedding_forward", "one-hot in float32", (("W[x] ", "np.eye(len(W), dtype=np.float32)[x] @ W "),)),
    Variant("word_embedding_forward", "a loop", (("W[x] ", "np.zeros((*x.shape, W.shape[1]))\n    for n in range(x.shape[0]):\n        for t in range(x.shape[1]):\n"
            "            out[n, t] = W[x[n, t]]\n    out = out "),)),
    Variant("word_embedding_backward", "a loop", (("np.add.at(dW, x, dout)", "for n in range(x.shape[0]):\n        for t in range(x.shape[1]):\n            dW[x[n, t]] += dout[n, t]"),)),
    Variant("word_embedding_backward", "one-hot", (("np.add.at(dW, x, dout)", "dW += np.eye(len(W))[x].reshape(-1, len(W)).T @ dout.reshape(-1, W.shape[1])"),)),
    Variant("word_embedding_backward", "float64", (("np.zeros_like(W)", "np.zeros(W.shape)"),)),
    Variant("word_embedding_backward", "bincount", (("np.add.at(dW, x, dout)", "dW = np.stack([np.bincount(x.ravel(), dout[..., d].ravel(), len(W)) for d in range(W.shape[1])], axis=1)"),)),
    Variant("word_embedding_backward", "a dictionary for a cache", instead={
        "word_embedding_forward": "def word_embedding_forward(x, W):\n    return W[x], {'x': x, 'V': W.shape[0]}\n",
        "word_embedding_backward": "def word_embedding_backward(dout, cache):\n    dW = np.zeros((cache['V'], dout.shape[-1]))\n    np.add.at(dW, cache['x'], dout)\n    return dW\n"}),
    Variant("word_embedding_backward", "a list that is popped", instead={
        "word_embedding_forward": "def word_embedding_forward(x, W):\n    return W[x], [x, W.shape]\n",
        "word_embedding_backward": "def word_embedding_backward(dout, cache):\n    dW = np.zeros(cache.pop())\n    np.add.at(dW, cache.pop(), dout)\n    return dW\n"}),
    Variant("temporal_affine_forward", "as CS231n writes it", instead={
        "temporal_affine_forward": "def temporal_affine_forward(x, w, b):\n    N, T, D = x.shape\n    M = b.shape[0]\n    out = x.reshape(N * T, D).dot(w).reshape(N, T, M) + b\n    return out, (x, w, b, out)\n",
        "temporal_affine_backward": "def temporal_affine_backward(dout, cache):\n    x, w, b, out = cache\n    N, T, D = x.shape\n    M = b.shape[0]\n"
                                    "    dx = dout.reshape(N * T, M).dot(w.T).reshape(N, T, D)\n    dw = dout.reshape(N * T, M).T.dot(x.reshape(N * T, D)).T\n    return dx, dw, dout.sum(axis=(0, 1))\n"}),
    Variant("temporal_affine_backward", "einsum", (("x.reshape(-1, x.shape[2]).T @ dout.reshape(-1, dout.shape[2])", "np.einsum('ntd,ntm->dm', x, dout)"),)),
    Variant("temporal_affine_backward", "a loop over time", (("x.reshape(-1, x.shape[2]).T @ dout.reshape(-1, dout.shape[2])", "sum(x[:, t].T @ dout[:, t] for t in range(x.shape[1]))"),)),
    Variant("temporal_affine_backward", "in a list", (("return dx, dw, db", "return [dx, dw, db]"),)),
    Variant("temporal_softmax_loss", "as CS231n writes it", instead={"temporal_softmax_loss": '''def temporal_softmax_loss(x, y, mask):
    N, T, V = x.shape
    x_flat, y_flat, mask_flat = x.reshape(N * T, V), y.reshape(N * T), mask.reshape(N * T)
    probs = np.exp(x_flat - np.max(x_flat, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    dx_flat = probs.copy()
    dx_flat[np.arange(N * T), y_flat] -= 1
    dx_flat /= N
    dx_flat *= mask_flat[:, None]
    shifted = x_flat - x_flat.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -np.sum(mask_flat * logs[np.arange(N * T), y_flat]) / N
    return loss, dx_flat.reshape(N, T, V)
'''}),
    Variant("temporal_softmax_loss", "one-hot", (("dx[n, t, y] -= 1", "dx -= np.eye(x.shape[2])[y].astype(dx.dtype)"),)),
    Variant("temporal_softmax_loss", "only the rows that count", instead={"temporal_softmax_loss": '''def temporal_softmax_loss(x, y, mask):
    s, right = x[mask], y[mask]
    s = s - s.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    rows = np.arange(len(s))
    p = np.exp(log_p)
    loss = -log_p[rows, right].sum() / len(x)
    p[rows, right] -= 1
    dx = np.zeros(x.shape)
    dx[mask] = p / len(x)
    return loss, dx
'''}),
    Variant("temporal_softmax_loss", "a Python loop", instead={"temporal_softmax_loss": '''def temporal_softmax_loss(x, y, mask):
    loss, dx = 0.0, np.zeros_like(x)
    for n in range(len(x)):
        for t in range(x.shape[1]):
            if mask[n, t]:
                s = x[n, t] - x[n, t].max()
                p = np.exp(s) / np.exp(s).sum()
                loss += (np.log(np.exp(s).sum()) - s[y[n, t]]) / len(x)
                dx[n, t] = p / len(x)
                dx[n, t, y[n, t]] -= 1 / len(x)
    return loss, dx
'''}),
    Variant("captioning_loss", "helpers, imports and prints", (("    words_in, words_out, mask = ", "    import math\n    print('captions', captions.shape)\n    words_in, words_out, mask = "),)),
    Variant("captioning_loss", "step by step", instead={"captioning_loss": '''from unrolled.layers import rnn_step_backward

def captioning_loss(params, features, captions):
    words_in, words_out, mask = input_and_target(captions)
    h = h0 = features @ params["W_proj"] + params["b_proj"]
    x, embed_cache = word_embedding_forward(words_in, params["W_embed"])
    states, caches = [], []
    for t in range(x.shape[1]):
        h, cache = rnn_step_forward(x[:, t], h, params["Wx"], params["Wh"], params["b"])
        states.append(h)
        caches.append(cache)
    scores, vocab_cache = temporal_affine_forward(np.stack(states, axis=1), params["W_vocab"], params["b_vocab"])
    loss, dscores = temporal_softmax_loss(scores, words_out, mask)
    grads = {}
    dh, grads["W_vocab"], grads["b_vocab"] = temporal_affine_backward(dscores, vocab_cache)
    dx, dprev, grads["Wx"], grads["Wh"], grads["b"] = np.zeros_like(x), 0, 0, 0, 0
    for t in reversed(range(x.shape[1])):
        dx[:, t], dprev, dWx, dWh, db = rnn_step_backward(dh[:, t] + dprev, caches[t])
        grads["Wx"], grads["Wh"], grads["b"] = grads["Wx"] + dWx, grads["Wh"] + dWh, grads["b"] + db
    grads["W_embed"] = word_embedding_backward(dx, embed_cache)
    grads["W_proj"], grads["b_proj"] = features.T.dot(dprev), np.sum(dprev, axis=0)
    return loss, grads
'''}),
    Variant("captioning_loss", "all in float32", (("    words_in, words_out, mask = ", "    params, features = {k: v.astype(np.float32) for k, v in params.items()}, features.astype(np.float32)\n"
            "    words_in, words_out, mask = "),)),
    Variant("captioning_loss", "gradients in another order", (("return loss, grads", "return loss, dict(reversed(grads.items()))"),)),
    Variant("captioning_sample", "as most write it", instead=sample()),
    Variant("captioning_sample", "int32", instead=sample(returned="captions.astype(np.int32)")),
    Variant("captioning_sample", "int8", instead=sample(returned="captions.astype(np.int8)")),
    Variant("captioning_sample", "stops after <END>", instead=sample(
        before="over = np.zeros(N, bool)", stores="captions[:, t] = np.where(over, NULL, said)\n        over |= said == END\n        if over.all():\n            break")),
    Variant("captioning_sample", "<END> to the end of the row", instead=sample(before="over = np.zeros(N, bool)", stores="captions[:, t] = np.where(over, END, said)\n        over |= said == END")),
    Variant("captioning_sample", "a list of columns", instead=sample(before="columns = []", stores="columns.append(said)", returned="np.stack(columns, axis=1)")),
    Variant("captioning_sample", "reads its own columns", instead=sample(reads="word = captions[:, t - 1] if t else np.full(N, START)", feeds="pass")),
    Variant("captioning_sample", "one picture at a time", instead={"captioning_sample": '''def captioning_sample(params, features, max_length):
    captions = []
    for picture in features:
        h, word, caption = picture[None] @ params["W_proj"] + params["b_proj"], START, []
        for _ in range(max_length):
            h, _cache = rnn_step_forward(params["W_embed"][[word]], h, params["Wx"], params["Wh"], params["b"])
            word = int(np.argmax(h @ params["W_vocab"] + params["b_vocab"]))
            caption.append(word)
        captions.append(caption)
    return np.array(captions)
'''}),
    Variant("captioning_sample", "through the layers of the course", instead=sample(
        choice='np.argmax(temporal_affine_forward(h_new[:, None], params["W_vocab"], params["b_vocab"])[0][:, 0], axis=1)')),
    Variant("captioning_sample", "softmax first", instead=sample(choice="(np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum(axis=1, keepdims=True)).argmax(axis=1)")),
    Variant("captioning_sample", "words of shape (N, 1)", instead=sample(first="START)[:, None] + np.zeros((1, 1), int", reads="word = word.reshape(-1)", feeds="word = said[:, None]")),
    Variant("every_step_loss", "repeated and joined", (("x + v[:, None]", "x + np.repeat(v[:, None], x.shape[1], axis=1)"),)),
    Variant("every_step_loss", "zeros in float64", ((", x.dtype)", ")"),)),
]

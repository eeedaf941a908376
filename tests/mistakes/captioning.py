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
    Mistake("caption_to_numbers", "no <START>", (("[START, *known, END]", "[*known, END, NULL]"),), "expected <START>, which is 1",
            why="<START> is read before the first word, so that the first word, too, is an answer to something. Without it that word is read and never asked for."),
    Mistake("caption_to_numbers", "no <END>", (("[START, *known, END]", "[START, *known, NULL]"),), "expected <END>, which is 2",
            why="A network learns to stop by being told in each caption where to stop, and <END> tells it. <NULL> in its place is masked and teaches nothing."),
    Mistake("caption_to_numbers", "padded with <END>", (("np.full(length, NULL)", "np.full(length, END)"),), "expected <NULL>, which is 0",
            why="The mask leaves out <NULL> and nothing else. Padding made of <END> would count, and the network would be taught to say <END> over and over."),
    Mistake("caption_to_numbers", "unknown words left out",
            (("for word in words[: length - 2]]", "for word in words if word in word_to_idx][: length - 2]"),), "gnu is not in the vocabulary",
            why="Where a word is dropped, its neighbours move together, and the network learns a sentence that nobody wrote. <UNK> keeps the place of the word."),
    Mistake("caption_to_numbers", "unknown words stop it", (("word_to_idx.get(word, UNK)", "word_to_idx[word]"),), "gnu is not in the vocabulary: it should become <UNK>",
            why="Square brackets insist on a key, and rare words are left out of the vocabulary on purpose. get with UNK as its second argument gives them the number that they share."),
    Mistake("caption_to_numbers", "too long for the row", (("[: length - 2]]", "]"),), "Three words fit between the marks",
            why="Two places of the row belong to <START> and <END>, so length - 2 words fit between them. The words are cut to that number before the row is filled."),
    Mistake("caption_to_numbers", "an index beyond the row", instead={"caption_to_numbers": """def caption_to_numbers(words, word_to_idx, length):
    numbers = np.zeros(length, dtype=int)
    numbers[0] = START
    for i, word in enumerate(words):
        numbers[i + 1] = word_to_idx.get(word, UNK)
    numbers[len(words) + 1] = END
    return numbers
"""}, words="With a cat sat on, in a row of 5: caption_to_numbers stopped with IndexError",
            why="Loop and <END> follow the number of words, which may be larger than the row. Cut to length - 2 words first, both stay inside."),
    Mistake("caption_to_numbers", "floats from np.zeros", (("np.full(length, NULL)", "np.zeros(length)"),), "numbers holds floats (float64), expected whole numbers",
            why="np.zeros makes floats unless it is given dtype=int. Word numbers are places in a table, and numpy takes whole numbers as places, not 4.0."),
    Mistake("caption_to_numbers", "numbers turned into a list of floats", (("return numbers", "return numbers.astype(float).tolist()"),), "numbers holds floats (float), expected whole numbers",
            why="4.0 equals 4 and still cannot be a place in a table: W_embed[4.0] is an error. Word numbers are kept as integers from the beginning."),
    Mistake("caption_to_numbers", "unknown words as <NULL>", (("get(word, UNK)", "get(word, NULL)"),), "gnu is not in the vocabulary, <UNK> is 3",
            why="<NULL> says that nothing stands here, and the mask skips it. An unknown word was said, at a certain place, and <UNK> keeps a record of that."),
    Mistake("caption_to_numbers", "<END> cut off", instead={"caption_to_numbers": """def caption_to_numbers(words, word_to_idx, length):
    numbers = [START] + [word_to_idx.get(word, UNK) for word in words] + [END]
    return np.array((numbers + [NULL] * length)[:length])
"""}, words="Three words fit between the marks",
            why="Cut after it is put together, the row loses its end, and that is <END>. The words are cut first, so that both marks stay."),
    Mistake("caption_to_numbers", "no padding", instead={"caption_to_numbers": """def caption_to_numbers(words, word_to_idx, length):
    return np.array([START] + [word_to_idx.get(word, UNK) for word in words] + [END])
"""}, words="numbers has 5 entries, expected 7",
            why="The captions of a batch are rows of one array, so all have one length. What a short caption leaves free is filled with <NULL>."),

    Mistake("input_and_target", "captions not cut", (("captions[:, :-1], captions[:, 1:]", "captions, captions"),), "It is one too long along T",
            why="T + 1 numbers make T pairs of a word that is read and one that is said next. The last is never read and the first never said, so each side is one shorter."),
    Mistake("input_and_target", "what is read and what is said exchanged", (("captions[:, :-1], captions[:, 1:]", "captions[:, 1:], captions[:, :-1]"),), "stand in each other's place",
            why="Leaving out the last column gives what is read, from <START> on. What should be said is a step ahead: the first column is left out."),
    Mistake("input_and_target", "what is read taken for what is said", (("captions[:, :-1], captions[:, 1:]", "captions[:, :-1], captions[:, :-1]"),),
            "It is right but one step late",
            why="When both rows are the same, the lesson is: say what was just read. What should be said is the same caption, one step ahead."),
    Mistake("input_and_target", "mask of what is read", (("words_out != NULL", "words_in != NULL"),), "what counts is the word that should be said",
            why="At the step that reads <END>, the word to be said is <NULL>, and that step should not count. Whether a step teaches something depends on what should be said."),
    Mistake("input_and_target", "mask without <END>", (("words_out != NULL", "(words_out != NULL) & (words_out != END)"),), "It leaves <END> out",
            why="When to stop is something to be learned, as every word is. If the steps that should say <END> do not count, nothing ever teaches it."),
    Mistake("input_and_target", "mask upside down", (("words_out != NULL", "words_out == NULL"),), "True just where it should be False",
            why="The mask is True where a step counts, where there is a word to be said. Turned round, the padding is all that would be learned."),
    Mistake("input_and_target", "mask of the whole caption", (("words_out != NULL", "captions != NULL"),), "It is one too long along T",
            why="The mask belongs to the T words that should be said. The whole caption has one column more, the <START> that is never said."),
    Mistake("input_and_target", "first axis cut instead of the second", (("captions[:, :-1], captions[:, 1:]", "captions[:-1], captions[1:]"),), "words_in has shape",
            why="The first axis of captions counts captions, the second counts words. Cut along the first, a whole caption is left out instead of a word."),

    Mistake("word_embedding_forward", "only the first word of each caption", (("W[x] ", "W[x[:, 0]] "),), "The axis of T is missing",
            why="x[:, 0] is one word from each caption. An index may be a whole array: W[x] looks up a row for each of its N · T places and keeps their order."),
    Mistake("word_embedding_forward", "columns for rows", (("W[x] ", "W[:, x] "),), "stopped with IndexError",
            why="W is (V, D): each word has a row, so word numbers belong into the first index. In W[:, x] they are looked for among the D columns."),
    Mistake("word_embedding_forward", "time first", (("W[x] ", "W[x.T] "),), "The axes are in another order",
            why="The result begins with the shape of the index. x is (N, T), so W[x] is (N, T, D); with x.T time comes first."),
    Mistake("word_embedding_forward", "no cache returned", (("return out, cache", "return out"),),
            "word_embedding_forward returned one array, expected 2 things: out, cache.",
            why="The way back has to know which rows were taken, and how large the table is. Neither can be seen from out, so the cache carries x and W."),
    Mistake("word_embedding_forward", "squeeze breaks N=1", (("W[x] ", "W[x].squeeze() "),), "is there a squeeze?",
            why="One caption is still a batch, and out is (1, T, D). Squeeze takes every axis of length 1 away, whatever it stands for."),
    Mistake("word_embedding_forward", "one-hot for the vector", (("W[x] ", "np.eye(len(W))[x] "),), "out has shape",
            why="A one-hot row says which word it is and no more. Times W it would pick the word's vector, which W[x] does at once, without V numbers for each word."),
    Mistake("word_embedding_backward", "gradients overwritten", (("np.add.at(dW, x, dout)", "dW[x] = dout"),), "words that come more than once",
            why="An assignment keeps one gradient for each row of the table, the one written last. A row that was taken at several places receives one from each, and they add."),
    Mistake("word_embedding_backward", "dW[x] += dout", (("np.add.at(dW, x, dout)", "dW[x] += dout"),), "words that come more than once",
            why="numpy looks all rows up, adds, and puts all back, so of two gradients for one row only one survives. np.add.at adds them one after the other."),
    Mistake("word_embedding_backward", "dW[x] += dout, caption by caption", (("np.add.at(dW, x, dout)", "for n in range(len(x)):\n        dW[x[n]] += dout[n]"),),
            "words that come more than once in one caption",
            why="The loop adds up what different captions send to one row. Within a caption += still puts back only one gradient for each row, and a word that stands there twice loses a share."),
    Mistake("word_embedding_backward", "nothing added", (("    np.add.at(dW, x, dout)\n", ""),), "It is zero in every entry",
            why="Zeros are where the sum begins, and nothing follows here. Each place in the batch has a gradient for the row that it took."),
    Mistake("word_embedding_backward", "starts from ones", (("np.zeros_like(W)", "np.ones_like(W)"),), "dW is wrong",
            why="A sum begins at zero. From ones, each entry is 1 too large, and even words that occur nowhere get a gradient."),
    Mistake("word_embedding_backward", "starts from W", (("np.zeros_like(W)", "W.copy()"),), "dW is wrong",
            why="The gradient is made of what comes back, and the values of the table are no part of it. From W only the shape is needed."),
    Mistake("word_embedding_backward", "starts from W itself", (("np.zeros_like(W)", "W"),), "changed W, an input of word_embedding_forward, in place",
            why="dW = W is a second name for the table and no new array, so np.add.at writes gradients into the parameters. np.zeros_like makes an array of its own."),
    Mistake("word_embedding_backward", "averaged over the batch", (("np.add.at(dW, x, dout)", "np.add.at(dW, x, dout / len(x))"),), "= 1/N here",
            why="If the loss is averaged over the batch, its 1/N has come down in dout already. Each place hands in its gradient as it is, and the row adds them up."),
    Mistake("word_embedding_backward", "dout returned", (("return dW", "return dout"),), "dW has shape",
            why="dout has a gradient for each place in the batch, the table a row for each word. Between the two lies the sum over all places where a word stands."),

    Mistake("temporal_affine_forward", "bias forgotten", ((" + b ", " "),), "when b changes: is b used?",
            why="b gives each score a value of its own before the state has said anything: in the captioner, frequent words get a head start. Without it the state has to say that too."),
    Mistake("temporal_affine_forward", "w transposed", (("x @ w", "x @ w.T"),), "two shapes do not multiply",
            why="x has D in its last axis and w has it in its first, so x @ w sums over D and leaves M. In w.T the two sizes stand the other way round."),
    Mistake("temporal_affine_forward", "rows not put back", (("x @ w + b", "x.reshape(-1, x.shape[2]) @ w + b"),), "out has shape",
            why="To see N captions of T steps as N · T rows is fine for the product. The result still belongs to captions and steps, and needs its three axes again."),
    Mistake("temporal_affine_forward", "put back in another order",
            (("x @ w + b", "(x @ w + b).reshape(x.shape[1], x.shape[0], -1).transpose(1, 0, 2)"),), "out is wrong",
            why="The rows lie caption by caption. A reshape to (T, N, M) cuts them as if they lay step by step, and moving axes afterwards does not mend that."),
    Mistake("temporal_affine_forward", "no cache returned", (("return out, cache", "return out"),),
            "temporal_affine_forward returned one array, expected 2 things: out, cache.",
            why="dw is made with x, and dx with w. Neither can be had from out, so both are handed to the way back in the cache."),
    Mistake("temporal_affine_forward", "squeeze breaks N=1", (("x @ w + b", "(x @ w + b).squeeze()"),), "is there a squeeze?",
            why="A batch of one caption has an axis of length 1 that means something. Without it, out is (T, M), and its first axis is time where the batch is expected."),
    Mistake("temporal_affine_backward", "w not transposed", (("dout @ w.T", "dout @ w"),), "two shapes do not multiply",
            why="w leads from D to M, so on the way back the M scores are summed and D remains: dout @ w.T. As it stands, w has D where the product needs M."),
    Mistake("temporal_affine_backward", "dw transposed",
            (("x.reshape(-1, x.shape[2]).T @ dout.reshape(-1, dout.shape[2])", "dout.reshape(-1, dout.shape[2]).T @ x.reshape(-1, x.shape[2])"),),
            "It looks transposed",
            why="w[d, m] joins entry d of x to score m, so dw is (D, M), with x.T in front. dout.T @ x holds the same sums with rows and columns exchanged."),
    Mistake("temporal_affine_backward", "db not summed over time", (("dout.sum(axis=(0, 1))", "dout.sum(axis=0)"),), "is a sum over it missing?",
            why="b was added at each step of each caption, so its gradient is summed over both axes. Over axis 0 alone there is still one gradient for each step."),
    Mistake("temporal_affine_backward", "db summed over everything", (("dout.sum(axis=(0, 1))", "dout.sum()"),), "is it summed over every axis?",
            why="The M entries of b went to M different scores, and each has a gradient of its own. Batch and time are summed, the last axis is not."),
    Mistake("temporal_affine_backward", "db averaged over the batch", (("dout.sum(axis=(0, 1))", "dout.sum(axis=1).mean(axis=0)"),), "= 1/N here",
            why="b was added to all N captions in full, so their shares add. When the loss averages over the batch, dout has its 1/N already, and a mean here divides a second time."),
    Mistake("temporal_affine_backward", "dw averaged over time", (("dout.reshape(-1, dout.shape[2]) ", "dout.reshape(-1, dout.shape[2]) / x.shape[1] "),), "= 1/T here",
            why="w worked in full at each step, and no T appears on the way forward. So none appears on the way back: the shares of the steps are added."),
    Mistake("temporal_affine_backward", "rows of x in another order", (("x.reshape(-1, x.shape[2]).T", "x.transpose(1, 0, 2).reshape(-1, x.shape[2]).T"),), "With one step (T = 1) it is right",
            why="Row by row, x and dout have to speak of the same caption and step. With only x transposed, one lies step by step and the other caption by caption."),
    Mistake("temporal_affine_backward", "dw of the last step only", (("x.reshape(-1, x.shape[2]).T @ dout.reshape(-1, dout.shape[2])", "x[:, -1].T @ dout[:, -1]"),),
            "is the share of every step added up?",
            why="All T steps used the weights, and each has a share in dw. The last step's share is the whole only when there is no other step."),
    Mistake("temporal_affine_backward", "outputs swapped", (("return dx, dw, db", "return dx, db, dw"),), "in another order",
            why="Results are told apart by their place: after dx comes the gradient of w, then that of b, in the order of the arguments."),
    Mistake("temporal_affine_backward", "dx as rows", (("dout @ w.T", "dout.reshape(-1, dout.shape[2]) @ w.T"),), "dx has shape",
            why="dx needs no reshape, because @ works on the last axis and leaves batch and time as they are. As rows it has lost the shape of x."),

    Mistake("temporal_softmax_loss", "loss divided by N·T", ((LOSS_LINE, LOSS_LINE + " / T"),), "= 1/T here",
            why="Captions are averaged, and steps are summed: a caption's loss is minus the logarithm of the probability of all its words together. Divided by T as well, it is the loss of a step."),
    Mistake("temporal_softmax_loss", "gradient divided by N·T", (("[:, :, None] / N", "[:, :, None] / N / T"),), "= 1/T here",
            why="The gradient has to belong to the loss that is returned, and that one is divided by N alone. A further 1/T makes every gradient T times too small."),
    Mistake("temporal_softmax_loss", "loss not averaged", ((LOSS_LINE, LOSS_LINE.removesuffix(" / N")),), "= N here",
            why="Undivided, the loss grows with the number of captions that happen to be taken at once, and batches of different sizes cannot be compared."),
    Mistake("temporal_softmax_loss", "gradient not averaged", (("[:, :, None] / N", "[:, :, None]"),), "= N here",
            why="Each caption enters the loss with the weight 1/N, and its gradient carries the same factor. Without it a larger batch means larger gradients."),
    Mistake("temporal_softmax_loss", "mask ignored", ((" * mask)", ")"), ("mask[:, :, None] / N", "1 / N")), "is mask used?",
            why="Padding is there to make rows equally long, not to be learned. If it counts, the network mostly learns to say <NULL> after <NULL>, which is easy and of no use."),
    Mistake("temporal_softmax_loss", "mask ignored in the loss", ((" * mask)", ")"),), "is mask used?",
            why="The gradient leaves the padding out and the loss counts it, so the number that is shown is not the one that the gradient brings down."),
    Mistake("temporal_softmax_loss", "mask ignored in the gradient", (("mask[:, :, None] / N", "1 / N"),), "dx is not zero where the mask is False",
            why="A step that adds nothing to the loss cannot change it, so its scores have no gradient. mask[:, :, None] brings that zero to all V scores of the step."),
    Mistake("temporal_softmax_loss", "mean over counted steps, times T", ((LOSS_LINE, LOSS_LINE.replace("/ N", "/ mask.sum() * T")),), "loss is wrong",
            why="The mean of the counted steps, times T, treats each caption as if it filled its row. That is the sum divided by N only when nothing is masked."),
    Mistake("temporal_softmax_loss", "loss divided by counted steps", ((LOSS_LINE, LOSS_LINE.replace("/ N", "/ mask.sum()")),), "It is averaged over the steps that count",
            why="This is a loss for each word: what a caption weighs then depends on how long the others of its batch are. Steps are summed here, and captions averaged."),
    Mistake("temporal_softmax_loss", "gradient divided by counted steps", (("[:, :, None] / N", "[:, :, None] / mask.sum()"),), "no step has to do with another",
            why="The divisor is that of the loss, which is N. Divided by the number of counted steps, the gradient of one step would depend on how much padding the others have."),
    Mistake("temporal_softmax_loss", "the logarithm of the quotient", ((f"shifted - {LOG}", "np.log(np.exp(shifted) / np.exp(shifted).sum(axis=2, keepdims=True))"),), "log(0) is infinite",
            why="When one score is far ahead, exp of the others becomes 0, and so does their quotient. Score minus the logarithm of the sum is the same on paper and stays finite."),
    Mistake("temporal_softmax_loss", "the largest score of all", (("x.max(axis=2, keepdims=True)", "x.max()"),), "log(0) is infinite",
            why="The largest score of all may belong to another step. Measured from it, all scores of one step can be so low that each exp is 0, and so is their sum."),
    Mistake("temporal_softmax_loss", "divided by a caption's length and multiplied again",
            ((LOSS_LINE, "-((log_p[n, t, y] * mask).sum(axis=1) / mask.sum(axis=1) * mask.sum(axis=1)).sum() / N"),),
            "With a caption that is masked from end to end: loss is not finite",
            why="On paper the division and the multiplication cancel. A caption that is masked from end to end has length 0, its 0 / 0 is nan, and one nan makes the whole sum nan."),
    Mistake("temporal_softmax_loss", "captions without steps left out", ((LOSS_LINE, LOSS_LINE.replace("/ N", "/ mask.any(axis=1).sum()")),), "divide by N",
            why="N counts the captions of the batch, also those that add nothing. Divided by another number when one is empty, all the others change their weight."),
    Mistake("temporal_softmax_loss", "each caption divided by its own length",
            ((LOSS_LINE, "-((log_p[n, t, y] * mask).sum(axis=1) / mask.sum(axis=1)).sum() / N"),), "1/T here",
            why="A caption's loss is the sum of its surprises, so a long one counts for more. A mean over its own steps makes all weigh the same, and an empty one 0 / 0."),
    Mistake("temporal_softmax_loss", "minus forgotten", ((LOSS_LINE, LOSS_LINE[1:]),), "opposite sign",
            why="A surprise is minus the logarithm of a probability. log p itself is negative, and bringing it down would make the right words ever less probable."),
    Mistake("temporal_softmax_loss", "one not subtracted", (("    dx[n, t, y] -= 1\n", ""),), "just the entry of the right answer is wrong",
            why="The gradient of a score is its probability minus what came, and what came is 1 for the right word. Without the 1 no score is ever raised."),
    Mistake("temporal_softmax_loss", "exp overflows", (("x - x.max(axis=2, keepdims=True) ", "x"),), "exp overflows above 709",
            why="exp of more than 709 is inf in float64, and so is a sum with it and its logarithm. Less each step's largest score, probabilities stay the same and no exponent is above 0."),
    Mistake("temporal_softmax_loss", "a small number in the logarithm", ((LOSS_LINE, "-(np.log(np.exp(log_p[n, t, y]) + 1e-12) * mask).sum() / N"),), "It is -log(1e-12)",
            why="The 1e-12 keeps p from 0 and each surprise below 27.7, in the loss but not in its gradient. log_p is finite for any legal score and needs no such help."),
    Mistake("temporal_softmax_loss", "softmax over time", ((LOG, LOG.replace("axis=2", "axis=1")),), "loss is wrong",
            why="At each step the words compete with each other, along the axis of V. Summed along axis 1, the steps of a caption compete for each word instead."),
    Mistake("temporal_softmax_loss", "changes the scores", (("shifted = x - ", "shifted = x\n    shifted -= "),), "changed its input x in place",
            why="shifted = x is a second name for the caller's array, so -= changes the scores themselves. Subtracting in an expression makes a new array."),
    Mistake("temporal_softmax_loss", "gradient in place of the scores", (("dx = np.exp(log_p)", "dx = np.exp(log_p, out=x)"),), "changed its input x in place",
            why="out=x tells numpy to write into x, and x is the caller's. Whoever called still needs the scores, if only to see which word was the highest."),
    Mistake("temporal_softmax_loss", "gradient as rows", (("return loss, dx", "return loss, dx.reshape(N * T, -1)"),), "dx has shape",
            why="dx has the shape of the scores, (N, T, V). Rows may be handy inside, but what comes next on the way back expects captions and steps."),
    Mistake("temporal_softmax_loss", "loss as an array", (("mask).sum() / N", "mask).sum(axis=1) / N"),), "loss has shape (N=3), expected a single number",
            why="A sum over axis 1 adds up the steps and leaves a number for each caption. The captions are added as well, so that one number is left to bring down."),
    Mistake("temporal_softmax_loss", "squeeze breaks N=1", (("return loss, dx", "return loss, dx.squeeze()"),), "With N = 1",
            why="A batch of one caption is legal, and so is a caption of one step. Squeeze cannot tell their axes from superfluous ones, and dx loses the shape of x."),

    Mistake("captioning_loss", "picture forgotten", ((H0, f"0 * ({H0})"),), "is the picture the first state?",
            why="The first state is the only door for the picture. From zeros the network can learn what people usually say, but nothing of what this picture shows."),
    Mistake("captioning_loss", "projection bias forgotten", (("""params["W_proj"] + params["b_proj"]""", """params["W_proj"]"""),), "is b_proj used?",
            why="b_proj is part of the first state: what it is when all features are zero. Left out on the way forward, it has no influence, whatever gradient is handed back for it."),
    Mistake("captioning_loss", "tanh of the projection", ((H0, f"np.tanh({H0})"),), "when h0 goes through a tanh",
            why="The tanh belongs to a step, which feeds the state back again and again. h0 is made once, by a product and a sum, and may be larger than 1."),
    Mistake("captioning_loss", "mask missing", ((CALL, CALL.replace("mask", "np.ones_like(mask)")),), "when padding counts",
            why="With a mask of ones the padding counts as if somebody had written it. Those steps need no picture, and they take a share of the loss and of every gradient."),
    Mistake("captioning_loss", "mask of what is read", ((CALL, CALL.replace("mask", "words_in != NULL")),), "when the mask looks at the words that are read",
            why="The step that reads <END> should say <NULL>, so it does not count. A mask of words_in keeps that step, and padding is taught as a word."),
    Mistake("captioning_loss", "target not shifted", ((CALL, CALL.replace("words_out, mask", "words_in, words_in != NULL")),), "is the target one step ahead?",
            why="To say again what was just read takes neither picture nor memory. What should be said is words_out, the same caption one step ahead."),
    Mistake("captioning_loss", "captions not cut", (("words_in, words_out, mask = input_and_target(captions)", "words_in = words_out = captions; mask = captions != NULL"),), "is the target one step ahead?",
            why="From one uncut caption, each word is asked for at the very step that shows it. input_and_target moves what is read and what is said apart by a step."),
    Mistake("captioning_loss", "gradient of W_proj from h0", ((PROJ, PROJ.replace("dh0", "h0")),), "what comes back to the first state is dh0",
            why="h0 is the state itself; how the loss follows it is dh0, which rnn_backward hands back. A weight's gradient pairs what came in with the gradient of what went out."),
    Mistake("captioning_loss", "gradient of b_proj from h0", ((B_PROJ, B_PROJ.replace("dh0", "h0")),), "what comes back to the first state is dh0",
            why="A bias gets the gradient of the thing that it was added to, summed over the batch. Sums of the values of h0 do not tell which way the loss falls."),
    Mistake("captioning_loss", "b_proj itself instead of its gradient", ((B_PROJ, '"b_proj": params["b_proj"]'),), "It equals the parameter itself",
            why="A step against the parameter itself shrinks it towards zero, whatever the captions say. The gradient is what comes back to h0, added up over the batch."),
    Mistake("captioning_loss", "gradient of b_proj averaged", ((B_PROJ, B_PROJ.replace("sum", "mean")),), "= 1/N here",
            why="The loss is averaged over N captions already, and dh0 carries that factor. One more mean makes the gradient N times too small."),
    Mistake("captioning_loss", "gradient of b_proj not summed", ((B_PROJ, '"b_proj": dh0'),), "is a sum over it missing?",
            why="The same b_proj went into all N first states. Row n of dh0 is its share from caption n, and the shares add up to one vector."),
    Mistake("captioning_loss", "gradient of W_proj transposed", ((PROJ, '"W_proj": dh0.T @ features'),), "It looks transposed",
            why="h0 is features @ W_proj, so W_proj is (F, H). Its gradient has that shape with features.T in front; the other order is (H, F)."),
    Mistake("captioning_loss", "gradient of W_proj from the last state", ((PROJ, '"W_proj": features.T @ dh[:, -1]'),), "dW_proj is wrong",
            why="The picture comes in before the first step. What the loss says about the last state has to go back through all steps, and what then arrives at the start is dh0."),
    Mistake("captioning_loss", "gradient of b forgotten", (('"b": db, ', ""),), "no entry 'b'",
            why="rnn_backward hands back five things, and db is the last of them. grads has the keys of params, so that each parameter can be moved."),
    Mistake("captioning_loss", "vocabulary gradients swapped", (("dh, dW_vocab, db_vocab =", "dh, db_vocab, dW_vocab ="),), "dW_vocab has shape",
            why="temporal_affine_backward returns dx, dw, db, and unpacking goes by place. Here the gradient of the bias is called that of the weight, and the other way round."),
    Mistake("captioning_loss", "dh for dx at the embedding", (("word_embedding_backward(dx,", "word_embedding_backward(dh,"),), "an array does not fit the place it is added to",
            why="What the embedding gave went into the recurrence as x, so dx comes back to it, D numbers a word. dh belongs to the states behind the recurrence, with H."),
    Mistake("captioning_loss", "reads what should be said", (("word_embedding_forward(words_in,", "word_embedding_forward(words_out,"),), "they would give themselves away",
            why="When words_out are read, the answer stands in front of the network at the step that asks for it. It learns to copy, and in speaking there is nothing to copy from."),
    Mistake("captioning_loss", "takes a parameter out of the dictionary", ((H0, H0.replace('params["b_proj"]', 'params.pop("b_proj")')),), "removed b_proj from its input params",
            why="pop takes the key out of a dictionary that is not its own. This call works; the next one finds no b_proj."),
    Mistake("captioning_loss", "gradients written over the parameters", (("    return loss, grads", "    params.update(grads)\n    return loss, grads"),), "in place",
            why="update writes the gradients over the caller's parameters, and what was learned is gone. A loss tells the slopes; moving the parameters is the optimiser's part."),
    Mistake("captioning_loss", "squeeze breaks N=1", ((H0, f"np.squeeze({H0})"),), "With N = 1",
            why="For one picture h0 is (1, H). Squeezed to (H,), it still broadcasts on the way forward, and the way back stumbles over the axis that is missing."),

    Mistake("captioning_sample", "<START> in column 0", instead=sample(
        before="captions[:, 0] = START", steps="range(1, max_length)", stores="captions[:, t] = said"), words=LATE,
            why="<START> is read and never said. In column 0 stands the first word after it; with <START> there, every word moves one place and the last finds none."),
    Mistake("captioning_sample", "<START> in column 0, read from there", instead=sample(
        before="captions[:, 0] = START", steps="range(max_length - 1)", reads="word = captions[:, t]", feeds="pass", stores="captions[:, t + 1] = said"), words=LATE,
            why="A column for <START> lets the loop read what stands in its own array, but the caption is what was said. With one column more, and the first cut off in the end, both would be right."),
    Mistake("captioning_sample", "what was read is stored", instead=sample(feeds="pass", stores="captions[:, t] = word; word = said"), words=LATE,
            why="Each step reads one word and says another, and the caption is made of those that were said. Stored before it is replaced, word is still the one that was read."),
    Mistake("captioning_sample", "<START> in front", instead=sample(returned="np.hstack([np.full((N, 1), START), captions])"), words="one too long along T",
            why="The caption is what the network says, max_length words. <START> was given to it to read, so it has no column."),
    Mistake("captioning_sample", "word not fed back", instead=sample(feeds="pass"), words="<START> is read at every step",
            why="The word that was said is what the network reads next. Without handing it on, every step hears the beginning of a sentence and starts it again."),
    Mistake("captioning_sample", "state not carried", instead=sample(state="pass"), words="is the state after a step the one before the next?",
            why="The new state is used for the scores and then dropped, so each step starts from the picture again. Both are handed on from step to step, the word and the state."),
    Mistake("captioning_sample", "state made anew at each step", instead=sample(reads=f"h = {H0}"), words="is the state after a step the one before the next?",
            why="The picture makes the state once, before the first word. Made again at each step, it wipes out all that was said before the last word."),
    Mistake("captioning_sample", "picture forgotten", instead=sample(before="h = np.zeros_like(h)"), words="is the picture in the first state?",
            why="The features come in through the first state and nowhere else. From zeros, nothing differs from one picture to the next, and so their captions do not."),
    Mistake("captioning_sample", "max for argmax", instead=sample(choice="scores.max(axis=1)", before="captions = captions.astype(float)", feeds="word = scores.argmax(axis=1)"),
            words="is it max where argmax is meant?",
            why="max tells how high the highest score is, argmax where it stands. The place is the number of the word; the height says nothing about which word it is."),
    Mistake("captioning_sample", "max for argmax, and read as a word", instead=sample(choice="scores.max(axis=1)"), words="Is it max where argmax is meant",
            why="The highest score is fed back as if it were a word, and a table has no row 8.99. argmax gives the place of that score, a whole number."),
    Mistake("captioning_sample", "captions turned into floats", instead=sample(returned="captions.astype(float)"), words="captions holds floats (float64), expected whole numbers",
            why="A caption is a row of places in the vocabulary, and neither a list nor an array has a place 4.0. The numbers stay whole to the end."),
    Mistake("captioning_sample", "floats in the columns that are read", instead=sample(
        before="captions = np.zeros((N, max_length))", reads="word = captions[:, t - 1] if t else np.full(N, START)", feeds="pass"), words="zeros without dtype=int",
            why="np.zeros makes floats, and a whole number that is put there becomes one. Read from its column as the next word, it cannot pick a row of W_embed."),
    Mistake("captioning_sample", "max into integers", instead=sample(choice="scores.max(axis=1)", feeds="word = scores.argmax(axis=1)"), words="is it max where argmax is meant?",
            why="In an integer array a score of 8.99 is cut to 8 without a warning, and 8 looks like a word. The word is the place of the score, which argmax gives."),
    Mistake("captioning_sample", "argmin for argmax", instead=sample(choice="scores.argmin(axis=1)"), words="is it the one with the highest score?",
            why="The lowest score belongs to the word that the network holds for least likely. Greedy takes the likeliest, and a softmax keeps the order of the scores."),
    Mistake("captioning_sample", "argmax over the batch", instead=sample(choice="scores.argmax(axis=0)"), words="an array does not fit its place",
            why="scores is (N, V), and each picture has to choose among V words, along axis 1. Along axis 0, each word would choose a picture."),
    Mistake("captioning_sample", "argmax of everything", instead=sample(choice="scores.argmax()", feeds="word = np.full(N, said)"), words="captions[",
            why="Without an axis argmax sees one long row of N · V scores and gives one place in it. Each picture makes a choice of its own, along axis 1."),
    Mistake("captioning_sample", "first word 0", instead=sample(first="0"), words="a caption begins with <START>",
            why="0 is <NULL>, which never stood before a first word while the network learned. Every caption began with <START>, which is 1."),
    Mistake("captioning_sample", "batch size hard-coded", instead=sample(batch="3"), words="With N = 1",
            why="How many pictures there are is told by the features: len(features). A 3 fits one example, and with a single picture there are rows that belong to none."),
    Mistake("captioning_sample", "word stored after the loop", instead=sample(stores="pass", end="captions[:, t] = said"), words="is the line that stores the word inside the loop?",
            why="After the loop, t is the last step and said the last word, so one column is filled. Each word has to be stored in its own turn, inside the loop."),
    Mistake("captioning_sample", "all but the embedding after the loop", instead={"captioning_sample": '''def captioning_sample(params, features, max_length):
    h = features @ params["W_proj"] + params["b_proj"]
    captions, word = np.zeros((len(features), max_length), dtype=int), np.full(len(features), START)
    for t in range(max_length):
        x = params["W_embed"][word]
    h, _ = rnn_step_forward(x, h, params["Wx"], params["Wh"], params["b"])
    captions[:, t] = (h @ params["W_vocab"] + params["b_vocab"]).argmax(axis=1)
    return captions
'''}, words="is the line that stores the word inside the loop?",
            why="Only the line of the embedding is repeated, each time with the same word. Step, scores and word come once, after the loop, and they are what should repeat."),
    Mistake("captioning_sample", "reads and overwrites the same column", instead=sample(
        before="captions[:, 0] = START", reads="word = captions[:, t].copy()", feeds="pass"), words="is the word stored where the next step reads?",
            why="The word said at step t is put where the word read at t stood. Step t + 1 reads column t + 1, where nothing was stored yet."),
    Mistake("captioning_sample", "index beyond the end", instead=sample(
        before="captions[:, 0] = START", reads="word = captions[:, t]", feeds="pass", stores="captions[:, t + 1] = said"), words="stopped with IndexError",
            why="To read column t and write column t + 1 takes max_length + 1 columns. At the last step the one to be written is outside the array."),
    Mistake("captioning_sample", "one step short", instead=sample(steps="range(max_length - 1)"), words="does the loop go on to the end?",
            why="range(max_length) ends before max_length as it is, at the last column. With another one taken off, that column keeps its zeros, which mean <NULL>."),
    Mistake("captioning_sample", "projection bias forgotten", instead=sample(before='h = features @ params["W_proj"]'), words="is b_proj used?",
            why="The first state has to be made just as it was in learning, b_proj and all. Otherwise the network starts from a state that it was not trained for."),
    Mistake("captioning_sample", "vocabulary bias forgotten", instead=sample(choice='(scores - params["b_vocab"]).argmax(axis=1)'), words="is b_vocab used?",
            why="b_vocab raises the words that are frequent whatever the state says. Without it the order of the scores may change, and with it the word that is highest."),
    Mistake("captioning_sample", "recurrent bias forgotten", instead={"captioning_sample": sample()["captioning_sample"].replace(', params["b"])', ', 0 * params["b"])')},
            words="is b used?",
            why="Each step adds b before its tanh, in speaking as in learning. Without it the first state after the picture is off, and each later one is made from such a state."),
    Mistake("captioning_sample", "tanh of the projection", instead=sample(before="h = np.tanh(h)"), words="h0 goes through a tanh",
            why="While the network learned, the first state was the projection as it is. A tanh in speaking alone squeezes its large entries, and starts from a state that was never trained."),
    Mistake("captioning_sample", "scores from the state before the step", instead=sample(state="h, h_new = h_new, h"), words="first read, then say",
            why="Read first, then speak: the scores come from the state after the step. The state before it has not yet heard the word that was read."),
    Mistake("captioning_sample", "all stop with the first", instead=sample(end="pass", stores="captions[:, t] = said\n        if (said == END).any():\n            break"), words="All captions stop where one of them",
            why="any asks whether one caption has come to its end, and break ends the loop for all. The others still have words to say."),
    Mistake("captioning_sample", "nothing returned", instead=sample(returned="None"), words="captioning_sample returned None",
            why="The captions lie in an array inside the function, and that is gone when the function ends. Only what is returned reaches the caller."),
    Mistake("captioning_sample", "time first", instead=sample(returned="captions.T"), words="It looks transposed",
            why="A row is a caption and a column is a step: (N, max_length). Transposed, a row holds what all pictures say at one step."),
    Mistake("captioning_sample", "squeeze breaks N=1", instead=sample(returned="captions.squeeze()"), words="is there a squeeze?",
            why="The caption of one picture is a table with one row. Squeezed to (max_length,), its first entry is a word where a caption is expected."),
    Mistake("captioning_sample", "samples instead of greedy", instead=sample(choice="np.array([np.random.default_rng(t).choice(len(s), "
            "p=np.exp(s - s.max()) / np.exp(s - s.max()).sum()) for s in scores / 9])"), words="captions[0] says",
            why="Sampling draws each word with its probability, so less likely words come up as well, and more of them when scores are divided by 9. Greedy takes the highest score every time."),

    Mistake("every_step_loss", "picture at the first step alone", (("x + v[:, None]", "x + v[:, None] * (np.arange(x.shape[1]) == 0)[:, None]"),), "at the first step alone",
            why="Added once, the picture has to last in the state until it is spoken of. In this model it is read again with every word, so v is added at all T steps."),
    Mistake("every_step_loss", "picture not added", (("x + v[:, None]", "x"),), "is it added to the words?",
            why="v is computed and then used nowhere, so the network is blind: W_proj and b_proj have no influence on the loss."),
    Mistake("every_step_loss", "picture added without the axis of time", (("x + v[:, None]", "x + v"),), "stopped: two shapes do not fit together",
            why="numpy lines shapes up from the right, so the N of v would stand below the T of x. v[:, None] is (N, 1, D), and its 1 is stretched over time."),
    Mistake("every_step_loss", "gradient of the first step alone", (("dx.sum(axis=1)", "dx[:, 0]"),), "It is the share of the first step alone",
            why="One v was added to T words. Each of them sends back a gradient, and what is used T times receives the sum of T gradients."),
    Mistake("every_step_loss", "gradient averaged over time", (("dx.sum(axis=1)", "dx.mean(axis=1)"),), "= 1/T here",
            why="v was added in full at each step, so nothing divides by T on the way back. A mean makes the gradient of the picture T times too small."),
    Mistake("every_step_loss", "gradient summed over the batch", (("dx.sum(axis=1)", "dx.sum(axis=0)"),), "stopped: two shapes do not multiply",
            why="Each picture has a v of its own, used at all steps of its caption. So dx is summed over time, axis 1, and the captions of the batch stay apart."),
    Mistake("every_step_loss", "projection bias forgotten", (("""params["W_proj"] + params["b_proj"]""", """params["W_proj"]"""),), "is b_proj used?",
            why="v is a product and a sum, and b_proj is that sum. Left out on the way forward, it cannot move the loss, though a gradient is still handed back for it."),
    Mistake("every_step_loss", "mask missing", ((CALL, CALL.replace("mask", "np.ones_like(mask)")),), "when padding counts",
            why="With a mask of ones the network is asked for <NULL> where nobody wrote anything. Those steps then pull at every parameter, W_proj among them."),
    Mistake("every_step_loss", "gradient of W_proj from v", (('features.T @ dv', 'features.T @ v'),), "It is made with v itself",
            why="v is what went forward. The gradient of W_proj pairs the features with how the loss follows v, and that is dv, dx summed over time."),
    Mistake("every_step_loss", "the picture as the first state too", (("h0 = np.zeros((len(features), len(params[\"b\"])), x.dtype)", "h0 = v"),), "line 11: h, rnn_cache = rnn_forward(",
            why="A state has H numbers, and v has D, as many as a word vector, so it fits no state. Here the picture comes with every word, and the state begins at zero."),
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

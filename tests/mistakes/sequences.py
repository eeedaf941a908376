"""What students write in 7-sequences: mistakes of padding, order and connection that public code is full of."""

from tests.mistakes import Mistake, Variant

NOTEBOOK = "7-sequences/sequences.ipynb"

ZIP = "for h0, (Wx, Wh, b) in zip(h0s, layers, strict=True):"
LAYER = "forward(h, h0, Wx, Wh, b)"
BACK = "dx, dh0, dWx, dWh, db = backward(dx, of_layer)"
LENGTHS = "mask.sum(axis=1) - 1"
PICK = "h[rows, steps]"
RIGHT = "right[mask].mean()"
CALL = "decoder_loss(params, state, words_in, words_out, words_out != NULL)"
CUT = "words_in, words_out = target[:, :-1], target[:, 1:]"
ENCODER = 'encode_forward(source, params["W_source"], params["Wx_enc"], params["Wh_enc"], params["b_enc"])'
ADDED = '    grads |= {"W_source": dW_source, "Wx_enc": dWx_enc, "Wh_enc": dWh_enc, "b_enc": db_enc}\n'
TURN = "row[:length] = words[:length][::-1]"
STEP = 'gru_step_forward(x, state, params["Wx_dec"], params["Wh_dec"], params["b_dec"])'
STORE = "words[:, t] = np.where(ended, NULL, word)"
NOTE = "        ended |= word == END\n"

MISTAKES = [
    Mistake("deep_rnn_forward", "no cache returned", (("return h, cache", "return h"),), "expected 2 things: h, cache",
            why="Every layer is undone with the cache that its own forward run has left, and by the backward function of its cell. Unless they are returned, both are gone."),
    Mistake("last_state_forward", "no cache returned", (("return last, cache", "return last"),), "expected 2 things: last, cache",
            why="The gradient has to go back to the places that the states were taken from. Those places, rows and steps, are known in this function alone."),
    Mistake("encode_forward", "no cache returned", (("return state, cache", "return state"),), "expected 2 things: state, cache",
            why="Words, states and the choice of the last one: three layers ran here, and each is undone with its own cache. Without them the encoder cannot be taught."),
    Mistake("deep_rnn_forward", "the same h0 for all layers", ((LAYER, LAYER.replace("h0", "h0s[0]")),), "when every layer begins with h0s[0]",
            why="Each layer has a memory of its own, and so a beginning of its own. h0s[0] is the lowest layer's; all have the shape (N, H), so nothing objects."),
    Mistake("deep_rnn_forward", "h0s from the top", ((ZIP, ZIP.replace("h0s", "h0s[::-1]")),), "from the top down",
            why="zip pairs by position, and both lists begin with the lowest layer. With one of them turned round, the top layer's first state goes to the bottom."),
    Mistake("deep_rnn_forward", "each layer reads x", ((LAYER, LAYER.replace("h, h0", "x, h0")),), "two shapes do not multiply",
            why="A layer reads what the one below has made, states of H numbers. x has D numbers a step and is read by the lowest layer alone."),
    Mistake("deep_rnn_forward", "the lowest layer alone", (("        of_layers.append(of_layer)", "        of_layers.append(of_layer)\n        break"),), "with the lowest layer alone",
            why="break leaves the loop after its first turn, so the layers above are never run. Depth comes from handing h on until the list is used up."),
    Mistake("deep_rnn_forward", "returns inside the loop", (("        of_layers.append(of_layer)", "        return h, of_layers"),), "with the lowest layer alone",
            why="return ends the function wherever it stands. One level to the left it waits for the loop to end, and h is then the top layer's."),
    Mistake("deep_rnn_forward", "begins with the last state of the layer below", ((LAYER, LAYER.replace("h0,", "h0 if h is x else h[:, -1],")),), "the last state of the one below",
            why="Layers meet at every step, where one reads the state of the other. Where a layer begins is given in h0s; the last state below is known only when all has been read."),
    Mistake("deep_rnn_forward", "first states forgotten", ((LAYER, LAYER.replace("h0,", "0 * h0,")),), "is h0s[0] used?",
            why="h0 is what a layer remembers before the first step. Times zero, whatever the caller has put there has no effect, and its gradient would be zero, too."),
    Mistake("deep_rnn_forward", "always a plain cell", (("CELLS[cell]", 'CELLS["rnn"]'),), 'With cell="gru"',
            why="A GRU's weights are 3H wide, an LSTM's 4H: each needs its own function. rnn_forward would take all these columns for one wide state."),
    Mistake("deep_rnn_forward", "the last state alone", (("cache = cell, of_layers", "cache, h = (cell, of_layers), h[:, -1]"),), "The axis of T is missing",
            why="Which states are read out is decided later: a name for every frame needs all T of them. To choose the last one is the work of last_state_forward."),
    Mistake("deep_rnn_forward", "a list of states for all layers", (("cache = cell, of_layers", "cache, h = (cell, of_layers), [h] * len(layers)"),), "h is a list",
            why="Whoever reads this network reads the top layer, one array (N, T, H). The states below have done their work: they were the inputs of the next layer."),
    Mistake("deep_rnn_forward", "layers from the top", ((ZIP, ZIP.replace("h0s, layers", "h0s, layers[::-1]")),), "two shapes do not multiply",
            why="Only the lowest layer's Wx has D rows, for it alone reads x. Taken from the top, the first product is of x with an H by H matrix."),
    Mistake("deep_rnn_forward", "every second layer left out", ((ZIP, "for h0, (Wx, Wh, b) in zip(h0s[::2], layers[::2], strict=True):"),), "when the third layer reads the lowest one",
            why="A step of 2 in a slice takes every other element. The third layer's weights are meant for what the second makes of the lowest, so a gap changes all that follows."),
    Mistake("deep_rnn_forward", "zeros for the first states", (("h, of_layers = x, []", "h, of_layers = x, []\n    h0s = [np.zeros_like(h0) for h0 in h0s]"),), "is h0s[0] used?",
            why="The first states are arguments: a caller may begin with something already known, such as the end of another sequence. Zeros in their place drop it."),
    Mistake("deep_rnn_backward", "dh for every layer", ((BACK, BACK.replace("backward(dx,", "backward(dh,")),), "what does each layer hand on to the one below it?",
            why="dh is what the loss says to the top layer's states. A lower layer hears of the loss only through the inputs of the one above: through its dx."),
    Mistake("deep_rnn_backward", "the lowest layer lost", (("reversed(of_layers)", "reversed(of_layers[1:])"),), "dh0s is 2 things, expected a list of 3",
            why="The walk has to end at the lowest layer: it has a first state and weights like the others, and the dx that is returned is its own. A slice from 1 leaves it out."),
    Mistake("deep_rnn_backward", "the top layer lost", (("reversed(of_layers)", "reversed(of_layers[:-1])"),), "dh0s is 2 things, expected a list of 3",
            why="The loss has spoken to the top layer, so dh belongs to its states. A slice without the last element hands dh to a layer that it is not about."),
    Mistake("deep_rnn_backward", "from the bottom to the top", (("reversed(of_layers)", "of_layers"),), "deep_rnn_backward stopped",
            why="What the states of a layer deserve is known only when the layer above has handed out its dx. So the way back begins at the top."),
    Mistake("deep_rnn_backward", "lists from the top down", (("dh0s.insert(0, dh0)", "dh0s.append(dh0)"), ("dlayers.insert(0, (dWx, dWh, db))", "dlayers.append((dWx, dWh, db))")), "dlayers[0][0] has the shape of dlayers[2][0]",
            why="The walk begins at the top, and append keeps its order. h0s and layers begin at the bottom, and the gradients have to lie as they do: insert(0, …)."),
    Mistake("deep_rnn_backward", "first states from the top down", (("dh0s.insert(0, dh0)", "dh0s.append(dh0)"),), "are the gradients in the order of the inputs?",
            why="The walk comes from the top, so append puts the top layer's gradient first. All are (N, H), and so their shapes do not show the exchange."),
    Mistake("deep_rnn_backward", "weights from the top down", (("dlayers.insert(0, (dWx, dWh, db))", "dlayers.append((dWx, dWh, db))"),), "dlayers[0][0] has the shape of dlayers[2][0]",
            why="An update pairs dlayers with layers by position, the lowest first. Since the walk comes from the top, each new entry has to go in front."),
    Mistake("deep_rnn_backward", "the last turn's weights alone", (("dlayers.insert(0, (dWx, dWh, db))", "dlayers = [(dWx, dWh, db)]"),), "dlayers is 1 thing, expected a list of 3",
            why="= makes a new list in every turn of the loop and forgets the one before. The lowest layer is visited last, so only its gradients are left."),
    Mistake("deep_rnn_backward", "the last turn's first state alone", (("dh0s.insert(0, dh0)", "dh0s = dh0"),), "dh0s is a ndarray, expected a list of 3",
            why="= gives the name to an array and lets the list go. Every layer began somewhere, so there is a gradient for each, gathered on the way down."),
    Mistake("deep_rnn_backward", "weights in one long list", (("dlayers.insert(0, (dWx, dWh, db))", "dlayers[:0] = [dWx, dWh, db]"),), "dlayers is 9 things, expected a list of 3",
            why="layers is a list of triples, and its gradients are grouped alike: one triple a layer. In a flat list of nine arrays dlayers[k] is not what layer k needs."),
    Mistake("deep_rnn_backward", "weights in another order", (("dlayers.insert(0, (dWx, dWh, db))", "dlayers.insert(0, (dWh, dWx, db))"),), "in another order",
            why="A layer is (Wx, Wh, b), and its gradients are told apart by place. Above the lowest layer both matrices may be H by H, and then only the numbers are wrong."),
    Mistake("deep_rnn_backward", "dh0 handed down", (("dh0s.insert(0, dh0)", "dh0s.insert(0, dh0)\n        dx = dx + dh0[:, None] if dx.shape[2] == dh0.shape[1] else dx"),), "what does each layer hand on to the one below it?",
            why="dh0 belongs to the layer's own first state, which the layer below never saw. Down goes dx alone, the gradient of what was read."),
    Mistake("deep_rnn_backward", "always a plain cell", (("CELLS[cell]", 'CELLS["rnn"]'),), 'With cell="gru"',
            why="A GRU has to be undone by a GRU's formulas, from a GRU's cache. That is why the cell's name travels in the cache."),
    Mistake("deep_rnn_backward", "dx of the top layer", (("return dx, dh0s, dlayers", "return backward(dh, of_layers[-1])[0], dh0s, dlayers"),), "dx has shape",
            why="x was read by the lowest layer, so its gradient is the dx of that layer, at the end of the walk. The top layer's dx is about the states below it."),
    Mistake("deep_rnn_backward", "dh0s not returned", (("return dx, dh0s, dlayers", "return dx, dlayers"),), "expected 3: dx, dh0s, dlayers",
            why="First states may be made by something that learns, such as an encoder or a picture's layer. Without dh0s the gradient ends here."),

    Mistake("last_state_forward", "the last column", ((PICK, "h[:, -1]"),), "after its end",
            why="Only the longest sequences end in the last column. In the others the network has gone on over padding, and what it remembers has been changed by it."),
    Mistake("last_state_forward", "the first step", ((PICK, "h[:, 0]"),), "It is the first step of each sequence",
            why="After its first step a network has read one word. The answer is to be made of the state that has heard all of them."),
    Mistake("last_state_forward", "one step too early", ((LENGTHS, "mask.sum(axis=1) - 2"),), "one step too early",
            why="The last of n steps is number n - 1, so one is taken off, once. With two off the last word is never heard, and in a sequence of one step the index is -1."),
    Mistake("last_state_forward", "one step too late", ((LENGTHS, "mask.sum(axis=1)"),), "stopped with IndexError: index 5 is out of bounds",
            why="n steps are numbered from 0 to n - 1, so n itself is the place after the last one. In a row without padding there is no such place."),
    Mistake("last_state_forward", "one step too late, and clipped", ((LENGTHS, "np.minimum(mask.sum(axis=1), mask.shape[1] - 1)"),), "the first state after the end",
            why="The IndexError said that the count is one too high. Cutting it at the array's end hides that in full rows, and all others are read after their end."),
    Mistake("last_state_forward", "the mean of all columns", ((PICK, "h.mean(axis=1)"),), "the mean over all columns",
            why="A mean weighs all steps alike, padding too. What the network has made of the whole sequence is in one state, the one after the last step."),
    Mistake("last_state_forward", "the mean over the steps that count", ((PICK, "(h * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)"),), "the mean over the steps that count",
            why="The padding is left out, rightly. But a mean blends in the states of half-heard sentences, while in the last state the network itself has decided what to keep."),
    Mistake("last_state_forward", "the sum over the steps that count", ((PICK, "(h * mask[:, :, None]).sum(axis=1)"),), "the sum over the steps that count",
            why="A sum grows with the length of the sequence, so long ones speak louder. The last state is of one scale for all lengths, and it is what was asked for."),
    Mistake("last_state_forward", "these steps from every row", ((PICK, "h[:, steps]"),), "last has shape (N=3, N=3, H=4)",
            why="A slice beside an index array means all rows, each at all these steps. Two index arrays are walked side by side and pick one place for each pair."),
    Mistake("last_state_forward", "the shortest length for all", ((LENGTHS, "mask.sum(axis=1).min() - 1"),), "the end of the shortest",
            why="min makes one number of N lengths, so the longer sequences are left in the middle. Each row of the mask has a sum of its own."),
    Mistake("last_state_forward", "lengths along the batch", ((LENGTHS, "mask.sum(axis=0) - 1"),), "stopped",
            why="The mask is (N, T). A length is the number of steps of one sequence, so the sum runs along time, axis 1; axis 0 counts sequences at each step."),
    Mistake("last_state_forward", "all steps together", ((LENGTHS, "mask.sum() - 1"),), "stopped with IndexError",
            why="sum without an axis adds up the whole mask, all sequences in one number. With axis=1 there is a count for each of the N rows."),
    Mistake("last_state_forward", "rows and steps exchanged", ((PICK, "h[steps, rows]"),), "stopped with IndexError",
            why="The first axis of h is the batch, the second is time. Exchanged, a step is used as a row number and a row number as a step; where both are in bounds, nothing shows it."),
    Mistake("last_state_backward", "to the last column", (("dh[rows, steps]", "dh[:, -1]"),), "dh is not zero after the end of a sequence",
            why="Each row's state was taken at its own last step. The gradient of a value goes back to the place it came from, which for short rows is not the last column."),
    Mistake("last_state_backward", "to every step", (("dh[rows, steps] = dlast", "dh[:] = dlast[:, None]"),), "dh is not zero after the end of a sequence",
            why="One state in each row was read out. The others had no direct part in the answer; what they have earned comes to them through the recurrence below."),
    Mistake("last_state_backward", "to every step that counts", (("dh[rows, steps] = dlast", "for n, t in zip(rows, steps):\n        dh[n, : t + 1] = dlast[n]"),), "dh is not zero before the last step",
            why="The mask says where words are, not where the state was taken. Earlier steps get their share later, when the recurrent layer is undone."),
    Mistake("last_state_backward", "begins with ones", (("np.zeros(shape", "np.ones(shape"),), "dh is not zero after the end of a sequence",
            why="A state that was not read out has no influence from here, and so a gradient of zero. Ones would push every unread state in the same direction."),
    Mistake("last_state_backward", "dlast not put in", (("    dh[rows, steps] = dlast\n", ""),), "dh is zero at the last step",
            why="dh has the right shape but nothing of dlast in it. The gradient of the loss ends here, and no layer below can learn."),
    Mistake("last_state_backward", "to the first step", (("dh[rows, steps]", "dh[:, 0]"),), "dh is not zero before the last step",
            why="Step 0 is the last one only for sequences of one word. The state came from each row's own end, so its gradient goes there."),
    Mistake("last_state_backward", "these steps in every row", (("dh[rows, steps] = dlast", "dh[:, steps] = dlast"),), "dh is not zero after the end of a sequence",
            why="A slice beside steps addresses each of these columns in all rows. With rows and steps side by side numpy fills one place a row."),
    Mistake("last_state_backward", "dlast returned", (("return dh", "return dlast"),), "dh has shape (N=3, H=4)",
            why="The layer below asks for a gradient of all the states it gave, (N, T, H). dlast is (N, H) and fills one place a row; all other places are zero."),
    Mistake("last_state_backward", "divided by the length", (("= dlast", "= dlast / (steps[:, None] + 1)"),), "dh is wrong",
            why="Forward, one state was copied, and no mean was taken. A copy has a slope of 1, so the gradient returns whole, however long the sequence is."),
    Mistake("last_state_backward", "averaged over the batch", (("= dlast", "= dlast / len(dlast)"),), "= 1/N here",
            why="Taking a state from each row mixes nothing across the batch. If the loss is a mean over the batch, its 1/N is in dlast already."),

    Mistake("frame_accuracy", "padding counts", ((RIGHT, "right.mean()"),), "is mask used?",
            why="After the end of a clip there is no frame and no right name, whatever stands in labels. The mask has to choose the frames before the mean is taken."),
    Mistake("frame_accuracy", "divided by all places", ((RIGHT, "(right * mask).mean()"),), "It divides by all places",
            why="The mask clears padding from what is counted, but mean still divides by N times T. Above and below the line of a share stand the same frames."),
    Mistake("frame_accuracy", "the mean of the clips' shares", ((RIGHT, "((right * mask).sum(axis=1) / mask.sum(axis=1)).mean()"),), "the mean of the clips' own shares",
            why="A mean of means gives a frame of a short clip more weight than one of a long clip. The share of all frames treats every frame alike."),
    Mistake("frame_accuracy", "a count instead of a share", ((RIGHT, "right[mask].sum()"),), "It is a count",
            why="A sum tells how many frames are right, and whether that is much depends on how many there are. mean divides by that number."),
    Mistake("frame_accuracy", "a percentage instead of a share", ((RIGHT, "100 * right[mask].mean()"),), "It is a percentage",
            why="Who prints the number as a percentage multiplies by 100 there. Inside a program a share stays between 0 and 1."),
    Mistake("frame_accuracy", "the share of wrong frames", (("== labels", "!= labels"),), "the share of wrong frames",
            why="A comparison with != is True where the name is wrong, so its mean is the error rate. Accuracy is the rest, 1 minus that."),
    Mistake("frame_accuracy", "padding counts as right", ((RIGHT, "(right | ~mask).sum() / mask.sum()"),), "count as right",
            why="A place after the end is neither right nor wrong: it is no frame. Counted above the line and not below it, the share may even exceed 1."),
    Mistake("frame_accuracy", "padding counts where it happens to be right", ((RIGHT, "right.sum() / mask.sum()"),), "where they happen to be right",
            why="The frames are masked below the line but not above it. Wherever a label in the padding matches by chance, a place that is no frame counts as a success."),
    Mistake("frame_accuracy", "argmax over time", (("argmax(axis=2)", "argmax(axis=1)"),), "stopped",
            why="scores is (N, T, K), and the names lie along the last axis. Axis 1 is time: it tells at which frame a name scores highest, which is another question."),
    Mistake("frame_accuracy", "one accuracy for each clip", ((RIGHT, "(right * mask).sum(axis=1) / mask.sum(axis=1)"),), "expected a single number",
            why="Sums along axis 1 leave one number for each clip. Asked for is the share of all frames of all clips: one number."),
    Mistake("frame_accuracy", "max for argmax", (("argmax(axis=2)", "max(axis=2)"),), "accuracy is wrong",
            why="max gives the highest score, argmax the place where it stands. Labels are places, and a score equals one only by accident."),
    Mistake("frame_accuracy", "scores masked before argmax", (("scores.argmax", "(scores * mask[:, :, None]).argmax"), (RIGHT, "right.mean()")), "is mask used?",
            why="A row of zeros still has an argmax: place 0, a name like any other. Padding has to be left out when frames are counted, not when names are chosen."),
    Mistake("frame_accuracy", "the first name with a score above zero", (("scores.argmax(axis=2) == labels", "(scores > 0).argmax(axis=2) == labels"),), "accuracy is wrong",
            why="Only the order of the scores counts, not their sign. argmax of True and False gives the first True, or place 0 if there is none."),

    Mistake("encode_forward", "the last column's state", (("last_state_forward(h, source != NULL)", "(h[:, -1], (h.shape, np.arange(len(h)), np.full(len(h), h.shape[1] - 1)))"),), "the <NULL>s after a sentence are read",
            why="The GRU does not stop where a sentence ends: it reads on over <NULL>, and each step changes the state. The mask tells where the last word was."),
    Mistake("encode_forward", "a mask of ones", (("source != NULL", "np.ones(source.shape, bool)"),), "the <NULL>s after a sentence are read",
            why="A mask that is True everywhere gives each sentence the length of the array. Only a comparison of source with <NULL> knows the true lengths."),
    Mistake("encode_forward", "the mask upside down", (("source != NULL", "source == NULL"),), "state is wrong",
            why="source == NULL counts the filling instead of the words. A full row comes out right by luck: its count is 0, and the index 0 - 1 means the last column."),
    Mistake("encode_forward", "one word short", (("last_state_forward(h, source != NULL)", "last_state_forward(h, (source != NULL)[:, 1:])"),), "one word before the end",
            why="Without its first column the mask has one word less for every sentence. Moving by one belongs to targets; an encoder reads to the end."),
    Mistake("encode_forward", "the first state is one", (("np.zeros(", "np.ones("),), "it begins at zero",
            why="Before the first word nothing has been heard, and a state of zeros says so. Ones would be a memory of something that never was."),
    Mistake("encode_forward", "read from the end", (("embed_cache = word_embedding_forward(source,", "embed_cache = word_embedding_forward(np.array([[*reversed([w for w in r if w]), *[0] * sum(r == 0)] for r in source]),"),), "when the sentence is read from its end",
            why="Turning round is step 3 and done outside, where it can be left out. Done in here, it comes to everybody who encodes, and a turned source is turned back."),
    Mistake("encode_forward", "all states", (("return state, cache", "return h, cache"),), "state has shape",
            why="One state for each sentence is handed over, the one after its last word. The others have led up to it, and the decoder begins from a single state."),
    Mistake("encode_forward", "the state after the first word", (("source != NULL", "np.arange(source.shape[1])[None] == 0 * source"),), "after the first word",
            why="A mask that is True in its first column alone makes each sentence one word long. The state then knows that word and nothing after it."),
    Mistake("encode_forward", "bias forgotten", (("gru_forward(x, h0, Wx, Wh, b)", "gru_forward(x, h0, Wx, Wh, 0 * b)"),), "is b used?",
            why="The bias is added before the gates and the candidate. Times zero it is a parameter without influence: gates cannot learn to lean towards keeping."),
    Mistake("encode_forward", "a plain cell", (("gru_forward(x, h0, Wx, Wh, b)", "rnn_forward(x, h0, Wx[:, :4], Wh[:, :4], b[:4])"),), "state is wrong",
            why="The weights hold two gates and a candidate, H columns each. A plain cell that takes the first H makes its state of what was meant for the reset gate."),
    Mistake("encode_backward", "to the last column", (("last_state_backward(dstate, last_cache)", "np.zeros(last_cache[0]); dh[:, -1] = dstate"),), "in the row of <NULL>",
            why="The state was taken after each sentence's last word, so dstate enters there. From the last column the gradient would run back through <NULL>s that had no part in it."),
    Mistake("encode_backward", "to every state", (("last_state_backward(dstate, last_cache)", "np.zeros(last_cache[0]) + dstate[:, None]"),), "in the row of <NULL>",
            why="Only the state after the last word was handed over. Those before it are reached through the recurrence, those after it have no part in the loss at all."),
    Mistake("encode_backward", "the table left out", (("word_embedding_backward(dx, embed_cache)", "0 * word_embedding_backward(dx, embed_cache)"),), "dW_embed is zero in the row of a word that was read",
            why="The word vectors are parameters of the encoder, and dx says how each should change. Times zero, the English words stay as chance has made them."),
    Mistake("encode_backward", "dx for the table", (("word_embedding_backward(dx, embed_cache)", "dx"),), "dW_embed has shape",
            why="dx has a vector for each place in the sentences, W_embed a row for each word. word_embedding_backward adds up, for each word, the places where it stood."),
    Mistake("encode_backward", "dh for dx", (("word_embedding_backward(dx,", "word_embedding_backward(dh,"),), "in the row of <NULL>",
            why="dh is about the states, dx about the word vectors that were read. gru_backward leads from one to the other, and only dx has reached every word."),
    Mistake("encode_backward", "dh0 returned too", (("return dW_embed, dWx, dWh, db", "return dW_embed, _, dWx, dWh, db"),), "returned 5 things, expected 4",
            why="The first state was made of zeros in here and is no argument, so nobody asks for its gradient. The caller unpacks four things."),
    Mistake("encode_backward", "Wx and Wh swapped", (("return dW_embed, dWx, dWh, db", "return dW_embed, dWh, dWx, db"),), "in another order",
            why="What is returned is told apart by its place. dWx, (D, 3H), belongs to the words and comes first; where D equals H, the exchange would not even show."),
    Mistake("encode_backward", "only the last word's row", (("word_embedding_backward(dx, embed_cache)", "word_embedding_backward(dx * dh.any(axis=2, keepdims=True), embed_cache)"),), "dW_embed is zero in the row of a word that was read",
            why="dh is zero but for the last word, dx is not: gru_backward has taken the gradient through all steps. Each word that was read has helped to make the state."),
    Mistake("encode_backward", "the bias averaged", (("return dW_embed, dWx, dWh, db", "return dW_embed, dWx, dWh, db / len(dstate)"),), "= 1/N here",
            why="The bias worked at each word of all N sentences, and its gradient is the sum of these shares. If the loss is a mean, the 1/N is in dstate already."),

    Mistake("translation_loss", "padding counts", ((CALL, CALL.replace("words_out != NULL", "np.ones(words_out.shape, bool)")),), "when padding counts",
            why="Short sentences are filled up with <NULL>, and there nothing is to be said. Counted, these places reward the decoder for predicting filling."),
    Mistake("translation_loss", "mask one step off", ((CALL, CALL.replace("words_out != NULL", "words_in != NULL")),), "the mask looks at the words that are read",
            why="A step counts where there is a word to say, whatever is read. In a row with padding, <END> is read once, and after it there is only filling to say."),
    Mistake("translation_loss", "<END> does not count", ((CALL, CALL.replace("words_out != NULL", "(words_out != NULL) & (words_out != END)")),), "<END> does not count",
            why="To stop is a decision like choosing a word. If <END> is never rewarded, the decoder does not learn when a sentence is over."),
    Mistake("translation_loss", "decoder fed its target", ((CALL, CALL.replace("words_in", "words_out")),), "they would give themselves away",
            why="Teacher forcing shows the words before the one that is to be said. Shown that very word, the decoder learns to copy, and has nothing to copy when it speaks alone."),
    Mistake("translation_loss", "target not shifted", ((CALL, CALL.replace("words_in, words_out,", "words_in, words_in,")),), "is the target one step ahead?",
            why="After each word read, the next one is to be said. With the same words on both sides the decoder repeats what it hears, which says nothing about French."),
    Mistake("translation_loss", "target not cut", ((CUT, "words_in = words_out = target"),), "loss is wrong",
            why="The last word has no successor and the first no predecessor, so T + 1 words make T pairs. Uncut, each word is its own target, <START> included."),
    Mistake("translation_loss", "words read and words said exchanged", ((CUT, "words_out, words_in = target[:, :-1], target[:, 1:]"),), "loss is wrong",
            why="What is read begins with <START>, what is said ends with <END>. Exchanged, the decoder has to say the word before the one it reads."),
    Mistake("translation_loss", "encoder's state not handed over", ((CALL, CALL.replace("state,", "np.zeros_like(state),")),), "is the encoder's state handed over?",
            why="One array joins the two networks, and it is this state. From zeros the decoder can learn French sentences, but not which of them is meant."),
    Mistake("translation_loss", "encoder with the decoder's weights", ((ENCODER, ENCODER.replace("_enc", "_dec")),), "runs with the decoder's weights",
            why="Reading English and saying French are two tasks with weights of their own. The shapes agree, so nothing objects, and the encoder's own weights have no effect."),
    Mistake("translation_loss", "source turned round inside", ((ENCODER, ENCODER.replace("(source,", "(np.array([[*reversed([w for w in r if w]), *[0] * sum(r == 0)] for r in source]),")),), "when the source is turned round",
            why="Whether the source is turned round is decided outside, by calling reverse_source or not. A loss that always turns it undoes the turn, or makes an unwanted one."),
    Mistake("translation_loss", "loss divided by N once more", (("return loss, grads", "return loss / len(source), grads"),), "divided by N once more",
            why="decoder_loss is a mean over the sentences already. A second division makes the loss depend on the size of the batch, and it no longer fits its gradients."),
    Mistake("translation_loss", "encoder gradient not passed", (("encode_backward(dstate,", "encode_backward(0 * dstate,"),), "the gradient of the state has to go on",
            why="The encoder has no loss of its own: all that it learns comes through dstate. Times zero it learns nothing, while the decoder goes on improving and hides it."),
    Mistake("translation_loss", "encoder's gradients left out", ((ADDED, ""),), "grads has no entry 'W_source'",
            why="decoder_loss knows its own six parameters. The encoder's four gradients were computed, but no one finds them unless they stand in the dictionary, too."),
    Mistake("translation_loss", "zeros for the encoder's gradients", ((ADDED, ADDED.replace("dW_source,", "0 * dW_source,").replace("dWx_enc,", "0 * dWx_enc,")),), "the gradient of the state has to go on",
            why="encode_backward has worked these gradients out. Times zero, the English word vectors and Wx_enc never move, while everything else learns around them."),
    Mistake("translation_loss", "decoder's gradients replaced", ((ADDED, ADDED.replace("|=", "=")),), "grads has no entry 'W_target'",
            why="= gives the name to a new dictionary of four, and the six from decoder_loss are lost. |= adds entries to the one that is there."),
    Mistake("translation_loss", "the state itself sent back", (("encode_backward(dstate,", "encode_backward(state,"),), "dW_source is wrong",
            why="encode_backward takes what the loss says about the state: dstate. The state's own numbers say where it is, not where it should go."),
    Mistake("translation_loss", "averaged again on the way", (("encode_backward(dstate,", "encode_backward(dstate / len(source),"),), "= 1/N here",
            why="decoder_loss is a mean over sentences, so dstate has the 1/N in it. Divided again, the encoder's gradients are N times too small beside the decoder's."),
    Mistake("translation_loss", "encoder's names swapped", ((ADDED, ADDED.replace('"Wx_enc": dWx_enc', '"Wx_enc": dWh_enc').replace('"Wh_enc": dWh_enc', '"Wh_enc": dWx_enc')),), "dWx_enc has shape",
            why="A gradient is found by its parameter's name. Under Wx_enc is looked for what belongs to the words, (D, 3H); the state's matrix is (H, 3H)."),

    Mistake("reverse_source", "padding in front", ((TURN, "row[:] = words[::-1]"),), "after the padding",
            why="Turned as a whole, the row begins with its padding. Everything that follows takes the first <NULL> for the end of a sentence, so only the words may turn."),
    Mistake("reverse_source", "not turned", ((TURN, "row[:length] = words[:length]"),), "It is the source as it was",
            why="A slice keeps the order unless a step of -1 turns it. As it was, the first English words stay as far from the first French ones as they were."),
    Mistake("reverse_source", "the batch turned", (("return turned", "return source[::-1].copy()"),), "have changed places",
            why="[::-1] turns the first axis, and that is the batch. Each sentence then meets the translation of another one; the words lie along the second axis."),
    Mistake("reverse_source", "the last word stays", ((TURN, "row[:length] = words[:length]\n        row[: length - 1] = words[: length - 1][::-1]"),), "The last word stays",
            why="A slice leaves out its end already: [:length] ends with word length - 1, the last one. With one more taken off, that word does not take part in the turn."),
    Mistake("reverse_source", "a word is lost", ((TURN, "row[: length - 1] = words[: length - 1][::-1]"),), "A word is lost",
            why="[:length] ends with the last word, for a slice leaves out its end. One less drops this word, which should have come first."),
    Mistake("reverse_source", "sorted, not turned", ((TURN, "row[:length] = np.sort(words[:length])[::-1]"),), "sorted, not turned round",
            why="Word numbers are names, and their size means nothing. Turning round keeps neighbours side by side; sorting arranges them by their place in the vocabulary."),
    Mistake("reverse_source", "source changed in place", (("np.full_like(source, NULL)", "source"), (TURN, "row[:length] = words[:length][::-1].copy()")), "changed its input source in place",
            why="turned is only a second name for source here, so the caller's sentences are turned with it. Another call would turn them back."),
    Mistake("reverse_source", "floats", (("np.full_like(source, NULL)", "np.zeros(source.shape)"),), "holds floats (float64), expected whole numbers",
            why="np.zeros makes floats unless it is told otherwise, and a float is no place in a table of word vectors. full_like takes its type from source."),
    Mistake("reverse_source", "the shortest length for all", (("(words != NULL).sum()", "(source != NULL).sum(axis=1).min()"), ("np.full_like(source, NULL)", "source.copy()")), "each has its own length",
            why="min over the batch is one number for all, so of a longer sentence only the beginning is turned. Each row has to be counted by itself."),
    Mistake("reverse_source", "padding left out", (("return turned", "return [[w for w in row if w] for row in turned.tolist()]"),), "turned is a list",
            why="Without padding rows differ in length, and such a list is no array: the encoder could not look up its words in one go."),

    Mistake("say", "<START> at every step", (('params["W_target"][word]', 'params["W_target"][np.full(len(state), START)]'),), "<START> is read at every step",
            why="The word that was said is the next to be read: it tells the decoder how far it has come. In training <START> was read once, at the beginning."),
    Mistake("say", "begins with <NULL>", (("word, ended = np.full(len(state), START)", "word, ended = np.full(len(state), NULL)"),), "a caption begins with <START>",
            why="In training every sentence began by reading <START>. <NULL> was read only after the end, where nothing counted, so the decoder never learned what to say next."),
    Mistake("say", "the state is not carried", (("        state, _ = gru", "        new, _ = gru"), ("(state @", "(new @")), "is the state after a step the one before the next?",
            why="The state after a step is the state before the next. Left at the encoder's, every step begins at the start of the sentence, and nothing said is remembered."),
    Mistake("say", "scores the state before the step", (("        state, _ = gru", "        old = state\n        state, _ = gru"), ("(state @", "(old @")), "first read, then say",
            why="A step reads a word and then speaks, from the state after reading. The old state has not heard the word that was read, so it answers one step late."),
    Mistake("say", "goes on after <END>", ((STORE, "words[:, t] = word"),), "expected <NULL>, which is 0",
            why="A decoder never stops by itself: it has scores at every step. A sentence is over because <NULL> is stored wherever ended is True."),
    Mistake("say", "<END> to the end of the row", ((STORE, "words[:, t] = np.where(ended, END, word)"),), "expected <NULL>, which is 0",
            why="<END> is said once, and what follows is no part of the sentence. The reference is filled with <NULL>, and rows can be compared only if both are filled alike."),
    Mistake("say", "<END> itself is lost", ((NOTE, ""), ("        words[:, t]", "        ended |= word == END\n        words[:, t]")), "captions[0] says",
            why="<END> belongs to the sentence and has to be stored. Noted before it is stored, the very step that says it counts as over, and <NULL> is written there."),
    Mistake("say", "all stop with the first", ((NOTE, NOTE + "        if ended.any():\n            break\n"),), "the others have more to say",
            why="Sentences of a batch end at different steps. One that is over is filled with <NULL> while the others go on; a break is right only when all have ended."),
    Mistake("say", "all are over with the first", ((NOTE, "        ended[:] = ended | (word == END).any()\n"),), "the others have more to say",
            why="any() makes one answer for the whole batch. Whether a sentence is over is asked of each row, so ended keeps N answers side by side."),
    Mistake("say", "ended forgotten at each step", ((NOTE, "        ended = word == END\n"),), "expected <NULL>, which is 0",
            why="= knows only who says <END> at this very step, and one step later the sentence speaks again. |= keeps all who have ended before."),
    Mistake("say", "max for argmax", (("argmax(axis=1)", "max(axis=1)"),), "Is it max where argmax is meant",
            why="The word is the place of the highest score, not the score. A place can be looked up in W_target; a float from max cannot."),
    Mistake("say", "argmax over the batch", (("argmax(axis=1)", "argmax(axis=0)"),), "say stopped",
            why="The scores of a step are (N, V). Along axis 0 the sentences compete for a word; along axis 1 the words compete for a sentence, which is what is asked."),
    Mistake("say", "argmin for argmax", (("argmax(axis=1)", "argmin(axis=1)"),), "captions[0] says",
            why="A high score stands for a likely word. argmin picks, at every step, the one that the decoder believes in least."),
    Mistake("say", "starts from zeros", (("    for t in range", "    state = np.zeros_like(state)\n    for t in range"),), "captions[",
            why="The state that is given holds all that should be said. Overwritten with zeros, every row begins alike, and all say the same."),
    Mistake("say", "vocabulary bias forgotten", ((' + params["b_vocab"])', ")"),), "is b_vocab used?",
            why="The scores that were trained have b_vocab in them, which can say how common each word is. Without it another word may come out highest."),
    Mistake("say", "recurrent bias forgotten", ((STEP, STEP.replace('params["b_dec"]', '0 * params["b_dec"]')),), "captions[0] says",
            why="b_dec was part of the gates and the candidate in training. Without it the gates open otherwise, and the state takes another course."),
    Mistake("say", "one step short", (("range(max_length)", "range(max_length - 1)"),), "does the loop go on to the end?",
            why="range(max_length) ends with max_length - 1, the last column, by itself. With one taken off, that column is never filled."),
    Mistake("say", "<START> in column 0", ((STORE, "words[:, t] = START if t == 0 else before"), (NOTE, NOTE + "        before = np.where(ended & (word != END), NULL, word)\n")), "one column late",
            why="<START> is read and never said. The word said at step 0 belongs in column 0; moved on by one, every word is late and the last one is lost."),
    Mistake("say", "floats", (("return words", "return words.astype(float)"),), "captions holds floats (float64)",
            why="A word number is a place in a table, and numpy takes whole numbers alone for places. astype(float) keeps the values and makes them useless as an index."),
    Mistake("say", "time first", (("return words", "return words.T"),), "It looks transposed",
            why="A row is a sentence, a column is a step: (N, max_length). Transposed, the first row holds the first words of all sentences."),
    Mistake("say", "nothing returned", (("return words", "return None"),), "say returned None",
            why="The words were stored in an array that lives in this function. What is not handed back is lost when it ends, and None is what the caller gets."),
]

DEEP_LOOP = '''def deep_rnn_forward(x, h0s, layers, cell="rnn"):
    caches = []
    for k in range(len(layers)):
        x, cache = CELLS[cell][0](x, h0s[k], *layers[k])
        caches.append(cache)
    return x, (CELLS[cell][1], caches)
'''
VARIANTS = [
    Variant("deep_rnn_forward", "by number, with the function in the cache", instead={"deep_rnn_forward": DEEP_LOOP, "deep_rnn_backward": '''def deep_rnn_backward(dh, cache):
    backward, caches = cache
    dh0s, dlayers = [None] * len(caches), [None] * len(caches)
    for k in range(len(caches) - 1, -1, -1):
        dh, dh0s[k], *dlayers[k] = backward(dh, caches[k])
    return dh, dh0s, dlayers
'''}),
    Variant("deep_rnn_forward", "recursion", instead={"deep_rnn_forward": '''def deep_rnn_forward(x, h0s, layers, cell="rnn"):
    if not layers:
        return x, None
    h, of_layer = CELLS[cell][0](x, h0s[0], *layers[0])
    h, rest = deep_rnn_forward(h, h0s[1:], layers[1:], cell)
    return h, (cell, of_layer, rest)
''', "deep_rnn_backward": '''def deep_rnn_backward(dh, cache):
    if cache is None:
        return dh, [], []
    cell, of_layer, rest = cache
    dh, dh0s, dlayers = deep_rnn_backward(dh, rest)
    dx, dh0, *dweights = CELLS[cell][1](dh, of_layer)
    return dx, [dh0, *dh0s], [tuple(dweights), *dlayers]
'''}),
    Variant("deep_rnn_forward", "a dictionary for a cache", (("cache = cell, of_layers", "cache = {'cell': cell, 'layers': of_layers}"),),
            instead={"deep_rnn_backward": '''def deep_rnn_backward(dh, cache):
    dh0s, dlayers = (), ()
    for of_layer in cache["layers"][::-1]:
        dh, dh0, dWx, dWh, db = CELLS[cache["cell"]][1](dh, of_layer)
        dh0s, dlayers = (dh0, *dh0s), ([dWx, dWh, db], *dlayers)
    return [dh, dh0s, dlayers]
'''}),
    Variant("deep_rnn_forward", "helpers, imports and prints", (("    forward, _ = CELLS[cell]", "    import itertools\n    print('layers', len(layers))\n    forward = CELLS[cell][0]"),)),
    Variant("deep_rnn_forward", "float32 inside", ((LAYER, LAYER.replace("h, h0", "h.astype(np.float32), h0")),)),
    Variant("deep_rnn_backward", "appended, then turned round", (("dh0s.insert(0, dh0)", "dh0s.append(dh0)"), ("dlayers.insert(0, (dWx, dWh, db))", "dlayers.append([dWx, dWh, db])"),
            ("return dx, dh0s, dlayers", "return dx, dh0s[::-1], list(reversed(dlayers))"))),
    Variant("last_state_forward", "a loop", instead={"last_state_forward": '''def last_state_forward(h, mask):
    ends = [int(np.flatnonzero(row)[-1]) for row in mask]
    return np.stack([h[n, t] for n, t in enumerate(ends)]), (h.shape, ends)
''', "last_state_backward": '''def last_state_backward(dlast, cache):
    shape, ends = cache
    dh = np.zeros(shape)
    for n, t in enumerate(ends):
        dh[n, t] += dlast[n]
    return dh
'''}),
    Variant("last_state_forward", "take_along_axis", ((PICK, "np.take_along_axis(h, steps[:, None, None], axis=1)[:, 0]"),)),
    Variant("last_state_forward", "a product with a mask of ends", instead={"last_state_forward": '''def last_state_forward(h, mask):
    ends = mask & ~np.concatenate([mask[:, 1:], np.zeros((len(mask), 1), bool)], axis=1)
    return (h * ends[:, :, None]).sum(axis=1), ends
''', "last_state_backward": '''def last_state_backward(dlast, cache):
    return dlast[:, None, :] * cache[:, :, None]
'''}),
    Variant("last_state_forward", "argmin of the mask", ((LENGTHS, "np.where(mask.all(axis=1), mask.shape[1], mask.argmin(axis=1)) - 1"),)),
    Variant("last_state_backward", "added", (("dh[rows, steps] = dlast", "np.add.at(dh, (rows, steps), dlast)"),)),
    Variant("frame_accuracy", "a quotient", ((RIGHT, "(right & mask).sum() / mask.sum()"),)),
    Variant("frame_accuracy", "a Python float by a loop", instead={"frame_accuracy": '''def frame_accuracy(scores, labels, mask):
    right = count = 0
    for n in range(len(labels)):
        for t in range(labels.shape[1]):
            if mask[n, t]:
                count += 1
                right += int(np.argmax(scores[n, t]) == labels[n, t])
    return right / count
'''}),
    Variant("frame_accuracy", "flat", (("scores.argmax(axis=2) == labels", "np.argmax(scores, axis=-1) == labels"), (RIGHT, "np.average(right, weights=mask)"))),
    Variant("encode_forward", "word by word", instead={"encode_forward": '''def encode_forward(source, W_embed, Wx, Wh, b):
    from unrolled.layers import gru_step_backward
    state, caches = np.zeros((len(source), len(Wh))), []
    for t in range(source.shape[1]):
        on = (source[:, t] != 0)[:, None]
        new, cache = gru_step_forward(W_embed[source[:, t]], state, Wx, Wh, b)
        state = np.where(on, new, state)
        caches.append((on, cache))
    return state, (source, W_embed.shape, caches, gru_step_backward)
''', "encode_backward": '''def encode_backward(dstate, cache):
    source, shape, caches, step_back = cache
    dW, dWx, dWh, db = np.zeros(shape), 0, 0, 0
    for t, (on, step) in reversed(list(enumerate(caches))):
        dx, dprev, dWx_t, dWh_t, db_t = step_back(dstate * on, step)
        dstate = dprev + dstate * ~on
        np.add.at(dW, source[:, t], dx)
        dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
    return dW, dWx, dWh, db
'''}),
    Variant("encode_forward", "zeros in float64", (("np.zeros((len(source), len(Wh)), x.dtype)", "np.zeros((len(source), Wh.shape[0]))"),)),
    Variant("encode_forward", "through deep_rnn_forward", (("gru_forward(x, h0, Wx, Wh, b)", 'deep_rnn_forward(x, [h0], [(Wx, Wh, b)], "gru")'),), instead={"encode_backward": '''def encode_backward(dstate, cache):
    embed_cache, deep_cache, last_cache = cache
    dx, _, ((dWx, dWh, db),) = deep_rnn_backward(last_state_backward(dstate, last_cache), deep_cache)
    return word_embedding_backward(dx, embed_cache), dWx, dWh, db
'''}),
    Variant("translation_loss", "a new dictionary", ((ADDED, '    grads = {**grads, "W_source": dW_source, "Wx_enc": dWx_enc, "Wh_enc": dWh_enc, "b_enc": db_enc}\n'),)),
    Variant("translation_loss", "by name, one by one", (("    dW_source, dWx_enc, dWh_enc, db_enc = encode", '    grads["W_source"], grads["Wx_enc"], grads["Wh_enc"], grads["b_enc"] = encode'), (ADDED, ""))),
    Variant("translation_loss", "a mask of numbers", ((CALL, CALL.replace("words_out != NULL", "(words_out > 0).astype(int)")),)),
    Variant("translation_loss", "all in float32", (("    state, cache = encode", "    params = {k: v.astype(np.float32) for k, v in params.items()}\n    state, cache = encode"),)),
    Variant("reverse_source", "a list of Python", instead={"reverse_source": '''def reverse_source(source):
    rows = []
    for row in source.tolist():
        words = [w for w in row if w != NULL]
        rows.append(words[::-1] + [NULL] * (len(row) - len(words)))
    return np.array(rows)
'''}),
    Variant("reverse_source", "by index", instead={"reverse_source": '''def reverse_source(source):
    lengths = (source != 0).sum(axis=1, keepdims=True)
    at = lengths - 1 - np.arange(source.shape[1])
    return np.where(at >= 0, np.take_along_axis(source, np.maximum(at, 0), axis=1), 0)
'''}),
    Variant("reverse_source", "turned, then sorted by padding", instead={"reverse_source": '''def reverse_source(source):
    turned = source[:, ::-1]
    return np.take_along_axis(turned, np.argsort(turned == NULL, axis=1, kind="stable"), axis=1)
'''}),
    Variant("say", "one sentence at a time", instead={"say": '''def say(params, state, max_length):
    rows = []
    for h in state:
        h, word, row = h[None], START, []
        while len(row) < max_length and word != END:
            h, _ = gru_step_forward(params["W_target"][[word]], h, params["Wx_dec"], params["Wh_dec"], params["b_dec"])
            word = int(np.argmax(h @ params["W_vocab"] + params["b_vocab"]))
            row.append(word)
        rows.append(row + [NULL] * (max_length - len(row)))
    return np.array(rows)
'''}),
    Variant("say", "stops when all have ended", ((NOTE, NOTE + "        if ended.all():\n            break\n"),)),
    Variant("say", "cleared afterwards", ((STORE, "words[:, t] = word"), (NOTE, ""), ("    return words", "    after = np.cumsum(words == END, axis=1) - (words == END) > 0\n    return np.where(after, NULL, words)"))),
    Variant("say", "reads its own column", (('params["W_target"][word]', 'params["W_target"][words[:, t - 1] if t else word]'),)),
    Variant("say", "int8, through a list", ((STORE, "rows = [] if t == 0 else rows\n        rows.append(np.where(ended, NULL, word).astype(np.int8))"), ("    return words", "    return np.stack(rows, axis=1)"))),
]

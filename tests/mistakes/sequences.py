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
    Mistake("deep_rnn_forward", "no cache returned", (("return h, cache", "return h"),), "expected 2 things: h, cache"),
    Mistake("last_state_forward", "no cache returned", (("return last, cache", "return last"),), "expected 2 things: last, cache"),
    Mistake("encode_forward", "no cache returned", (("return state, cache", "return state"),), "expected 2 things: state, cache"),
    Mistake("deep_rnn_forward", "the same h0 for all layers", ((LAYER, LAYER.replace("h0", "h0s[0]")),), "when every layer begins with h0s[0]"),
    Mistake("deep_rnn_forward", "h0s from the top", ((ZIP, ZIP.replace("h0s", "h0s[::-1]")),), "from the top down"),
    Mistake("deep_rnn_forward", "each layer reads x", ((LAYER, LAYER.replace("h, h0", "x, h0")),), "two shapes do not multiply"),
    Mistake("deep_rnn_forward", "the lowest layer alone", (("        of_layers.append(of_layer)", "        of_layers.append(of_layer)\n        break"),), "with the lowest layer alone"),
    Mistake("deep_rnn_forward", "returns inside the loop", (("        of_layers.append(of_layer)", "        return h, of_layers"),), "with the lowest layer alone"),
    Mistake("deep_rnn_forward", "begins with the last state of the layer below", ((LAYER, LAYER.replace("h0,", "h0 if h is x else h[:, -1],")),), "the last state of the one below"),
    Mistake("deep_rnn_forward", "first states forgotten", ((LAYER, LAYER.replace("h0,", "0 * h0,")),), "is h0s[0] used?"),
    Mistake("deep_rnn_forward", "always a plain cell", (("CELLS[cell]", 'CELLS["rnn"]'),), 'With cell="gru"'),
    Mistake("deep_rnn_forward", "the last state alone", (("cache = cell, of_layers", "cache, h = (cell, of_layers), h[:, -1]"),), "The axis of T is missing"),
    Mistake("deep_rnn_forward", "states of all layers", (("cache = cell, of_layers", "cache, h = (cell, of_layers), [h] * len(layers)"),), "h is a list"),
    Mistake("deep_rnn_forward", "layers from the top", ((ZIP, ZIP.replace("h0s, layers", "h0s, layers[::-1]")),), "two shapes do not multiply"),
    Mistake("deep_rnn_forward", "a layer is left out", ((ZIP, "for h0, (Wx, Wh, b) in zip(h0s[::2], layers[::2], strict=True):"),), "when the third layer reads the lowest one"),
    Mistake("deep_rnn_forward", "zeros for the first states", (("h, of_layers = x, []", "h, of_layers = x, []\n    h0s = [np.zeros_like(h0) for h0 in h0s]"),), "is h0s[0] used?"),
    Mistake("deep_rnn_backward", "dh for every layer", ((BACK, BACK.replace("backward(dx,", "backward(dh,")),), "what does each layer hand on to the one below it?"),
    Mistake("deep_rnn_backward", "gradients of one layer lost", (("reversed(of_layers)", "reversed(of_layers[1:])"),), "dh0s is 2 things, expected a list of 3"),
    Mistake("deep_rnn_backward", "the top layer lost", (("reversed(of_layers)", "reversed(of_layers[:-1])"),), "dh0s is 2 things, expected a list of 3"),
    Mistake("deep_rnn_backward", "from the bottom to the top", (("reversed(of_layers)", "of_layers"),), "deep_rnn_backward stopped"),
    Mistake("deep_rnn_backward", "lists from the top down", (("dh0s.insert(0, dh0)", "dh0s.append(dh0)"), ("dlayers.insert(0, (dWx, dWh, db))", "dlayers.append((dWx, dWh, db))")), "dlayers[0][0] has the shape of dlayers[2][0]"),
    Mistake("deep_rnn_backward", "first states from the top down", (("dh0s.insert(0, dh0)", "dh0s.append(dh0)"),), "are the gradients in the order of the inputs?"),
    Mistake("deep_rnn_backward", "weights from the top down", (("dlayers.insert(0, (dWx, dWh, db))", "dlayers.append((dWx, dWh, db))"),), "dlayers[0][0] has the shape of dlayers[2][0]"),
    Mistake("deep_rnn_backward", "only the last layer's weights", (("dlayers.insert(0, (dWx, dWh, db))", "dlayers = [(dWx, dWh, db)]"),), "dlayers is 1 thing, expected a list of 3"),
    Mistake("deep_rnn_backward", "only the last layer's first state", (("dh0s.insert(0, dh0)", "dh0s = dh0"),), "dh0s is a ndarray, expected a list of 3"),
    Mistake("deep_rnn_backward", "weights in one long list", (("dlayers.insert(0, (dWx, dWh, db))", "dlayers[:0] = [dWx, dWh, db]"),), "dlayers is 9 things, expected a list of 3"),
    Mistake("deep_rnn_backward", "weights in another order", (("dlayers.insert(0, (dWx, dWh, db))", "dlayers.insert(0, (dWh, dWx, db))"),), "in another order"),
    Mistake("deep_rnn_backward", "dh0 handed down", (("dh0s.insert(0, dh0)", "dh0s.insert(0, dh0)\n        dx = dx + dh0[:, None] if dx.shape[2] == dh0.shape[1] else dx"),), "what does each layer hand on to the one below it?"),
    Mistake("deep_rnn_backward", "always a plain cell", (("CELLS[cell]", 'CELLS["rnn"]'),), 'With cell="gru"'),
    Mistake("deep_rnn_backward", "dx of the top layer", (("return dx, dh0s, dlayers", "return backward(dh, of_layers[-1])[0], dh0s, dlayers"),), "dx has shape"),
    Mistake("deep_rnn_backward", "two of three returned", (("return dx, dh0s, dlayers", "return dx, dlayers"),), "expected 3: dx, dh0s, dlayers"),

    Mistake("last_state_forward", "the last column", ((PICK, "h[:, -1]"),), "after its end"),
    Mistake("last_state_forward", "the first step", ((PICK, "h[:, 0]"),), "It is the first step of each sequence"),
    Mistake("last_state_forward", "one step too early", ((LENGTHS, "mask.sum(axis=1) - 2"),), "one step too early"),
    Mistake("last_state_forward", "one step too late", ((LENGTHS, "mask.sum(axis=1)"),), "stopped with IndexError: index 5 is out of bounds"),
    Mistake("last_state_forward", "one step too late, and clipped", ((LENGTHS, "np.minimum(mask.sum(axis=1), mask.shape[1] - 1)"),), "the first state after the end"),
    Mistake("last_state_forward", "the mean of all columns", ((PICK, "h.mean(axis=1)"),), "the mean over all columns"),
    Mistake("last_state_forward", "the mean over the steps that count", ((PICK, "(h * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)"),), "the mean over the steps that count"),
    Mistake("last_state_forward", "the sum", ((PICK, "(h * mask[:, :, None]).sum(axis=1)"),), "the sum over the steps that count"),
    Mistake("last_state_forward", "from every row", ((PICK, "h[:, steps]"),), "last has shape (N=3, N=3, H=4)"),
    Mistake("last_state_forward", "the shortest length for all", ((LENGTHS, "mask.sum(axis=1).min() - 1"),), "the end of the shortest"),
    Mistake("last_state_forward", "lengths along the batch", ((LENGTHS, "mask.sum(axis=0) - 1"),), "stopped"),
    Mistake("last_state_forward", "all steps together", ((LENGTHS, "mask.sum() - 1"),), "stopped with IndexError"),
    Mistake("last_state_forward", "steps for rows", ((PICK, "h[steps, rows]"),), "stopped with IndexError"),
    Mistake("last_state_backward", "to the last column", (("dh[rows, steps]", "dh[:, -1]"),), "dh is not zero after the end of a sequence"),
    Mistake("last_state_backward", "to every step", (("dh[rows, steps] = dlast", "dh[:] = dlast[:, None]"),), "dh is not zero after the end of a sequence"),
    Mistake("last_state_backward", "to every step that counts", (("dh[rows, steps] = dlast", "for n, t in zip(rows, steps):\n        dh[n, : t + 1] = dlast[n]"),), "dh is not zero before the last step"),
    Mistake("last_state_backward", "begins with ones", (("np.zeros(shape", "np.ones(shape"),), "dh is not zero after the end of a sequence"),
    Mistake("last_state_backward", "nothing put in", (("    dh[rows, steps] = dlast\n", ""),), "dh is zero at the last step"),
    Mistake("last_state_backward", "to the first step", (("dh[rows, steps]", "dh[:, 0]"),), "dh is not zero before the last step"),
    Mistake("last_state_backward", "every step of these from every row", (("dh[rows, steps] = dlast", "dh[:, steps] = dlast"),), "dh is not zero after the end of a sequence"),
    Mistake("last_state_backward", "dlast returned", (("return dh", "return dlast"),), "dh has shape (N=3, H=4)"),
    Mistake("last_state_backward", "divided by the length", (("= dlast", "= dlast / (steps[:, None] + 1)"),), "dh is wrong"),
    Mistake("last_state_backward", "averaged over the batch", (("= dlast", "= dlast / len(dlast)"),), "= 1/N here"),

    Mistake("frame_accuracy", "padding counts", ((RIGHT, "right.mean()"),), "is mask used?"),
    Mistake("frame_accuracy", "divided by all places", ((RIGHT, "(right * mask).mean()"),), "It divides by all places"),
    Mistake("frame_accuracy", "the mean of the clips' shares", ((RIGHT, "((right * mask).sum(axis=1) / mask.sum(axis=1)).mean()"),), "the mean of the clips' own shares"),
    Mistake("frame_accuracy", "a count", ((RIGHT, "right[mask].sum()"),), "It is a count"),
    Mistake("frame_accuracy", "a percentage", ((RIGHT, "100 * right[mask].mean()"),), "It is a percentage"),
    Mistake("frame_accuracy", "the share of wrong frames", (("== labels", "!= labels"),), "the share of wrong frames"),
    Mistake("frame_accuracy", "padding counts as right", ((RIGHT, "(right | ~mask).sum() / mask.sum()"),), "count as right"),
    Mistake("frame_accuracy", "all right ones by the frames", ((RIGHT, "right.sum() / mask.sum()"),), "where they happen to be right"),
    Mistake("frame_accuracy", "argmax over time", (("argmax(axis=2)", "argmax(axis=1)"),), "stopped"),
    Mistake("frame_accuracy", "one accuracy for each clip", ((RIGHT, "(right * mask).sum(axis=1) / mask.sum(axis=1)"),), "expected a single number"),
    Mistake("frame_accuracy", "max for argmax", (("argmax(axis=2)", "max(axis=2)"),), "accuracy is wrong"),
    Mistake("frame_accuracy", "scores masked before argmax", (("scores.argmax", "(scores * mask[:, :, None]).argmax"), (RIGHT, "right.mean()")), "is mask used?"),
    Mistake("frame_accuracy", "names where the score is above zero", (("scores.argmax(axis=2) == labels", "(scores > 0).argmax(axis=2) == labels"),), "accuracy is wrong"),

    Mistake("encode_forward", "padding read as words", (("last_state_forward(h, source != NULL)", "(h[:, -1], (h.shape, np.arange(len(h)), np.full(len(h), h.shape[1] - 1)))"),), "the <NULL>s after a sentence are read"),
    Mistake("encode_forward", "a mask of ones", (("source != NULL", "np.ones(source.shape, bool)"),), "the <NULL>s after a sentence are read"),
    Mistake("encode_forward", "the mask upside down", (("source != NULL", "source == NULL"),), "state is wrong"),
    Mistake("encode_forward", "one word short", (("last_state_forward(h, source != NULL)", "last_state_forward(h, (source != NULL)[:, 1:])"),), "one word before the end"),
    Mistake("encode_forward", "the first state is one", (("np.zeros(", "np.ones("),), "it begins at zero"),
    Mistake("encode_forward", "read from the end", (("embed_cache = word_embedding_forward(source,", "embed_cache = word_embedding_forward(np.array([[*reversed([w for w in r if w]), *[0] * sum(r == 0)] for r in source]),"),), "when the sentence is read from its end"),
    Mistake("encode_forward", "all states", (("return state, cache", "return h, cache"),), "state has shape"),
    Mistake("encode_forward", "after the first word", (("source != NULL", "np.arange(source.shape[1])[None] == 0 * source"),), "after the first word"),
    Mistake("encode_forward", "bias forgotten", (("gru_forward(x, h0, Wx, Wh, b)", "gru_forward(x, h0, Wx, Wh, 0 * b)"),), "is b used?"),
    Mistake("encode_forward", "a plain cell", (("gru_forward(x, h0, Wx, Wh, b)", "rnn_forward(x, h0, Wx[:, :4], Wh[:, :4], b[:4])"),), "state is wrong"),
    Mistake("encode_backward", "to the last column", (("last_state_backward(dstate, last_cache)", "np.zeros(last_cache[0]); dh[:, -1] = dstate"),), "in the row of <NULL>"),
    Mistake("encode_backward", "to every state", (("last_state_backward(dstate, last_cache)", "np.zeros(last_cache[0]) + dstate[:, None]"),), "in the row of <NULL>"),
    Mistake("encode_backward", "the table left out", (("word_embedding_backward(dx, embed_cache)", "0 * word_embedding_backward(dx, embed_cache)"),), "dW_embed is zero in the row of a word that was read"),
    Mistake("encode_backward", "dx for the table", (("word_embedding_backward(dx, embed_cache)", "dx"),), "dW_embed has shape"),
    Mistake("encode_backward", "dh for dx", (("word_embedding_backward(dx,", "word_embedding_backward(dh,"),), "in the row of <NULL>"),
    Mistake("encode_backward", "dh0 returned too", (("return dW_embed, dWx, dWh, db", "return dW_embed, _, dWx, dWh, db"),), "returned 5 things, expected 4"),
    Mistake("encode_backward", "Wx and Wh swapped", (("return dW_embed, dWx, dWh, db", "return dW_embed, dWh, dWx, db"),), "in another order"),
    Mistake("encode_backward", "only the last word's row", (("word_embedding_backward(dx, embed_cache)", "word_embedding_backward(dx * dh.any(axis=2, keepdims=True), embed_cache)"),), "dW_embed is zero in the row of a word that was read"),
    Mistake("encode_backward", "the bias averaged", (("return dW_embed, dWx, dWh, db", "return dW_embed, dWx, dWh, db / len(dstate)"),), "= 1/N here"),

    Mistake("translation_loss", "padding counts", ((CALL, CALL.replace("words_out != NULL", "np.ones(words_out.shape, bool)")),), "when padding counts"),
    Mistake("translation_loss", "mask one step off", ((CALL, CALL.replace("words_out != NULL", "words_in != NULL")),), "the mask looks at the words that are read"),
    Mistake("translation_loss", "<END> does not count", ((CALL, CALL.replace("words_out != NULL", "(words_out != NULL) & (words_out != END)")),), "<END> does not count"),
    Mistake("translation_loss", "decoder fed its target", ((CALL, CALL.replace("words_in", "words_out")),), "they would give themselves away"),
    Mistake("translation_loss", "target not shifted", ((CALL, CALL.replace("words_in, words_out,", "words_in, words_in,")),), "is the target one step ahead?"),
    Mistake("translation_loss", "target not cut", ((CUT, "words_in = words_out = target"),), "loss is wrong"),
    Mistake("translation_loss", "swapped", ((CUT, "words_out, words_in = target[:, :-1], target[:, 1:]"),), "loss is wrong"),
    Mistake("translation_loss", "encoder's state not handed over", ((CALL, CALL.replace("state,", "np.zeros_like(state),")),), "is the encoder's state handed over?"),
    Mistake("translation_loss", "encoder with the decoder's weights", ((ENCODER, ENCODER.replace("_enc", "_dec")),), "runs with the decoder's weights"),
    Mistake("translation_loss", "source turned round inside", ((ENCODER, ENCODER.replace("(source,", "(np.array([[*reversed([w for w in r if w]), *[0] * sum(r == 0)] for r in source]),")),), "when the source is turned round"),
    Mistake("translation_loss", "divided once more", (("return loss, grads", "return loss / len(source), grads"),), "divided by N once more"),
    Mistake("translation_loss", "encoder gradient not passed", (("encode_backward(dstate,", "encode_backward(0 * dstate,"),), "the gradient of the state has to go on"),
    Mistake("translation_loss", "encoder's gradients left out", ((ADDED, ""),), "grads has no entry 'W_source'"),
    Mistake("translation_loss", "zeros for the encoder", ((ADDED, ADDED.replace("dW_source,", "0 * dW_source,").replace("dWx_enc,", "0 * dWx_enc,")),), "the gradient of the state has to go on"),
    Mistake("translation_loss", "decoder's gradients replaced", ((ADDED, ADDED.replace("|=", "=")),), "grads has no entry 'W_target'"),
    Mistake("translation_loss", "the state itself sent back", (("encode_backward(dstate,", "encode_backward(state,"),), "dW_source is wrong"),
    Mistake("translation_loss", "averaged again on the way", (("encode_backward(dstate,", "encode_backward(dstate / len(source),"),), "= 1/N here"),
    Mistake("translation_loss", "encoder's names swapped", ((ADDED, ADDED.replace('"Wx_enc": dWx_enc', '"Wx_enc": dWh_enc').replace('"Wh_enc": dWh_enc', '"Wh_enc": dWx_enc')),), "dWx_enc has shape"),

    Mistake("reverse_source", "padding in front", ((TURN, "row[:] = words[::-1]"),), "after the padding"),
    Mistake("reverse_source", "not turned", ((TURN, "row[:length] = words[:length]"),), "It is the source as it was"),
    Mistake("reverse_source", "the batch turned", (("return turned", "return source[::-1].copy()"),), "have changed places"),
    Mistake("reverse_source", "the last word stays", ((TURN, "row[:length] = words[:length]\n        row[: length - 1] = words[: length - 1][::-1]"),), "The last word stays"),
    Mistake("reverse_source", "a word is lost", ((TURN, "row[: length - 1] = words[: length - 1][::-1]"),), "A word is lost"),
    Mistake("reverse_source", "sorted", ((TURN, "row[:length] = np.sort(words[:length])[::-1]"),), "sorted, not turned round"),
    Mistake("reverse_source", "in place", (("np.full_like(source, NULL)", "source"), (TURN, "row[:length] = words[:length][::-1].copy()")), "changed its input source in place"),
    Mistake("reverse_source", "floats", (("np.full_like(source, NULL)", "np.zeros(source.shape)"),), "holds floats (float64), expected whole numbers"),
    Mistake("reverse_source", "the shortest length for all", (("(words != NULL).sum()", "(source != NULL).sum(axis=1).min()"), ("np.full_like(source, NULL)", "source.copy()")), "each has its own length"),
    Mistake("reverse_source", "words left out", (("return turned", "return [[w for w in row if w] for row in turned.tolist()]"),), "turned is a list"),

    Mistake("say", "<START> at every step", (('params["W_target"][word]', 'params["W_target"][np.full(len(state), START)]'),), "<START> is read at every step"),
    Mistake("say", "begins with <NULL>", (("word, ended = np.full(len(state), START)", "word, ended = np.full(len(state), NULL)"),), "a caption begins with <START>"),
    Mistake("say", "the state is not carried", (("        state, _ = gru", "        new, _ = gru"), ("(state @", "(new @")), "is the state after a step the one before the next?"),
    Mistake("say", "scores the state before the step", (("        state, _ = gru", "        old = state\n        state, _ = gru"), ("(state @", "(old @")), "first read, then say"),
    Mistake("say", "goes on after <END>", ((STORE, "words[:, t] = word"),), "expected <NULL>, which is 0"),
    Mistake("say", "<END> to the end of the row", ((STORE, "words[:, t] = np.where(ended, END, word)"),), "expected <NULL>, which is 0"),
    Mistake("say", "<END> itself is lost", ((NOTE, ""), ("        words[:, t]", "        ended |= word == END\n        words[:, t]")), "captions[0] says"),
    Mistake("say", "all stop with the first", ((NOTE, NOTE + "        if ended.any():\n            break\n"),), "the others have more to say"),
    Mistake("say", "all are over with the first", ((NOTE, "        ended[:] = ended | (word == END).any()\n"),), "the others have more to say"),
    Mistake("say", "ended is forgotten at each step", ((NOTE, "        ended = word == END\n"),), "expected <NULL>, which is 0"),
    Mistake("say", "max for argmax", (("argmax(axis=1)", "max(axis=1)"),), "Is it max where argmax is meant"),
    Mistake("say", "argmax over the batch", (("argmax(axis=1)", "argmax(axis=0)"),), "say stopped"),
    Mistake("say", "argmin", (("argmax(axis=1)", "argmin(axis=1)"),), "captions[0] says"),
    Mistake("say", "starts from zeros", (("    for t in range", "    state = np.zeros_like(state)\n    for t in range"),), "captions["),
    Mistake("say", "vocabulary bias forgotten", ((' + params["b_vocab"])', ")"),), "is b_vocab used?"),
    Mistake("say", "recurrent bias forgotten", ((STEP, STEP.replace('params["b_dec"]', '0 * params["b_dec"]')),), "captions[0] says"),
    Mistake("say", "one step short", (("range(max_length)", "range(max_length - 1)"),), "does the loop go on to the end?"),
    Mistake("say", "<START> in column 0", ((STORE, "words[:, t] = START if t == 0 else before"), (NOTE, NOTE + "        before = np.where(ended & (word != END), NULL, word)\n")), "one column late"),
    Mistake("say", "floats", (("return words", "return words.astype(float)"),), "captions holds floats (float64)"),
    Mistake("say", "time first", (("return words", "return words.T"),), "It looks transposed"),
    Mistake("say", "nothing returned", (("return words", "return None"),), "say returned None"),
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

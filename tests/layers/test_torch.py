"""Layers and captioners against PyTorch, to rounding; skipped where PyTorch is not installed."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import assume, given, settings

from tests.layers.drawn import GATES, SIZES, Draw, close
from tests.lesson import ROOT
from unrolled import layers
from unrolled.captioning import Captioner

torch = pytest.importorskip("torch", reason="PyTorch is not installed; it is needed for comparison only")
F = torch.nn.functional
CELLS = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}


@pytest.fixture(scope="module")
def peers():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import peers

    yield peers
    sys.path.remove(str(ROOT / "benchmarks"))


def tensor(a):
    return torch.from_numpy(a.copy(order="C")).requires_grad_(a.dtype.kind == "f")


def order(name, H):
    r = np.arange(H)
    return np.concatenate([r, H + r, 3 * H + r, 2 * H + r]) if name == "lstm" else np.arange(GATES[name] * H)


@pytest.mark.parametrize("layers_", [1, 2])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", CELLS)
@given(sizes=SIZES)
@settings(max_examples=220, deadline=None)
def test_sequences(name, dtype, layers_, sizes):
    draw = Draw(**sizes, dtype=dtype)
    g, H = GATES[name], draw.sizes["H"]
    x, h0 = draw("NTD"), [draw("NH") for _ in range(layers_)]
    weights = [(draw(f"{below}{g}H"), draw(f"H{g}H"), draw(f"{g}H")) for below in "DH"[:layers_]]
    forward, backward = getattr(layers, f"{name}_forward"), getattr(layers, f"{name}_backward")
    h, caches = layers.stack_forward(forward, x, h0, weights)
    dh = draw("NTH")
    dx, dh0, dweights = layers.stack_backward(backward, dh, caches)

    q = order(name, H)
    net = CELLS[name](x.shape[2], H, num_layers=layers_, batch_first=True).to(torch.from_numpy(h).dtype)
    with torch.no_grad():
        for k, (Wx, Wh, b) in enumerate(weights):
            getattr(net, f"weight_ih_l{k}").copy_(tensor(Wx[:, q].T))
            getattr(net, f"weight_hh_l{k}").copy_(tensor(Wh[:, q].T))
            getattr(net, f"bias_ih_l{k}").copy_(tensor(b[q]))
            getattr(net, f"bias_hh_l{k}").zero_()
    tx, th = tensor(x), tensor(np.stack(h0))
    right, _ = net(tx, (th, torch.zeros_like(th)) if name == "lstm" else th)
    right.backward(tensor(dh).detach())
    close(h, right.detach().numpy(), dtype, "h")
    close(dx, tx.grad.numpy(), dtype, "dx")
    close(np.stack(dh0), th.grad.numpy(), dtype, "dh0")
    back = np.argsort(q)
    for k, (dWx, dWh, db) in enumerate(dweights):
        close(dWx, getattr(net, f"weight_ih_l{k}").grad.numpy().T[:, back], dtype, "dWx")
        close(dWh, getattr(net, f"weight_hh_l{k}").grad.numpy().T[:, back], dtype, "dWh")
        close(db, getattr(net, f"bias_ih_l{k}").grad.numpy()[back], dtype, "db")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@given(sizes=SIZES)
@settings(max_examples=220, deadline=None)
def test_attention(dtype, sizes):
    draw = Draw(**sizes, dtype=dtype)
    h, grid, dcontext = draw("NH"), draw("NLH"), draw("NH")
    context, weights, cache = layers.attention_forward(h, grid)
    dh, dgrid = layers.attention_backward(dcontext, cache)
    th, tg = tensor(h), tensor(grid)
    right = F.scaled_dot_product_attention(th[:, None], tg, tg)[:, 0]
    right.backward(tensor(dcontext).detach())
    close(context, right.detach().numpy(), dtype)
    close(weights.sum(axis=1), np.ones(len(h)), dtype)
    close(dh, th.grad.numpy(), dtype)
    close(dgrid, tg.grad.numpy(), dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@given(sizes=SIZES)
@settings(max_examples=220, deadline=None)
def test_words_scores_and_loss(dtype, sizes):
    draw = Draw(**sizes, dtype=dtype)
    words, y, mask = draw.words("NT"), draw.words("NT"), draw.mask("NT")
    W_embed, w, b = draw("VD"), draw("DV"), draw("V")
    w, b = 20 * w, 20 * b  # large scores
    x, of_words = layers.word_embedding_forward(words, W_embed)
    scores, of_scores = layers.temporal_affine_forward(x, w, b)
    loss, dscores = layers.temporal_softmax_loss(scores, y, mask)
    dx, dw, db = layers.temporal_affine_backward(dscores, of_scores)
    dW_embed = layers.word_embedding_backward(dx, of_words)
    tensors = [tensor(a) for a in (W_embed, w, b)]
    right = F.embedding(tensor(words), tensors[0]) @ tensors[1] + tensors[2]
    targets = tensor(np.where(mask, y, -100)).flatten()
    total = F.cross_entropy(right.flatten(0, 1), targets, reduction="sum", ignore_index=-100) / len(words)
    total.backward()
    close(loss, total.item(), dtype)
    for found, t in zip((dW_embed, dw, db), tensors, strict=True):
        close(found, t.grad.numpy(), dtype)


@pytest.mark.parametrize("rows", ["all", "packed"])
@pytest.mark.parametrize("cell", GATES)
@given(sizes=SIZES)
@settings(max_examples=200, deadline=None)
def test_captioners(peers, cell, rows, sizes):
    assume(sizes["V"] >= 4)
    draw = Draw(**sizes)
    vocabulary = {word: k for k, word in enumerate(["<NULL>", "<START>", "<END>", *"abcdef"][: sizes["V"]])}
    attends = cell == "attention-lstm"
    captioner = Captioner(cell, word_to_idx=vocabulary, feature_dim=sizes["D"], wordvec_dim=3,
                          grid_dim=2 if attends else None, hidden_dim=sizes["H"], dtype=np.float64)
    params = {name: draw.rng.standard_normal(shape) for name, shape in captioner.shapes().items()}
    features = draw("ND")
    if attends:
        features = features, draw.laid(draw.rng.standard_normal((sizes["N"], sizes["L"], 2)))
    captions = draw.rng.integers(1, sizes["V"], (sizes["N"], sizes["T"] + 1))
    for caption in captions:  # each ends somewhere, after one word at least
        caption[2 + draw.rng.integers(sizes["T"]) :] = 0
    loss, grads = captioner.loss(params, features, captions)
    rows = {"all": "all", "packed": "hoisted" if attends else "packed"}[rows]
    plain = tuple(f.copy(order="C") for f in features) if attends else features.copy(order="C")
    step, gradients = peers.trainer(cell, params, plain, captions, rows, "default", 1)
    close(loss, step())
    for name, right in gradients().items():
        close(grads[name], right, what=name)

"""The same captioners in PyTorch: as users write them, and in the variants that are quicker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import nn

Array = NDArray[Any]
NULL = 0
GATES = {"rnn": 1, "lstm": 4, "gru": 3, "attention-lstm": 4}


def gate_order(cell: str, H: int) -> Array:
    """Where PyTorch's gates lie among ours: its LSTM has i f g o, ours i f o g."""
    r = np.arange(H)
    return np.concatenate([r, H + r, 3 * H + r, 2 * H + r]) if GATES[cell] == 4 else np.arange(GATES[cell] * H)


def weight(a: Array) -> nn.Parameter:
    return nn.Parameter(torch.from_numpy(np.ascontiguousarray(a)))


class Captioner(nn.Module):
    """Embedding, nn.RNN / nn.LSTM / nn.GRU, Linear, cross_entropy with ignore_index."""

    def __init__(self, cell: str, params: dict[str, Array], rows: str) -> None:
        super().__init__()
        (D, H), (V, W) = params["W_proj"].shape, params["W_embed"].shape
        self.cell, self.rows = cell, rows
        self.proj, self.embed, self.vocab = nn.Linear(D, H), nn.Embedding(V, W), nn.Linear(H, V)
        self.rnn = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[cell](W, H, batch_first=True)
        self.to(torch.float64 if params["Wh"].dtype == np.float64 else torch.float32)
        order = gate_order(cell, H)
        values = {
            self.proj.weight: params["W_proj"].T,
            self.proj.bias: params["b_proj"],
            self.embed.weight: params["W_embed"],
            self.vocab.weight: params["W_vocab"].T,
            self.vocab.bias: params["b_vocab"],
            self.rnn.weight_ih_l0: params["Wx"][:, order].T,
            self.rnn.weight_hh_l0: params["Wh"][:, order].T,
            self.rnn.bias_ih_l0: params["b"][order],
            self.rnn.bias_hh_l0: np.zeros_like(params["b"]),
        }
        with torch.no_grad():
            for parameter, value in values.items():
                parameter.copy_(torch.from_numpy(np.ascontiguousarray(value)))

    def forward(self, features: Any, words: Any, targets: Any, lengths: Any) -> Any:
        N = len(features)
        h0, x = self.proj(features)[None], self.embed(words)
        if self.rows == "packed":
            x = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
        h, _ = self.rnn(x, (h0, torch.zeros_like(h0)) if self.cell == "lstm" else h0)
        if self.rows == "packed":
            right = nn.utils.rnn.pack_padded_sequence(targets, lengths, batch_first=True).data
            return F.cross_entropy(self.vocab(h.data), right, reduction="sum") / N
        if self.rows == "unmasked":
            mask = targets != NULL
            return F.cross_entropy(self.vocab(h[mask]), targets[mask], reduction="sum") / N
        scores = self.vocab(h).flatten(0, 1)
        return F.cross_entropy(scores, targets.flatten(), ignore_index=NULL, reduction="sum") / N

    def gradients(self) -> dict[str, Array]:
        """By our names and in our order of gates."""
        back = np.argsort(gate_order(self.cell, self.rnn.hidden_size))
        return {
            "W_proj": self.proj.weight.grad.numpy().T,
            "b_proj": self.proj.bias.grad.numpy(),
            "W_embed": self.embed.weight.grad.numpy(),
            "Wx": self.rnn.weight_ih_l0.grad.numpy().T[:, back],
            "Wh": self.rnn.weight_hh_l0.grad.numpy().T[:, back],
            "b": self.rnn.bias_ih_l0.grad.numpy()[back],
            "W_vocab": self.vocab.weight.grad.numpy().T,
            "b_vocab": self.vocab.bias.grad.numpy(),
        }


class AttentionCaptioner(nn.Module):
    """A loop over time around an LSTM cell; `hoisted` takes the words' product out of the loop."""

    def __init__(self, params: dict[str, Array], hoisted: bool) -> None:
        super().__init__()
        H = params["Wh"].shape[0]
        order = gate_order("attention-lstm", H)
        self.hoisted = hoisted
        self.E, self.Wp, self.bp = weight(params["W_embed"]), weight(params["W_proj"].T), weight(params["b_proj"])
        self.Wg, self.bg = weight(params["W_grid"].T), weight(params["b_grid"])
        self.Wx, self.b = weight(params["Wx"][:, order].T), weight(params["b"][order])
        self.Wh, self.Wz = weight(params["Wh"][:, order].T), weight(params["Wattn"][:, order].T)
        self.Wv, self.bv = weight(params["W_vocab"].T), weight(params["b_vocab"])
        self.register_buffer("zero", torch.zeros_like(self.b))

    def forward(self, features: Any, words: Any, targets: Any, lengths: Any) -> Any:
        pooled, grid = F.linear(features[0], self.Wp, self.bp), F.linear(features[1], self.Wg, self.bg)
        h, c = pooled, torch.zeros_like(pooled)
        H, x, states = h.shape[1], F.embedding(words, self.E), []
        ahead = F.linear(x, self.Wx, self.b) if self.hoisted else None
        both = torch.cat([self.Wh if self.hoisted else self.Wx, self.Wz], 1)
        for t in range(words.shape[1]):
            w = torch.softmax(torch.bmm(grid, h[:, :, None]).squeeze(2) / H**0.5, dim=1)
            z = torch.bmm(w[:, None], grid).squeeze(1)
            if self.hoisted:
                i, f, g, o = (ahead[:, t] + F.linear(torch.cat([h, z], 1), both)).chunk(4, 1)
                c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                h = torch.sigmoid(o) * torch.tanh(c)
            else:
                h, c = torch.lstm_cell(torch.cat([x[:, t], z], 1), (h, c), both, self.Wh, self.b, self.zero)
            states.append(h)
        scores = F.linear(torch.stack(states, 1), self.Wv, self.bv).flatten(0, 1)
        return F.cross_entropy(scores, targets.flatten(), ignore_index=NULL, reduction="sum") / len(pooled)

    def gradients(self) -> dict[str, Array]:
        """By our names and in our order of gates."""
        back = np.argsort(gate_order("attention-lstm", self.Wh.shape[1]))
        grads = {"W_embed": self.E, "W_proj": self.Wp, "b_proj": self.bp, "Wx": self.Wx, "b": self.b}
        grads |= {"W_grid": self.Wg, "b_grid": self.bg, "Wh": self.Wh, "Wattn": self.Wz}
        grads |= {"W_vocab": self.Wv, "b_vocab": self.bv}
        found = {name: p.grad.numpy().T if name != "W_embed" else p.grad.numpy() for name, p in grads.items()}
        return {name: g[..., back] if name in ("Wx", "Wh", "Wattn", "b") else g for name, g in found.items()}


def trainer(
    cell: str, params: dict[str, Array], features: Any, captions: Array, rows: str, adam: str, threads: int
) -> tuple[Callable[[], float], Callable[[], dict[str, Array]]]:
    """A training step of PyTorch, and the gradients of the latest one.

    rows: "all" (as users write it), "unmasked" before the vocabulary product, "packed", or "hoisted" (attention)
    adam: "default", "foreach" or "fused"
    """
    torch.set_num_threads(threads)
    attends = cell == "attention-lstm"
    model: Any = AttentionCaptioner(params, rows == "hoisted") if attends else Captioner(cell, params, rows)
    options = {} if adam == "default" else {adam: True}
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, **options)
    lengths = (captions[:, 1:] != NULL).sum(axis=1)
    if rows == "packed":
        order = np.argsort(-lengths, kind="stable")
        features, captions, lengths = features[order], captions[order], lengths[order]
    words = torch.from_numpy(captions.astype(np.int64))
    given = tuple(map(torch.from_numpy, features)) if attends else torch.from_numpy(features)
    inputs = given, words[:, :-1].contiguous(), words[:, 1:].contiguous()

    def step() -> float:
        optimiser.zero_grad()
        loss = model(*inputs, torch.from_numpy(lengths))
        loss.backward()
        optimiser.step()
        return float(loss.item())

    return step, model.gradients


class Reader(nn.Module):
    """A character model: one-hot letters into nn.LSTM, or a loop in which the input product is a look-up."""

    def __init__(self, params: dict[str, Array], hoisted: bool) -> None:
        super().__init__()
        (V, _), H = params["Wx"].shape, len(params["Wh"])
        order = gate_order("lstm", H)
        self.hoisted, self.V, self.order = hoisted, V, order
        self.rnn, self.vocab = nn.LSTM(V, H, batch_first=True), nn.Linear(H, V)
        values = {self.rnn.weight_ih_l0: params["Wx"][:, order].T, self.rnn.weight_hh_l0: params["Wh"][:, order].T,
                  self.rnn.bias_ih_l0: params["b"][order], self.rnn.bias_hh_l0: np.zeros_like(params["b"]),
                  self.vocab.weight: params["W_vocab"].T, self.vocab.bias: params["b_vocab"]}
        with torch.no_grad():
            for parameter, value in values.items():
                parameter.copy_(torch.from_numpy(np.ascontiguousarray(value)))
        self.rnn.bias_hh_l0.requires_grad_(False)       # the model has one bias
        self.E = weight(params["Wx"][:, order])         # (V, 4H), for the look-up

    def forward(self, letters: Any, targets: Any, state: Any) -> Any:
        if not self.hoisted:
            h, state = self.rnn(F.one_hot(letters, self.V).float(), state)
            return F.cross_entropy(self.vocab(h).flatten(0, 1), targets.flatten()), state
        h, c = state[0][0], state[1][0]
        ahead, states = F.embedding(letters, self.E) + self.rnn.bias_ih_l0, []
        for t in range(letters.shape[1]):
            i, f, g, o = (ahead[:, t] + F.linear(h, self.rnn.weight_hh_l0)).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            states.append(h)
        scores = self.vocab(torch.stack(states, 1))
        return F.cross_entropy(scores.flatten(0, 1), targets.flatten()), (h[None], c[None])

    def gradients(self) -> dict[str, Array]:
        """By our names and in our order of gates."""
        back = np.argsort(self.order)
        Wx = self.E.grad.numpy() if self.hoisted else self.rnn.weight_ih_l0.grad.numpy().T
        return {"Wx": Wx[:, back], "Wh": self.rnn.weight_hh_l0.grad.numpy().T[:, back],
                "b": self.rnn.bias_ih_l0.grad.numpy()[back], "W_vocab": self.vocab.weight.grad.numpy().T,
                "b_vocab": self.vocab.bias.grad.numpy()}


def reader(
    params: dict[str, Array], inputs: Array, targets: Array, how: str, adam: str
) -> tuple[Callable[[], float], Callable[[], dict[str, Array]]]:
    """A training step of a character model, its state carried to the next, and the gradients of the latest one.

    how: "one-hot" or "hoisted"; adam: "default" or "fused"
    """
    torch.set_num_threads(1)
    model = Reader(params, how == "hoisted")
    learned = [p for name, p in model.named_parameters()
               if p.requires_grad and name != ("rnn.weight_ih_l0" if how == "hoisted" else "E")]
    optimiser = torch.optim.Adam(learned, lr=1e-3, **({} if adam == "default" else {adam: True}))
    letters, right = torch.from_numpy(inputs), torch.from_numpy(targets)
    zeros = torch.zeros(1, len(inputs), len(params["Wh"]))
    state: Any = (zeros, zeros.clone())

    def step() -> float:
        nonlocal state
        optimiser.zero_grad()
        loss, after = model(letters, right, state)
        loss.backward()
        optimiser.step()
        state = tuple(one.detach() for one in after)
        return float(loss.item())

    return step, model.gradients

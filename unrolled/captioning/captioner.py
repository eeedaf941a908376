"""The captioner: settings, learning, writing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from unrolled.captioning.batches import Batch, add_to_steps, lay_out, longest_first, side_by_side, sum_over_steps
from unrolled.captioning.given import GATES, ModelError, check_settings, checked_batch
from unrolled.captioning.parts import (
    Array,
    Pair,
    Params,
    Seen,
    State,
    names,
    see,
    see_backward,
    vocabulary_loss,
)
from unrolled.captioning.writing import Writer
from unrolled.layers import (
    affine_backward,
    affine_forward,
    attention,
    attention_forward,
    gru,
    lstm,
    rnn,
    stack_backward,
    stack_forward,
    temporal_affine_backward,
    temporal_affine_forward,
    temporal_softmax_loss,
    word_embedding_backward,
    word_embedding_forward,
)
from unrolled.layers.room import Room, Steps
from unrolled.layers.words import project_words, project_words_backward


class Captioner:
    """Settings of a captioner, and what can be done with parameters that fit them.

    cell: "rnn", "lstm", "gru", "attention-lstm", or a pair (forward, backward) of your own with the arguments of
        rnn_forward and rnn_backward; then `gates` is the number of blocks in Wx, Wh, b
    word_to_idx: dict of the V words, with <NULL>, <START>, <END>
    image: "initial" makes the first hidden state of the picture (Vinyals et al. 2015 by way of CS231n);
        "each step" adds the picture, made as wide as a word vector, to every word that is read. An attention LSTM
        begins with the picture too, and looks at its regions at every step (Xu et al. 2015)
    grid_dim: C, the channels of a region, for an attention LSTM; its features are a pair, pooled (N, D) and grid
        (N, L, C), as `load(features="both")` reads them
    layers: recurrent layers on top of each other; those above the first begin at zero
    dropout: the share of a layer's states that is hidden from what is above it, in training (Zaremba et al. 2014)
    threads: batches are cut into so many parts that are worked on side by side; leave BLAS one thread then

    Parameters, sizes D features, W word vector, H hidden, G gates: W_proj (D, H), or (D, W) with "each step",
    b_proj, W_embed (V, W), Wx (W, G·H), Wh (H, G·H), b (G·H,), W_vocab (H, V), b_vocab (V,);
    W_grid (C, H), b_grid and Wattn (H, 4H) with attention; Wx_2 (H, G·H), Wh_2, b_2 and so on for further layers.

    Raises ModelError for settings that do not fit together.
    """

    def __init__(
        self,
        cell: str | Pair = "lstm",
        *,
        word_to_idx: Mapping[str, int],
        feature_dim: int,
        grid_dim: int | None = None,
        wordvec_dim: int = 256,
        hidden_dim: int = 512,
        image: Literal["initial", "each step"] = "initial",
        layers: int = 1,
        gates: int | None = None,
        dropout: float = 0.0,
        threads: int = 1,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.cell, self.image, self.layers, self.dropout, self.threads = cell, image, layers, dropout, threads
        self.word_to_idx = dict(word_to_idx)
        self.feature_dim, self.grid_dim = feature_dim, grid_dim
        self.wordvec_dim, self.hidden_dim = wordvec_dim, hidden_dim
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        check_settings(self, gates)
        self.gates = GATES[cell] if isinstance(cell, str) else gates or 1
        self.null = self.word_to_idx["<NULL>"]
        self._rooms: dict[tuple[str, int], Room] = {}

    def __repr__(self) -> str:
        name = self.cell if isinstance(self.cell, str) else self.cell[0].__name__
        regions = f" and regions of {self.grid_dim}" if self.looks else ""
        sizes = f"features {self.feature_dim}{regions}, word vectors {self.wordvec_dim}, hidden {self.hidden_dim}"
        return f"Captioner: {name}, {self.layers} layer(s), {len(self.word_to_idx)} words, {sizes}"

    @property
    def looks(self) -> bool:
        """Does it look at a grid of regions (attention), besides one vector a picture?"""
        return self.cell == "attention-lstm"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every parameter, by name."""
        H, G, V = self.hidden_dim, self.gates * self.hidden_dim, len(self.word_to_idx)
        seen = self.wordvec_dim if self.image == "each step" else H
        shapes: dict[str, tuple[int, ...]] = {"W_proj": (self.feature_dim, seen), "b_proj": (seen,)}
        shapes["W_embed"] = V, self.wordvec_dim
        for layer, below in enumerate([self.wordvec_dim] + [H] * (self.layers - 1)):
            Wx, Wh, b = names(layer)
            shapes |= {Wx: (below, G), Wh: (H, G), b: (G,)}
        if self.grid_dim is not None:
            shapes |= {"W_grid": (self.grid_dim, H), "b_grid": (H,), "Wattn": (H, G)}
        return shapes | {"W_vocab": (H, V), "b_vocab": (V,)}

    def init(self, rng: np.random.Generator | int | None = None) -> Params:
        """New parameters, as CS231n starts them: word vectors small, matrices by their height, biases zero."""
        rng = np.random.default_rng(rng)
        params = {}
        for name, shape in self.shapes().items():
            scale = 0.0 if len(shape) == 1 else 0.01 if name == "W_embed" else shape[0] ** -0.5
            params[name] = (scale * rng.standard_normal(shape)).astype(self.dtype)
        return params

    def memory(self, N: int, T: int, regions: int = 1) -> int:
        """Bytes that `loss` needs beside params and its inputs, its gradients included, on N captions of T words.

        An upper bound, reached where no caption ends early and no word comes twice; with early ends and repeated
        words it is less. It grows with N and T, and with nothing else that a batch may hold.
        """
        H, W, V, G = self.hidden_dim, self.wordvec_dim, len(self.word_to_idx), self.gates * self.hidden_dim
        R, U, L = N * T, min(V, N * T), regions
        a_step = {1: 3, 3: 9, 4: 4}[self.gates] * H + G  # states, gates, and gradients not in their place
        a_caption = {1: 2, 3: 7, 4: 16}[self.gates] * H  # running states and scratch
        floats = self.layers * (R * a_step + N * a_caption)
        floats += R * (V + H) + U * 2 * (W + G)  # scores and their way back; distinct words
        floats += (self.layers > 1) * R * H
        floats += N * (self.feature_dim + H)
        if self.grid_dim is not None:
            floats += N * L * (self.grid_dim + H) + R * (3 * L + 4 * H) + N * L * H
        floats += sum(int(np.prod(shape)) for shape in self.shapes().values())
        return floats * self.dtype.itemsize + R * 48  # and word numbers

    # Learning

    def loss(
        self,
        params: Params,
        features: Any,
        captions: ArrayLike,
        rng: np.random.Generator | None = None,
    ) -> tuple[float, Params]:
        """How surprised the captioner is by captions, and which way to change its parameters.

        features (N, D), or a pair for attention: pooled (N, D) and grid (N, L, C); captions (N, T+1) word numbers,
        <START> first
        -> loss, summed over a caption's words and averaged over the batch; grads, a dictionary like params

        rng: where dropout draws from; without it nothing is dropped.
        Raises ModelError where the inputs do not fit the model.
        """
        pictures, words = checked_batch(self, params, features, captions)
        if not isinstance(self.cell, str):
            return self._loss_of_pair(params, cast(Array, pictures), words, self.cell, rng)
        N = len(words)
        order = longest_first(words, self.null)
        parts = [order[k :: self.threads] for k in range(min(self.threads, N))]
        rngs = rng.spawn(len(parts)) if rng is not None and len(parts) > 1 else [rng] * len(parts)

        def work(k: int) -> tuple[float, Params]:
            batch = lay_out(pictures[parts[k]], words[parts[k]], self.null)
            return self._loss_of_part(params, batch, 1 / N, self._room(params, k), rngs[k])

        (loss, grads), *others = side_by_side(work, len(parts))
        for more_loss, more in others:
            loss += more_loss
            for name, grad in grads.items():
                grad += more[name]
        return loss, grads

    def _loss_of_part(
        self,
        params: Params,
        batch: Batch,
        scale: float,
        room: Room,
        rng: np.random.Generator | None,
    ) -> tuple[float, Params]:
        """Loss and gradients of a part of a batch: all the way up, and all the way down."""
        seen = see(params, batch.features, room)
        h, caches = self._climb(params, batch, seen, room, rng)
        loss, dh, grads = vocabulary_loss(params, batch, h, scale, room)
        dseen = self._descend(params, batch, seen, dh, caches, room, grads)
        grads |= see_backward(dseen, batch.features)
        return loss, {name: grads[name] for name in params}

    def _climb(
        self, params: Params, batch: Batch, seen: Seen, room: Room, rng: np.random.Generator | None
    ) -> tuple[Array, list[Any]]:
        """Through all layers: -> states of the top one (R, H), caches, one (of inputs, of states, dropped) a layer."""
        h: Array = np.empty(0)
        caches: list[Any] = []
        for layer in range(self.layers):
            inner = room.inner(f"layer {layer}")
            Wx, Wh, b = (params[name] for name in names(layer))
            if layer == 0:
                a, source = project_words(batch.words, params["W_embed"], Wx, b, inner)  # (R, G·H)
                if self.image == "each step":
                    add_to_steps(a, seen.first @ Wx, batch.steps)
            else:
                a, source = np.matmul(h, Wx, out=inner("a", len(h), len(b))), (h,)
                a += b
            h, cache = self._run(layer, a, seen, Wh, params.get("Wattn"), batch.steps, inner)
            h, dropped = self._drop(h, rng)
            caches.append((source, cache, dropped))
        return h, caches

    def _descend(
        self,
        params: Params,
        batch: Batch,
        seen: Seen,
        dh: Array,
        caches: list[Any],
        room: Room,
        grads: Params,
    ) -> Seen:
        """Back down through all layers: writes their gradients into grads -> dseen, like seen."""
        dseen = seen
        for layer in reversed(range(self.layers)):
            Wx, Wh, b = names(layer)
            source, cache, dropped = caches[layer]
            if dropped is not None:
                dh *= dropped
            da, dseen, more = self._run_backward(layer, dh, cache, room.inner(f"layer {layer}"))
            grads |= {Wh: more[0]} | ({"Wattn": more[1]} if len(more) > 1 else {})
            if layer > 0:
                grads[Wx], grads[b] = source[0].T @ da, da.sum(axis=0)
                dh = np.matmul(da, params[Wx].T, out=room("dh below", len(da), self.hidden_dim))
            else:
                grads["W_embed"], grads[Wx], grads[b] = project_words_backward(da, source)
                if self.image == "each step":
                    dpicture = sum_over_steps(da, len(seen.first), batch.steps)  # (n, G·H)
                    grads[Wx] += seen.first.T @ dpicture
                    dseen = Seen(dpicture @ params[Wx].T, None)
        return dseen

    def _run(
        self, layer: int, a: Array, seen: Seen, Wh: Array, Wattn: Array | None, steps: Steps, room: Room
    ) -> tuple[Array, Any]:
        """One layer's recurrence: a (R, G·H) -> h (R, H), cache."""
        zero = room.zeros("zero", len(seen.first), self.hidden_dim)
        first = seen.first if layer == 0 and self.image == "initial" else zero
        if layer == 0 and Wattn is not None and seen.regions is not None:
            h, _, cache = attention.run(a, first, zero, seen.regions, Wh, Wattn, steps, room)
            return h, cache
        if self.cell == "rnn":
            return rnn.run(a, first, Wh, steps, room)
        if self.cell == "gru":
            return gru.run(a, first, Wh, steps, room)
        h, _, cache = lstm.run(a, first, zero, Wh, steps, room)
        return h, cache

    def _run_backward(self, layer: int, dh: Array, cache: Any, room: Room) -> tuple[Array, Seen, list[Array]]:
        """Back through one layer's recurrence: dh (R, H) -> da (R, G·H), dseen, [dWh] or [dWh, dWattn]."""
        if layer == 0 and self.looks:
            da, dh0, _, dregions, *more = attention.run_backward(dh, cache, room)
            return da, Seen(dh0, dregions), more
        if self.cell == "rnn":
            da, dh0, dWh = rnn.run_backward(dh, cache, room)
        elif self.cell == "gru":
            da, dh0, dWh = gru.run_backward(dh, cache, room)
        else:
            da, dh0, _, dWh = lstm.run_backward(dh, cache, room)
        return da, Seen(dh0, None), [dWh]

    def _drop(self, h: Array, rng: np.random.Generator | None) -> tuple[Array, Array | None]:
        """Hide a share of the states and scale up the others: -> h, the factor of each state or None."""
        if rng is None or not self.dropout:
            return h, None
        kept = (rng.random(h.shape, dtype=np.float32) >= self.dropout).astype(h.dtype)
        kept *= 1 / (1 - self.dropout)
        return h * kept, kept

    def _loss_of_pair(
        self, params: Params, features: Array, captions: Array, pair: Pair, rng: np.random.Generator | None
    ) -> tuple[float, Params]:
        """The same loss around a pair of functions, written as a student writes it."""
        forward, backward = pair
        words, targets = captions[:, :-1], captions[:, 1:]  # (N, T) each
        seen, of_seen = affine_forward(features, params["W_proj"], params["b_proj"])
        x, of_words = word_embedding_forward(words, params["W_embed"])  # (N, T, W)
        zero = np.zeros((len(words), self.hidden_dim), x.dtype)
        first = [seen] + [zero] * (self.layers - 1)
        if self.image == "each step":
            first[0], x = zero, x + seen[:, None]
        h, of_layers = stack_forward(forward, x, first, self.weights(params))  # (N, T, H)
        h, dropped = self._drop(h, rng)
        scores, of_scores = temporal_affine_forward(h, params["W_vocab"], params["b_vocab"])
        loss, dscores = temporal_softmax_loss(scores, targets, targets != self.null)

        grads: Params = {}
        dh, grads["W_vocab"], grads["b_vocab"] = temporal_affine_backward(dscores, of_scores)
        dh = dh if dropped is None else dh * dropped
        dx, dfirst, dweights = stack_backward(backward, dh, of_layers)
        for layer, three in enumerate(dweights):
            grads |= dict(zip(names(layer), three, strict=True))
        grads["W_embed"] = word_embedding_backward(dx, of_words)
        dseen = dx.sum(axis=1) if self.image == "each step" else dfirst[0]
        _, grads["W_proj"], grads["b_proj"] = affine_backward(dseen, of_seen)
        return loss, {name: grads[name] for name in params}

    def weights(self, params: Params) -> list[tuple[Array, Array, Array]]:
        """(Wx, Wh, b) of every layer."""
        return [(params[Wx], params[Wh], params[b]) for Wx, Wh, b in map(names, range(self.layers))]

    def _room(self, params: Params, k: int) -> Room:
        """The buffers of part k, kept from batch to batch."""
        dtype = params["Wh"].dtype
        return self._rooms.setdefault((dtype.str, k), Room(dtype))

    # Writing

    def writer(self, params: Params) -> Writer:
        """Start and step with these parameters, quicker for many steps; see Writer."""
        return Writer(self, params)

    def start(self, params: Params, features: Any) -> State:
        """The state before the first word.

        features as `loss` takes them -> a tuple of arrays whose first axis is N: take rows of each to go on with
        some of the pictures, or with one picture several times. Raises ModelError for features that do not fit.
        """
        return self.writer(params).start(features)

    def step(self, params: Params, state: State, words: ArrayLike) -> tuple[Array, State]:
        """Read one word for each picture and score what may come next.

        state as `start` or `step` returned it, words (N,), <START> at first -> scores (N, V), state
        """
        return self.writer(params).step(state, words)

    def looking(self, state: State) -> Array:
        """Where an attention LSTM looks at the step to come: weights (N, L) that sum to one, for a state."""
        if not self.looks:
            raise ModelError(f"Only an attention-lstm looks at regions; this captioner's cell is {self.cell!r}.")
        return attention_forward(state[0], state[-1])[1]

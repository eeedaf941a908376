"""The captioner: settings, learning, writing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from unrolled.captioning.batches import Batch, add_to_steps, lay_out, longest_first, side_by_side, sum_over_steps
from unrolled.captioning.given import GATES, ModelError, check_settings, checked_batch, checked_features
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
from unrolled.layers.losses import softmax_in_place
from unrolled.layers.room import Room, Steps
from unrolled.layers.words import project_words, project_words_backward

Array = NDArray[Any]
Params = dict[str, Array]
State = tuple[Array, ...]
Pair = tuple[Callable[..., Any], Callable[..., Any]]


class Captioner:
    """Settings of a captioner, and what can be done with parameters that fit them.

    cell: "rnn", "lstm", "gru", "attention-lstm", or a pair (forward, backward) of your own with the arguments of
        rnn_forward and rnn_backward; then `gates` is the number of blocks in Wx, Wh, b
    word_to_idx: dict of the V words, with <NULL>, <START>, <END>
    image: "initial" makes the first hidden state of the picture (Vinyals et al. 2015 by way of CS231n);
        "each step" adds the picture, made as wide as a word vector, to every word that is read. An attention LSTM
        needs neither: it begins with the mean of the picture's regions, and looks at them at every step
    layers: recurrent layers on top of each other; those above the first begin at zero
    dropout: the share of a layer's states that is hidden from what is above it, in training (Zaremba et al. 2014)
    threads: batches are cut into so many parts that are worked on side by side; leave BLAS one thread then

    Parameters, sizes D features, W word vector, H hidden, G gates: W_proj (D, H), or (D, W) with "each step",
    b_proj, W_embed (V, W), Wx (W, G·H), Wh (H, G·H), b (G·H,), W_vocab (H, V), b_vocab (V,);
    Wattn (H, 4H) with attention; Wx_2 (H, G·H), Wh_2, b_2 and so on for further layers.

    Raises ModelError for settings that do not fit together.
    """

    def __init__(
        self,
        cell: str | Pair = "lstm",
        *,
        word_to_idx: Mapping[str, int],
        feature_dim: int,
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
        self.feature_dim, self.wordvec_dim, self.hidden_dim = feature_dim, wordvec_dim, hidden_dim
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        check_settings(self, gates)
        self.gates = GATES[cell] if isinstance(cell, str) else gates or 1
        self.null = self.word_to_idx["<NULL>"]
        self._rooms: dict[tuple[str, int], Room] = {}

    def __repr__(self) -> str:
        name = self.cell if isinstance(self.cell, str) else self.cell[0].__name__
        sizes = f"features {self.feature_dim}, word vectors {self.wordvec_dim}, hidden {self.hidden_dim}"
        return f"Captioner: {name}, {self.layers} layer(s), {len(self.word_to_idx)} words, {sizes}"

    @property
    def looks(self) -> bool:
        """Does it look at a grid of regions (attention), rather than at one vector a picture?"""
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
        if self.looks:
            shapes["Wattn"] = H, G
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
        R, U, L = N * T, min(V, N * T), regions if self.looks else 1
        a_step = {1: 3, 3: 9, 4: 8}[self.gates] * H + G  # states, gates, gradients of gates
        a_caption = {1: 2, 3: 7, 4: 12}[self.gates] * H  # running states and scratch
        floats = self.layers * (R * a_step + N * a_caption)
        floats += R * (V + H) + U * 2 * (W + G)  # scores and their way back; distinct words
        floats += (self.layers > 1) * R * H
        floats += N * L * (self.feature_dim + H)
        floats += self.looks * (3 * R * (L + H) + N * L * H)
        floats += sum(int(np.prod(shape)) for shape in self.shapes().values())
        return floats * self.dtype.itemsize + R * 48  # and word numbers

    # Learning

    def loss(
        self,
        params: Params,
        features: ArrayLike,
        captions: ArrayLike,
        rng: np.random.Generator | None = None,
    ) -> tuple[float, Params]:
        """How surprised the captioner is by captions, and which way to change its parameters.

        features (N, D), or (N, L, D) regions for attention; captions (N, T+1) word numbers, <START> first
        -> loss, summed over a caption's words and averaged over the batch; grads, a dictionary like params

        rng: where dropout draws from; without it nothing is dropped.
        Raises ModelError where the inputs do not fit the model.
        """
        pictures, words = checked_batch(self, params, features, captions)
        if not isinstance(self.cell, str):
            return self._loss_of_pair(params, pictures, words, self.cell, rng)
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
        seen = self._see(params, batch, room)
        h, caches = self._climb(params, batch, seen, room, rng)
        loss, dh, grads = vocabulary_loss(params, batch, h, scale, room)
        dseen = self._descend(params, batch, seen, dh, caches, room, grads)
        flat = dseen.reshape(-1, dseen.shape[-1])
        pixels = batch.features.reshape(-1, self.feature_dim)
        grads["W_proj"] = pixels.T @ flat
        grads["b_proj"] = flat.sum(axis=0)
        return loss, {name: grads[name] for name in params}

    def _see(self, params: Params, batch: Batch, room: Room) -> Array:
        """What the model takes in of its pictures: (n, H), or (n, W) with "each step", or a grid (n, L, H)."""
        pixels = batch.features.reshape(-1, self.feature_dim)
        seen = np.matmul(pixels, params["W_proj"], out=room("seen", len(pixels), len(params["b_proj"])))
        seen += params["b_proj"]
        return seen.reshape(*batch.features.shape[:-1], -1)

    def _climb(
        self, params: Params, batch: Batch, seen: Array, room: Room, rng: np.random.Generator | None
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
                    add_to_steps(a, seen @ Wx, batch.steps)
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
        seen: Array,
        dh: Array,
        caches: list[Any],
        room: Room,
        grads: Params,
    ) -> Array:
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
                    dpicture = sum_over_steps(da, len(seen), batch.steps)  # (n, G·H)
                    grads[Wx] += seen.T @ dpicture
                    dseen = dpicture @ params[Wx].T
        return dseen

    def _run(
        self, layer: int, a: Array, seen: Array, Wh: Array, Wattn: Array | None, steps: Steps, room: Room
    ) -> tuple[Array, Any]:
        """One layer's recurrence: a (R, G·H) -> h (R, H), cache."""
        if layer == 0 and Wattn is not None:
            first = seen.mean(axis=1)  # (n, H)
            h, _, cache = attention.run(a, first, first, seen, Wh, Wattn, steps, room)
            return h, cache
        zero = room.zeros("zero", len(seen), self.hidden_dim)
        first = seen if layer == 0 and self.image == "initial" else zero
        if self.cell == "rnn":
            return rnn.run(a, first, Wh, steps, room)
        if self.cell == "gru":
            return gru.run(a, first, Wh, steps, room)
        h, _, cache = lstm.run(a, first, zero, Wh, steps, room)
        return h, cache

    def _run_backward(self, layer: int, dh: Array, cache: Any, room: Room) -> tuple[Array, Array, list[Array]]:
        """Back through one layer's recurrence: dh (R, H) -> da (R, G·H), dseen, [dWh] or [dWh, dWattn]."""
        if layer == 0 and self.looks:
            da, dh0, dc0, dgrid, *more = attention.run_backward(dh, cache, room)
            dgrid += attention.mean_backward(dh0 + dc0, dgrid.shape[1])
            return da, dgrid, more
        if self.cell == "rnn":
            da, dh0, dWh = rnn.run_backward(dh, cache, room)
        elif self.cell == "gru":
            da, dh0, dWh = gru.run_backward(dh, cache, room)
        else:
            da, dh0, _, dWh = lstm.run_backward(dh, cache, room)
        return da, dh0, [dWh]

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
        h, of_layers = stack_forward(forward, x, first, self._weights(params))  # (N, T, H)
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

    def _weights(self, params: Params) -> list[tuple[Array, Array, Array]]:
        """(Wx, Wh, b) of every layer."""
        return [(params[Wx], params[Wh], params[b]) for Wx, Wh, b in map(names, range(self.layers))]

    def _room(self, params: Params, k: int) -> Room:
        """The buffers of part k, kept from batch to batch."""
        dtype = params["Wh"].dtype
        return self._rooms.setdefault((dtype.str, k), Room(dtype))

    # Writing

    def start(self, params: Params, features: ArrayLike) -> State:
        """The state before the first word.

        features (N, D) or (N, L, D) -> a tuple of arrays whose first axis is N: take rows of each to go on with
        some of the pictures, or with one picture several times. Raises ModelError for features that do not fit.
        """
        pictures = checked_features(self, params, features)
        seen = pictures @ params["W_proj"] + params["b_proj"]
        zero = np.zeros((len(pictures), self.hidden_dim), seen.dtype)
        each = self.image == "each step"
        if not isinstance(self.cell, str):
            return seen, np.zeros((len(pictures), 0), np.int64)  # the words so far
        first = zero if each else seen.mean(axis=1) if self.looks else seen
        layer = (zero,) if self.gates < 4 else (zero, zero)
        bottom = (first,) if self.gates < 4 else (first, first if self.looks else zero)
        extra = (seen @ params["Wx"],) if each else (seen,) if self.looks else ()
        return bottom + layer * (self.layers - 1) + extra

    def step(self, params: Params, state: State, words: ArrayLike) -> tuple[Array, State]:
        """Read one word for each picture and score what may come next.

        state as `start` or `step` returned it, words (N,), <START> at first -> scores (N, V), state
        """
        words = np.asarray(words)
        if isinstance(self.cell, str):
            h, state = self._step(params, state, words)
        else:
            h, state = self._step_of_pair(params, state, words, self.cell)
        return h @ params["W_vocab"] + params["b_vocab"], state

    def _step(self, params: Params, state: State, words: Array) -> tuple[Array, State]:
        """One step of all layers -> h (N, H) of the top one, state."""
        one, moved = Steps.of([len(words)]), []
        each, width = self.image == "each step", 1 if self.gates < 4 else 2
        h = state[0]
        for layer in range(self.layers):
            before, (Wx, Wh, b) = state[layer * width : (layer + 1) * width], names(layer)
            room = Room(h.dtype)
            if layer > 0:
                a = h @ params[Wx] + params[b]
            else:
                a, _ = project_words(words, params["W_embed"], params[Wx], params[b], room)
                a += state[-1] if each else 0
            if layer == 0 and self.looks:
                h, *c, _ = attention.run(a, before[0], before[1], state[-1], params[Wh], params["Wattn"], one, room)
            elif width == 2:
                h, *c, _ = lstm.run(a, before[0], before[1], params[Wh], one, room)
            else:
                h, *c, _ = (rnn if self.cell == "rnn" else gru).run(a, before[0], params[Wh], one, room)
            moved += [h, *c]
        return h, (*moved, *state[self.layers * width :])

    def _step_of_pair(self, params: Params, state: State, words: Array, pair: Pair) -> tuple[Array, State]:
        """One step around a pair of functions: they know whole sequences only, so all words are read again."""
        seen, before = state
        so_far = np.hstack([before, words[:, None]])  # (N, t)
        x, _ = word_embedding_forward(so_far, params["W_embed"])
        zero = np.zeros((len(words), self.hidden_dim), x.dtype)
        first = [seen] + [zero] * (self.layers - 1)
        if self.image == "each step":
            first[0], x = zero, x + seen[:, None]
        h, _ = stack_forward(pair[0], x, first, self._weights(params))
        return h[:, -1], (seen, so_far)

    def looking(self, state: State) -> Array:
        """Where an attention LSTM looks at the step to come: weights (N, L) that sum to one, for a state."""
        if not self.looks:
            raise ModelError(f"Only an attention-lstm looks at regions; this captioner's cell is {self.cell!r}.")
        return attention_forward(state[0], state[-1])[1]


def names(layer: int) -> tuple[str, str, str]:
    """The names of a layer's parameters: Wx, Wh, b, then Wx_2, Wh_2, b_2 and so on."""
    suffix = f"_{layer + 1}" if layer else ""
    return f"Wx{suffix}", f"Wh{suffix}", f"b{suffix}"


def vocabulary_loss(params: Params, batch: Batch, h: Array, scale: float, room: Room) -> tuple[float, Array, Params]:
    """Scores, softmax loss and back: h (R, H) -> loss, dh (R, H), gradients of W_vocab and b_vocab."""
    R, H = h.shape
    Q, V = len(batch.counted), len(params["b_vocab"])
    every = Q == R
    states = h if every else np.take(h, batch.counted, axis=0, out=room("counted", Q, H), mode="clip")
    scores = np.matmul(states, params["W_vocab"], out=room("scores", Q, V))
    scores += params["b_vocab"]
    loss = softmax_in_place(scores, batch.targets[batch.counted], scale)
    grads = {"W_vocab": states.T @ scores, "b_vocab": scores.sum(axis=0)}
    dstates = np.matmul(scores, params["W_vocab"].T, out=room("dstates", Q, H))
    if every:
        return loss, dstates, grads
    dh = room.zeros("dh", R, H)
    dh[batch.counted] = dstates
    return loss, dh, grads

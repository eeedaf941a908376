"""Writing with a captioner, word by word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from unrolled.captioning.given import check_params, checked_features
from unrolled.captioning.parts import Array, Pair, Params, State, names, see
from unrolled.layers import attention, gru, lstm, rnn, stack_forward, word_embedding_forward
from unrolled.layers.room import Room, Steps
from unrolled.layers.words import WordTable

if TYPE_CHECKING:
    from unrolled.captioning.captioner import Captioner


class Writer:
    """A captioner with its parameters, for captions by the hundred.

    start(features) -> state, step(state, words (N,)) -> scores (N, V), state, as the captioner's own. A word is
    multiplied by Wx when it is first read, and never again. The memory of one step is used again for the next: what
    `step` returned is good until then.
    """

    def __init__(self, captioner: Captioner, params: Params) -> None:
        check_params(captioner, params)
        self.captioner, self.params = captioner, params
        self.room = Room(params["Wh"].dtype)
        self.words = WordTable(params["W_embed"], params["Wx"], params["b"])

    def start(self, features: Any) -> State:
        """The state before the first word: a tuple of arrays whose first axis is N."""
        captioner = self.captioner
        pictures = checked_features(captioner, self.params, features)
        first, regions = see(self.params, pictures, Room(self.room.dtype))
        zero = np.zeros((len(first), captioner.hidden_dim), first.dtype)
        if not isinstance(captioner.cell, str):
            return first, np.zeros((len(first), 0), np.int64)  # the words so far
        each = captioner.image == "each step"
        memory = (zero,) if captioner.gates == 4 else ()
        bottom = (zero if each else first, *memory)
        extra = (first @ self.params["Wx"],) if each else () if regions is None else (regions,)
        return bottom + (zero, *memory) * (captioner.layers - 1) + extra

    def step(self, state: State, words: ArrayLike) -> tuple[Array, State]:
        """Read one word for each picture and score what may come next."""
        words, cell = np.asarray(words), self.captioner.cell
        if isinstance(cell, str):
            h, state = self._step(state, words)
        else:
            h, state = self._step_of_pair(state, words, cell)
        W, b = self.params["W_vocab"], self.params["b_vocab"]
        scores = np.matmul(h, W, out=self.room("scores", len(h), len(b)))
        scores += b
        return scores, state

    def _step(self, state: State, words: Array) -> tuple[Array, State]:
        """One step of all layers -> h (N, H) of the top one, state."""
        captioner, params = self.captioner, self.params
        one, moved, width = Steps.of([len(words)]), [], 2 if captioner.gates == 4 else 1
        h = state[0]
        for layer in range(captioner.layers):
            before, (Wx, Wh, b) = state[layer * width : (layer + 1) * width], names(layer)
            room = self.room.inner(f"layer {layer}")
            a = room("a", len(words), len(params[b]))  # (N, G·H)
            if layer > 0:
                np.matmul(h, params[Wx], out=a)
                a += params[b]
            else:
                self.words.read(words, a)
                a += state[-1] if captioner.image == "each step" else 0
            if layer == 0 and captioner.looks:
                h, *c, _ = attention.run(a, before[0], before[1], state[-1], params[Wh], params["Wattn"], one, room)
            elif width == 2:
                h, *c, _ = lstm.run(a, before[0], before[1], params[Wh], one, room)
            else:
                h, *c, _ = (rnn if captioner.cell == "rnn" else gru).run(a, before[0], params[Wh], one, room)
            moved += [h, *c]
        return h, (*moved, *state[captioner.layers * width :])

    def _step_of_pair(self, state: State, words: Array, pair: Pair) -> tuple[Array, State]:
        """One step around a pair of functions: they know whole sequences only, so all words are read again."""
        seen, before = state
        so_far = np.hstack([before, words[:, None]])  # (N, t)
        x, _ = word_embedding_forward(so_far, self.params["W_embed"])
        zero = np.zeros((len(words), self.captioner.hidden_dim), x.dtype)
        first = [seen] + [zero] * (self.captioner.layers - 1)
        if self.captioner.image == "each step":
            first[0], x = zero, x + seen[:, None]
        h, _ = stack_forward(pair[0], x, first, self.captioner.weights(self.params))
        return h[:, -1], (seen, so_far)

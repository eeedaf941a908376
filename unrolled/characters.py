"""A character model: an LSTM that reads a text letter by letter and says how likely each letter is to come next.

    from unrolled import characters, texts
    text = texts.standard_library()
    model = characters.Model(text.letters, hidden_dim=256)
    params = model.init(0)
    history = characters.train(model, params, text.train, chunks=2000)
    print(characters.sample(model, params, "def ", 300))

A model that this project trained comes along: model, params = characters.shipped().
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from unrolled import checkpoints, progress
from unrolled.checkpoints import CheckpointError
from unrolled.data.find import places
from unrolled.layers import lstm
from unrolled.layers.losses import softmax_in_place
from unrolled.layers.room import Room, Steps
from unrolled.layers.words import sum_by_word
from unrolled.optimisers import Adam, Optimiser, Params, clip_norm
from unrolled.texts import encode
from unrolled.training import History, stop_when_asked

Array = NDArray[Any]
State = tuple[Array, Array]     # h and c, (N, H) each

SHIPPED = "letters/lstm.npz"
FORGET_BIAS = 1.0               # a cell begins as one that keeps (Jozefowicz et al. 2015)
STREAMS, CHUNK = 64, 100        # of a long text that is only read
SECONDS_BETWEEN_CHECKPOINTS = 60.0


class Model:
    """Settings of a character model with one LSTM layer, and what can be done with parameters that fit them.

    letters: V different ones; a letter's number is its place, and the last one stands for every other

    Parameters, with H = hidden_dim: Wx (V, 4H), one row a letter, which spares the product with a one-hot vector;
    Wh (H, 4H), b (4H,), W_vocab (H, V), b_vocab (V,).
    """

    def __init__(self, letters: str, hidden_dim: int = 256, dtype: DTypeLike = np.float32):
        self.letters, self.hidden_dim, self.dtype = letters, hidden_dim, np.dtype(dtype)
        self._room = Room(self.dtype)

    def __repr__(self) -> str:
        return f"Model: LSTM, hidden {self.hidden_dim}, {len(self.letters)} letters"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every parameter, by name."""
        V, H = len(self.letters), self.hidden_dim
        return {"Wx": (V, 4 * H), "Wh": (H, 4 * H), "b": (4 * H,), "W_vocab": (H, V), "b_vocab": (V,)}

    def init(self, rng: np.random.Generator | int | None = None) -> Params:
        """New parameters: matrices by the size of the state, biases zero but for that of the forget gate."""
        rng, H = np.random.default_rng(rng), self.hidden_dim
        params = {name: (rng.standard_normal(shape) * (H**-0.5 if len(shape) > 1 else 0)).astype(self.dtype)
                  for name, shape in self.shapes().items()}
        params["b"][H : 2 * H] = FORGET_BIAS
        return params

    def start(self, N: int = 1) -> State:
        """The state before the first letter: zeros, (N, H) each."""
        return np.zeros((N, self.hidden_dim), self.dtype), np.zeros((N, self.hidden_dim), self.dtype)

    def loss(self, params: Params, inputs: Array, targets: Array, state: State | None = None
             ) -> tuple[float, Params, State]:
        """How surprised the model is by the letters of a chunk, in nats a letter, and which way to change it.

        inputs and targets (N, T) numbers of letters, state: as the chunk before left it, zeros without
        -> loss, grads (a dictionary like params), the state after the chunk

        No gradient goes back beyond the chunk: that is truncated backpropagation (Williams and Peng 1990).
        """
        N, room, R = len(inputs), self._room, inputs.size
        letters, y = inputs.T.reshape(-1), targets.T.reshape(-1)        # (R,), time-major
        h, c, cache = self._read(params, letters, state or self.start(N), N)
        scores = np.matmul(h, params["W_vocab"], out=room("scores", R, len(self.letters)))
        scores += params["b_vocab"]
        loss = softmax_in_place(scores, y, 1 / R)                       # the gradient is in their place now
        after = h[R - N :].copy(), c.copy()
        dh = np.matmul(scores, params["W_vocab"].T, out=room("dh", R, self.hidden_dim))
        da, _, _, dWh = lstm.run_backward(dh, cache, room)
        dWx = np.zeros_like(params["Wx"])
        sum_by_word(da, letters, dWx)
        grads = {"Wx": dWx, "Wh": dWh, "b": dWx.sum(axis=0), "W_vocab": h.T @ scores, "b_vocab": scores.sum(axis=0)}
        return loss, grads, after

    def _read(self, params: Params, letters: Array, state: State, N: int) -> tuple[Array, Array, Any]:
        """The recurrence over time-major letters (R,) -> h (R, H), c (N, H), cache; all of it in the model's room."""
        rows = params["Wx"] + params["b"]
        a = np.take(rows, letters, axis=0, out=self._room("a", len(letters), len(params["b"])), mode="clip")
        return lstm.run(a, *state, params["Wh"], Steps.of([N] * (len(letters) // N)), self._room)

    def cells(self, params: Params, numbers: Array, state: State | None = None) -> tuple[Array, State]:
        """Read a text and look into the cells: numbers (T,) -> tanh(c) after each letter (T, H), the state at the end.

        It is what a unit keeps, before the output gate decides how much of it to show.
        """
        state, parts = state or self.start(), []
        for first in range(0, len(numbers), CHUNK):
            h, c, (_, _, _, tanh_c, *_) = self._read(params, numbers[first : first + CHUNK], state, 1)
            parts.append(tanh_c.copy())
            state = h[-1:].copy(), c.copy()
        return np.concatenate(parts or [np.zeros((0, self.hidden_dim), self.dtype)]), state

    def surprise(self, params: Params, numbers: Array) -> Array:
        """How surprised the model is by each letter of a text but the first, in bits: (T,) -> (T-1,).

        A long text is read in 64 parts side by side, each from a state of zeros.
        """
        N = STREAMS if len(numbers) > 100 * STREAMS else 1
        length = -(-(len(numbers) - 1) // N)
        padded = np.concatenate([numbers, np.zeros(N * length + 1 - len(numbers), numbers.dtype)])
        inputs, targets = padded[:-1].reshape(N, length), padded[1:].reshape(N, length)
        state, bits = self.start(N), np.empty((N, length))
        for first in range(0, length, CHUNK):
            part = slice(first, min(first + CHUNK, length))
            letters, y = inputs[:, part].T.reshape(-1), targets[:, part].T.reshape(-1)
            h, c, _ = self._read(params, letters, state, N)
            scores = h @ params["W_vocab"] + params["b_vocab"]
            scores -= scores.max(axis=1, keepdims=True)
            nats = np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(y)), y]
            bits[:, part] = nats.reshape(-1, N).T / math.log(2)
            state = h[-N:].copy(), c.copy()
        return bits.reshape(-1)[: len(numbers) - 1]

    def step(self, params: Params, state: State, letters: Array) -> tuple[Array, State]:
        """Read one letter each: letters (N,) -> scores of the next one (N, V), the state after it."""
        h, c, _ = self._read(params, letters, state, len(letters))
        return h @ params["W_vocab"] + params["b_vocab"], (h.copy(), c.copy())


def sample(model: Model, params: Params, beginning: str, length: int, *, temperature: float = 1.0,
           top_k: int | None = None, rng: np.random.Generator | int | None = None) -> str:
    """Read a beginning of at least one letter, then write so many letters more; -> what was written.

    Scores are divided by `temperature` (0 takes the likeliest letter); with `top_k`, only so many of the likeliest
    letters may come.
    Raises ValueError for an empty beginning, a negative temperature, a top_k below 1.
    """
    if not beginning or temperature < 0 or (top_k is not None and top_k < 1):
        raise ValueError("expected a beginning of one letter at least, a temperature from 0 on and a top_k from 1 on, "
                         f"found {beginning!r}, {temperature} and {top_k}.")
    rng, written = np.random.default_rng(rng), list[int]()
    *before, letter = encode(beginning, model.letters).tolist()
    _, state = model.cells(params, np.array(before, np.int64))
    for _ in range(length):
        scores, state = model.step(params, state, np.array([letter]))
        letter = _drawn(scores[0].astype(np.float64), temperature, top_k, rng)
        written.append(letter)
    return "".join(model.letters[number] for number in written)


def _drawn(scores: Array, temperature: float, top_k: int | None, rng: np.random.Generator) -> int:
    if temperature == 0:
        return int(scores.argmax())
    if top_k is not None and top_k < len(scores):
        scores[np.argpartition(-scores, top_k)[top_k:]] = -np.inf
    p = np.exp((scores - scores.max()) / temperature)
    return int(rng.choice(len(p), p=p / p.sum()))


class Spoken(Protocol):
    """Something to say while training: called with the parameters, gives a text."""

    def __call__(self, params: Params) -> str: ...


def train(
    model: Model, params: Params, numbers: Array, *, chunks: int, batch_size: int = 32, length: int = 50,
    optimiser: Optimiser | None = None, clip: float = 1.0, speaks: Spoken | None = None, times: int = 8,
    checkpoint: str | os.PathLike[str] | None = None, show: bool = True,
) -> History:
    """Train `params` in place on a text, numbers (T,), by truncated backpropagation over chunks of `length` letters.

    The text is cut into `batch_size` streams that are read side by side; every stream's state is carried from chunk to
    chunk, and starts at zero where the text starts over, a little further on each time. The learning rate falls on a
    line to zero at the last of `chunks`. `speaks(params)` is shown `times` times on the way. With `checkpoint`, a
    file, the same call goes on where it was interrupted and ends with the very same parameters. Ctrl-C (in a notebook:
    interrupt) stops after the chunk in hand.
    -> losses in nats a letter and norms of gradients (before clipping), one a chunk
    Raises ValueError for a text that is too short, CheckpointError where the file is not of this training.
    """
    run = _Run(model, params, Adam(params, 2e-3) if optimiser is None else optimiser, numbers, chunks, batch_size,
               length, checkpoint)
    history = run.history
    with progress.bar(chunks * batch_size * length, run.read, show) as bar, stop_when_asked() as asked:
        for inputs, targets in run.chunks():
            loss, grads, run.state = model.loss(params, inputs, targets, run.state)
            norm = clip_norm(grads, clip)
            if not math.isfinite(loss + norm):
                history.stopped = f"the loss is {loss:.3g} at chunk {run.at}; try a smaller learning rate"
                break
            run.learn(grads, loss, norm)
            bar.show(run.read, run.in_words())
            if speaks is not None and (run.at * times) // chunks > ((run.at - 1) * times) // chunks:
                bar.note(f"{run.in_words()}\n{speaks(params)}\n")
            if asked:
                history.stopped = "interrupted"
                break
        if history.stopped:
            bar.note(f"Stopped: {history.stopped}.")
    run.save()
    return history


class _Run:
    """A training as far as it has come: everything that a checkpoint holds."""

    def __init__(self, model: Model, params: Params, optimiser: Optimiser, numbers: Array, count: int,
                 batch_size: int, length: int, path: str | os.PathLike[str] | None):
        if len(numbers) <= batch_size * length:
            raise ValueError(f"a text of {len(numbers)} letters is too short for {batch_size} streams with chunks of "
                             f"{length}: {batch_size * length + 1} are needed. Take a longer one, or fewer streams.")
        self.model, self.params, self.optimiser, self.numbers = model, params, optimiser, numbers
        self.count, self.batch_size, self.length, self.path = count, batch_size, length, path
        self.rate, self.at, self.state, self.history = optimiser.learning_rate, 0, model.start(batch_size), History()
        if path is not None and os.path.exists(path):
            self._resume(path)
        self._before = self.read, self.history.seconds
        self._started = self._saved = time.monotonic()

    @property
    def read(self) -> int:
        """Letters learned from so far."""
        return self.at * self.batch_size * self.length

    def chunks(self) -> Iterator[tuple[Array, Array]]:
        """The rest of the chunks: inputs and targets (N, T), the targets one letter further on."""
        N, T = self.batch_size, self.length
        each = (len(self.numbers) - 1) // N // T        # chunks in a stream
        while self.at < self.count:
            time_through, chunk = divmod(self.at, each)
            shift = time_through * (T // 3) % max(1, len(self.numbers) - each * N * T)
            if chunk == 0:
                self.state = self.model.start(N)
            streams = shift + chunk * T + each * T * np.arange(N)[:, None] + np.arange(T)
            yield self.numbers[streams], self.numbers[streams + 1]

    def learn(self, grads: Params, loss: float, norm: float) -> None:
        self.optimiser.learning_rate = self.rate * (1 - self.at / self.count)
        self.optimiser.step(self.params, grads)
        self.at += 1
        self.history.losses.append(loss)
        self.history.norms.append(norm)
        self.history.seconds = self._before[1] + time.monotonic() - self._started
        if time.monotonic() - self._saved > SECONDS_BETWEEN_CHECKPOINTS:
            self.save()

    def in_words(self) -> str:
        losses = self.history.losses[-50:]
        rate = (self.read - self._before[0]) / max(1e-9, self.history.seconds - self._before[1])
        bits = sum(losses) / len(losses) / math.log(2)
        return f"{self.read:,} letters read   {bits:.2f} bits a letter   {rate:,.0f} letters/s"

    def save(self) -> None:
        """Store everything, if a checkpoint was asked for."""
        self._saved = time.monotonic()
        if self.path is None:
            return
        arrays = {"losses": np.array(self.history.losses), "norms": np.array(self.history.norms),
                  "h": self.state[0], "c": self.state[1]}
        for group, named in (("params", self.params), ("optimiser", self.optimiser.state())):
            arrays |= {f"{group}/{name}": array for name, array in named.items()}
        checkpoints.write(self.path, arrays, {**self._settings(), "at": self.at, "seconds": self.history.seconds})

    def _resume(self, path: str | os.PathLike[str]) -> None:
        arrays, about = checkpoints.read(path)
        for setting, mine in self._settings().items():
            if about.get(setting) != mine:
                raise CheckpointError(f"{path} was made with {setting} {about.get(setting)}, this training has {mine}. "
                                      "Give the same, or another file.")
        self.optimiser.restore({name.removeprefix("optimiser/"): array for name, array in arrays.items()
                                if name.startswith("optimiser/")})
        for name, param in self.params.items():
            param[...] = arrays[f"params/{name}"]
        self.at, self.state = about["at"], (arrays["h"], arrays["c"])
        self.history = History(arrays["losses"].tolist(), arrays["norms"].tolist(), seconds=about["seconds"])

    def _settings(self) -> dict[str, Any]:
        shapes = {name: [str(param.dtype), *param.shape] for name, param in self.params.items()}
        return {"optimiser": type(self.optimiser).__name__, "learning rate": self.rate, "chunks": self.count,
                "batch size": self.batch_size, "length": self.length, "letters": len(self.numbers),
                "parameters": shapes}


def save(path: str | os.PathLike[str], model: Model, params: Params) -> None:
    """Store a model in half precision, two bytes a number."""
    halves = {name: param.astype(np.float16) for name, param in params.items()}
    checkpoints.write(path, halves, {"letters": model.letters, "hidden_dim": model.hidden_dim})


def load(path: str | os.PathLike[str]) -> tuple[Model, Params]:
    """What `save` stored: the model, and its parameters in float32. Raises CheckpointError for a foreign file."""
    arrays, about = checkpoints.read(path)
    try:
        model = Model(about["letters"], about["hidden_dim"])
        params = {name: arrays[name].astype(np.float32).reshape(shape) for name, shape in model.shapes().items()}
    except (KeyError, TypeError, ValueError) as problem:
        raise CheckpointError(f"{path} holds no character model ({problem}). Give a file that characters.save made."
                              ) from problem
    return model, params


def shipped() -> tuple[Model, Params]:
    """The model of this project, trained on Python's standard library (datasets/letters): model, params."""
    for place in places():
        if (place / SHIPPED).is_file():
            return load(place / SHIPPED)
    looked = "\n  ".join(str(place) for place in places())
    raise CheckpointError(f"No {SHIPPED}. Train it with  python -m unrolled letters\nLooked in\n  {looked}")

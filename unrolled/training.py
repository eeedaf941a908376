"""Training: one loop for every model that has a `loss(params, features, captions) -> loss, grads`.

    from unrolled import data, training
    scenes = data.load("scenes")
    history = training.train(model.loss, params, scenes.train, scenes.val, epochs=8)

`params` is changed in place and holds the best of what was learned when `train` returns, however it ends.
"""

from __future__ import annotations

import inspect
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from unrolled import checkpoints, progress
from unrolled.checkpoints import CheckpointError
from unrolled.optimisers import (
    SGD,
    Adagrad,
    Adam,
    Array,
    Momentum,
    Optimiser,
    Params,
    clip_norm,
    clip_value,
    global_norm,
)

__all__ = ["SGD", "Adagrad", "Adam", "CheckpointError", "Dropout", "History", "Momentum", "Optimiser", "Pairs",
           "clip_norm", "clip_value", "evaluate", "global_norm", "train"]

Loss = Callable[[Any, Any, Any], tuple[float, Any]]     # (params, features, captions) -> loss, grads
Hook = Callable[[Loss, np.random.Generator], Loss]      # what training does to the loss and validation does not

SECONDS_BETWEEN_CHECKPOINTS = 60.0


class Examples(Protocol):
    """What can be learned from: a Split of `unrolled.data`, or `Pairs`."""

    captions: NDArray[np.int32]         # (N, T)
    image_idxs: NDArray[np.int32]       # (N,): caption n belongs to features[image_idxs[n]]
    features: Any                       # (M, F) or (M, R, C), indexed with an array of rows


class Pairs:
    """Arrays of your own to learn from: features (N, ...), captions (N, T), row n with row n."""

    def __init__(self, features: Array, captions: NDArray[np.int32]):
        if len(features) != len(captions):
            raise ValueError(f"expected one caption per row of features, found {len(captions)} for {len(features)}.")
        self.features, self.captions, self.image_idxs = features, captions, np.arange(len(captions), dtype=np.int32)


@dataclass
class History:
    """What happened: a loss and a gradient norm (before clipping) per batch, a validation loss per epoch.

    `losses` are as the loss function gives them, `val` holds pairs (batches so far, mean loss on validation).
    """

    losses: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)
    val: list[tuple[int, float]] = field(default_factory=list)
    epochs: int = 0
    seconds: float = 0.0
    stopped: str = ""           # why it ended before its last epoch, in words

    @property
    def best(self) -> float:
        """The smallest validation loss, inf before the first."""
        return min((loss for _, loss in self.val), default=math.inf)


def train(
    loss: Loss, params: Params, examples: Examples, val: Examples | None = None, *,
    optimiser: Optimiser | None = None, epochs: int = 10, batch_size: int = 50, clip: float | None = 5.0,
    decay: float = 1.0, dropout: Hook | None = None, patience: int | None = None,
    checkpoint: str | os.PathLike[str] | None = None, seed: int = 0, show: bool = True,
) -> History:
    """Train `params` in place with minibatches of `examples`, each caption once an epoch, in random order.

    loss(params, features (N, ...), captions (N, T)) -> a number, gradients by name
    A loss that can be given `rng`, as a Captioner's, is given one in training, for its own dropout, and none in
    validation; `dropout` does the same for any loss.
    `clip` bounds the global norm of the gradients; `decay` multiplies the learning rate after every epoch;
    `patience` stops after so many epochs without a better validation loss. With `val`, the parameters of the best
    epoch are kept. With `checkpoint`, a file, the same call goes on where it was interrupted, and ends with the very
    same parameters. Ctrl-C (in a notebook: interrupt) stops after the batch in hand and keeps what was learned.
    Raises ValueError where shapes do not fit, CheckpointError where the file is not of this training.
    """
    optimiser = Adam(params) if optimiser is None else optimiser
    run = _Run(params, optimiser, np.random.default_rng(seed), len(examples.captions), batch_size, checkpoint)
    training_loss = (dropout or _own_dropout)(loss, run.rng)
    history = run.history
    with progress.bar(epochs * run.count, run.seen, show) as bar, stop_when_asked() as asked:
        while history.epochs < epochs and not history.stopped and not run.out_of_patience(patience):
            for rows in run.batches():
                features, captions = examples.features[examples.image_idxs[rows]], examples.captions[rows]
                value, grads = training_loss(params, features, captions)
                norm = clip_norm(grads, math.inf if clip is None else clip)
                if not math.isfinite(value + norm):
                    history.stopped = _diverged(len(history.losses), value, norm)
                    break
                optimiser.step(params, grads)
                run.record(float(value), norm, len(rows))
                bar.show(run.seen, run.in_words(epochs))
                if asked:
                    history.stopped = "interrupted"
                    run.save()
                    break
            else:
                optimiser.learning_rate *= decay
                run.end_epoch(evaluate(loss, params, val) if val is not None else None)
                bar.note(run.epoch_in_words())
        if history.stopped:
            bar.note(f"Stopped: {history.stopped}.")
        if val is not None:
            run.keep_the_best(evaluate(loss, params, val) if history.stopped else math.inf)
    return history


def evaluate(loss: Loss, params: Params, examples: Examples, batch_size: int = 250) -> float:
    """The mean loss of a caption over all of `examples`, nothing learned."""
    total = 0.0
    for start in range(0, len(examples.captions), batch_size):
        rows = slice(start, start + batch_size)
        captions = examples.captions[rows]
        value, _ = loss(params, examples.features[examples.image_idxs[rows]], captions)
        total += float(value) * len(captions)
    return total / max(1, len(examples.captions))


class Dropout:
    """Dropout for any loss: in training, units that enter a matrix are left out at random, with its gradient's rows.

    Dropout(W_vocab=0.5) leaves out each row of W_vocab with probability 0.5 and scales the others by 2: as if hidden
    units were set to zero on their way to the words (Srivastava et al. 2014), the same ones for a whole minibatch.
    """

    def __init__(self, **rates: float):
        for name, rate in rates.items():
            if not 0 <= rate < 1:
                raise ValueError(f"{name}={rate}: expected a probability from 0 to less than 1.")
        self.rates = rates

    def __call__(self, loss: Loss, rng: np.random.Generator) -> Loss:
        """The same loss with dropout: loss(params, features, captions) -> loss, grads."""

        def noisy(params: Params, features: Any, captions: Any) -> tuple[float, Any]:
            masks = {name: _mask(params[name], rate, rng) for name, rate in self.rates.items()}
            value, grads = loss({**params, **{name: params[name] * mask for name, mask in masks.items()}},
                                features, captions)
            for name, mask in masks.items():
                grads[name] *= mask
            return value, grads

        return noisy


def _own_dropout(loss: Loss, rng: np.random.Generator) -> Loss:
    """The loss with a generator for each batch, where it can be given one: `loss(..., rng=None)`."""
    if "rng" not in inspect.signature(loss).parameters:
        return loss
    with_rng: Callable[..., tuple[float, Any]] = loss
    return lambda params, features, captions: with_rng(
        params, features, captions, rng=np.random.default_rng(rng.integers(1 << 63)))


def _mask(param: Array, rate: float, rng: np.random.Generator) -> Array:
    kept = rng.random((len(param), *(1,) * (param.ndim - 1))) >= rate       # (rows, 1)
    return kept.astype(param.dtype) / (1 - rate)


class _Run:
    """A training as far as it has come: everything that a checkpoint holds."""

    def __init__(self, params: Params, optimiser: Optimiser, rng: np.random.Generator, count: int, batch_size: int,
                 checkpoint: str | os.PathLike[str] | None):
        if count < 1 or batch_size < 1:
            raise ValueError(f"expected captions to learn from and a batch size, found {count} and {batch_size}.")
        self.params, self.optimiser, self.rng = params, optimiser, rng
        self.count, self.batch_size, self.path = count, batch_size, checkpoint
        self.history = History()
        self.order, self.at = np.empty(0, np.int64), 0      # of this epoch: the captions, and how many are done
        self.best: Params = {}
        if checkpoint is not None and os.path.exists(checkpoint):
            self._resume(checkpoint)
        self._before = self.seen, self.history.seconds
        self._started = self._saved = time.monotonic()

    @property
    def seen(self) -> int:
        """Captions learned from so far."""
        return self.history.epochs * self.count + self.at

    def batches(self) -> Iterator[NDArray[np.int64]]:
        """The rest of this epoch, minibatch by minibatch."""
        if not self.at:
            self.order = self.rng.permutation(self.count)
        while self.at < self.count:
            yield self.order[self.at : self.at + self.batch_size]

    def record(self, loss: float, norm: float, captions: int) -> None:
        self.history.losses.append(loss)
        self.history.norms.append(norm)
        self.at += captions
        self.history.seconds = self._before[1] + time.monotonic() - self._started
        if time.monotonic() - self._saved > SECONDS_BETWEEN_CHECKPOINTS:
            self.save()

    def end_epoch(self, val_loss: float | None) -> None:
        self.at = 0
        self.history.epochs += 1
        if val_loss is not None:
            if val_loss < self.history.best:
                self.best = {name: param.copy() for name, param in self.params.items()}
            self.history.val.append((len(self.history.losses), val_loss))
        self.save()

    def out_of_patience(self, patience: int | None) -> bool:
        val = [loss for _, loss in self.history.val]
        if patience is None or len(val) - int(np.argmin([*val, math.inf])) <= patience:
            return False
        self.history.stopped = f"no better on validation for {patience} epochs"
        return True

    def keep_the_best(self, loss_now: float) -> None:
        """Put the parameters of the best epoch in place, unless those of now are better."""
        if self.best and not loss_now < self.history.best:
            for name, param in self.best.items():
                self.params[name][...] = param

    def in_words(self, epochs: int) -> str:
        losses = self.history.losses[-50:]
        rate = (self.seen - self._before[0]) / max(1e-9, self.history.seconds - self._before[1])
        return (f"epoch {min(self.seen // self.count + 1, epochs)} of {epochs}   loss {sum(losses) / len(losses):.2f}"
                f"   {rate:,.0f} captions/s")

    def epoch_in_words(self) -> str:
        history = self.history
        batches = -(-self.count // self.batch_size)
        line = f"epoch {history.epochs}   loss {np.mean(history.losses[-batches:]):.2f}"
        return line + (f"   on validation {history.val[-1][1]:.2f}" if history.val else "")

    def save(self) -> None:
        """Store everything, if a checkpoint was asked for."""
        self._saved = time.monotonic()
        if self.path is None:
            return
        history = self.history
        arrays = {"order": self.order, "losses": np.array(history.losses), "norms": np.array(history.norms),
                  "val": np.array(history.val, dtype=float).reshape(-1, 2)}
        for group, named in (("params", self.params), ("best", self.best), ("optimiser", self.optimiser.state())):
            arrays |= {f"{group}/{name}": array for name, array in named.items()}
        checkpoints.write(self.path, arrays, {**self._settings(), "at": self.at, "epochs": history.epochs,
                                              "seconds": history.seconds, "rng": self.rng.bit_generator.state})

    def _resume(self, path: str | os.PathLike[str]) -> None:
        arrays, about = checkpoints.read(path)
        for setting, mine in self._settings().items():
            if about.get(setting) != mine:
                raise CheckpointError(f"{path} was made with {setting} {about.get(setting)}, this training has {mine}. "
                                      "Give the same, or another file.")
        self.optimiser.restore(_group(arrays, "optimiser"))
        for name, param in _group(arrays, "params").items():
            self.params[name][...] = param
        self.best, self.order, self.at = _group(arrays, "best"), arrays["order"], about["at"]
        self.rng.bit_generator.state = about["rng"]
        self.history = History(arrays["losses"].tolist(), arrays["norms"].tolist(),
                               [(int(batch), loss) for batch, loss in arrays["val"].tolist()],
                               about["epochs"], about["seconds"])

    def _settings(self) -> dict[str, Any]:
        shapes = {name: [str(param.dtype), *param.shape] for name, param in self.params.items()}
        return {"optimiser": type(self.optimiser).__name__, "batch size": self.batch_size, "captions": self.count,
                "parameters": shapes}


def _group(arrays: Mapping[str, NDArray[Any]], name: str) -> dict[str, NDArray[Any]]:
    return {key.removeprefix(f"{name}/"): array for key, array in arrays.items() if key.startswith(f"{name}/")}


def _diverged(batches: int, loss: float, norm: float) -> str:
    return (f"the loss is {float(loss):.3g} and the norm of the gradients {norm:.3g} at batch {batches}; "
            "try a smaller learning rate, or clip")


class _Asked:
    """False until somebody has asked to stop."""

    def __init__(self) -> None:
        self.times = 0

    def __bool__(self) -> bool:
        return self.times > 0


@contextmanager
def stop_when_asked() -> Iterator[_Asked]:
    """Let the first ctrl-C ask, so that no batch is cut in half; the second interrupts as usual."""
    asked = _Asked()

    def ask(signum: int, frame: Any) -> None:
        asked.times += 1
        if asked.times > 1:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)

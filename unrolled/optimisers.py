"""Optimisers that work in place, and two ways to clip gradients."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Params = dict[str, Array]

CHUNK = 16_384          # entries: what an update touches stays in the cache


class Optimiser:
    """What all optimisers share: `step(params, grads)` changes `params` in place.

    `learning_rate` may be changed between steps. Optimisers that remember keep arrays like the parameters in
    `memory`, a dictionary for each name in `remembers`.
    """

    remembers: tuple[str, ...] = ()

    def __init__(self, params: Mapping[str, Array], learning_rate: float):
        self.learning_rate, self.steps = learning_rate, 0
        for name, param in params.items():
            if not isinstance(param, np.ndarray) or param.dtype.kind != "f":
                found = getattr(param, "dtype", type(param).__name__)
                raise ValueError(f"params[{name!r}]: expected an array of floats, found {found}.")
        self.memory = {what: {name: np.zeros(p.shape, p.dtype) for name, p in params.items()}
                       for what in self.remembers}

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        """One update of every parameter: params[name] (...), grads[name] the same shape.

        Raises ValueError where a gradient is missing or has another shape; then nothing is changed.
        """
        _check_same_shapes(params, grads)
        self.steps += 1
        self._prepare()
        for name, param in params.items():
            remembered = [self.memory[what][name] for what in self.remembers]
            for p, g, *arrays in _chunks(param, grads[name], *remembered):
                self._update(p, g, *arrays, scratch=np.empty_like(p))

    def _prepare(self) -> None:
        pass

    def _update(self, p: Array, g: Array, *memory: Array, scratch: Array) -> None:
        raise NotImplementedError

    def state(self) -> dict[str, Array]:
        """All that the next step depends on, as arrays that can be stored; `restore` takes it back."""
        stored = {f"{what}/{name}": array for what, arrays in self.memory.items() for name, array in arrays.items()}
        return {"learning_rate": np.array(self.learning_rate), "steps": np.array(float(self.steps)), **stored}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Go on where `state` was taken; raises ValueError where it is another optimiser's or another model's."""
        mine = self.state()
        if {k: v.shape for k, v in mine.items()} != {k: v.shape for k, v in state.items()}:
            raise ValueError(f"The stored state is not of {type(self).__name__} for parameters of these shapes.")
        self.learning_rate, self.steps = float(state["learning_rate"]), int(state["steps"])
        for what, arrays in self.memory.items():
            for name, array in arrays.items():
                array[...] = state[f"{what}/{name}"]


class SGD(Optimiser):
    """Stochastic gradient descent: p -= learning_rate g."""

    def __init__(self, params: Mapping[str, Array], learning_rate: float = 1e-2):
        super().__init__(params, learning_rate)

    def _update(self, p: Array, g: Array, *memory: Array, scratch: Array) -> None:
        np.multiply(g, self.learning_rate, out=scratch)
        p -= scratch


class Momentum(Optimiser):
    """Momentum (Polyak 1964), as in CS231n: v = momentum v - learning_rate g, p += v."""

    remembers = ("v",)

    def __init__(self, params: Mapping[str, Array], learning_rate: float = 1e-2, momentum: float = 0.9):
        super().__init__(params, learning_rate)
        self.momentum = momentum

    def _update(self, p: Array, g: Array, *memory: Array, scratch: Array) -> None:
        (v,) = memory
        np.multiply(g, self.learning_rate, out=scratch)
        v *= self.momentum
        v -= scratch
        p += v


class Adagrad(Optimiser):
    """Adagrad (Duchi et al. 2011): s += g², p -= learning_rate g / (√s + eps)."""

    remembers = ("s",)

    def __init__(self, params: Mapping[str, Array], learning_rate: float = 1e-1, eps: float = 1e-8):
        super().__init__(params, learning_rate)
        self.eps = eps

    def _update(self, p: Array, g: Array, *memory: Array, scratch: Array) -> None:
        (s,) = memory
        np.multiply(g, g, out=scratch)
        s += scratch
        np.sqrt(s, out=scratch)
        scratch += self.eps
        np.divide(g, scratch, out=scratch)
        scratch *= self.learning_rate
        p -= scratch


class Adam(Optimiser):
    """Adam (Kingma and Ba 2015): running means m of g and v of g², both corrected for their start at zero.

    What is kept is m / (1 - beta1) and v / (1 - beta2), which saves two passes; `_prepare` folds the factors, and
    the corrections, into the rate and eps.
    """

    remembers = ("m", "v")

    def __init__(self, params: Mapping[str, Array], learning_rate: float = 1e-3, beta1: float = 0.9,
                 beta2: float = 0.999, eps: float = 1e-8):
        super().__init__(params, learning_rate)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps

    def _prepare(self) -> None:
        m_factor = (1 - self.beta1) / (1 - self.beta1**self.steps)
        v_factor = math.sqrt((1 - self.beta2) / (1 - self.beta2**self.steps))
        self._rate, self._eps = self.learning_rate * m_factor / v_factor, self.eps / v_factor

    def _update(self, p: Array, g: Array, *memory: Array, scratch: Array) -> None:
        m, v = memory
        m *= self.beta1
        m += g
        np.multiply(g, g, out=scratch)
        v *= self.beta2
        v += scratch
        np.sqrt(v, out=scratch)
        scratch += self._eps
        np.divide(m, scratch, out=scratch)
        scratch *= self._rate
        p -= scratch


def global_norm(grads: Mapping[str, Array]) -> float:
    """The length of all gradients taken as one vector; inf or nan only where a gradient is."""
    squares = sum(float(np.vdot(g, g)) for g in grads.values())
    if math.isfinite(squares) and squares > 1e-30:
        return math.sqrt(squares)
    largest = max((float(np.max(np.abs(g), initial=0)) for g in grads.values()), default=0.0)
    if largest == 0 or not math.isfinite(largest):      # nothing, or nothing that a scale could mend
        return largest
    scaled = (g.astype(np.float64) / largest for g in grads.values())
    return largest * math.sqrt(sum(float(np.vdot(g, g)) for g in scaled))


def clip_norm(grads: Mapping[str, Array], largest: float) -> float:
    """Shorten all gradients together, in place, to a global norm of `largest` (Pascanu et al. 2013).

    -> the norm before clipping, inf or nan where a gradient is; then the gradients stay as they are
    """
    norm = global_norm(grads)
    if math.isfinite(norm) and norm > largest:
        for g in grads.values():
            g *= largest / norm
    return norm


def clip_value(grads: Mapping[str, Array], largest: float) -> None:
    """Cut every entry of every gradient, in place, to between -largest and largest (as in min-char-rnn)."""
    for g in grads.values():
        np.clip(g, -largest, largest, out=g)


def _check_same_shapes(params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
    missing = [name for name in params if name not in grads]
    if missing:
        raise ValueError(f"grads: no gradient for {', '.join(missing)}; every parameter needs one.")
    for name, param in params.items():
        if np.shape(grads[name]) != param.shape:
            raise ValueError(f"grads[{name!r}] has shape {np.shape(grads[name])}, expected {param.shape}.")


def _chunks(*arrays: Array) -> Iterator[tuple[Array, ...]]:
    """The same arrays piece by piece, as flat views; arrays that do not lie in one piece are not cut."""
    if not all(a.flags.c_contiguous for a in arrays):
        yield arrays
        return
    flat = [a.reshape(-1) for a in arrays]
    for start in range(0, flat[0].size, CHUNK):
        yield tuple(a[start : start + CHUNK] for a in flat)

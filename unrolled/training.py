"""Training: the rules that turn gradients into better parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

CHUNK = 16_384  # so many entries of a parameter, its gradient and both averages stay in the processor's cache


class Adam:
    """Adam (Kingma and Ba 2015): steps along the average gradient, in units of its usual size.

    `step(params, grads)` changes params in place; both are dictionaries with the same names.
    """

    def __init__(
        self,
        params: Mapping[str, Array],
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ) -> None:
        self.learning_rate, self.beta1, self.beta2, self.eps, self.t = learning_rate, beta1, beta2, eps, 0
        self.m = {name: np.zeros_like(p) for name, p in params.items()}
        self.v = {name: np.zeros_like(p) for name, p in params.items()}

    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        """One step downhill, chunk by chunk."""
        self.t += 1
        for name, p in params.items():
            flat = (array.reshape(-1) for array in (p, grads[name], self.m[name], self.v[name]))
            self._update(*flat)

    def _update(self, p: Array, g: Array, m: Array, v: Array) -> None:
        """p (n,), its gradient g, and the averages m of gradients and v of their squares."""
        bias1, bias2 = 1 - self.beta1**self.t, 1 - self.beta2**self.t
        rate, eps = self.learning_rate * bias2**0.5 / bias1, self.eps * bias2**0.5
        spare = np.empty(min(CHUNK, p.size), p.dtype)
        for first in range(0, p.size, CHUNK):
            part = slice(first, first + CHUNK)
            pc, gc, mc, vc = p[part], g[part], m[part], v[part]
            s = spare[: pc.size]
            mc *= self.beta1
            np.multiply(gc, 1 - self.beta1, out=s)
            mc += s
            vc *= self.beta2
            np.multiply(gc, gc, out=s)
            s *= 1 - self.beta2
            vc += s
            np.sqrt(vc, out=s)
            s += eps
            np.divide(mc, s, out=s)
            s *= rate
            pc -= s

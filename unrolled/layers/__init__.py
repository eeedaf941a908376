"""The layers that a notebook is given: forward beside backward, in numpy, with CS231n's names and argument order.

    from unrolled.layers import lstm_forward, lstm_backward
    h, cache = lstm_forward(x, h0, Wx, Wh, b)                # (N, T, D) -> (N, T, H)
    dx, dh0, dWx, dWh, db = lstm_backward(dh, cache)

Sizes: N sequences side by side, T steps, D one input, H the hidden state, V words, L regions of a picture.
float32 in is float32 throughout and out; float64 stays float64. No input is changed, and a cache may be used again.

Each cell has its step, plain to read, and its sequence, quick to run. The sequences share a few ideas: one product
for the inputs of all steps before the loop and one for the gradients of the weights after it; buffers with time as
first axis; all gates of a step in one buffer, worked on in place; sequences that have ended are not computed.

A module is imported when one of its names is asked for: an assignment withholds those that would answer it, and the
others stay.
"""

from importlib import import_module
from typing import Any

HOME = {
    name: module
    for module, names in {
        "attention": "attention_forward attention_backward attention_lstm_step_forward attention_lstm_step_backward "
        "attention_lstm_forward attention_lstm_backward",
        "dense": "affine_forward affine_backward temporal_affine_forward temporal_affine_backward",
        "gates": "sigmoid",
        "gru": "gru_step_forward gru_step_backward gru_forward gru_backward",
        "losses": "temporal_softmax_loss",
        "lstm": "lstm_step_forward lstm_step_backward lstm_forward lstm_backward",
        "rnn": "rnn_step_forward rnn_step_backward rnn_forward rnn_backward",
        "stacks": "stack_forward stack_backward",
        "words": "word_embedding_forward word_embedding_backward",
    }.items()
    for name in names.split()
}
__all__ = sorted(HOME)


def __getattr__(name: str) -> Any:
    if name not in HOME:
        raise AttributeError(f"unrolled.layers has no {name}")
    return getattr(import_module(f"unrolled.layers.{HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__

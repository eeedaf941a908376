"""The layers that a notebook is given: forward beside backward, in numpy, with CS231n's names and argument order.

    from unrolled.layers import lstm_forward, lstm_backward
    h, cache = lstm_forward(x, h0, Wx, Wh, b)                # (N, T, D) -> (N, T, H)
    dx, dh0, dWx, dWh, db = lstm_backward(dh, cache)

Sizes: N sequences side by side, T steps, D one input, H the hidden state, V words, L regions of a picture.
float32 in is float32 throughout and out; float64 stays float64. No input is changed, and a cache may be used again.

Each cell has its step, plain to read, and its sequence, quick to run. The sequences share a few ideas: one product
for the inputs of all steps before the loop and one for the gradients of the weights after it; buffers with time as
first axis; all gates of a step in one buffer, worked on in place; sequences that have ended are not computed.
"""

from unrolled.layers.attention import (
    attention_backward,
    attention_forward,
    attention_lstm_backward,
    attention_lstm_forward,
    attention_lstm_step_backward,
    attention_lstm_step_forward,
)
from unrolled.layers.dense import (
    affine_backward,
    affine_forward,
    sigmoid,
    temporal_affine_backward,
    temporal_affine_forward,
)
from unrolled.layers.gru import gru_backward, gru_forward, gru_step_backward, gru_step_forward
from unrolled.layers.losses import temporal_softmax_loss
from unrolled.layers.lstm import lstm_backward, lstm_forward, lstm_step_backward, lstm_step_forward
from unrolled.layers.rnn import rnn_backward, rnn_forward, rnn_step_backward, rnn_step_forward
from unrolled.layers.stacks import stack_backward, stack_forward
from unrolled.layers.words import word_embedding_backward, word_embedding_forward

__all__ = [
    "affine_backward",
    "affine_forward",
    "attention_backward",
    "attention_forward",
    "attention_lstm_backward",
    "attention_lstm_forward",
    "attention_lstm_step_backward",
    "attention_lstm_step_forward",
    "gru_backward",
    "gru_forward",
    "gru_step_backward",
    "gru_step_forward",
    "lstm_backward",
    "lstm_forward",
    "lstm_step_backward",
    "lstm_step_forward",
    "rnn_backward",
    "rnn_forward",
    "rnn_step_backward",
    "rnn_step_forward",
    "sigmoid",
    "stack_backward",
    "stack_forward",
    "temporal_affine_backward",
    "temporal_affine_forward",
    "temporal_softmax_loss",
    "word_embedding_backward",
    "word_embedding_forward",
]

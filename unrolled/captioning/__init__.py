"""A captioner around any recurrent cell: a picture's features in, words out.

    captioner = Captioner("lstm", word_to_idx=data.word_to_idx, feature_dim=512)
    params = captioner.init(rng)                                  # a plain dictionary of arrays
    loss, grads = captioner.loss(params, features, captions)      # grads has the same names

The object holds settings only. To write captions, `start` with a picture and `step` word by word.
"""

from unrolled.captioning.captioner import Captioner
from unrolled.captioning.files import load, save
from unrolled.captioning.given import GATES, ModelError

__all__ = ["GATES", "Captioner", "ModelError", "load", "save"]

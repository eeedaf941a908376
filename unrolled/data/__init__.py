"""Pictures and captions: `load` reads them, `python -m unrolled.data` fetches and builds them.

    from unrolled import data
    scenes = data.load("scenes")
    captions, features, image_idxs = scenes.minibatch("train", batch_size=50, rng=0)
    scenes.show("val")
"""

from unrolled.data.features import Both
from unrolled.data.layout import DataError
from unrolled.data.loader import CaptionData, Split, load
from unrolled.data.words import decode, encode, tokens

__all__ = ["Both", "CaptionData", "DataError", "Split", "decode", "encode", "load", "tokens"]

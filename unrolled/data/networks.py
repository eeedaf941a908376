"""From photographs to features: torchvision's pretrained networks, or plain colour without any network."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from unrolled.data.layout import DataError

if TYPE_CHECKING:
    from PIL.Image import Image

REGIONS = 7  # a grid has 7 x 7 regions, row by row
_SIDE = 224  # pixels that the networks were trained on


class Network(Protocol):
    """Whatever turns pictures into features."""

    name: str

    def __call__(self, pictures: Sequence[Image]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Pictures (n,) RGB -> pooled features (n, F), grid (n, 49, C), both float32."""


def network(name: str) -> Network:
    """A network by name: "colour", or one of torchvision's (vgg16, resnet18, resnet50, mobilenet_v2)."""
    if name == "colour":
        return Colour()
    if name in _TORCHVISION:
        return Torchvision(name)
    raise DataError(f"No network {name!r}; there are colour, {', '.join(_TORCHVISION)}.")


class Colour:
    """Means and spreads of colour in 7 x 7 regions: knows snow from grass, and nothing of dogs.

    For trying a data set out without PyTorch. Captions learnt from it are poor.
    """

    name = "colour"

    def __call__(self, pictures: Sequence[Image]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Pictures (n,) RGB -> pooled (n, 294), grid (n, 49, 6)."""
        side = 8 * REGIONS
        pixels = np.stack([np.asarray(picture.convert("RGB").resize((side, side))) for picture in pictures])
        cells = pixels.astype(np.float32).reshape(-1, REGIONS, 8, REGIONS, 8, 3) / 255
        grid = np.concatenate([cells.mean(axis=(2, 4)), cells.std(axis=(2, 4))], axis=-1)  # (n, 7, 7, 6)
        grid = grid.reshape(len(pictures), REGIONS * REGIONS, -1)
        return grid.reshape(len(pictures), -1), grid


_TORCHVISION = ("vgg16", "resnet18", "resnet50", "mobilenet_v2")


class Torchvision:
    """One of torchvision's networks with its ImageNet weights, which torchvision downloads on first use.

    vgg16 gives fc7 (4096), as CS231n's COCO has; the others their mean over the last feature map.
    """

    def __init__(self, name: str):
        self.name = name
        self._torch, vision = _torch_and_vision(name)
        model = vision.models.get_model(name, weights="DEFAULT").eval()
        self._model, self._body = model, _body(name, model, self._torch)
        weights = vision.models.get_model_weights(name).DEFAULT
        self._prepare = weights.transforms()

    def __call__(self, pictures: Sequence[Image]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Pictures (n,) RGB -> pooled (n, F), grid (n, 49, C)."""
        torch = self._torch
        with torch.inference_mode():
            batch = torch.stack([self._prepare(picture) for picture in pictures])
            maps = self._body(batch)  # (n, C, 7, 7)
            maps = torch.nn.functional.adaptive_avg_pool2d(maps, REGIONS)
            pooled = self._pooled(maps)
        grid = maps.flatten(2).transpose(1, 2)  # (n, 49, C)
        return pooled.float().numpy(), grid.float().contiguous().numpy()

    def _pooled(self, maps: Any) -> Any:
        if self.name == "vgg16":
            return self._model.classifier[:5](maps.flatten(1))  # through the ReLU of fc7
        return maps.mean(dim=(2, 3))


def _torch_and_vision(name: str) -> tuple[Any, Any]:
    try:
        return import_module("torch"), import_module("torchvision")
    except (ImportError, OSError, RuntimeError) as problem:  # the last two where their versions do not match
        raise DataError(
            f"The network {name} needs PyTorch and torchvision, which cannot be imported here ({problem}); "
            "pip install torch torchvision. Or give your own features with --features, "
            "or try the layout out with --network colour."
        ) from problem


def _body(name: str, model: Any, torch: Any) -> Any:
    """The convolutional part of a network: pictures -> last feature map."""
    if name.startswith("resnet"):
        return torch.nn.Sequential(*list(model.children())[:-2])
    return model.features

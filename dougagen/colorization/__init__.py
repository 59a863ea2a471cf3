"""LINES → COLOUR: what the dataset is for. Two published colourisers and ours, trained on shards.

Names load what they need when they are first used: the words of the command line need no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dougagen.colorization.colorizer import Colorizer
    from dougagen.colorization.config import ColorizerConfig, colorizer_config, colorizer_descriptions
    from dougagen.colorization.hints import Hints, read_hints
    from dougagen.colorization.learning import ColorizerTrained, ColorProgress, train_colorizer
    from dougagen.colorization.lines import LineArt, LineKind
    from dougagen.colorization.pictures import PaintedPool
    from dougagen.colorization.weights import LoadedColorizer, find_colorizer, is_colorizer, load_colorizer

_HOME = {
    "Colorizer": "colorizer",
    "ColorizerConfig": "config",
    "colorizer_config": "config",
    "colorizer_descriptions": "config",
    "Hints": "hints",
    "read_hints": "hints",
    "ColorProgress": "learning",
    "ColorizerTrained": "learning",
    "train_colorizer": "learning",
    "LineArt": "lines",
    "LineKind": "lines",
    "PaintedPool": "pictures",
    "LoadedColorizer": "weights",
    "find_colorizer": "weights",
    "is_colorizer": "weights",
    "load_colorizer": "weights",
}

__all__ = [
    "ColorProgress",
    "Colorizer",
    "ColorizerConfig",
    "ColorizerTrained",
    "Hints",
    "LineArt",
    "LineKind",
    "LoadedColorizer",
    "PaintedPool",
    "colorizer_config",
    "colorizer_descriptions",
    "find_colorizer",
    "is_colorizer",
    "load_colorizer",
    "read_hints",
    "train_colorizer",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value

"""DATASET → OTHER PEOPLE'S FORMATS: ``export(dataset, out, to=…)``; a format is a module (``formats.py``).

Names load what they need when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dougagen.exports.config import ExportConfig
    from dougagen.exports.export import export
    from dougagen.exports.formats import FORMATS
    from dougagen.exports.layers import cel_of, decompose
    from dougagen.exports.report import ExportReport
    from dougagen.exports.stack import Layer, Layers, flattened

_HOME = {
    "FORMATS": "formats",
    "ExportConfig": "config",
    "ExportReport": "report",
    "Layer": "stack",
    "Layers": "stack",
    "cel_of": "layers",
    "decompose": "layers",
    "export": "export",
    "flattened": "stack",
}

__all__ = [
    "FORMATS",
    "ExportConfig",
    "ExportReport",
    "Layer",
    "Layers",
    "cel_of",
    "decompose",
    "export",
    "flattened",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value

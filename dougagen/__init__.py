"""dougagen runs the animation studio backwards: from a finished episode to the drawings behind it.

    import dougagen as dg

    for drawing in dg.drawings("episode.mkv"):           # each distinct drawing, and when it is on screen
        ...
    for triplet in dg.reconstruct(["a.png", "b.png"]):   # color, cel mask and douga of pictures
        ...
    dg.extract("season1/", out="shards/")                # what `dougagen extract` does
    dg.open_dataset("shards/")[0].triplet.douga          # the dataset, record by record
    dg.timesheet("episode.mkv")                          # shots and exposures
    dg.scene(7, lines=720)                               # a studio scene with its exact truth
    dg.palette                                           # uint8[10, 3]: the colour of each class of douga

Pictures, records, datasets and timesheets show themselves in a notebook. Long calls show their progress;
``progress=False`` keeps them quiet. What goes wrong is a ``DougagenError`` of one line. Names are loaded when
they are first used: the import itself costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.17.0"

if TYPE_CHECKING:
    from dougagen.domain import PALETTE as palette  # noqa: N811 - a value to look at, as numpy's pi
    from dougagen.domain import DougaClass, Drawing, Record, Triplet
    from dougagen.door import drawings, extract, reconstruct, scene, timesheet
    from dougagen.errors import DougagenError
    from dougagen.footage import Timesheet
    from dougagen.reconstruction import NetworkReconstructor
    from dougagen.shards import Dataset, open_dataset

_HOME = {
    "drawings": "door",
    "extract": "door",
    "reconstruct": "door",
    "scene": "door",
    "timesheet": "door",
    "open_dataset": "shards",
    "palette": "domain:PALETTE",
    "Dataset": "shards",
    "DougaClass": "domain",
    "DougagenError": "errors",
    "Drawing": "domain",
    "NetworkReconstructor": "reconstruction",
    "Record": "domain",
    "Timesheet": "footage",
    "Triplet": "domain",
}
"""Name → the room that it comes from, and its name there where that is another."""

__all__ = [
    "Dataset",
    "DougaClass",
    "DougagenError",
    "Drawing",
    "NetworkReconstructor",
    "Record",
    "Timesheet",
    "Triplet",
    "drawings",
    "extract",
    "open_dataset",
    "palette",
    "reconstruct",
    "scene",
    "timesheet",
]


if not TYPE_CHECKING:  # with it mypy would believe in every name

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        room, _, there = _HOME[name].partition(":")
        value = getattr(import_module(f"{__name__}.{room}"), there or name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""WORDS TO CHOOSE BETWEEN: said once, for the library, its command line and files of options.

Light: nothing is imported, so that the command line knows the words before it opens a room.
"""

from __future__ import annotations

from typing import Literal

OnExisting = Literal["error", "skip", "redo"]
"""What happens to something that is there already, an episode under other options or a label: it is an error,
it stays, or it is replaced."""

OnRepeat = Literal["keep", "mark", "drop"]
"""What happens to a drawing that another episode of the dataset shows: kept unmarked, marked, or dropped."""

ColorCodec = Literal["png", "webp", "jxl"]
"""How the colour picture of a record is coded, without loss in all of them."""

LEAST_LINES = 16
"""Of a picture that is scaled: fewer show no drawing."""

ChosenBy = Literal["variety", "uncertainty", "both"]
"""What makes a frame worth drawing."""

TaskName = Literal["cel", "douga"]
"""What a network reads, as a word; ``networks.Task`` has the same."""

LineKindName = Literal["canny", "xdog", "douga", "exact"]
"""Which lines a colouriser learns from; ``colorization.LineKind`` has the same."""

LINE_KINDS: tuple[LineKindName, ...] = ("canny", "xdog", "douga", "exact")

COLORIZERS = ("ours", "artist-guided", "two-stage")
"""What ``train colorizer --config`` can be beside a file."""

Trained = Literal["cel", "douga", "areas", "cel-areas", "colorizer"]
"""What ``train`` trains: a network that reads pictures, or one that is made of what they read."""

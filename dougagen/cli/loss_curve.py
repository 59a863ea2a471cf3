"""The log of a training as a line of bars."""

from __future__ import annotations

import csv
import io
from itertools import pairwise
from pathlib import Path

from dougagen.files import open_file

_BARS = "▁▂▃▄▅▆▇█"


def curve_of(log: Path, width: int = 40) -> str:
    """The loss over the run as a line of bars; each is the mean of a stretch."""
    try:
        with io.TextIOWrapper(open_file(log, below=log.parent), encoding="utf-8", newline="") as file:
            losses = [float(row["loss"]) for row in csv.DictReader(file)]
    except OSError:
        return ""
    count = min(width, len(losses))
    if count < 2:
        return ""
    ends = [len(losses) * n // count for n in range(count + 1)]
    means = [sum(losses[a:b]) / (b - a) for a, b in pairwise(ends)]
    low, span = min(means), max(max(means) - min(means), 1e-9)
    return "".join(_BARS[min(int((mean - low) / span * len(_BARS)), len(_BARS) - 1)] for mean in means)

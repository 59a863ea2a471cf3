"""Long episodes from short clips."""

from __future__ import annotations

from itertools import chain, repeat
from pathlib import Path

from dougagen.footage import decode, open_episode
from dougagen.studio.delivery.clips import write_clip


def repeated(source: Path, target: Path, times: int) -> Path:
    """``source`` shown ``times`` times in a row, coded anew."""
    episode = open_episode(source)
    with decode(episode) as stream:
        pictures = [frame.rgb() for frame in stream]
    write_clip(target, chain.from_iterable(repeat(pictures, times)), crf=21, preset="ultrafast")
    return target

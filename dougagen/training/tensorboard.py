"""Curves for TensorBoard, where the extra ``dougagen[train]`` is installed."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dougagen.files import folder_at

_SUFFIX = ".dougagen"
_LARGEST = 3.4e38  # of a 32-bit float, in which the format holds a figure

_log = logging.getLogger(__name__)


class Curves:
    """One file of events in a folder; every call leaves whole records, so that a killed run can be read."""

    def __init__(self, folder: Path, *, is_new_run: bool) -> None:
        """Files that an earlier run of ours left in ``folder``, ``OUT/tensorboard/TASK``, go if this is a new
        one, else they stay.

        Raises ImportError without tensorboardX, OSError, FolderRefused where a link lies on the way.
        """
        # not SummaryWriter: its queue and two threads lose the last figures of a run that is killed
        from tensorboardX.event_file_writer import EventsWriter

        with folder_at(folder, below=folder.parents[1], make=True) as opened:
            for name in opened.names() if is_new_run else ():
                if name.startswith("events.out.tfevents.") and name.endswith(_SUFFIX):
                    opened.remove(name)
        self._writer: Any = EventsWriter(str(folder / "events"), f".{time.time_ns()}{_SUFFIX}")
        self._writer.flush()

    def add(self, scalars: Mapping[str, float], *, step: int) -> None:
        """A figure for every tag at ``step``; those that are not finite have no place in a curve."""
        from tensorboardX.proto.event_pb2 import Event
        from tensorboardX.proto.summary_pb2 import Summary

        values = [
            Summary.Value(tag=tag, simple_value=figure)
            for tag, figure in scalars.items()
            if math.isfinite(figure) and abs(figure) <= _LARGEST
        ]
        self._writer.write_event(Event(wall_time=time.time(), step=step, summary=Summary(value=values)))
        self._writer.flush()

    def close(self) -> None:
        """Let go of the file."""
        self._writer.close()


def open_curves(folder: Path, *, is_new_run: bool) -> Curves | None:
    """The curves of a run, or None and a line in the log where the extra is missing."""
    try:
        return Curves(folder, is_new_run=is_new_run)
    except ImportError:
        _log.warning(
            "no curves for TensorBoard, only the CSV files beside the weights; "
            "for curves: pip install 'dougagen[train]'"
        )
        return None

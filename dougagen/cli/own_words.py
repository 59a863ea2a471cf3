"""Standard error for our words alone: libraries in C write about a stranger's picture there as they like."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_STANDARD_ERROR = 2


@contextmanager
def only_our_words() -> Iterator[None]:
    """Inside, ``sys.stderr`` goes where it went, and what is written past it (libpng's and OpenCV's remarks
    on a damaged picture) goes nowhere, as in the workers and decoders of a run: we say in a line of ours what
    is wrong, and where. Without a real standard error nothing is done."""
    before = sys.stderr
    try:
        if before.fileno() != _STANDARD_ERROR:
            yield
            return
    except (AttributeError, OSError, ValueError):  # replaced or closed
        yield
        return
    kept = os.dup(_STANDARD_ERROR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STANDARD_ERROR)
    os.close(nowhere)
    ours = io.TextIOWrapper(
        io.FileIO(kept, "w", closefd=False),
        encoding=before.encoding,
        errors=before.errors,
        line_buffering=True,
        write_through=True,
    )
    sys.stderr = ours
    try:
        yield
    finally:
        sys.stderr = before
        os.dup2(kept, _STANDARD_ERROR)
        os.close(kept)

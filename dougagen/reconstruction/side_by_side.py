"""Work on the pictures of a batch at once: a GPU reads eight while one core would refine one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Made = TypeVar("Made")


def side_by_side(make: Callable[..., Made], *arguments: Iterable[object]) -> list[Made]:
    """``map(make, *arguments)`` by as many threads as there are cores; one picture alone by this one.

    For work that OpenCV and NumPy do without holding the interpreter.
    """
    calls = list(zip(*arguments, strict=True))
    if len(calls) < 2:
        return [make(*call) for call in calls]
    with ThreadPoolExecutor(min(len(calls), os.cpu_count() or 1), thread_name_prefix="pictures") as pool:
        return list(pool.map(lambda call: make(*call), calls))

"""Processes that help a training: helpers with one torch thread each."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import torch

from dougagen.processes.pools import HelperProcesses

_NICENESS = 3
"""Behind the network that learns, before the studio that draws (5): a crop that is late stops a GPU."""


class TrainingHelpers(HelperProcesses):
    """A few processes with one thread each; a context manager."""

    def __init__(
        self,
        count: int,
        *,
        purpose: str,
        begin: Callable[..., None] | None = None,
        arguments: tuple[Any, ...] = (),
    ) -> None:
        """``begin(*arguments)`` runs once in each; ``purpose`` is for the line about one that was killed."""
        super().__init__(
            count,
            purpose=purpose,
            remedy="is there enough memory? use fewer of them",
            niceness=_NICENESS,
            deaf_to=(signal.SIGINT, signal.SIGTERM),
            begin=_begin_work,
            arguments=(begin, arguments),
        )


def _begin_work(begin: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    torch.set_num_threads(1)
    if begin is not None:
        begin(*arguments)

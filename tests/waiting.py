"""Waiting for what happens in its own time: processes that end, threads that come to rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 120.0
"""Seconds: what is waited for takes milliseconds, on a machine where others wait, too, sometimes many."""


def comes(is_there: Callable[[], object], *, seconds: float = PATIENCE) -> bool:
    """Whether something comes to be."""
    deadline = time.monotonic() + seconds
    while not is_there():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def ends(goes_on: Callable[[], object], *, seconds: float = PATIENCE) -> bool:
    """Whether something comes to an end."""
    return comes(lambda: not goes_on(), seconds=seconds)


def is_alive(pid: int) -> bool:
    """Whether a process runs. One that has ended and that nobody has asked after (Z) does not: the first
    process of a container need not ask after the children of others."""
    return _stat(pid)[:1] not in ([], ["Z"], ["X"])


def is_group_alive(group: int) -> bool:
    """Whether a process of this process group runs."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    stats = [stat for stat in map(_stat, pids) if len(stat) > 2]
    return any(stat[2] == str(group) and stat[0] not in ("Z", "X") for stat in stats)


def _stat(pid: int) -> list[str]:
    """State, parent, group …; nothing where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []

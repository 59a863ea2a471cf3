"""Networks whose first worker dies at its n-th file event, wherever a cluster puts it."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from pathlib import Path

import tiny

_ITSELF = 0


@dataclass(frozen=True)
class DoomedLoad(tiny.Load):
    """Those of ``tiny.Load``; whoever is the first to make ``token`` gets SIGKILL at the ``event``-th write,
    sync, rename or removal below ``out`` (0: never). Needs ``failing_disk.so`` before the C library."""

    out: str = ""
    event: int = 0
    token: str = ""

    def __call__(self, number: int, jobs: int) -> tiny.FakeNetworks:
        networks = super().__call__(number, jobs)
        if self.event and _is_made(Path(self.token)):
            ctypes.CDLL(None).arm(os.fsencode(self.out), ctypes.c_long(self.event), _ITSELF)
        return networks


def _is_made(token: Path) -> bool:
    try:
        token.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True

"""Memory that several processes see and that has no name: nothing can be left behind in /dev/shm.

``multiprocessing.shared_memory`` and torch's ``file_system`` tensors are files in /dev/shm, which outlive a
killed process and of which a container often has 64 MB. A memfd is bounded by memory alone and goes with the
last process that holds it.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Callable
from multiprocessing import reduction
from typing import Any

import numpy as np
from numpy.typing import NDArray


class SharedMemory:
    """Bytes that a spawned process can be given as an argument; in it they are the same bytes."""

    def __init__(self, size: int) -> None:
        """``size`` in bytes; pages that nobody writes to take no memory."""
        self._open(_anonymous_file(), size)
        os.ftruncate(self._file, size)
        self._map()

    def _open(self, file: int, size: int) -> None:
        self._file, self.size = file, size

    def _map(self) -> None:
        self.bytes: NDArray[np.uint8] = np.frombuffer(mmap.mmap(self._file, self.size), np.uint8)

    def __reduce__(self) -> tuple[Callable[..., SharedMemory], tuple[Any, int]]:
        return _received, (reduction.DupFd(self._file), self.size)

    def close(self) -> None:
        """Give the file up; the bytes go with the last array that shows them."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
            del self.bytes


def _received(file: Any, size: int) -> SharedMemory:
    memory = SharedMemory.__new__(SharedMemory)
    memory._open(file.detach(), size)
    memory._map()
    return memory


def _anonymous_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("dougagen", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:  # unlinked already: macOS has no memfd
        return os.dup(file.fileno())

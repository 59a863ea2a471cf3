"""How processes of one run talk: pickles on a pipe, large arrays beside them, nothing executed.

A message is its pickle and the buffers of its arrays, each behind its length, so that a picture crosses
without being copied into the pickle (protocol 5). The reader takes values of our own types and of a few that
they are made of: a decoder that a hostile file has taken over can lie, but not run anything in its parent.
"""

from __future__ import annotations

import io
import logging
import os
import pickle
import select
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from dougagen.runs.words import Noticed

_LENGTH = struct.Struct("<Q")
_LARGEST = 1 << 30
"""Bytes of a pickle or a buffer: a picture of 16K × 16K and nothing larger."""
_MOST_BUFFERS = 64
_WRITTEN_AT_ONCE = 1 << 20
_WAITED_AT_ONCE = 0.25  # s
_OURS = ("dougagen.domain.", "dougagen.errors", "dougagen.runs.words")
_OTHERS = frozenset(
    {
        ("fractions", "Fraction"),
        ("pathlib", "PosixPath"),
        ("pathlib", "WindowsPath"),
        ("dougagen.files.addresses", "StorePath"),
        ("numpy", "dtype"),
        ("numpy._core.numeric", "_frombuffer"),
        ("numpy._core.multiarray", "scalar"),
    }
)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _OTHERS:
            return super().find_class(module, name)
        found = super().find_class(module, name) if module.startswith(_OURS) else None
        if not isinstance(found, type) or found.__module__ != module:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a message")
        return found


class Sender:
    """The writing end of a pipe; several threads may send."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._lock = threading.Lock()

    def send(self, message: object) -> None:
        """Waits while the pipe is full. Raises OSError where nobody reads any more."""
        buffers: list[pickle.PickleBuffer] = []
        body = pickle.dumps(message, protocol=5, buffer_callback=buffers.append)
        views = [buffer.raw() for buffer in buffers]
        lengths = b"".join(_LENGTH.pack(n) for n in (len(views), len(body), *(v.nbytes for v in views)))
        with self._lock:
            self._write(memoryview(lengths + body))
            for view in views:
                self._write(view)

    def _write(self, data: memoryview) -> None:
        at = 0
        while at < len(data):
            at += os.write(self._handle, data[at : at + _WRITTEN_AT_ONCE])

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


class Receiver:
    """The reading end of a pipe, for one thread."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._poll = select.poll()
        self._poll.register(handle, select.POLLIN)
        self.waited = 0.0
        """Seconds that the last ``receive`` with a limit waited; a time in which we were stopped is none."""

    def fileno(self) -> int:
        return self._handle

    def receive(self, seconds: float | None = None) -> Any:
        """The next message. Raises TimeoutError after ``seconds`` in which nothing came, EOFError at the end
        of the pipe, pickle.UnpicklingError at what is no message."""
        self.waited = 0.0
        return self._receive(_Unpickler, seconds)

    def receive_trusted(self) -> Any:
        """The next message of our parent, which may be of any type. Raises EOFError."""
        return self._receive(pickle.Unpickler, None)

    def _receive(self, unpickler: type[pickle.Unpickler], seconds: float | None) -> Any:
        count, size = (self._length(seconds) for _ in range(2))
        if count > _MOST_BUFFERS:
            raise pickle.UnpicklingError(f"a message of {count} buffers")
        sizes = [self._length(seconds) for _ in range(count)]
        body = self._read(size, seconds)
        buffers = [self._read(n, seconds) for n in sizes]
        try:
            return unpickler(io.BytesIO(body), buffers=buffers).load()
        except pickle.UnpicklingError:
            raise
        except Exception as error:  # a pickle that lies can raise anything
            raise pickle.UnpicklingError(f"no message: {error!r}") from error

    def _length(self, seconds: float | None) -> int:
        length = int(_LENGTH.unpack(self._read(_LENGTH.size, seconds))[0])
        if length > _LARGEST:
            raise pickle.UnpicklingError(f"a message of {length} bytes")
        return length

    def _read(self, size: int, seconds: float | None) -> memoryview:
        view: memoryview = np.empty(size, np.uint8).data  # a bytearray would be filled with zeros first
        at = 0
        while at < size:
            if seconds is not None:
                self._wait(seconds)
            got = os.readv(self._handle, [view[at:]])
            if not got:
                raise EOFError
            at += got
        return view

    def _wait(self, seconds: float) -> None:
        """Until something comes. A short wait that took long was a stop (SIGSTOP, a laptop that slept): it
        counts as the short wait, since whoever we wait for was stopped, too."""
        left = seconds
        while True:
            at_once = min(left, _WAITED_AT_ONCE)
            began = time.monotonic()
            came = self._poll.poll(1000 * at_once)
            self.waited += min(time.monotonic() - began, at_once)
            left -= at_once
            if came:
                return
            if left <= 0:
                raise TimeoutError

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


class Forward(logging.Handler):
    """What a child logs, from warnings on, goes to its parent: nobody reads a child's standard error."""

    def __init__(self, sender: Sender, *, name: str = "") -> None:
        """``name`` is left out where a line begins with it: the parent knows whom it hears."""
        super().__init__(logging.WARNING)
        self._sender, self._name = sender, name

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage().removeprefix(self._name).removeprefix(":").strip()
        with suppress(OSError):  # the parent is gone, and the watch ends us
            self._sender.send(Noticed(text))


class Ticker:
    """Sends what ``state()`` says every now and then, from a thread of its own, until it is closed."""

    def __init__(self, sender: Sender, state: Callable[[], object], *, seconds: float) -> None:
        self._sender, self._state, self._seconds = sender, state, seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dougagen-ticker", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            try:
                self._sender.send(self._state())
            except OSError:
                return

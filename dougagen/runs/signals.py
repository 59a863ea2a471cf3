"""Signals that wait for a moment at which they can be heard."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self


class PostponedSignals:
    """SIGINT and SIGTERM are noted, and done by ``check``; a context manager.

    For the time in which code of others is at work that swallows exceptions, as Ray does.
    """

    def __init__(self) -> None:
        self._before: dict[int, Callable[[int, FrameType | None], Any]] = {}
        self._came: int | None = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                handler = signal.getsignal(number)
                if callable(handler):
                    self._before[number] = handler
                    signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if error is None:
            self.check()

    def _note(self, number: int, _: FrameType | None) -> None:
        self._came = self._came or number

    def check(self) -> None:
        number, self._came = self._came, None
        if number is not None:
            self._before[number](number, None)

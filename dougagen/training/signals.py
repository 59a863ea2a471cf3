"""A signal to end comes between two steps, never within one: weights, average and step must fit together."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class WholeSteps:
    """While it is entered, SIGINT and SIGTERM wait for the end of ``whole()`` blocks; then whoever handled
    them before handles them (the command line raises, Python raises KeyboardInterrupt).

    Outside the main thread, where Python handles no signal, it does nothing.
    """

    def __init__(self) -> None:
        self._before: dict[int, Any] = {}
        self._came: list[tuple[int, FrameType | None]] = []
        self._is_within = False

    def __enter__(self) -> WholeSteps:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                before = signal.getsignal(number)
                if callable(before):
                    self._before[number] = before
                    signal.signal(number, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            if signal.getsignal(number) == self._take:  # else it was handled, and the handler set another
                signal.signal(number, before)
        self._before.clear()

    @contextmanager
    def whole(self) -> Generator[None, None, None]:
        """What happens in here happens to its end."""
        self._is_within = True
        try:
            yield
        finally:
            self._is_within = False
        if self._came:
            number, frame = self._came.pop()
            self._came.clear()
            self._handle(number, frame)

    def _take(self, number: int, frame: FrameType | None) -> None:
        if self._is_within:
            self._came.append((number, frame))
        else:
            self._handle(number, frame)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        before: Callable[[int, FrameType | None], object] = self._before[number]
        before(number, frame)

"""Presentation times from the stamps of a file, which may be missing, jump back, or be wrong once."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from av import VideoFrame

_RESET = Fraction(1)  # s; a jump back by more is a clock that began anew, by less a faulty stamp


class FrameClock:
    """Seconds from the first picture; they always grow.

    A missing or backward stamp counts on by one announced frame. A forward jump is a gap in the file, unless
    the next stamp lies before it: then the stamp was wrong. A clock that begins anew (joined transport
    streams) goes on from where it was.
    """

    def __init__(self, *, usual: Fraction) -> None:
        self._usual = usual
        self._origin: Fraction | None = None
        self._time: Fraction | None = None

    def time_of(self, stamp: Fraction | None, following: Fraction | None) -> Fraction:
        """The time of the picture stamped ``stamp``, in seconds; ``following`` is the next picture's."""
        counted = Fraction(0) if self._time is None else self._time + self._usual
        before = -self._usual if self._time is None else self._time
        self._time = counted
        if stamp is None:
            return counted
        if self._origin is None or stamp - self._origin < before - _RESET:
            self._origin = stamp - counted
        told = stamp - self._origin
        wrong_once = following is not None and before < following - self._origin < told
        if told > before and not wrong_once:
            self._time = told
        return self._time


def stamped(
    pictures: Iterator[VideoFrame], *, decoding_order: bool = False
) -> Iterator[tuple[VideoFrame, Fraction | None, Fraction | None]]:
    """Each picture with its stamp and the next one's, in seconds of the file's clock; one picture late.

    ``decoding_order``: the container knows no other stamps (AVI). FFmpeg passes them off as presentation
    stamps too, wrongly where pictures are reordered.
    """
    waiting: tuple[VideoFrame, Fraction | None] | None = None
    for picture in pictures:
        base, ticks = picture.time_base, picture.dts if decoding_order else picture.pts
        stamp = ticks * Fraction(base) if ticks is not None and base else None
        if waiting is not None:
            yield *waiting, stamp
        waiting = picture, stamp
    if waiting is not None:
        yield *waiting, None

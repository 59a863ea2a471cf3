"""How far a flow has come, and how long it will take: counted up to what is written, stage by stage.

Drawings go through a flow in order, each standing for the frames that show it. So the place of a drawing says
how many frames lie behind it, whatever became of those before. What is left of a stage is what it has not
seen yet, at the speed that it had so far; stages overlap, so the slowest of them says how long it takes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self, TypeVar

DECODING, NETWORKS, WRITING, COMMITTING = "decoding", "networks", "writing", "committing"
"""Words for the stage that is worked on."""


class Placed(Protocol):
    """A drawing, as far as it matters here."""

    @property
    def drawing_index(self) -> int: ...

    @property
    def held_frames(self) -> int: ...


T = TypeVar("T")
D = TypeVar("D", bound=Placed)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an episode has come."""

    frames: int
    """Frames whose drawings are written, or left out."""
    frames_expected: int | None
    """What the container announces, and what there is once all is decoded; None where nobody knows."""
    records: int
    stage: str
    """What the next drawing waits for, in a word, and how much of it is done where a step takes long."""
    seconds_left: float | None
    """None where nothing can be said yet."""


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a stage is."""

    frames: int = 0
    drawings: int = 0


class Headway:
    """Where each stage of a flow is. Stages tell it from their threads; ``now`` may be asked from any."""

    def __init__(
        self,
        *,
        expected: int | None,
        decoded: Callable[[], int],
        busy: Callable[[], float],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """``expected`` frames; ``decoded`` says how many the decoder has handed out, ``busy`` how many
        seconds the networks have worked on what they have given back."""
        self._expected, self._decoded, self._busy, self._clock = expected, decoded, busy, clock
        self._began = clock()
        self._lock = threading.Lock()
        self._behind: dict[int, _Place] = {}  # drawing -> what there is up to it
        self._found = self._read = self._written = _Place()
        self._records = 0
        self._read_seconds, self._read_at = 0.0, self._began
        self._share = 0.0  # of the batch at hand, if that is told
        self._window_at: float | None = None
        self._ended = False

    def finding(self, drawings: Iterable[D]) -> Iterator[D]:
        """The drawings, each noted as it goes to the networks."""
        for drawing in drawings:
            with self._lock:
                known = self._found
                self._found = _Place(known.frames + drawing.held_frames, known.drawings + 1)
                self._behind[drawing.drawing_index] = self._found
            yield drawing
        with self._lock:
            self._ended = True

    def reading(self, results: Iterable[T]) -> Iterator[T]:
        """What comes out of the networks. They work by batches: with the first result of one all is read that
        had been handed to them."""
        for result in results:
            with self._lock:
                if self._found != self._read:
                    self._read, self._read_seconds, self._read_at = self._found, self._busy(), self._clock()
                    self._share, self._window_at = 0.0, None
            yield result

    def within(self, share: float) -> None:
        """The networks have done so much, in [0, 1], of the drawings that were handed to them together."""
        with self._lock:
            if not share:
                self._window_at = self._clock()
            self._share = share

    def wrote(self, drawing_index: int) -> None:
        """The row of a drawing is written, and so are those of all before it that became rows."""
        with self._lock:
            self._records += 1
            self._written = self._behind.get(drawing_index, self._written)
            for passed in [index for index in self._behind if index <= drawing_index]:
                del self._behind[passed]

    def ended(self) -> None:
        """All rows are written; drawings that are left became none."""
        with self._lock:
            self._behind.clear()
            self._read = self._written = self._found

    def now(self) -> Progress:
        """As it stands."""
        decoded = self._decoded()
        with self._lock:
            total = self._found.frames if self._ended else self._expected
            if total is not None:
                total = max(total, self._found.frames)
            return Progress(
                self._written.frames, total, self._records, self._stage(), self._left(total, decoded)
            )

    def _stage(self) -> str:
        if self._ended and not self._behind:
            return COMMITTING
        if self._found != self._read:
            return f"{NETWORKS} {100 * self._share:.0f} %" if self._share else NETWORKS
        return WRITING if self._read != self._written else DECODING

    def _left(self, total: int | None, decoded: int) -> float | None:
        """Of decoding by frames, of the networks and all behind them by drawings: a hold of a second costs
        the one a second of film, the others one picture."""
        found, now = self._found, self._clock()
        # of the batch at hand counts what is done of it, at what it took; else it is that it takes some time
        handed = self._share * (found.drawings - self._read.drawings)
        read = self._read.drawings + handed
        if total is None or not read:
            return None
        to_come = 0.0 if self._ended else (total - found.frames) / found.frames * found.drawings
        drawings = found.drawings + to_come
        of_decoding = 0.0 if self._ended else _rest(total, max(decoded, found.frames), now - self._began)
        if self._window_at is not None and handed:
            of_networks = _rest(drawings, read, self._read_seconds + now - self._window_at)
        else:
            since = now - self._read_at if found != self._read else 0.0
            of_networks = max(0.0, _rest(drawings, read, self._read_seconds) - since)
        of_writing = _rest(drawings, self._written.drawings, now - self._began) if self._all_read else 0.0
        return max(of_decoding, of_networks, of_writing)

    @property
    def _all_read(self) -> bool:
        """Only then does the speed of writing say something of writing; before, it is the networks'."""
        return self._ended and self._read == self._found


def _rest(total: float, done: float, seconds: float) -> float:
    """What is left of ``total`` at the speed of ``done`` in so many seconds."""
    return (total - done) * seconds / done if done else 0.0


class Beat:
    """Calls a function every now and then from a thread of its own; a context manager."""

    def __init__(self, call: Callable[[], object], *, seconds: float) -> None:
        self._call, self._seconds = call, seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dougagen-beat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            self._call()

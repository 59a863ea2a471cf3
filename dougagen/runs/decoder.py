"""The footage room in a process of its own, without torch: what a hostile file can break is this process.

The parent's half is ``DecoderProcess``; the child's is ``main``. The child hashes and opens the file, then
sends drawings, and tells every half second how far it is. It ends with an exit code of its own when it
outgrows its bound on memory, and offers itself first to the system when memory runs out.
"""

from __future__ import annotations

import logging
import resource
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from pickle import UnpicklingError
from types import TracebackType
from typing import Any, Self

import numpy as np

from dougagen.domain import Drawing, Episode, FootageCounts, PictureArea
from dougagen.errors import ConfigError, DougagenError, EpisodeError, quoted
from dougagen.footage import Footage, likely_borders, open_episode, read_footage
from dougagen.processes.streams import StageClock
from dougagen.runs.children import OUT_OF_MEMORY, Child, in_words, watch
from dougagen.runs.messages import Forward, Receiver, Sender, Ticker
from dougagen.runs.words import (
    Begun,
    Borders,
    Ended,
    Failed,
    FileIdentity,
    Noticed,
    Opened,
    Seam,
    Tick,
    Unpictured,
)

_TICK_SECONDS = 0.5
_SLACK_BYTES = 2 << 30
"""How far allocations may go beyond the bound on memory in use: FFmpeg asks for more than it touches."""
_DEATH_SECONDS = 5.0
_PIXEL = np.zeros((1, 1, 3), np.uint8)
_ENCODE_AGAIN = "encode the file again, for example with `ffmpeg -i FILE -c:v libx264 FILE.mkv`"


@dataclass(frozen=True, slots=True)
class DecoderLimits:
    """How long and how large a decoder may become before its episode is given up."""

    stall_seconds: float = 120.0
    """Without a new frame. A frame takes milliseconds; a disk of the network may sleep for a minute."""
    memory_bytes: int = 4 << 30
    """In use. 4K with 16 decoding threads takes about 1.5 GB."""

    def __post_init__(self) -> None:
        if self.stall_seconds <= 0:
            raise ConfigError(f"the decoder's patience must be positive, got {self.stall_seconds:g} s")
        if self.memory_bytes < 256 << 20:
            raise ConfigError(f"the decoder needs at least 0.25 GB, got {self.memory_bytes / 2**30:g} GB")


_USUAL = DecoderLimits()


@dataclass(frozen=True, slots=True)
class _Request:
    path: Path
    memory_bytes: int
    opened: Opened | None = None
    """By another decoder: the file is hashed once."""


@dataclass(frozen=True, slots=True)
class _BordersRequest:
    options: Mapping[str, Any]
    """Of ``likely_borders``."""


@dataclass(frozen=True, slots=True)
class _FootageRequest:
    options: Mapping[str, Any]
    """Of ``read_footage``."""
    max_drawings: int | None
    pictures: bool = True
    """False: who asks wants to know when drawings are on screen, and gets black pictures."""


class DecoderProcess:
    """A decoder at work on one file, on one stretch after another; a context manager that leaves no process
    behind."""

    def __init__(
        self,
        path: Path,
        *,
        limits: DecoderLimits = _USUAL,
        notice: Callable[[Noticed], None] = lambda _: None,
    ) -> None:
        """``notice`` is told what the child logs from warnings on: no CUDA, HDR, bars that were used."""
        self._path, self._limits, self._notice = path, limits, notice
        self._child = Child(__name__, deaf_to=(signal.SIGINT, signal.SIGTERM))
        self._waited = 0.0  # s, in all
        self._moved, self._moved_at = -1, 0.0  # how far it was, and what we had waited by then
        self.last = Tick(0)
        """The latest that the child said of its progress."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()

    def open(self, known: Opened | None = None) -> Opened:
        """Hash and open the file, unless another decoder did. Raises EpisodeError, as for everything that
        goes wrong in the child."""
        self._ask(_Request(self._path, self._limits.memory_bytes, known))
        opened = self.receive()
        if not isinstance(opened, Opened):
            raise self._nonsense(opened)
        return opened

    def stop(self) -> None:
        """End the child; whoever waits for it in another thread hears that it died."""
        self._child.stop()

    def borders(self, **options: Any) -> Borders:
        """Where the opened file is likely to be parted: ``likely_borders`` with these ``options``."""
        self._ask(_BordersRequest(options))
        borders = self.receive()
        if not isinstance(borders, Borders):
            raise self._nonsense(borders)
        return borders

    def footage(
        self,
        _: Episode,
        *,
        clock: StageClock,
        max_drawings: int | None = None,
        pictures: bool = True,
        **options: Any,
    ) -> FarFootage:
        """The drawings of the opened file: ``read_footage`` with these ``options``, but over there.

        The child stops after ``max_drawings``: what it decodes beyond them would depend on the clock. Without
        ``pictures`` the image of each drawing is black, of its size, and takes no memory.
        """
        self._ask(_FootageRequest(options, max_drawings, pictures))
        begun = self.receive()
        if not isinstance(begun, Begun):
            raise self._nonsense(begun)
        self.last = begun.first
        return FarFootage(self, clock, picture_area=begun.picture_area, max_drawings=max_drawings)

    def receive(self) -> Any:
        """The next message that is no tick. Time counts only while we wait: a full pipe is no hang."""
        self._moved_at = self._waited
        while True:
            left = self._moved_at + self._limits.stall_seconds - self._waited
            try:
                message = self._child.receiver.receive(max(left, 0.001))
            except TimeoutError:
                raise self._stalled() from None
            except EOFError:
                raise self._died() from None
            except UnpicklingError as error:
                raise self._nonsense(error) from error
            self._waited += self._child.receiver.waited
            if isinstance(message, Failed):
                raise message.error
            if isinstance(message, Noticed):
                self._notice(message)
                continue
            if not isinstance(message, Tick):
                return message
            self._heard(message)
            if left <= 0:
                raise self._stalled()

    def _heard(self, tick: Tick) -> None:
        self.last = tick
        if tick.moved != self._moved:
            self._moved, self._moved_at = tick.moved, self._waited

    def _ask(self, message: object) -> None:
        try:
            self._child.sender.send(message)
        except BrokenPipeError:
            raise self._died() from None

    def _stalled(self) -> EpisodeError:
        return EpisodeError(
            f"the decoder hangs: nothing arrived for {self._limits.stall_seconds:g} s{self._so_far()}",
            where=self._path,
            remedy=f"{_ENCODE_AGAIN}, or allow more time with --stall",
        )

    def _died(self) -> EpisodeError:
        code = self._child.wait(_DEATH_SECONDS)
        if code == OUT_OF_MEMORY:
            bound = f"{self._limits.memory_bytes / 2**30:g} GB"
            return EpisodeError(
                f"decoding takes more than {bound} of memory{self._so_far()}",
                where=self._path,
                remedy=f"{_ENCODE_AGAIN}, or allow more with --decoder-memory",
            )
        how = in_words(code) if code is not None else "closed its pipe"
        advice = _ENCODE_AGAIN
        if code == -signal.SIGKILL:
            advice = "the system may be short of memory: run fewer jobs, or run it again"
        return EpisodeError(f"the decoder died ({how}){self._so_far()}", where=self._path, remedy=advice)

    def _so_far(self) -> str:
        frames = self.last.counts.frames_decoded
        return f" after {frames} frames" if frames else ""

    def _nonsense(self, what: object) -> EpisodeError:
        return EpisodeError(
            f"the decoder went wrong ({_first_line(what)})", where=self._path, remedy=_ENCODE_AGAIN
        )


class FarFootage(Iterator[Drawing]):
    """Footage that is read in another process."""

    def __init__(
        self,
        decoder: DecoderProcess,
        clock: StageClock,
        *,
        picture_area: PictureArea,
        max_drawings: int | None,
    ) -> None:
        self._decoder, self._clock = decoder, clock
        self.picture_area = picture_area
        self._left = max_drawings
        self._ended = False
        self.seams: set[int] = set()
        """Frames at which another decoder may take over, those of the drawings so far among them."""
        self.ended_at: Seam | None = None
        """The seam at which another decoder has to go on; None: not known yet, or there is no more."""

    @property
    def counts(self) -> FootageCounts:
        """As of ``Footage``, by the child's latest word."""
        return self._decoder.last.counts

    def __next__(self) -> Drawing:
        if self._ended:
            raise StopIteration
        message = self._decoder.receive()
        while isinstance(message, Seam):
            self.seams.add(message.index)
            message = self._decoder.receive()
        if isinstance(message, Unpictured):
            black = np.broadcast_to(_PIXEL, (*message.size, 3))
            message = replace(message.drawing, image=black)
        if not isinstance(message, Drawing):
            self._end(message)
            raise StopIteration
        if self._left is not None:
            self._left -= 1
            if self._left == 0:  # whoever wants no more does not ask for the end, and the counts come with it
                self._end(self._decoder.receive())
        return message

    def _end(self, message: object) -> None:
        self._ended = True
        if not isinstance(message, Ended):
            raise self._decoder._nonsense(message)
        self._decoder.last, self.ended_at = message.last, message.seam
        for stage, seconds in message.last.seconds.items():
            self._clock.charge(stage, seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended = True


class _State:
    """What the child says of its progress."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.bytes_read = 0
        self.footage: Footage | None = None
        self.before = 0  # all that moved in stretches before this one
        self.clock = StageClock()

    def begin(self, footage: Footage) -> None:
        """Another stretch of the file; its seconds begin at nothing."""
        self.before = self.tick().moved + 1
        self.footage = footage

    def read(self, position: int) -> None:
        self.bytes_read = position

    def tick(self) -> Tick:
        counts = self.footage.counts if self.footage is not None else FootageCounts()
        # packets: also before --start
        moved = self.before + self.bytes_read + counts.frames_decoded + counts.packets_read
        return Tick(moved, counts, self.clock.seconds())


def main(requests: Receiver, answers: Sender) -> None:
    """The child's work."""
    state = _State()
    try:
        request = requests.receive_trusted()
        assert isinstance(request, _Request)
        state.path = request.path
        logging.getLogger("dougagen").addHandler(Forward(answers, name=quoted(request.path.name)))
        _bound_memory(request.memory_bytes)
        watch(requests.fileno(), bound=request.memory_bytes)
        Ticker(answers, state.tick, seconds=_TICK_SECONDS)
        opened = request.opened or _opened(request.path, state)
        answers.send(opened)
        while True:  # until nobody asks any more
            asked = requests.receive_trusted()
            if isinstance(asked, _BordersRequest):
                likely = likely_borders(opened.episode, **asked.options)
                answers.send(Borders(tuple(Seam(*border) for border in likely)))
            else:
                answers.send(_send_drawings(opened, asked, answers, state))
    except DougagenError as error:
        answers.send(Failed(error))
    except MemoryError:
        raise SystemExit(OUT_OF_MEMORY) from None
    except (EOFError, BrokenPipeError):
        return
    except FileNotFoundError:
        answers.send(Failed(_vanished(state.path)))
    except Exception as error:  # noqa: BLE001 - a library's fault in a stranger's file is one line, too
        answers.send(Failed(EpisodeError(f"the decoder failed ({_first_line(error)})", where=state.path)))


def _opened(path: Path, state: _State) -> Opened:
    try:
        identity: FileIdentity | None = FileIdentity.of(path)
    except OSError:  # open_episode says it better
        identity = None
    episode = open_episode(path, on_read=state.read)
    return Opened(episode, identity or FileIdentity.of(path))


def _send_drawings(opened: Opened, request: object, answers: Sender, state: _State) -> Ended:
    assert isinstance(request, _FootageRequest)
    state.clock = StageClock()
    with read_footage(opened.episode, clock=state.clock, **request.options) as footage:
        state.begin(footage)
        answers.send(Begun(state.tick(), footage.picture_area))
        told = 0
        for drawing in islice(footage, request.max_drawings):
            for index, time in footage.seams.found[told:]:
                answers.send(Seam(index, time))
            told = len(footage.seams.found)
            if not request.pictures:
                height, width, _ = drawing.image.shape
                answers.send(Unpictured(replace(drawing, image=_PIXEL), (height, width)))
                continue
            # gaps between lines would go into the pickle
            image = np.ascontiguousarray(drawing.image)
            answers.send(drawing if image is drawing.image else replace(drawing, image=image))
        last = state.tick()
    _require_unchanged(opened.episode, opened.identity)
    ended_at = footage.seams.ended_at
    return Ended(replace(last, moved=last.moved + 1), Seam(*ended_at) if ended_at else None)


def _require_unchanged(episode: Episode, before: FileIdentity) -> None:
    """A file that was still being copied has another content than its hash says."""
    with suppress(FileNotFoundError):
        if FileIdentity.of(episode.path) == before:
            return
        raise EpisodeError(
            "changed while it was being read",
            where=episode.path,
            remedy="run again when nothing writes to it any more",
        )
    raise _vanished(episode.path)


def _vanished(path: Path | None) -> EpisodeError:
    return EpisodeError(
        "disappeared while it was being read", where=path, remedy="bring it back and run again"
    )


def _bound_memory(memory_bytes: int) -> None:
    """The watch stops slow growth, this a single allocation; and the system, when short, takes us first."""
    with suppress(OSError, ValueError):
        limit = memory_bytes + _SLACK_BYTES
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (limit if hard < 0 else min(limit, hard), hard))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _first_line(error: object) -> str:
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}" if lines[0] else type(error).__name__

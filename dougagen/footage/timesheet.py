"""The timesheet: which drawing is on screen when, as found in an episode or as known for a clip."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from dougagen.domain import Drawing, FrameSpan, Table, TurnedMove
from dougagen.domain.timing import clock
from dougagen.errors import EpisodeError
from dougagen.files import read_file
from dougagen.footage.moves import in_words, instructions, worth_telling

MOVING = "moving"
"""Name of the measure that says in which share of a drawing's frames the picture moved."""
_RATES = {1: "ones", 2: "twos", 3: "threes"}
_RHYTHMS = _RATES | {4: "fours"}
_USUAL_PICTURE = (480, 854)  # height and width where no drawing says them
_LARGEST_TRUTH = 64 << 20  # bytes; a feature film on ones is 2 MB
_SPOKEN_OF = 0.15  # share of a shot's exposures; a length that fewer have is no part of its rhythm


@dataclass(frozen=True, slots=True)
class Exposure:
    """One line of a timesheet."""

    shot_index: int
    drawing_index: int
    span: FrameSpan

    @property
    def rate(self) -> str:
        """``ones``, ``twos``, ``threes``, or ``longer``."""
        return _RATES.get(len(self.span), "longer")


@dataclass(frozen=True, slots=True)
class Run:
    """Drawings in a row, each held as long as the others: ``4–9 on twos``."""

    first: int
    """Number of the first drawing in the shot."""
    last: int
    """Number of the last one; each number between them once, in order."""
    held: int
    """Frames of each."""


@dataclass(frozen=True, slots=True)
class ShotSheet:
    """The timesheet of one shot, its drawings numbered from 1 as on an animator's sheet."""

    index: int
    exposures: tuple[Exposure, ...]
    """In order; at least one."""
    time: Fraction | None = None
    """Seconds from the first frame of the file to the first frame of the shot, where it is known."""
    moving: float | None = None
    """Share of the frames in which the camera or a layer moved, [0, 1]; None where it was not measured."""
    layer_moves: tuple[TurnedMove, ...] = ()
    """Where camera and layers lie, in px of the picture against the first frame of the shot; by frame and
    layer, 0 being the background with one for every frame. Empty where nothing moves."""
    picture: tuple[int, int] = _USUAL_PICTURE
    """Height and width of its pictures, px."""

    @property
    def moves(self) -> str:
        """``camera pans 312 px right, zoom 1.00→1.20``; empty where nothing moves."""
        return in_words(self.layer_moves, self.picture)

    @property
    def instructions(self) -> dict[str, list[tuple[FrameSpan, str]]]:
        """What each layer that moves does, from which frame to which: the camera's column of a sheet."""
        return instructions(self.layer_moves, self.picture)

    @property
    def span(self) -> FrameSpan:
        """From the first frame of the shot to its last."""
        return FrameSpan(self.exposures[0].span.start, self.exposures[-1].span.stop)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The drawing of each exposure, from 1 in the order in which they first appear."""
        known: dict[int, int] = {}
        return tuple(known.setdefault(line.drawing_index, len(known) + 1) for line in self.exposures)

    @property
    def drawings(self) -> int:
        """How many distinct drawings the shot has."""
        return len({line.drawing_index for line in self.exposures})

    @property
    def rhythm(self) -> str:
        """What the shot is animated on: ``twos``, ``threes + holds``, ``mixed``; ``held`` for one drawing.

        The last exposure has no say where there are others: the cut ends it, not the animator.
        """
        if len(self.exposures) == 1:
            return "held"
        lengths = Counter(_RHYTHMS.get(len(line.span), "holds") for line in self.exposures[:-1])
        usual = [name for name, n in lengths.most_common() if n >= _SPOKEN_OF * lengths.total()]
        return " + ".join(usual) if len(usual) <= 2 else "mixed"

    def runs(self) -> tuple[Run, ...]:
        """The exposures in short: drawings that follow each other, held alike, are one run."""
        runs: list[Run] = []
        for number, line in zip(self.numbers, self.exposures, strict=True):
            held = len(line.span)
            if runs and runs[-1].held == held and runs[-1].last + 1 == number:
                runs[-1] = Run(runs[-1].first, number, held)
            else:
                runs.append(Run(number, number, held))
        return tuple(runs)

    @property
    def in_short(self) -> str:
        """``runs`` in words: ``1–15 ×3, 16 ×12``."""
        return ", ".join(
            f"{run.first} ×{run.held}" if run.first == run.last else f"{run.first}–{run.last} ×{run.held}"
            for run in self.runs()
        )

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "shot": self.index,
            "start": self.span.start,
            "stop": self.span.stop,
            "time": None if self.time is None else float(self.time),
            "drawings": self.drawings,
            "rhythm": self.rhythm,
            "moving": self.moving,
            "moves": self.moves,
            "layer_moves": [asdict(move) for move in self.layer_moves],
            "exposures": [
                {
                    "drawing": line.drawing_index,
                    "number": number,
                    "start": line.span.start,
                    "stop": line.span.stop,
                    "rate": line.rate,
                }
                for number, line in zip(self.numbers, self.exposures, strict=True)
            ],
        }


@dataclass(frozen=True, slots=True)
class Timesheet:
    """All exposures of an episode, in order."""

    exposures: tuple[Exposure, ...]
    times: tuple[tuple[int, Fraction], ...] = ()
    """Shot → seconds at which it begins, where known."""
    frame_times: tuple[tuple[int, Fraction], ...] = ()
    """Frame → seconds at which it is shown, of the frame that stands for each drawing; in order."""
    moving: tuple[tuple[int, float], ...] = ()
    """Shot → share of its frames in which the camera or a layer moved, where measured."""
    layer_moves: tuple[tuple[int, tuple[TurnedMove, ...]], ...] = ()
    """Shot → where its layers lie (``ShotSheet.layer_moves``), for shots in which something moves."""
    picture: tuple[int, int] = _USUAL_PICTURE
    """Height and width of the pictures, px."""

    @classmethod
    def of(cls, drawings: Iterable[Drawing], *, frame_rate: Fraction | None = None) -> Timesheet:
        """The timesheet that the drawings were shot from; their pictures are let go one by one.

        With ``frame_rate`` shots get times: a drawing's is known for the frame that stands for it, which
        need not be its first.
        """
        lines: list[Exposure] = []
        times: dict[int, Fraction] = {}
        known: list[tuple[int, Fraction]] = []
        moved: dict[int, list[tuple[float, int]]] = {}
        moves: dict[int, list[TurnedMove]] = {}
        picture = _USUAL_PICTURE
        for drawing in drawings:
            lines += (Exposure(drawing.shot_index, drawing.drawing_index, e) for e in drawing.exposures)
            if frame_rate is not None:
                known.append((drawing.frame_index, drawing.time))
                early = drawing.frame_index - drawing.exposures[0].start
                begins = max(drawing.time - early / frame_rate, Fraction(0))
                times[drawing.shot_index] = min(begins, times.get(drawing.shot_index, begins))
            moves.setdefault(drawing.shot_index, []).extend(drawing.layer_moves)
            picture = (drawing.image.shape[0], drawing.image.shape[1])
            moved.setdefault(drawing.shot_index, []).extend(
                (measure.value, drawing.held_frames) for measure in drawing.measures if measure.name == MOVING
            )
        shares = {
            shot: sum(share * n for share, n in parts) / sum(n for _, n in parts)
            for shot, parts in moved.items()
            if parts
        }
        exposures = tuple(sorted(lines, key=lambda line: line.span))
        told = {
            shot.index: worth_telling(moves[shot.index], shot.span, picture) for shot in cls(exposures).shots
        }
        return cls(
            exposures,
            tuple(sorted(times.items())),
            tuple(sorted(known)),
            tuple(sorted(shares.items())),
            tuple((shot, of_shot) for shot, of_shot in sorted(told.items()) if of_shot),
            picture,
        )

    @property
    def starts(self) -> tuple[int, ...]:
        """The frames at which an exposure starts."""
        return tuple(line.span.start for line in self.exposures)

    @property
    def shot_starts(self) -> tuple[int, ...]:
        """The first frame of each shot."""
        return tuple(shot.span.start for shot in self.shots)

    @property
    def shots(self) -> tuple[ShotSheet, ...]:
        """The timesheet shot by shot."""
        lines: dict[int, list[Exposure]] = {}
        for line in self.exposures:
            lines.setdefault(line.shot_index, []).append(line)
        times, moving, moves = dict(self.times), dict(self.moving), dict(self.layer_moves)
        return tuple(
            ShotSheet(
                index, tuple(of_shot), times.get(index), moving.get(index), moves.get(index, ()), self.picture
            )
            for index, of_shot in lines.items()
        )

    def rates(self) -> dict[str, int]:
        """How many exposures are on ones, twos, threes, and longer."""
        counts = Counter(line.rate for line in self.exposures)
        return {rate: counts[rate] for rate in (*_RATES.values(), "longer")}

    def to_dict(self) -> dict[str, Any]:
        """For JSON: shots, each with its exposures in order."""
        return {"shots": [shot.to_dict() for shot in self.shots], "rates": self.rates()}

    def to_table(self) -> Table:
        """A row a shot; cuts are counted from 1, as on an animator's sheet."""
        columns = ("cut", "time", "frame", "frames", "drawings", "on", "drawing × frames held")
        rows = tuple(
            (
                str(shot.index + 1),
                clock(shot.time),
                str(shot.span.start),
                str(len(shot.span)),
                str(shot.drawings),
                shot.rhythm,
                shot.in_short,
            )
            for shot in self.shots
        )
        return Table("Timesheet", columns, rows)

    def __repr__(self) -> str:
        shots = self.shots
        drawings = sum(shot.drawings for shot in shots)
        return f"Timesheet({len(shots)} shots, {drawings} drawings, {len(self.exposures)} exposures)"

    def _repr_html_(self) -> str:
        return self.to_table().to_html()


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a clip's timing, from its truth file (dougagen/README.md#words)."""

    frames: int
    """How many frames the clip holds."""
    starts: tuple[int, ...]
    """The frames at which an exposure starts, in order; frame 0 among them."""
    shots: tuple[int, ...] = ()
    """The first frame of each shot; empty where the file does not say."""

    def to_dict(self) -> dict[str, Any]:
        """For JSON; read back by ``read_truth``."""
        known: dict[str, Any] = {"frames": self.frames, "starts": list(self.starts)}
        return known | {"shots": list(self.shots)} if self.shots else known


def read_truth(path: Path) -> Truth:
    """The truth beside a clip: JSON with ``frames``, ``starts`` and perhaps ``shots``; more is passed over.

    Raises EpisodeError where the file is missing, is no JSON, or its frames do not fit each other.
    """
    path = Path(path)
    try:
        known = json.loads(read_file(path, most=_LARGEST_TRUTH).decode("utf-8"))
        frames = int(known["frames"])
        starts = tuple(int(start) for start in known["starts"])
        shots = tuple(_shot_start(shot) for shot in known.get("shots", ()))
    except FileNotFoundError as error:
        raise EpisodeError("no such truth file", where=path, remedy="put it beside the clip") from error
    except (
        OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError
    ) as error:  # fmt: skip
        remedy = 'write {"frames": n, "starts": [0, …]}'
        raise EpisodeError(f"is not a truth file ({error})", where=path, remedy=remedy) from error
    for name, indices in (("starts", starts), ("shots", shots)):
        if list(indices) != sorted(set(indices)) or any(not 0 <= index < frames for index in indices):
            remedy = f"list frames from 0 to {frames - 1} in order, each once"
            raise EpisodeError(f"{name} are not frames of the clip", where=path, remedy=remedy)
    return Truth(frames, starts, shots)


def _shot_start(shot: Any) -> int:
    """A shot is its first frame, or an object with a ``start``."""
    return int(shot["start"] if isinstance(shot, dict) else shot)

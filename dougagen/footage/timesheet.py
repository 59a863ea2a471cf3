"""The timesheet: which drawing is on screen when, as found in an episode or as known for a clip."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dougagen.domain import Drawing, FrameSpan
from dougagen.errors import EpisodeError

_RATES = {1: "ones", 2: "twos", 3: "threes"}


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
class Timesheet:
    """All exposures of an episode, in order."""

    exposures: tuple[Exposure, ...]

    @classmethod
    def of(cls, drawings: Iterable[Drawing]) -> Timesheet:
        """The timesheet that the drawings were shot from."""
        lines = [
            Exposure(drawing.shot_index, drawing.drawing_index, span)
            for drawing in drawings
            for span in drawing.exposures
        ]
        return cls(tuple(sorted(lines, key=lambda line: line.span)))

    @property
    def starts(self) -> tuple[int, ...]:
        """The frames at which an exposure starts."""
        return tuple(line.span.start for line in self.exposures)

    @property
    def shot_starts(self) -> tuple[int, ...]:
        """The first frame of each shot."""
        first: dict[int, int] = {}
        for line in self.exposures:
            first.setdefault(line.shot_index, line.span.start)
        return tuple(first.values())

    def rates(self) -> dict[str, int]:
        """How many exposures are on ones, twos, threes, and longer."""
        counts = Counter(line.rate for line in self.exposures)
        return {rate: counts[rate] for rate in (*_RATES.values(), "longer")}

    def to_dict(self) -> dict[str, Any]:
        """For JSON: shots, each with its exposures in order."""
        shots: dict[int, list[dict[str, Any]]] = {}
        for line in self.exposures:
            shots.setdefault(line.shot_index, []).append(
                {
                    "drawing": line.drawing_index,
                    "start": line.span.start,
                    "stop": line.span.stop,
                    "rate": line.rate,
                }
            )
        return {
            "shots": [
                {"shot": index, "start": lines[0]["start"], "stop": lines[-1]["stop"], "exposures": lines}
                for index, lines in shots.items()
            ],
            "rates": self.rates(),
        }


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a clip's timing, from its truth file (DESIGN section 1)."""

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
        known = json.loads(path.read_text(encoding="utf-8"))
        frames = int(known["frames"])
        starts = tuple(int(start) for start in known["starts"])
        shots = tuple(_shot_start(shot) for shot in known.get("shots", ()))
    except FileNotFoundError as error:
        raise EpisodeError("no such truth file", where=path, remedy="put it beside the clip") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        remedy = 'write {"frames": n, "starts": [0, …]}'
        raise EpisodeError(f"is no truth file ({error})", where=path, remedy=remedy) from error
    for name, indices in (("starts", starts), ("shots", shots)):
        if list(indices) != sorted(set(indices)) or any(not 0 <= index < frames for index in indices):
            remedy = f"list frames from 0 to {frames - 1} in order, each once"
            raise EpisodeError(f"{name} are no frames of the clip", where=path, remedy=remedy)
    return Truth(frames, starts, shots)


def _shot_start(shot: Any) -> int:
    """A shot is its first frame, or an object with a ``start``."""
    return int(shot["start"] if isinstance(shot, dict) else shot)

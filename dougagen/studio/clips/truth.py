"""The truth of a clip, noted while it is filmed, and the file it is written to (dougagen/README.md#words)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dougagen.errors import UsageError
from dougagen.files import refused_as, write_file
from dougagen.studio.clips.clip import ClipPlan, FrameFacts
from dougagen.studio.clips.exposure_sheet import exposures
from dougagen.studio.clips.light import Light
from dougagen.studio.delivery.clips import ClipDelivery

Row = dict[str, Any]


@dataclass(slots=True, eq=False)
class TruthNotes:
    """Takes down the truth of every frame that passes. All indices are frames of the file."""

    plan: ClipPlan
    delivery: ClipDelivery
    starts: list[int] = field(default_factory=list)
    shots: list[int] = field(default_factory=list)
    drawings: list[int] = field(default_factory=list)
    changed: list[float] = field(default_factory=list)
    _filmed: list[FrameFacts] = field(default_factory=list)
    _numbers: dict[tuple, int] = field(default_factory=dict)

    def note(self, frame: FrameFacts) -> int:
        """Note the next filmed frame; returns its index in the file."""
        at = self.delivery.source_frame(len(self._filmed))
        if frame.begins_drawing:
            number = self._numbers.setdefault((frame.shot, frame.drawings), len(self._numbers))
            self.starts.append(at)
            self.drawings.append(number)
            self.changed.append(round(frame.changed, 6))
        if frame.begins_shot:
            self.shots.append(at)
        self._filmed.append(frame)
        return at

    def to_dict(self) -> Row:
        """``frames``, ``starts``, ``shots``; then what more the studio knows.

        ``drawings``: the number of the drawing that each exposure of ``starts`` shows; one that returns keeps
        its number. ``changed``: the share of the frame that it changed. ``layers``: for each actor's track
        ``[start, stop, drawing]``. ``camera``: ``[x, y, zoom, turn]`` of every filmed picture (pixels,
        radians). ``facts``: spans ``[start, stop]`` of what begins no drawing.
        """
        delivery, plan = self.delivery, self.plan
        return {
            "frames": delivery.source_frames(len(self._filmed)),
            "starts": self.starts,
            "shots": self.shots,
            "drawings": self.drawings,
            "changed": self.changed,
            "transitions": self._transitions(),
            "layers": self._layers(),
            "camera": [
                [round(v, 4) for v in (f.view.x, f.view.y, f.view.zoom, f.view.turn)] for f in self._filmed
            ],
            "facts": self._facts(),
            "clip": {
                "name": plan.name,
                "seed": plan.seed,
                "width": plan.width,
                "height": plan.height,
                "filmed": len(self._filmed),
                "filmed_rate": str(plan.frame_rate),
                "scan": delivery.scan,
                "codec": delivery.codec,
                "pixel_format": delivery.pixel_format,
                "matrix": delivery.matrix,
                "crf": delivery.crf,
                "grain": plan.grain,
                "weave": plan.weave,
            },
        }

    def write(self, path: Path) -> None:
        """As JSON, a line for each entry. Raises UsageError where the system refuses."""
        entries = [f" {json.dumps(name)}: {json.dumps(value)}" for name, value in self.to_dict().items()]
        with refused_as(UsageError, path, what="the truth cannot be written"):
            write_file(path, "{\n" + ",\n".join(entries) + "\n}\n", below=path.parent)

    def _span(self, start: int, stop: int) -> list[int]:
        """Filmed frames as frames of the file, half-open."""
        return [self.delivery.source_frame(start), self.delivery.source_frame(stop - 1) + 1]

    def _transitions(self) -> list[Row]:
        """Where shots meet: what the new one begins with, and for a dissolve over which frames."""
        rows: list[Row] = []
        frame = 0
        for index, take in enumerate(self.plan.takes):
            if index and take.dissolve:
                span = self._span(frame, frame + take.dissolve)
                rows.append({"kind": "dissolve", "shot": index, "start": span[0], "stop": span[1]})
            elif index:
                rows.append({"kind": "cut", "shot": index, "start": self.delivery.source_frame(frame)})
            following = self.plan.takes[index + 1].dissolve if index + 1 < len(self.plan.takes) else 0
            frame += take.frames - following
        return rows

    def _layers(self) -> list[Row]:
        """Each track of each actor of each shot."""
        rows: list[Row] = []
        first = 0
        while first < len(self._filmed):
            shot = self._filmed[first].shot
            stop = next((i for i in range(first, len(self._filmed)) if self._filmed[i].shot != shot), None)
            stop = len(self._filmed) if stop is None else stop
            frames = self._filmed[first:stop]
            for actor, tracks in enumerate(frames[0].track_names):
                for track, name in enumerate(tracks):
                    columns = [facts.state[actor] for facts in frames]
                    shown = [None if column is None else column[track] for column in columns]
                    held = [[*self._span(first + a, first + b), n] for a, b, n in exposures(shown)]
                    rows.append({"shot": shot, "actor": actor, "track": name, "exposures": held})
            first = stop
        return rows

    def _facts(self) -> Row:
        """Spans of frames in which something happens that begins no drawing."""
        lights = [frame.light for frame in self._filmed]

        def spans(marked: list[bool]) -> list[list[int]]:
            return [self._span(a, b) for a, b, m in exposures([int(m) for m in marked]) if m]

        moving = [i > 0 and f.moves_from(self._filmed[i - 1]) for i, f in enumerate(self._filmed)]
        return {
            "camera_moves": spans(moving),
            "fades": spans([light.share > 0 and not _white(light) for light in lights]),
            "flashes": spans([light.share > 0 and _white(light) for light in lights]),
            "exposure_changes": spans([light.gain != 1.0 for light in lights]),
            "glow": spans([light.glow > 0 for light in lights]),
            "dissolves": spans([frame.dissolving > 0 for frame in self._filmed]),
            "subtitles": [self._span(s.start, s.stop) for s in self.plan.subtitles],
        }


def _white(light: Light) -> bool:
    return min(light.veil) > 128

"""The cuts of an episode for editing programs: EDL (CMX 3600) and OpenTimelineIO."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

from dougagen.domain import Episode, FrameSpan
from dougagen.errors import EpisodeError, UsageError, printable
from dougagen.footage.timesheet import ShotSheet, Timesheet

_DROPPED = {Fraction(30000, 1001): 2, Fraction(60000, 1001): 4}
"""Frame rate → numbers left out at the beginning of a minute, but of every tenth: so that the clock of NTSC
keeps up with the one on the wall. 23.976 has no such count: it is told in 24ths, without drop."""
_HIGHEST_RATE = 100  # a timecode has two digits for frames
_REEL = "AX"  # an auxiliary source: a file has no tape
_LONGEST_COMMENT = 160


def timecode(frame: int, rate: Fraction) -> str:
    """``00:01:00;02``: the frame counted from 0 as SMPTE 12M tells it, drop frame for 29.97 and 59.94.

    Raises EpisodeError for a rate that has no timecode.
    """
    nominal = round(rate)
    if not 1 <= nominal <= _HIGHEST_RATE:
        raise EpisodeError(f"there is no timecode for {float(rate):g} frames a second", remedy="use --otio")
    dropped = _DROPPED.get(rate, 0)
    if dropped:
        a_minute = 60 * nominal - dropped
        tens, rest = divmod(frame, 10 * a_minute + dropped)
        frame += 9 * dropped * tens + dropped * max(0, (rest - dropped) // a_minute)
    seconds, frames = divmod(frame, nominal)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    mark = ";" if dropped else ":"
    return f"{hours % 24:02d}:{minutes:02d}:{seconds:02d}{mark}{frames:02d}"


def edl_text(timesheet: Timesheet, episode: Episode) -> str:
    """Every shot an event, cut after cut from 0. Raises EpisodeError where there is none, or no timecode."""
    return "\n".join(_edl_lines(_shots(timesheet), episode))


def _edl_lines(shots: tuple[ShotSheet, ...], episode: Episode) -> Iterator[str]:
    rate = episode.frame_rate
    yield f"TITLE: {_comment(episode.path.stem)}"
    yield f"FCM: {'DROP FRAME' if rate in _DROPPED else 'NON-DROP FRAME'}"
    yield ""
    at = 0
    for event, shot in enumerate(shots, start=1):
        span = shot.span
        frames = (span.start, span.stop, at, at + len(span))
        times = " ".join(timecode(frame, rate) for frame in frames)
        yield f"{event:03d}  {_REEL:<8} V     C        {times}"
        yield f"* FROM CLIP NAME: {_comment(episode.path.name)}"
        drawings = "1 drawing" if shot.drawings == 1 else f"{shot.drawings} drawings"
        yield f"* COMMENT: cut {shot.index + 1}, {drawings}, {shot.rhythm}"
        yield ""
        at += len(span)


def _comment(name: str) -> str:
    """A name on one line: whoever named the file writes no event into the list."""
    return printable(name)[:_LONGEST_COMMENT]


def require_opentimelineio() -> None:
    """Raise UsageError where the library is not installed."""
    if find_spec("opentimelineio") is None:
        raise UsageError("--otio needs OpenTimelineIO", remedy="pip install 'dougagen[export]'")


def otio_text(timesheet: Timesheet, episode: Episode) -> str:
    """A timeline with a clip for each shot and a marker for each drawing. Raises EpisodeError, UsageError."""
    shots = _shots(timesheet)
    require_opentimelineio()
    import opentimelineio as otio

    rate = float(episode.frame_rate)

    def spanning(span: FrameSpan) -> Any:
        time = otio.opentime.RationalTime
        return otio.opentime.TimeRange(time(span.start, rate), time(len(span), rate))

    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    whole = FrameSpan(0, max(shots[-1].span.stop, episode.announced_frames or 0))
    for shot in shots:
        media = otio.schema.ExternalReference(episode.path.absolute().as_uri(), spanning(whole))
        known = {"cut": shot.index + 1, "drawings": shot.drawings, "on": shot.rhythm}
        clip = otio.schema.Clip(
            f"c{shot.index + 1:03d}", media, spanning(shot.span), metadata={"dougagen": known}
        )
        for number, line in zip(shot.numbers, shot.exposures, strict=True):
            clip.markers.append(otio.schema.Marker(f"drawing {number}", spanning(line.span)))
        track.append(clip)
    timeline = otio.schema.Timeline(printable(episode.path.stem))
    timeline.tracks.append(track)
    return f"{otio.adapters.write_to_string(timeline, 'otio_json')}\n"


def _shots(timesheet: Timesheet) -> tuple[ShotSheet, ...]:
    if not timesheet.shots:
        raise EpisodeError("there is no cut to list", remedy="probe more of the episode")
    return timesheet.shots

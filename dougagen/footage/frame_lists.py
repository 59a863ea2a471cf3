"""Which frames show something new, and when: for programs that interpolate, upscale or drop held frames.

Both lists have a line for each exposure, and line fits line: whoever keeps the frames of the one and gives
them the times of the other has the episode without its held frames, in its own timing. A drawing that comes
back is there each time.
"""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction

from dougagen.domain import Episode
from dougagen.footage.timesheet import Timesheet

TIMECODES_HEADER = "# timecode format v2"
_ROUNDING = Fraction(1, 1000)  # s


def frames_text(timesheet: Timesheet) -> str:
    """The number of the first frame of each exposure, counted from 0 in the file."""
    return "".join(f"{start}\n" for start in timesheet.starts)


def timecodes_text(timesheet: Timesheet, episode: Episode) -> str:
    """When each exposure begins, in milliseconds: a file of timecodes, version 2, as mkvmerge takes it."""
    known, rate = timesheet.frame_times, episode.frame_rate
    if all(abs(time - frame / rate) <= _ROUNDING for frame, time in known):
        known = ()  # frames come evenly; Matroska tells milliseconds
    times = (1000 * time_of(start, known, rate) for start in timesheet.starts)
    return f"{TIMECODES_HEADER}\n" + "".join(f"{float(time):.6f}\n" for time in times)


def time_of(frame: int, known: tuple[tuple[int, Fraction], ...], rate: Fraction) -> Fraction:
    """Seconds at which a frame is shown: those between two of which it is known lie evenly between them."""
    after = bisect_right(known, frame, key=lambda pair: pair[0])
    if not known:
        return frame / rate
    if after == 0 or after == len(known):
        near, time = known[min(after, len(known) - 1)]
        return max(Fraction(0), time + (frame - near) / rate)
    (first, begins), (last, ends) = known[after - 1], known[after]
    return begins + (ends - begins) * (frame - first) / (last - first)

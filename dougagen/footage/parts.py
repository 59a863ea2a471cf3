"""Where an episode is likely to be parted: guesses that the searches for drawings prove or drop (``seams``).

Encoders set a keyframe at a cut, and otherwise only when none came for long. So a keyframe that came early
is likely to be a cut. Nothing is decoded for it. A file in which keyframes come at one distance, or are all
that there is, says nothing of its cuts and is left in one piece; so is one whose packets cannot be counted,
because none of its parts could be begun without decoding all that is before it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from dougagen.domain import Episode
from dougagen.footage.seams import Border
from dougagen.footage.seeking import LOOK_BEHIND, PacketCount, count_packets

_EARLY = 0.9  # share of the longest way between two keyframes; one that comes sooner was set for a cut

_WORTH_BEGINNING = 300  # frames of a part, some 70 of which are also read by the one before it


def likely_borders(
    episode: Episode,
    *,
    apart: int,
    start: Fraction | None = None,
    stop: Fraction | None = None,
    readers: int | None = None,
) -> tuple[Border, ...]:
    """Frames of ``[start, stop)``, about ``apart`` frames from each other, at which it is likely cut.

    With so many ``readers`` the last parts are smaller, so that none waits long for the one who ends last.
    """
    count = count_packets(episode)
    if count is None:
        return ()
    origin = count.stamps[0]
    first = 0 if start is None else bisect_left(count.stamps, origin + start / count.base)
    last = len(count.stamps) if stop is None else bisect_left(count.stamps, origin + stop / count.base)
    early = [index for index in _early_keyframes(count) if index > first + LOOK_BEHIND]
    return tuple(
        (index, (count.stamps[index] - origin) * count.base)
        for index in _spread(early, first=first, last=last, apart=apart, readers=readers)
    )


def _early_keyframes(count: PacketCount) -> list[int]:
    """The indices of keyframes that came before the longest way to another, or to the end, had passed."""
    indices = [bisect_left(count.stamps, keyframe) for keyframe in count.keyframes]
    ways = [late - early for early, late in pairwise(indices)]
    longest = max(*ways, len(count.stamps) - indices[-1]) if ways else 0
    return [index for way, index in zip(ways, indices[1:], strict=True) if way < _EARLY * longest]


def _spread(
    indices: Sequence[int], *, first: int, last: int, apart: int, readers: int | None
) -> Iterator[int]:
    """Of ascending ``indices`` the first that lies ``apart`` from the one before it, again and again.

    Of what is left each of ``readers`` takes a half of its share at most, as long as that is worth beginning.
    """
    before = first
    for index in indices:
        share = apart if readers is None else max((last - before) // (2 * readers), _WORTH_BEGINNING)
        way = min(apart, share)
        if index - before >= way and last - index >= way // 2:
            yield index
            before = index

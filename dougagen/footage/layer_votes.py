"""Several frames voting on one question: how fast the layers of a shot move.

Where three layers pass each other, a window of pixels that is followed lies on two of them now and then, and
a shift comes out between both. From frame to frame it errs in other ways, while the layers keep their speed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dougagen.footage.motion import Move


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteConfig:
    """When frames agree on how fast a layer moves."""

    same: float = 0.3  # px of the analysis plane; shifts so near are votes for one layer
    least_votes: int = 3  # frames that must say the same …
    steady_votes: int = 6  # … and that say it of a layer beside a cel that has most of the points
    most_layers: int = 6
    known: float = 0.05  # px; a shift so near to one that is known says nothing new


_USUAL = VoteConfig()


def voted_shifts(
    ballots: Sequence[Sequence[Move]],
    *,
    known: Sequence[Move],
    steady: bool = False,
    config: VoteConfig = _USUAL,
) -> list[Move]:
    """The shifts that most frames agree on, most votes first, each their median, but for ``known``.

    A ballot holds the shifts that points follow in one frame, px of the analysis plane. ``steady``: only
    those that half of the frames agree on.
    """
    cast = [(number, move) for number, ballot in enumerate(ballots) for move in ballot]
    if not cast:
        return []
    at = np.array([(move.dx, move.dy) for _, move in cast])  # [votes, 2]
    voter = np.array([number for number, _ in cast])
    near = np.hypot(*(at[:, np.newaxis] - at).transpose(2, 0, 1)) <= config.same  # [votes, votes]
    left = np.ones(len(at), np.bool_)
    chosen: list[Move] = []
    while len(chosen) < config.most_layers:
        voters = [len(set(voter[row & left])) if alive else 0 for row, alive in zip(near, left, strict=True)]
        best = int(np.argmax(voters))
        if voters[best] < (config.steady_votes if steady else config.least_votes):
            break
        votes = near[best] & left
        middle = np.median(at[votes], axis=0)
        left &= np.hypot(*(at - middle).T) > config.same
        left &= ~votes
        chosen.append(Move(float(middle[0]), float(middle[1])))
    return [
        move for move in chosen if all(np.hypot(move.dx - k.dx, move.dy - k.dy) > config.known for k in known)
    ]

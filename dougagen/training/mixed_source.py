"""Own drawings among the studio's scenes: few pictures to learn a style from, many not to forget by.

A network that goes on with twenty drawings alone soon knows them by heart, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dougagen.errors import ConfigError
from dougagen.training.sources import Example, PackedTriplet, TripletSource

OWN_SHARE = 0.5
"""Of the crops that are cut from the own drawings."""
_MOST_COPIES = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class _Mixture:
    """The pictures of both; those of which there are too few stand there more than once."""

    pictures: Sequence[PackedTriplet]

    def sample(self, rng: np.random.Generator) -> Example:
        return self.pictures[int(rng.integers(len(self.pictures)))].example()


class MixedSource:
    """A ``TripletSource`` of two others: a share of the crops from ``own``, the rest from ``among``."""

    def __init__(self, own: TripletSource, among: TripletSource, *, share: float = OWN_SHARE) -> None:
        """Raises ConfigError for a share that leaves one of them out."""
        if not 0 < share < 1:
            raise ConfigError(
                f"the share of own drawings must be in (0, 1), got {share}",
                remedy="leave out --studio for 1, --shards for 0",
            )
        self._own, self._among, self._share = own, among, share
        self._mixed: tuple[object, int, _Mixture] | None = None

    def at(self, step: int) -> _Mixture:
        """What ``step`` may draw from; the same object as long as neither side changes."""
        own, among = self._own.at(step).pictures, self._among.at(step).pictures
        if self._mixed is None or self._mixed[0] is not among or self._mixed[1] != len(own):
            first, second = copies(len(own), len(among), share=self._share)
            self._mixed = (among, len(own), _Mixture((*own,) * first + (*among,) * second))
        return self._mixed[2]

    def facts(self) -> Mapping[str, str]:
        """Those of ``among``, and what was mixed in."""
        own = self._own.facts()
        return {
            **self._among.facts(),
            "own_data": own.get("data", ""),
            "own_pictures": own.get("pictures", ""),
            "own_share": f"{self._share:g}",
        }

    def class_frequencies(self) -> NDArray[np.float64]:
        """float64[10]: as the crops are mixed."""
        mixed: NDArray[np.float64] = (
            self._share * self._own.class_frequencies() + (1 - self._share) * self._among.class_frequencies()
        )
        return mixed


def copies(own: int, among: int, *, share: float) -> tuple[int, int]:
    """How often each of ``own`` and of ``among`` pictures stands in a list that holds ``share`` own ones.

    One of the two stands there once, so that the list stays short; exact to half a copy of the others.
    """
    wanted = share * among / ((1 - share) * own)
    if wanted >= 1:
        return min(_MOST_COPIES, round(wanted)), 1
    return 1, min(_MOST_COPIES, round(1 / wanted))

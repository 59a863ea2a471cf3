"""Where an episode may be parted, so that its parts give the same drawings as the whole.

A **seam** is a cut at which the search for drawings forgets all that was before it. A search that begins with
that frame then finds what the whole one finds from there on, and so a part that was begun there on the guess
that it is a seam (``parts``) is proven right by the search that comes to it from before.

What a cut must fulfil, stage by stage of the search:

* ``changes`` remembers layers that move and where they meet: no layer was found to move at the cut.
* ``transitions`` looks back for flashes, fades and dissolves: the cut came through unaltered, as the first
  frame of its shot; none of these can then reach across it any more.
* ``holds`` looks back to the last cut, ``returns`` and the picture of a drawing to the beginning of the shot.
* Decoding looks back for combs and depends on damage: neither was met so far.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from dougagen.footage.change import Change

Border = tuple[int, Fraction]
"""Index of a frame, and its seconds from the first frame of the file."""


class Seams:
    """Notes the seams that a search passes, and ends it at the first one from a given frame on."""

    found: list[Border]
    """Each the first frame of a shot."""
    ended_at: Border | None
    """The seam at which the search ended, itself no part of it; None: it has not, or goes to the end."""

    def __init__(self, *, clean: Callable[[], bool], until: int | None) -> None:
        """``clean``: whether decoding depends on nothing before, so far; ``until``: index of a frame."""
        self.found, self.ended_at = [], None
        self._clean, self._until = clean, until

    def ends_at(self, change: Change) -> bool:
        """Whether the search ends before the frame of ``change``, with which an exposure begins."""
        if not self._is_seam(change):
            return False
        seam = change.frame.index, change.frame.time
        self.found.append(seam)
        if self._until is None or change.frame.index < self._until:
            return False
        self.ended_at = seam
        return True

    def _is_seam(self, change: Change) -> bool:
        return (
            change.cut
            and change.forgets
            and not change.blank
            and not change.facts.in_dissolve
            and not change.facts.in_flash
            and bool(np.isfinite(change.strength))
            and self._clean()
        )

"""What reads pictures: the one thing that extraction, evaluation and labels ask of the networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dougagen.domain.pictures import Reconstruction


class Reconstructor(Protocol):
    """Reads pictures as cel masks and douga; no torch is imported for it."""

    @property
    def batch_size(self) -> int:
        """How many pictures ``reconstruct`` likes to be given."""
        ...

    @property
    def models(self) -> str:
        """Names and hashes of the weights, as they stand in every row."""
        ...

    def reconstruct(self, pictures: Sequence[NDArray[np.uint8]], /) -> list[Reconstruction]:
        """Cel mask and douga of each uint8[H, W, 3] RGB picture, in order; all of one size."""
        ...

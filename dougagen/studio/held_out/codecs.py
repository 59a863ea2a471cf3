"""How the held-out family is coded: MPEG-4 part 2, VP9 and WebP, which no training picture meets."""

from __future__ import annotations

from typing import Literal

import numpy as np

from dougagen.studio.delivery.still_coding import Coding


def held_out_codec(
    rng: np.random.Generator,
    *,
    is_old: bool,  # noqa: ARG001 - old masters are coded like new ones here
) -> tuple[Coding | None, tuple[Literal["webp"], int] | None]:
    """A video codec, or a still's format with its quality."""
    way = str(rng.choice(["mpeg4", "vp9", "webp"], p=[0.45, 0.35, 0.2]))
    if way == "webp":
        return None, ("webp", int(rng.integers(50, 96)))
    matrix: Literal["bt601", "bt709"] = "bt601" if rng.uniform() < 0.4 else "bt709"
    return Coding(way, crf=int(rng.integers(13, 28)), matrix=matrix), None

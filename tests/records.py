"""Records and episodes as the tests make them, in one place: a folder's tests say only what is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import (
    CelMask,
    Douga,
    FrameSpan,
    Origin,
    PictureArea,
    Placement,
    Plate,
    Provenance,
    Record,
    Triplet,
)
from dougagen.shards import EpisodeWriter, LedgerEntry, encode_record

EPISODE_ID = "0123456789abcdef"


def noise(seed: int, height: int, width: int) -> NDArray[np.uint8]:
    """uint8[height, width, 3], the same for the same seed."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def record_of(
    color: NDArray[np.uint8],
    cel: NDArray[np.bool_],
    douga: NDArray[np.uint8],
    exposures: Sequence[tuple[int, int]] = ((0, 2),),
    /,
    **facts: Any,
) -> Record:
    """A record of three pictures on screen in half-open ``exposures``; ``facts`` are of its provenance."""
    height, width = douga.shape
    known: dict[str, Any] = {
        "episode_id": EPISODE_ID,
        "source": "a.mkv",
        "shot_index": 0,
        "drawing_index": 0,
        "frame_index": exposures[0][0],
        "time": exposures[0][0] / 24,
        "exposures": tuple(FrameSpan(*span) for span in exposures),
        "picture_area": PictureArea(0, 0, width, height),
        "origin": Origin.EPISODE,
        "models": "thinline 1a2b3c4d",
        "dougagen_version": "0.1.0",
        "config_digest": "c" * 64,
    }
    return Record.of(Triplet(color, CelMask(cel), Douga(douga)), Provenance(**(known | facts)))


def entry_of(records: int, *, frames: int | None = None, **facts: Any) -> LedgerEntry:
    """The ledger's entry of an episode of ``records`` drawings on twos, or of ``frames`` frames in all."""
    held = 2 * records if frames is None else frames
    known: dict[str, Any] = {
        "episode_id": EPISODE_ID,
        "source": "a.mkv",
        "config_digest": "c" * 64,
        "models": "thinline 1a2b3c4d",
        "dougagen_version": "0.1.0",
        "width": 16,
        "height": 9,
        "frame_rate": Fraction(24),
        "frames_decoded": held,
        "frames_in_exposures": held,
        "frames_skipped": {},
        "drawings": records,
        "records": records,
        "drawings_rejected": {},
        "shots": 1,
    }
    return LedgerEntry(**(known | facts))


def plate_of(shot: int = 0, number: int = 0, *, height: int = 6, width: int = 11, **facts: Any) -> Plate:
    """A plate of noise whose last column no drawing shows; frames 0 and 2 lie on it."""
    known = np.ones((height, width), bool)
    known[:, -1] = False
    image = noise(1000 + 10 * shot + number, height, width) * known[:, :, None]
    placements = (Placement(0, 0.0, 0.5, 1.0), Placement(2, 3.25, 0.0, 1.5))
    values: dict[str, Any] = {
        "episode_id": EPISODE_ID, "image": image, "known": known, "placements": placements
    }  # fmt: skip
    return Plate(shot_index=shot, number=number, **(values | facts))


def commit(
    out: Path, records: Sequence[Record], entry: LedgerEntry, *, plates: Sequence[Plate] = (), **options: Any
) -> LedgerEntry:
    """One episode, its records, plates and entry, into the dataset ``out``; ``options`` are the writer's."""
    with EpisodeWriter(out, episode_id=entry.episode_id, **options) as writer:
        for record in records:
            writer.write(encode_record(record))
        for plate in plates:
            writer.write_plate(plate)
        return writer.commit(entry)

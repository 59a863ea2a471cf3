"""How long ``stats`` takes on a large dataset: ``pytest -m bench -s tests/bench/test_bench_stats.py``."""

from __future__ import annotations

import dataclasses
import time
from fractions import Fraction

import numpy as np
import pytest

from dougagen.domain import CelMask, Douga, FrameSpan, Origin, PictureArea, Provenance, Record, Triplet
from dougagen.report import dataset_stats
from dougagen.shards import EpisodeWriter, LedgerEntry, encode_record

EPISODES, ROWS = 250, 400
pytestmark = pytest.mark.bench


def _example() -> Record:
    height, width = 9, 16
    triplet = Triplet(
        np.zeros((height, width, 3), np.uint8),
        CelMask(np.zeros((height, width), bool)),
        Douga(np.zeros((height, width), np.uint8)),
    )
    provenance = Provenance(
        episode_id="0" * 16,
        source="a.mkv",
        shot_index=0,
        drawing_index=0,
        frame_index=0,
        time=0.0,
        exposures=(FrameSpan(0, 2),),
        picture_area=PictureArea(0, 0, width, height),
        origin=Origin.EPISODE,
        models="m",
        dougagen_version="0",
        config_digest="c" * 64,
        flags=("dark",),
    )
    return Record.of(triplet, provenance)


def _entry(episode_id: str) -> LedgerEntry:
    return LedgerEntry(
        episode_id=episode_id,
        source="a.mkv",
        config_digest="c" * 64,
        models="m",
        dougagen_version="0",
        width=16,
        height=9,
        frame_rate=Fraction(24),
        frames_decoded=2 * ROWS,
        frames_in_exposures=2 * ROWS,
        frames_skipped={},
        drawings=ROWS,
        records=ROWS,
        drawings_rejected={},
        shots=1,
    )


def test_a_hundred_thousand_records_are_counted_in_seconds(tmp_path) -> None:
    encoded = encode_record(_example())
    for episode in range(EPISODES):
        episode_id = f"{episode:016x}"
        with EpisodeWriter(tmp_path, episode_id=episode_id) as writer:
            for n in range(ROWS):
                row = dict(encoded.row) | {"record_id": f"{episode_id}/{n}", "episode_id": episode_id}
                row["exposures"] = [{"start": 2 * n, "stop": 2 * n + 1 + n % 4}]
                writer.write(dataclasses.replace(encoded, row=row))
            writer.commit(_entry(episode_id))
    began = time.perf_counter()
    stats = dataset_stats(tmp_path)
    seconds = time.perf_counter() - began
    print(f"\n{stats.records:,} records in {EPISODES} shards: {seconds:.2f} s")
    assert stats.records == EPISODES * ROWS
    assert stats.holds.ones == stats.records // 4
    assert seconds < 10

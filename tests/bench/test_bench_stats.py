"""How long ``stats`` takes on a large dataset: ``pytest -m bench -s tests/bench/test_bench_stats.py``."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest
from records import entry_of, noise, record_of

from dougagen.report import dataset_stats
from dougagen.shards import EpisodeWriter, encode_record

EPISODES, ROWS = 250, 400
pytestmark = pytest.mark.bench


def test_a_hundred_thousand_records_are_counted_in_seconds(tmp_path) -> None:
    nothing = np.zeros((9, 16), np.uint8)
    encoded = encode_record(record_of(noise(0, 9, 16), nothing > 0, nothing, flags=("dark",)))
    for episode in range(EPISODES):
        episode_id = f"{episode:016x}"
        with EpisodeWriter(tmp_path, episode_id=episode_id) as writer:
            for n in range(ROWS):
                row = dict(encoded.row) | {"record_id": f"{episode_id}/{n}", "episode_id": episode_id}
                row["exposures"] = [{"start": 2 * n, "stop": 2 * n + 1 + n % 4}]
                writer.write(dataclasses.replace(encoded, row=row))
            writer.commit(entry_of(ROWS, episode_id=episode_id))
    began = time.perf_counter()
    stats = dataset_stats(tmp_path)
    seconds = time.perf_counter() - began
    print(f"\n{stats.records:,} records in {EPISODES} shards: {seconds:.2f} s")
    assert stats.records == EPISODES * ROWS
    assert stats.holds.ones == stats.records // 4
    assert seconds < 10

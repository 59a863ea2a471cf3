"""Studio scenes as shards: the same for any number of processes, families kept apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from dougagen.domain import Origin
from dougagen.errors import UsageError
from dougagen.shards import read_records
from dougagen.studio import HELD_OUT_SEEDS, make_scene, whole_frame
from dougagen.training.synthesis import synthesise


def test_any_number_of_processes_writes_the_same_rows(tmp_path: Path) -> None:
    tables = []
    for workers in (1, 2):
        synthesise(tmp_path / str(workers), seeds=range(3, 7), lines=120, workers=workers)
        (shard,) = (tmp_path / str(workers) / "data").glob("*.parquet")
        tables.append(pq.read_table(shard))
    assert tables[0].equals(tables[1])


def test_a_record_holds_the_scene_of_its_seed(tmp_path: Path) -> None:
    synthesise(tmp_path, seeds=range(5, 7), lines=120)
    records = list(read_records(tmp_path))
    assert [r.provenance.frame_index for r in records] == [5, 6]
    scene = make_scene(6, window=whole_frame(120))
    assert np.array_equal(records[1].triplet.color, scene.color)
    assert np.array_equal(records[1].triplet.douga.classes, scene.douga.classes)
    assert records[1].provenance.origin is Origin.STUDIO


def test_training_and_held_out_seeds_are_never_mixed(tmp_path: Path) -> None:
    first = HELD_OUT_SEEDS.start
    with pytest.raises(UsageError, match="mix training and held-out"):
        synthesise(tmp_path / "out", seeds=range(first - 1, first + 1))
    assert not (tmp_path / "out").exists()

"""``IterableTripletDataset`` and ``TripletLoader``: each record once, and from where it stopped."""

from __future__ import annotations

import json
import pickle
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader

from dougagen.errors import ConfigError, UsageError
from dougagen.torch import IterableTripletDataset, RecordError, TripletDataset, TripletLoader, streamed
from tests.unit.torch import conftest as scene

SMALL = {"crop": 8, "mix": 2}


def numbers(samples: Any) -> list[int]:
    """Which records samples or batches show."""
    return [n for sample in samples for n in torch.atleast_1d(sample["color"][..., 0, 0, 0]).tolist()]


def stream(folder: Path, **options: Any) -> IterableTripletDataset:
    return IterableTripletDataset(folder, **(SMALL | options))


def test_each_record_comes_once_and_the_order_follows_from_seed_and_epoch(shards: Path) -> None:
    data = stream(shards, seed=1)
    first = numbers(data)
    assert sorted(first) == list(range(30))
    assert first != sorted(first)
    assert numbers(stream(shards, seed=1)) == numbers(data) == first
    data.set_epoch(1)
    second = numbers(data)
    assert sorted(second) == list(range(30))
    assert second != first
    assert numbers(stream(shards, seed=2)) != first
    assert numbers(stream(shards, shuffle=False)) == list(range(30))


def test_a_sample_is_the_one_that_the_map_style_dataset_gives(shards: Path) -> None:
    by_position = TripletDataset(shards, crop=8, seed=1)
    for sample in stream(shards, seed=1):
        other = by_position[int(sample["color"][0, 0, 0])]
        assert all(torch.equal(sample[name], other[name]) for name in sample)


def test_records_of_different_row_groups_are_mixed(shards: Path) -> None:
    data = stream(shards, mix=100)
    of_groups = [n // 2 for n in numbers(data)]
    assert sum(a == b for a, b in pairwise(of_groups)) < 8


@pytest.mark.parametrize("even", [False, True])
@pytest.mark.parametrize("world", [1, 2, 3])
def test_ranks_and_workers_share_row_groups_without_overlap_or_loss(
    shards: Path, world: int, even: bool
) -> None:
    ranks = [stream(shards, rank=rank, world_size=world, even=even) for rank in range(world)]
    for epoch in range(2):
        read = []
        for data in ranks:
            data.set_epoch(epoch)
            share = data.shares(2)
            of_rank = [n for w in (0, 1) for n in numbers(data._samples(w, share[w], 0))]
            assert len(of_rank) == len(data)
            read.append(of_rank)
        everything = [n for of_rank in read for n in of_rank]
        assert len(set(everything)) == len(everything)
        lengths = {len(of_rank) for of_rank in read}
        if even:
            assert len(lengths) == 1
            assert len(everything) >= 30 - 3 * world
        else:
            assert sorted(everything) == list(range(30))
            assert max(lengths) - min(lengths) <= 3


def test_a_rank_is_what_torchrun_says(shards: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "4")
    assert (stream(shards).rank.index, stream(shards).rank.of) == (1, 4)
    with pytest.raises(ConfigError, match="rank must be in"):
        stream(shards, rank=4, world_size=4)


@pytest.mark.parametrize("stop", [0, 1, 7, 29, 30])
@pytest.mark.parametrize("shuffle", [True, False])
def test_it_carries_on_where_a_state_says(shards: Path, stop: int, shuffle: bool) -> None:
    data = stream(shards, seed=4, shuffle=shuffle)
    data.set_epoch(3)
    whole = numbers(data)
    walk = iter(data)
    seen = numbers(next(walk) for _ in range(stop))
    state = json.loads(json.dumps(data.state_dict()))
    other = stream(shards, seed=4, shuffle=shuffle)
    other.load_state_dict(state)
    assert seen + numbers(other) == whole
    assert numbers(other) == whole  # and begins anew after that
    other.load_state_dict(state)
    other.set_epoch(4)
    assert len(numbers(other)) == 30


def test_large_rows_wait_in_smaller_lots_and_still_come_once(
    shards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streamed, "_HELD_BYTES", 5_000)  # five records of these, of three row groups
    data = stream(shards, mix=100)
    whole = numbers(data)
    assert sorted(whole) == list(range(30))
    assert {len({n // 2 for n in whole[at : at + 5]}) for at in range(0, 30, 5)} == {3}
    walk = iter(data)
    seen = numbers(next(walk) for _ in range(7))
    other = stream(shards, mix=100)
    other.load_state_dict(data.state_dict())
    assert seen + numbers(other) == whole


def test_a_state_of_something_else_is_refused_in_a_line(shards: Path) -> None:
    state = stream(shards, seed=1).state_dict()
    with pytest.raises(UsageError, match="the state has seed 1, this dataset 2"):
        stream(shards, seed=2).load_state_dict(state)
    with pytest.raises(UsageError, match="has records 30, this dataset 6"):
        stream(shards, seed=1, where="shot_index = 1").load_state_dict(state)
    with pytest.raises(UsageError, match="of 3 workers, and this loader has 1"):
        TripletLoader(stream(shards, seed=1)).load_state_dict(state | {"workers": 3})


def test_workers_read_each_record_once_and_a_loader_carries_on_after_any_batch(
    shards: Path, no_hang: None
) -> None:
    def loader() -> TripletLoader:
        return TripletLoader(stream(shards, seed=2), batch_size=4, num_workers=2)

    one = loader()
    assert len(one) in (8, 9)
    walk = iter(one)
    seen = numbers(next(walk) for _ in range(3))
    state = pickle.loads(pickle.dumps(one.state_dict()))
    del walk
    two = loader()
    two.load_state_dict(state)
    rest = numbers(two)
    assert len(seen) == 12
    assert sorted(seen + rest) == list(range(30))


def test_a_spawned_worker_gives_the_same_and_tells_what_it_found_damaged(
    damaged: Path, no_hang: None
) -> None:
    data = stream(damaged, on_damage="skip")
    read = numbers(DataLoader(data, batch_size=2, num_workers=1, multiprocessing_context="spawn"))
    assert read == numbers(stream(damaged, on_damage="skip"))
    (bad,) = data.damaged
    assert sorted([*read, bad]) == list(range(10))


def test_workers_that_stay_are_told_the_epoch(shards: Path, no_hang: None) -> None:
    data = stream(shards)
    loader = DataLoader(data, batch_size=5, num_workers=1, persistent_workers=True)
    first = numbers(loader)
    data.set_epoch(1)
    second = numbers(loader)
    assert sorted(first) == sorted(second) == list(range(30))
    assert first != second


def test_a_loader_without_workers_knows_its_length_and_carries_on(shards: Path) -> None:
    loader = TripletLoader(stream(shards), batch_size=4)
    whole = numbers(loader)
    assert len(loader) == len(list(loader)) == 8
    walk = iter(loader)
    seen = numbers(next(walk) for _ in range(2))
    other = TripletLoader(stream(shards), batch_size=4)
    other.load_state_dict(loader.state_dict())
    assert other.state_dict() == loader.state_dict()
    assert seen + numbers(other) == whole
    with pytest.raises(UsageError, match="IterableTripletDataset"):
        TripletLoader(TripletDataset(shards))  # type: ignore[arg-type]


def test_a_damaged_record_is_named_also_by_a_worker(damaged: Path, no_hang: None) -> None:
    with pytest.raises(RecordError) as told:
        list(DataLoader(stream(damaged), batch_size=2, num_workers=1))
    assert "record '00000000000000aa/" in str(told.value)
    assert "Traceback" not in str(told.value)


def test_a_row_group_that_is_cut_short_costs_its_own_records_alone(tmp_path: Path, caplog: Any) -> None:
    """Its footer is whole, and the pictures of one page are not there."""
    out = scene.make(tmp_path / "shards", episodes=scene.EPISODES[:1])
    (shard,) = (out / "data").glob("*.parquet")
    data = bytearray(shard.read_bytes())
    at = data.index(b"\x89PNG")
    data[at - 40 : at] = b"\xff" * 40  # the header of the first page of pictures
    shard.write_bytes(bytes(data))
    stream_of_it = stream(out, on_damage="skip")
    read = numbers(stream_of_it)
    assert sorted([*read, *stream_of_it.damaged]) == list(range(10))
    assert 0 < len(stream_of_it.damaged) <= 4
    with pytest.raises(RecordError):
        list(stream(out))


@pytest.mark.parametrize("workers", [0, 2])
def test_torchdatas_loader_carries_on(shards: Path, workers: int, no_hang: None) -> None:
    loaders = pytest.importorskip("torchdata.stateful_dataloader", reason="torchdata is not installed")

    def loader() -> Any:
        return loaders.StatefulDataLoader(stream(shards, seed=2), batch_size=4, num_workers=workers)

    one = loader()
    walk = iter(one)
    seen = numbers(next(walk) for _ in range(3))
    state = one.state_dict()
    del walk
    two = loader()
    two.load_state_dict(state)
    assert sorted(seen + numbers(two)) == list(range(30))
    assert sorted(numbers(two)) == list(range(30))

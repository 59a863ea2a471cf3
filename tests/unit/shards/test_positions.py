"""Records by their position: from the front, from the back, and in slices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dougagen.domain import Record
from dougagen.errors import DougagenError
from dougagen.shards import Dataset, open_dataset

OTHER = "fedcba9876543210"


@pytest.fixture
def records(make_record, tmp_path: Path, commit_episode) -> list[Record]:
    """Seven of two episodes, in row groups of two and of one, in three shards."""
    first = [make_record(n) for n in range(5)]
    second = [make_record(n, episode_id=OTHER) for n in range(2)]
    commit_episode(tmp_path, first, row_group_bytes=3500, shard_bytes=6000)
    commit_episode(tmp_path, second, episode_id=OTHER, row_group_bytes=1)
    return first + second


@pytest.fixture
def dataset(records: list[Record], tmp_path: Path) -> Dataset:
    found = open_dataset(tmp_path)
    assert len({group.rows for group in found.row_groups()}) > 1, "some row groups hold several records"
    assert len(found.row_groups()) > 3
    return found


def ids(records) -> list[str]:
    return [record.record_id for record in records]


def test_every_position_is_a_record_from_the_front_and_from_the_back(dataset, records) -> None:
    assert len(dataset) == 7
    for n, record in enumerate(records):
        assert dataset[n].record_id == record.record_id
        assert dataset[n - 7].record_id == record.record_id
        assert np.array_equal(dataset[n].triplet.douga.classes, record.triplet.douga.classes)


@pytest.mark.parametrize("index", [7, -8, 10**9])
def test_a_position_outside_is_an_index_error_of_ours(dataset, index) -> None:
    with pytest.raises(IndexError, match=f"there is no record {index}: there are 7"):
        dataset[index]
    with pytest.raises(DougagenError):
        dataset[index]


@pytest.mark.parametrize(
    "slice_",
    [
        slice(None),
        slice(2, 6),
        slice(None, None, 2),
        slice(1, None, 3),
        slice(None, None, -1),
        slice(-3, None),
        slice(5, 2),
        slice(6, 0, -2),
    ],
)
def test_a_slice_holds_what_a_list_would(dataset, records, slice_) -> None:
    found, wanted = dataset[slice_], ids(records)[slice_]
    assert len(found) == len(wanted)
    assert ids(found) == wanted
    assert [found[n].record_id for n in range(len(wanted))] == wanted
    assert ids(found[1:][:2]) == wanted[1:][:2]


def test_a_slice_reads_nothing_before_it_is_asked(dataset) -> None:
    found = dataset[3:]
    for shard in dataset.shards:
        shard.unlink()
    assert len(found) == 4
    with pytest.raises(DougagenError):
        found[0]


def test_a_slice_knows_only_its_own_positions(dataset) -> None:
    with pytest.raises(IndexError, match="there is no record 2: there are 2"):
        dataset[3:5][2]


def test_a_dataset_says_what_it_is_in_one_line(dataset, tmp_path) -> None:
    assert repr(dataset) == f"Dataset('{tmp_path}', 7 records, 2 episodes)"
    assert (
        repr(open_dataset(tmp_path / "data"))
        == f"Dataset('{tmp_path / 'data'}', {len(dataset.shards)} shards)"
    )
    assert repr(dataset[2:4]) == f"2 records of {dataset!r}"
    assert repr(dataset[0]) == "Record('0123456789abcdef/0', 7×5, shot 0, 2 frames)"


def test_a_dataset_shows_its_episodes_and_their_names_are_only_text(
    tmp_path, make_record, make_entry
) -> None:
    from dougagen.shards import EpisodeWriter, encode_record

    with EpisodeWriter(tmp_path, episode_id=OTHER) as writer:
        writer.write(encode_record(make_record(0, episode_id=OTHER)))
        writer.commit(make_entry(1, episode_id=OTHER, source="<img src=x onerror=alert(1)>.mkv"))
    html = open_dataset(tmp_path)._repr_html_()
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;.mkv" in html

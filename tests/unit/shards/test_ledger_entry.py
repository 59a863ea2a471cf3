"""The ledger says what is in the dataset, and believes nothing that was put into it."""

from __future__ import annotations

import dataclasses
import json
import pickle
import subprocess
import sys
from fractions import Fraction

import pytest

from dougagen.domain import ExtractReport
from dougagen.errors import DomainError, ShardError
from dougagen.shards import LedgerEntry, ShardFacts, committed, committed_ids, ledger_path, read_ledger

SHARD = {"name": "train-0123456789abcdef-00000.parquet", "sha256": "a" * 64, "bytes": 10, "rows": 2}


def test_an_entry_comes_back_from_json_as_it_was(make_entry) -> None:
    entry = make_entry(2, shards=(ShardFacts(**SHARD),), flags=("truncated",), packets_damaged=4)
    assert LedgerEntry.from_json(json.loads(json.dumps(entry.to_json()))) == entry


def test_an_entry_travels_between_processes(make_entry) -> None:
    entry = make_entry(2)
    assert pickle.loads(pickle.dumps(entry)) == entry


def test_an_entry_holds_the_report_it_was_made_of() -> None:
    report = ExtractReport(
        episode_id="0123456789abcdef",
        source="a.mkv",
        frames_decoded=10,
        frames_in_exposures=8,
        frames_skipped={"black": 2},
        drawings=4,
        records=3,
        drawings_rejected={"blank": 1},
        shots=2,
        flags=("truncated",),
        packets_damaged=1,
        seconds={"total": 2.0},
    )
    entry = LedgerEntry.of(
        report,
        config_digest="d",
        models="m",
        dougagen_version="0.1.0",
        width=8,
        height=6,
        frame_rate=Fraction(24),
    )
    assert entry.report() == report
    assert (entry.width, entry.height, entry.frame_rate) == (8, 6, Fraction(24))


def test_counts_that_do_not_add_up_are_no_entry(make_entry) -> None:
    with pytest.raises(DomainError, match="frames decoded"):
        make_entry(2, frames_decoded=99)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "train-0123456789abcdef-00000.parquet/../x",
        "..",
        "",
        "train-0123456789abcdef-00000.parquet\n",
        ".train-0123456789abcdef-00000.parquet",
        "train-fedcba9876543210-00000.parquet",
        "TRAIN-0123456789abcdef-00000.parquet",
        7,
        None,
    ],
)
def test_a_ledger_cannot_name_a_file_elsewhere(tmp_path, make_entry, name) -> None:
    plain = make_entry(2).to_json() | {"shards": [SHARD | {"name": name}]}
    path = ledger_path(tmp_path, "0123456789abcdef")
    path.parent.mkdir()
    path.write_text(json.dumps(plain))
    with pytest.raises(ShardError, match="ledger is damaged"):
        read_ledger(tmp_path, "0123456789abcdef")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        '{"episode_id": "0123456789abcdef"}',
        "\x00\xff",
    ],
)
def test_a_ledger_that_is_no_ledger_is_named_in_one_line(tmp_path, text: str) -> None:
    path = ledger_path(tmp_path, "0123456789abcdef")
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(ShardError) as caught:
        read_ledger(tmp_path, "0123456789abcdef")
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "facts",
    [
        {"records": -1},
        {"records": "2"},
        {"records": True},
        {"records": 2.5},
        {"frame_rate": "1/0"},
        {"frame_rate": None},
        {"frame_rate": "1e999999999"},  # hours, and the memory of the machine, to be written out
        {"frames_decoded": 10**400},
        {"seconds": {"total": 10**400}},
        {"frames_skipped": [1]},
        {"frames_skipped": {"black": "3"}},
        {"seconds": {"total": "long"}},
        {"flags": 3},
        {"shards": [{}]},
        {"shards": [SHARD | {"bytes": -1}]},
        {"shards": [SHARD | {"sha256": "xyz"}]},
        {"shards": [SHARD, SHARD]},
        {"source": 5},
        {"episode_id": "../../../../x"},
        {"episode_id": "fedcba9876543210"},
    ],
)
def test_a_ledger_with_one_wrong_fact_is_damaged(tmp_path, make_entry, facts) -> None:
    path = ledger_path(tmp_path, "0123456789abcdef")
    path.parent.mkdir()
    path.write_text(json.dumps(make_entry(2).to_json() | facts))
    with pytest.raises(ShardError):
        read_ledger(tmp_path, "0123456789abcdef")


def test_facts_of_a_later_version_are_passed_over(tmp_path, make_entry) -> None:
    path = ledger_path(tmp_path, "0123456789abcdef")
    path.parent.mkdir()
    path.write_text(json.dumps(make_entry(2).to_json() | {"weather": "rain"}))
    assert read_ledger(tmp_path, "0123456789abcdef") == make_entry(2)


def test_an_episode_without_a_ledger_is_not_in_the_dataset(tmp_path) -> None:
    assert read_ledger(tmp_path, "0123456789abcdef") is None
    assert list(committed(tmp_path)) == []


def test_only_files_named_by_an_episode_id_are_ledgers(tmp_path, make_record, commit_episode) -> None:
    commit_episode(tmp_path, [make_record(0)])
    for name in ("notes.json", ".0123456789abcdee.json.1.partial", "0123456789ABCDEF.json"):
        (tmp_path / "episodes" / name).write_text("{}")
    assert committed_ids(tmp_path) == ("0123456789abcdef",)
    assert [entry.records for entry in committed(tmp_path)] == [1]


def test_an_id_that_could_leave_the_folder_is_refused(tmp_path) -> None:
    with pytest.raises(DomainError, match="16 hex digits"):
        ledger_path(tmp_path, "../../../etc/pass")


def test_asking_the_ledger_costs_no_arrow() -> None:
    code = (
        "import sys; from dougagen.shards import read_ledger, LedgerEntry;"
        "assert not {'pyarrow', 'cv2', 'torch'} & set(sys.modules), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_entry_cannot_be_changed(make_entry) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_entry(2).records = 3  # type: ignore[misc]

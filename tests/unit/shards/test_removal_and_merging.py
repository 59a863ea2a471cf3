"""Episodes out of a dataset, datasets joined: at one moment each, whatever dies, and nothing foreign."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from equal_drawings import CEL, DOUGA, everything, pictures, put, shown
from records import commit, entry_of, noise, plate_of, record_of

from dougagen.errors import ShardError, UsageError
from dougagen.files import Folder
from dougagen.shards import (
    committed_ids,
    ledger_path,
    lock_episode,
    merge_datasets,
    read_ledger,
    recover,
    remove_episodes,
    settle_repeats,
    verify_dataset,
    write_card,
)

A, B, C = ("a" * 16, "b" * 16, "c" * 16)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """B's first drawing is A's, and is left out for it; C marks its own."""
    out = tmp_path / "shards"
    put(out, A, [0, 1], "mark", source="01.mkv")
    put(out, B, [0, 2], source="02.mkv")
    put(out, C, [0, 3], "mark", source="01.mkv")
    settle_repeats(out)
    write_card(out)
    return out


def moments(
    monkeypatch: pytest.MonkeyPatch, out: Path, copies: Path, act: Callable[[], object]
) -> list[Path]:
    """The folder before each of its files is made, named, removed or linked, and last as it is afterwards."""
    found: list[Path] = []

    def watching(real):
        def watched(self: Folder, *args, **options):
            if (self.path == out or out in self.path.parents) and ".dougagen" not in self.path.parts:
                found.append(Path(shutil.copytree(out, copies / f"moment{len(found)}")))
            return real(self, *args, **options)

        return watched

    for name in ("create", "rename", "remove", "link"):
        monkeypatch.setattr(Folder, name, watching(getattr(Folder, name)))
    act()
    monkeypatch.undo()
    assert len(found) > 5
    return found


def test_an_episode_goes_with_all_its_files_and_what_repeated_it_stands_for_itself(dataset: Path) -> None:
    assert shown(dataset) == {f"{A}/0": "", f"{A}/10": "", f"{B}/10": "", f"{C}/0": f"{A}/0", f"{C}/10": ""}
    found = remove_episodes(dataset, [A])
    assert [(one.episode_id, one.records, one.repeated_by) for one in found.removed] == [(A, 2, 2)]
    assert shown(dataset) == {f"{B}/10": "", f"{C}/0": "", f"{C}/10": ""}
    assert not [name for name in everything(dataset) if A in name]
    assert verify_dataset(dataset).damages == ()
    assert "2 episodes" in (dataset / "README.md").read_text()


def test_the_last_episode_takes_the_card_along_unless_its_owner_wrote_into_it(tmp_path: Path) -> None:
    for words in ("", "mine\n"):
        out = tmp_path / f"shards{len(words)}"
        put(out, A, [0])
        write_card(out)
        with (out / "README.md").open("a") as card:
            card.write(words)
        remove_episodes(out, [A])
        assert (out / "README.md").exists() == bool(words)
        assert committed_ids(out) == ()


def test_words_mean_one_episode_or_nothing_is_removed(dataset: Path) -> None:
    before = everything(dataset)
    for words in (["02.mkv", "nothing"], ["02.mkv", "01.mkv"], ["bbb"], ["02.mk"], [B.upper()], ["../x"]):
        with pytest.raises(UsageError) as raised:
            remove_episodes(dataset, words)
        assert "\n" not in str(raised.value)
    assert everything(dataset) == before
    dry = remove_episodes(dataset, ["02.mkv", "aaaa", B[:7]], dry_run=True)
    assert [one.episode_id for one in dry.removed] == [B, A]
    assert everything(dataset) == before
    gone = remove_episodes(dataset, ["bbbb", "d" * 16])
    assert ([one.source for one in gone.removed], gone.absent) == (["02.mkv"], ("d" * 16,))


def test_an_episode_whose_ledger_is_damaged_can_be_removed_by_its_id(dataset: Path) -> None:
    ledger_path(dataset, A).write_text("{")
    assert [one.source for one in remove_episodes(dataset, [A]).removed] == [""]
    assert not [name for name in everything(dataset) if A in name]
    assert verify_dataset(dataset).damages == ()


def test_what_another_run_is_writing_stays_and_the_others_go(dataset: Path) -> None:
    with lock_episode(dataset, A):
        found = remove_episodes(dataset, [A, B])
    assert [one.episode_id for one in found.removed] == [B]
    assert [A in str(error) for error in found.failed] == [True]
    assert set(committed_ids(dataset)) == {A, C}


def test_a_removal_that_is_killed_anywhere_leaves_a_folder_that_recovery_and_the_same_command_finish(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = moments(monkeypatch, dataset, tmp_path, lambda: remove_episodes(dataset, [A, B]))
    wanted = shown(dataset)
    for copy in copies[::2]:
        recover(copy)
        ids = committed_ids(copy)
        assert C in ids
        there = {name for name in everything(copy) if A in name or B in name}
        assert all(any(i in name for i in ids) for name in there), "nothing of an episode without its ledger"
        remove_episodes(copy, [A, B])
        assert shown(copy) == wanted
        assert verify_dataset(copy).damages == ()


@pytest.fixture
def seasons(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders with A in both; B's first drawing is A's, and stands for itself in its own folder."""
    one, two = tmp_path / "one", tmp_path / "two"
    put(one, A, [0, 1])
    put(one, C, [4])
    put(two, A, [0, 1])
    put(two, B, [0, 2])
    settle_repeats(one)
    return one, two


def test_every_episode_is_there_once_byte_for_byte_and_repeats_are_settled(
    seasons: tuple[Path, Path], tmp_path: Path
) -> None:
    before = [everything(folder) for folder in seasons]
    out = tmp_path / "all"
    merged = merge_datasets(seasons, out)
    assert (merged.taken, merged.already_there, merged.failed) == ((A, C, B), (A,), ())
    assert (out / "data" / f"train-{A}-00000.parquet").read_bytes() == before[0][
        f"data/train-{A}-00000.parquet"
    ]
    assert [everything(folder) for folder in seasons] == before
    straight = tmp_path / "straight"
    for episode_id, numbers in ((A, [0, 1]), (C, [4]), (B, [0, 2])):
        put(straight, episode_id, numbers)
    settle_repeats(straight)
    assert shown(out) == shown(straight)
    assert verify_dataset(out).damages == ()
    whole = everything(out)
    again = merge_datasets(seasons, out)
    assert (again.taken, len(again.already_there), everything(out) == whole) == ((), 4, True)
    into_itself = merge_datasets([out, seasons[1]], out)
    assert (into_itself.taken, into_itself.failed) == ((), ())


def test_hard_links_take_no_space_and_neither_folder_changes_the_other(
    seasons: tuple[Path, Path], tmp_path: Path
) -> None:
    out, before = tmp_path / "all", [everything(folder) for folder in seasons]
    merge_datasets(seasons, out, how="link")
    shard = f"data/train-{A}-00000.parquet"
    assert (out / shard).stat().st_ino == (seasons[0] / shard).stat().st_ino
    assert [everything(folder) for folder in seasons] == before, "settled in the joined folder alone"
    remove_episodes(out, [A])
    assert [everything(folder) for folder in seasons] == before
    assert verify_dataset(out).damages == ()


def test_an_episode_under_other_options_is_named_passed_over_or_replaced(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    put(one, A, [0, 1], options={"max_drawings": "2"})
    put(two, A, [0, 1, 2], options={"max_drawings": "–"})
    put(two, B, [5])
    for rule in ("error", "skip", "redo"):
        out = tmp_path / rule
        merged = merge_datasets([one, two], out, on_existing=rule)
        assert B in merged.taken
        assert len(pictures(out)) == (4 if rule == "redo" else 3)
        assert len(merged.configurations) == 2
        assert verify_dataset(out).damages == ()
        if rule == "error":
            (error,) = merged.failed
            assert "--max-drawings was 2, now not given" in str(error)
            assert "--on-existing redo" in str(error)
        else:
            assert merged.failed == ()
            assert merged.kept == ((A,) if rule == "skip" else ())


def test_a_merge_that_is_killed_anywhere_is_carried_on_by_the_same_command(
    seasons: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "all"
    put(out, C, [7, 8])  # under other options: taken out for the one of a season
    join = {"on_existing": "redo"}
    copies = moments(monkeypatch, out, tmp_path, lambda: merge_datasets(seasons, out, **join))
    wanted = shown(out)
    for copy in copies[::3]:
        recover(copy)
        for episode_id in committed_ids(copy):
            assert read_ledger(copy, episode_id) is not None
        assert [d for d in verify_dataset(copy).damages if "settled" not in d.what] == []
        merge_datasets(seasons, copy, **join)
        assert shown(copy) == wanted
        assert verify_dataset(copy).damages == ()


def hostile_link(folder: Path) -> None:
    shard = next((folder / "data").iterdir())
    shard.rename(folder.parent / "secret")
    shard.symlink_to(folder.parent / "secret")


def hostile_pipe(folder: Path) -> None:
    shard = next((folder / "data").iterdir())
    shard.unlink()
    os.mkfifo(shard)


def hostile_name(folder: Path) -> None:
    path = ledger_path(folder, A)
    plain = json.loads(path.read_text())
    plain["shards"][0]["name"] = "../../../etc/passwd"
    path.write_text(json.dumps(plain))


def hostile_data_link(folder: Path) -> None:
    (folder / "data").rename(folder.parent / "elsewhere")
    (folder / "data").symlink_to(folder.parent / "elsewhere")


def altered(folder: Path) -> None:
    shard = next((folder / "data").iterdir())
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(data)


def missing(folder: Path) -> None:
    next((folder / "data").iterdir()).unlink()


def damaged_ledger(folder: Path) -> None:
    ledger_path(folder, A).write_text("\x1b[2J{")


@pytest.mark.parametrize(
    "spoil", [hostile_link, hostile_pipe, hostile_name, hostile_data_link, altered, missing, damaged_ledger]
)
def test_what_is_hostile_or_damaged_is_named_in_a_line_and_the_others_are_joined(
    spoil: Callable[[Path], None], tmp_path: Path, no_hang
) -> None:
    good, bad, out = tmp_path / "good", tmp_path / "bad", tmp_path / "all"
    put(good, B, [1, 2])
    put(bad, A, [0])
    spoil(bad)
    for how in ("copy", "link"):
        merged = merge_datasets([bad, good], out, how=how)
        (error,) = merged.failed
        assert str(error).isprintable()
        assert str(bad) in str(error)
        assert committed_ids(out) == (B,)
        assert not [name for name in everything(out) if A in name]
        assert verify_dataset(out).damages == ()


def test_what_is_no_dataset_is_refused_before_anything_is_written(
    seasons: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "none" / "episodes").mkdir(parents=True)
    shutil.copytree(seasons[0] / "data", tmp_path / "plain")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "episodes").symlink_to(seasons[0] / "episodes")
    (tmp_path / "file").write_text("x")
    out = tmp_path / "all"
    for name in ("empty", "none", "plain", "gone", "file", "linked"):
        with pytest.raises((UsageError, ShardError)) as raised:
            merge_datasets([seasons[0], tmp_path / name], out)
        assert str(tmp_path / name) in str(raised.value)
        assert not out.exists()
    with pytest.raises(UsageError, match="is a file"):
        merge_datasets(seasons, tmp_path / "file")
    with pytest.raises(UsageError, match="no ledgers"):
        remove_episodes(tmp_path / "plain", [A])


def with_plates(out: Path, episode_id: str) -> None:
    records = [
        record_of(noise(n, 5, 7), CEL, DOUGA, ((2 * n, 2 * n + 2),), episode_id=episode_id, drawing_index=n)
        for n in (0, 1)
    ]
    commit(
        out,
        records,
        entry_of(2, episode_id=episode_id),
        plates=[plate_of(0, n, episode_id=episode_id) for n in (0, 1)],
    )


def test_backgrounds_go_and_come_with_their_episode(tmp_path: Path) -> None:
    one, two, out = tmp_path / "one", tmp_path / "two", tmp_path / "all"
    with_plates(one, A)
    with_plates(two, B)
    plates = {name: data for name, data in everything(one).items() if name.startswith("backgrounds/")}
    assert len(plates) == 1
    merged = merge_datasets([one, two], out)
    assert (merged.taken, merged.failed) == ((A, B), ())
    assert plates.items() <= everything(out).items()
    assert verify_dataset(out).damages == ()
    (gone,) = remove_episodes(out, [B]).removed
    assert gone.bytes > sum(map(len, plates.values()))
    assert {name for name in everything(out) if name.startswith("backgrounds/")} == set(plates)
    assert verify_dataset(out).damages == ()
    bad = next((two / "backgrounds").glob("*.parquet"))
    bad.write_bytes(bad.read_bytes()[:-1])
    (error,) = merge_datasets([two], out).failed
    assert str(bad) in str(error)
    assert not [name for name in everything(out) if B in name]

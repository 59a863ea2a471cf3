"""What every export does, whatever the format: order, filter, split, scale, resume, name damage."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from exported import FIRST, RECORDS, drawing, make_dataset, plain_shard, tree
from PIL import Image
from records import commit, entry_of, record_of

from dougagen.domain import Origin
from dougagen.errors import DougagenError, ExportError, UsageError
from dougagen.exports import FORMATS, export
from dougagen.exports.config import ExportConfig
from dougagen.exports.formats import format_of
from dougagen.shards import Lock, open_dataset
from dougagen.shards.locks import lock_path


def index_of(part: Path) -> list[dict]:
    return [json.loads(line) for line in (part / "metadata.jsonl").read_text("utf-8").splitlines()]


def test_drawings_come_in_the_order_of_the_dataset_with_their_columns(dataset: Path, tmp_path: Path) -> None:
    report = export(dataset, tmp_path / "out", to="folders")
    assert (report.drawings, report.files, report.exit_code) == ({"train": RECORDS}, 3 * RECORDS, 0)
    rows = index_of(tmp_path / "out/train")
    assert [row["record_id"] for row in rows] == [record.record_id for record in open_dataset(dataset)]
    assert rows[0]["exposures"] == [[0, 2], [4, 6]]
    assert rows[0]["source"] == "a 夜.mkv"
    assert report.bytes == sum(
        len(data) for name, data in tree(tmp_path / "out").items() if name.endswith("png")
    )


def test_a_filter_takes_the_drawings_of_which_it_is_true(dataset: Path, tmp_path: Path) -> None:
    where = f"'dark' in flags and episode_id = '{FIRST}'"
    export(dataset, tmp_path / "out", to="folders", where=where)
    assert [row["drawing_index"] for row in index_of(tmp_path / "out/train")] == [1, 3]


def test_pictures_are_scaled_to_lines_and_no_class_is_invented(dataset: Path, tmp_path: Path) -> None:
    export(dataset, tmp_path / "out", to="folders", lines=24)
    for row in index_of(tmp_path / "out/train"):
        names = [row[f"{picture}_file_name"] for picture in ("color", "cel_mask", "douga")]
        pictures = [Image.open(tmp_path / "out/train" / name) for name in names]
        assert [picture.size for picture in pictures] == [(32, 24)] * 3
        assert [picture.mode for picture in pictures] == ["RGB", "L", "P"]
        assert np.asarray(pictures[2]).max() <= 9
        assert (row["width"], row["height"]) == (32, 24)


def test_a_split_never_parts_an_episode_or_a_shot_and_is_always_the_same(
    dataset: Path, tmp_path: Path
) -> None:
    for by, keys in (("episode", ["episode_id"]), ("shot", ["episode_id", "shot_index"])):
        for out in (tmp_path / by, tmp_path / f"{by} again"):
            export(dataset, out, to="folders", split="40/30/30", split_by=by)
        assert tree(tmp_path / by) == tree(tmp_path / f"{by} again")
        parts = [
            {tuple(row[key] for key in keys) for row in index_of(part)}
            for part in (tmp_path / by).glob("*")
            if part.name[0] != "."
        ]
        assert sum(map(len, parts)) == len(set().union(*parts)) == (2 if by == "episode" else 4)


@pytest.mark.parametrize("by", ["episode", "shot"])
def test_the_scenes_of_a_studio_batch_are_split_one_by_one(tmp_path: Path, by: str) -> None:
    grey = np.full((16, 16, 3), 90, np.uint8)
    nothing = np.zeros((16, 16), bool), np.zeros((16, 16), np.uint8)
    scenes = [
        record_of(grey, *nothing, ((seed, seed + 1),), origin=Origin.STUDIO, drawing_index=seed)
        for seed in range(30)
    ]
    commit(tmp_path / "studio", scenes, entry_of(30, frames=30))
    parts = [
        export(tmp_path / "studio", tmp_path / to, to=to, split="50/50", split_by=by).drawings
        for to in ("folders", "cels")
    ]
    assert parts[0] == parts[1]
    assert min(parts[0].values()) >= 5
    assert len(list((tmp_path / "cels").glob("*/*/*.xdts"))) == 30, "each is a shot of its own"


def test_a_part_that_comes_out_empty_is_said(dataset: Path, tmp_path: Path) -> None:
    report = export(dataset, tmp_path / "out", to="folders", split="98/1/1", where=f"episode_id = '{FIRST}'")
    assert report.empty_parts == ("val", "test")
    assert report.drawings == {"train": 5, "val": 0, "test": 0}


def test_the_same_export_again_writes_nothing(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(dataset, out, to="folders")
    before = {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in out.rglob("*.png")}
    again = export(dataset, out, to="folders")
    assert again.carried_on == RECORDS
    assert {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in out.rglob("*.png")} == before


@pytest.mark.parametrize("to", FORMATS)
def test_files_that_are_gone_are_made_again(dataset: Path, tmp_path: Path, to: str) -> None:
    export(dataset, tmp_path / "out", to=to)
    wanted = tree(tmp_path / "out")
    for name in wanted:
        if name.endswith((".tar", "_cut0002/douga.mkv", "6.png", "6.psd", "6.ora", "6.svg", "2.xdts")):
            (tmp_path / "out" / name).unlink()
    assert len(tree(tmp_path / "out")) < len(wanted)
    export(dataset, tmp_path / "out", to=to)
    assert tree(tmp_path / "out") == wanted


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"to": "sculpture"}, "there is no format 'sculpture'; give one of webdataset"),
        ({"where": "cel_fraction >"}, "a column or a value is missing"),
        ({"where": "cel_fraction > 2"}, "no drawing matches 'cel_fraction > 2'"),
        ({"where": "read_csv('/etc/passwd') = 1"}, "functions cannot be called"),
        ({"split": "90:10"}, "a split is written like 90/5/5"),
        ({"split": "90/0/10"}, "has no share"),
        ({"lines": 4}, "at least 16 lines"),
        ({"to": "folders", "pairs": "color/colour"}, "a pair is two of color, cel_mask, douga"),
        ({"to": "coco", "pairs": "color/douga"}, "--pairs does not go with --to coco"),
        ({"to": "folders", "shard_megabytes": 9}, "--shard-megabytes does not go with --to folders"),
    ],
)
def test_options_that_cannot_be_are_one_line_and_write_nothing(
    dataset: Path, tmp_path: Path, options: dict, said: str
) -> None:
    with pytest.raises(UsageError) as refused:
        export(dataset, tmp_path / "out", **options)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_is_one_line_and_keeps_what_it_has(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine")
    before = tree(tmp_path) | tree(dataset)
    for place, said in (
        (tmp_path / "file", "a file lies where the folder of the export is to be"),
        (tmp_path / "file/below", "a file lies where the folder of the export is to be"),
        (tmp_path / "full", "this folder has other files in it ('mine.txt')"),
        (dataset, "the export would lie inside the dataset"),
        (dataset / "data/out", "the export would lie inside the dataset"),
        ("s3://bucket/out", "an address is no folder"),
    ):
        with pytest.raises(UsageError) as refused:
            export(dataset, place, to="folders")
        assert said in str(refused.value)
    assert tree(tmp_path) | tree(dataset) == before


def test_another_export_or_a_dataset_that_has_changed_is_one_line(dataset: Path, tmp_path: Path) -> None:
    export(dataset, tmp_path / "out", to="folders")
    before = tree(tmp_path / "out")
    with pytest.raises(
        UsageError, match=r"another export was begun here \(to 'folders', not 'coco'; lines 0, not 24\)"
    ):
        export(dataset, tmp_path / "out", to="coco", lines=24)
    other = make_dataset(tmp_path / "other", grain=4)
    with pytest.raises(UsageError, match="the dataset has changed since this export was begun"):
        export(other, tmp_path / "out", to="folders")
    assert tree(tmp_path / "out") == before


def damaged(dataset: Path, out: Path, column: str = "douga") -> Path:
    """The first episode as a plain shard, one picture of its second drawing cut short."""
    record = [drawing(FIRST, index) for index in range(5)]
    rows = plain_shard(dataset, out / "whole")
    import pyarrow.parquet as pq

    values = pq.read_table(rows / "strange.parquet")[column].to_pylist()
    values[1]["bytes"] = values[1]["bytes"][:60]
    assert len(record) == len(values)
    return plain_shard(dataset, out / "damaged", **{column: values})


@pytest.mark.parametrize("to", FORMATS)
def test_a_damaged_record_is_named_and_passed_over(dataset: Path, tmp_path: Path, to: str) -> None:
    lines: list[str] = []
    broken = damaged(dataset, tmp_path)
    report = export(broken, tmp_path / "out", to=to, on_damage=lines.append)
    assert (report.drawings, report.exit_code) == ({"train": 4}, 1)
    (line,) = report.damaged
    assert f"{FIRST}/2" in line
    assert "strange.parquet" in line
    assert lines == [line]
    again = export(broken, tmp_path / "out", to=to)
    assert (again.damaged, again.drawings) == (report.damaged, report.drawings)


def test_a_damaged_shard_is_named_and_the_others_are_exported(tmp_path: Path) -> None:
    dataset = make_dataset(tmp_path / "shards")
    (shard,) = dataset.glob(f"data/train-{FIRST}-*.parquet")
    shard.write_bytes(shard.read_bytes()[:-100])
    report = export(dataset, tmp_path / "out", to="folders")
    assert report.drawings == {"train": 3}
    (line,) = report.damaged
    assert shard.name in line


HOSTILE = ["../../../escaped", "/escaped", "a\0b/../c", "..", "\x1b]0;title\x07<script>"]


@pytest.mark.parametrize("to", FORMATS)
def test_names_of_strangers_write_nothing_outside(dataset: Path, tmp_path: Path, to: str) -> None:
    strange = plain_shard(
        dataset,
        tmp_path / "shards",
        episode_id=HOSTILE,
        source=HOSTILE,
        record_id=[f"{name}/{n}" for n, name in enumerate(HOSTILE)],
        shot_index=[-1, 0, 1, 2, 2**31 - 1],
    )
    before = tree(tmp_path)
    out = tmp_path / "deep/in/here"
    report = export(strange, out, to=to)
    assert report.drawings == {"train": 5}
    written = {name: data for name, data in tree(tmp_path).items() if name not in before}
    assert all(name.startswith("deep/in/here/") for name in written)
    for name in written:
        assert all(part not in name for part in ("escaped/", "\x1b", "\0", "<", "..")), name


def test_rows_of_one_name_are_exported_once_and_the_second_is_named(dataset: Path, tmp_path: Path) -> None:
    double = plain_shard(dataset, tmp_path / "shards", frame_index=[0, 2, 2, 12, 15])
    report = export(double, tmp_path / "out", to="folders")
    assert report.drawings == {"train": 4}
    assert "an earlier row has its episode" in report.damaged[0]


def test_no_link_in_the_place_is_followed(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    export(dataset, tmp_path / "out", to="folders")
    shutil.rmtree(tmp_path / "out/train/color")
    (tmp_path / "out/train/color").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ExportError, match="a link lies where a folder is needed"):
        export(dataset, tmp_path / "out", to="folders")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_two_runs_do_not_write_one_export(dataset: Path, tmp_path: Path) -> None:
    lock = Lock.take(lock_path(tmp_path / "out", "export"))
    assert lock is not None
    with lock, pytest.raises(UsageError, match="another run is writing this export"):
        export(dataset, tmp_path / "out", to="folders")
    assert export(dataset, tmp_path / "out", to="folders").exit_code == 0


def test_episodes_that_come_later_do_not_stop_an_export_of_others(dataset: Path, tmp_path: Path) -> None:
    grown = Path(shutil.copytree(dataset, tmp_path / "shards"))
    (late,) = grown.glob("episodes/b*.json")
    late.rename(tmp_path / late.name)
    where = f"episode_id = '{FIRST}'"
    export(grown, tmp_path / "out", to="folders", where=where)
    (tmp_path / late.name).rename(late)
    assert export(grown, tmp_path / "out", to="folders", where=where).carried_on == 5
    with pytest.raises(UsageError, match="another export was begun here"):
        export(grown, tmp_path / "out", to="folders")


def test_an_empty_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DougagenError, match="this folder holds no dataset"):
        export(tmp_path / "empty", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_every_format_of_the_list_can_be_made() -> None:
    for name in FORMATS:
        assert format_of(ExportConfig(to=name))


def test_progress_ends_at_all_drawings(dataset: Path, tmp_path: Path) -> None:
    moves: list[tuple[int, int]] = []
    export(dataset, tmp_path / "out", to="clips", on_progress=lambda *move: moves.append(move))
    assert moves[0] == (0, 8)
    assert moves[-1] == (8, 8)
    assert moves == sorted(moves)
    assert {done for done, _ in moves} >= {0, 1, 2, 3, 5, 6, 8}

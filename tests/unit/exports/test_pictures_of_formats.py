"""What others read of an export: the pixels of the dataset, by their own decoders where they are there."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import av
import numpy as np
import pytest
from exported import RECORDS, make_dataset
from PIL import Image

from dougagen.domain import Record
from dougagen.exports import export
from dougagen.exports.coco import CATEGORIES, CEL, FLAT, run_lengths
from dougagen.shards import open_dataset


@pytest.fixture(scope="session")
def records(dataset: Path) -> list[Record]:
    return list(open_dataset(dataset))


def pixels(data: bytes | Path) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data) if isinstance(data, bytes) else data))


# --- webdataset ----------------------------------------------------------------------------------


def test_a_tar_holds_the_three_pictures_and_the_columns_of_each_drawing(
    dataset: Path, records: list[Record], tmp_path: Path
) -> None:
    export(dataset, tmp_path, to="webdataset")
    with tarfile.open(tmp_path / "train-000000.tar") as tar:
        names = tar.getnames()
        assert {info.mtime for info in tar.getmembers()} == {0}
        members = {name: tar.extractfile(name).read() for name in names}
    assert [name.partition(".")[2] for name in names[:4]] == [
        "cel_mask.png",
        "color.png",
        "douga.png",
        "json",
    ]
    assert len(names) == 4 * RECORDS
    for key, record in zip(names[::4], records, strict=True):
        stem = key.partition(".")[0]
        assert np.array_equal(pixels(members[f"{stem}.color.png"]), record.triplet.color)
        assert np.array_equal(pixels(members[f"{stem}.cel_mask.png"]) == 255, record.triplet.cel_mask.pixels)
        assert np.array_equal(pixels(members[f"{stem}.douga.png"]), record.triplet.douga.classes)
        assert json.loads(members[f"{stem}.json"])["record_id"] == record.record_id


@pytest.mark.parametrize("decoder", ["pil", "l8", "rgb8", "rgb", "torchrgb"])
def test_classes_survive_the_decoders_of_webdataset(
    dataset: Path, records: list[Record], tmp_path: Path, decoder: str
) -> None:
    webdataset = pytest.importorskip("webdataset", reason="needs webdataset: pip install '.[export]'")
    export(dataset, tmp_path, to="webdataset")
    samples = webdataset.WebDataset(str(tmp_path / "train-000000.tar"), shardshuffle=False).decode(decoder)
    for sample, record in zip(samples, records, strict=True):
        douga = np.asarray(sample["douga.png"])
        channel = douga if douga.ndim == 2 else douga[0] if decoder == "torchrgb" else douga[..., 0]
        ids = channel if channel.dtype == np.uint8 else np.rint(channel * 255)
        assert np.array_equal(ids, record.triplet.douga.classes)
        assert sample["json"]["record_id"] == record.record_id


def test_tar_files_are_bounded_and_hold_every_sample_once_in_order(tmp_path: Path) -> None:
    dataset = make_dataset(tmp_path / "shards", height=360, width=480, grain=128)
    export(dataset, tmp_path / "out", to="webdataset", shard_megabytes=1)
    tars = sorted((tmp_path / "out").glob("*.tar"))
    assert len(tars) > 2
    assert all(tar.stat().st_size <= 1_000_000 for tar in tars)
    found = []
    for tar in tars:
        with tarfile.open(tar) as opened:
            found += [name for name in opened.getnames() if name.endswith("json")]
    assert found == sorted(set(found))
    assert len(found) == RECORDS


# --- folders -------------------------------------------------------------------------------------


def test_a_pair_is_two_pictures_side_by_side(dataset: Path, records: list[Record], tmp_path: Path) -> None:
    export(dataset, tmp_path, to="folders", pairs="douga/color")
    (first, *_) = (json.loads(line) for line in (tmp_path / "train/metadata.jsonl").open(encoding="utf-8"))
    pair, triplet = pixels(tmp_path / "train" / first["file_name"]), records[0].triplet
    assert np.array_equal(pair, np.hstack([triplet.douga.picture(), triplet.color]))
    assert len(list((tmp_path / "train").glob("*.png"))) == RECORDS


@pytest.mark.readers
def test_hugging_face_opens_the_folders_with_pictures_and_columns(
    dataset: Path, records: list[Record], tmp_path: Path
) -> None:
    datasets = pytest.importorskip("datasets", reason="needs datasets: pip install '.[readers]'")
    export(dataset, tmp_path / "out", to="folders", split="50/50", split_by="shot")
    loaded = datasets.load_dataset(
        "imagefolder", data_dir=str(tmp_path / "out"), cache_dir=str(tmp_path / "cache")
    )
    rows = {row["record_id"]: row for part in loaded.values() for row in part}
    assert len(rows) == RECORDS
    for record in records:
        row = rows[record.record_id]
        assert row["douga"].mode == "P"
        assert np.array_equal(np.asarray(row["douga"]), record.triplet.douga.classes)
        assert np.array_equal(np.asarray(row["color"]), record.triplet.color)


# --- coco ----------------------------------------------------------------------------------------


def unpacked(segmentation: dict) -> np.ndarray:
    """bool[H, W] of compressed run lengths, as the format's own description reads them."""
    runs: list[int] = []
    number = shift = 0
    for letter in segmentation["counts"].encode():
        bits = letter - 48
        number |= (bits & 0x1F) << shift
        shift += 5
        if not bits & 0x20:
            if bits & 0x10:
                number |= -1 << shift
            runs.append(number + (runs[-2] if len(runs) > 2 else 0))
            number = shift = 0
    height, width = segmentation["size"]
    values = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return values.reshape(width, height).T


def test_masks_of_coco_are_the_classes_and_the_cel(
    dataset: Path, records: list[Record], tmp_path: Path
) -> None:
    export(dataset, tmp_path, to="coco")
    found = json.loads((tmp_path / "train/instances.json").read_text())
    assert found["categories"] == list(CATEGORIES)
    assert [image["dougagen"]["record_id"] for image in found["images"]] == [r.record_id for r in records]
    assert [one["id"] for one in found["annotations"]] == list(range(1, len(found["annotations"]) + 1))
    for image, record in zip(found["images"], records, strict=True):
        classes, cel = record.triplet.douga.classes, record.triplet.cel_mask.pixels
        wanted = {one: classes == one for one in range(1, 10)} | {FLAT: (classes == 0) & cel, CEL: cel}
        for annotation in found["annotations"]:
            if annotation["image_id"] == image["id"]:
                mask = unpacked(annotation["segmentation"])
                assert np.array_equal(mask, wanted.pop(annotation["category_id"]))
                assert annotation["area"] == mask.sum()
                x, y, width, height = annotation["bbox"]
                assert mask[y : y + height, x : x + width].sum() == mask.sum()
        assert not any(mask.any() for mask in wanted.values())
        assert np.array_equal(pixels(tmp_path / "train/douga" / image["file_name"]), classes)
        assert np.array_equal(pixels(tmp_path / "train/images" / image["file_name"]), record.triplet.color)


@pytest.mark.parametrize("seed", range(20))
def test_run_lengths_come_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.random((rng.integers(1, 90), rng.integers(1, 90))) < rng.random()
    mask[rng.integers(len(mask)) :] = bool(seed % 2)
    coded = run_lengths(mask)
    assert np.array_equal(unpacked({"size": mask.shape, "counts": coded}), mask)


# --- clips ---------------------------------------------------------------------------------------


def frames(path: Path, kind: str) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        assert container.streams.video[0].average_rate == 24
        return [frame.to_ndarray(format=kind) for frame in container.decode(video=0)]


def test_a_clip_shows_each_frame_of_the_shot_and_masks_are_exact(
    dataset: Path, records: list[Record], tmp_path: Path
) -> None:
    export(dataset, tmp_path, to="clips")
    clips = [json.loads(line) for line in (tmp_path / "train/clips.jsonl").open(encoding="utf-8")]
    assert [(clip["first_frame"], clip["frames"]) for clip in clips] == [(0, 12), (12, 4), (0, 3), (3, 21)]
    clip = tmp_path / "train" / clips[0]["clip"]
    a, b, c = (record.triplet for record in records[:3])
    shown = [a, a, b, b, a, a, c, c, None, None, c, c]
    assert clips[0]["empty"] == [[8, 10]]
    nothing = np.zeros_like(a.douga.classes)
    wanted = [nothing if triplet is None else triplet.douga.classes for triplet in shown]
    assert np.array_equal(frames(clip / "douga.mkv", "gray"), wanted)
    # RGB is what most readers ask for: the classes stand in each channel
    assert np.array_equal([frame[..., 2] for frame in frames(clip / "douga.mkv", "rgb24")], wanted)
    masks = [nothing if triplet is None else triplet.cel_mask.pixels * 255 for triplet in shown]
    assert np.array_equal(frames(clip / "cel_mask.mkv", "gray"), masks)
    for frame, triplet in zip(frames(clip / "color.mp4", "rgb24"), shown, strict=True):
        color = np.zeros_like(a.color) if triplet is None else triplet.color
        assert np.abs(frame.astype(int) - color)[:5].max() < 8  # the ground: edges lose chroma to 4:2:0


def test_sides_are_even_in_a_clip_and_pictures_stay_in_register(tmp_path: Path) -> None:
    dataset = make_dataset(tmp_path / "shards", height=49, width=65)
    export(dataset, tmp_path / "out", to="clips", where="shot_index = 0 and drawing_index = 0")
    for clip in (tmp_path / "out/train").glob("*/*.m*"):
        assert frames(clip, "gray")[0].shape == (48, 64)


def test_a_shot_of_several_sizes_or_of_endless_frames_is_named(tmp_path: Path) -> None:
    from exported import FIRST, SECOND, drawing, plain_shard
    from records import commit, entry_of

    mixed = [drawing(FIRST, 0), drawing(FIRST, 1, height=64), drawing(FIRST, 3)]
    commit(tmp_path / "shards", mixed, entry_of(3, frames=9, episode_id=FIRST))
    commit(tmp_path / "shards", [drawing(SECOND, 0)], entry_of(1, frames=3, episode_id=SECOND))
    report = export(tmp_path / "shards", tmp_path / "out", to="clips")
    assert "several sizes" in report.damaged[0]
    assert sorted(p.name for p in (tmp_path / "out/train").glob("*_cut*")) == [
        f"{FIRST}_cut0002",
        f"{SECOND}_cut0001",
    ]
    endless = plain_shard(
        tmp_path / "shards",
        tmp_path / "endless",
        exposures=[[{"start": 0, "stop": 2**40}]] * 3,
        held_frames=[2**31 - 1] * 3,
        shot_index=[0, 1, 2],
    )
    report = export(endless, tmp_path / "out2", to="clips")
    assert report.drawings == {"train": 0}
    assert "is no clip" in report.damaged[0]

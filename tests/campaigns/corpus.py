"""The good files that hostile ones are made from, by code: a few kilobytes each, the same each time."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import tiny
import torch
from records import entry_of, noise, plate_of, record_of
from tiny_weights import write_tiny_weights

from dougagen.domain import CelMask, Douga, Placement, Triplet
from dougagen.labels.export import export_label
from dougagen.shards import encode_record, settle_repeats, write_card, writer_of
from dougagen.shards.repeats import print_of, table_of
from dougagen.training import presets
from dougagen.training.preset_files import preset_names

VIDEOS = (
    *(("mkv", "libx264"), ("mp4", "libx264"), ("mov", "mpeg4"), ("avi", "mpeg4"), ("ts", "mpeg2video")),
    *(
        ("mpg", "mpeg1video"),
        ("webm", "libvpx"),
        ("mkv", "libvpx-vp9"),
        ("mp4", "libsvtav1"),
        ("mkv", "ffv1"),
    ),
    *(("flv", "flv1"), ("nut", "utvideo"), ("asf", "mpeg4"), ("mxf", "mpeg2video"), ("y4m", "rawvideo")),
    *(("h264", "libx264"), ("m4v", "mpeg4"), ("avi", "rawvideo"), ("mp4", "libx265")),
)
"""Container and codec."""
EPISODES = ("a" * 16, "b" * 16, "c" * 16)
HEIGHT, WIDTH = 18, 24


def make(folder: Path) -> Path:
    """All of it below ``folder``, unless it is there."""
    if (folder / "whole").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _videos(folder / "videos")
    _dataset(folder / "dataset")
    shutil.copy(min((folder / "dataset" / "data").iterdir()), folder / "shard.parquet")
    write_tiny_weights(folder / "weights")
    _labels(folder / "labels")
    _real(folder / "real")
    (folder / "configs").mkdir()
    shipped = Path(presets.__file__).parent / "configs"
    for name in preset_names():
        shutil.copy(shipped / f"{name}.toml", folder / "configs")
    state = {"identity": '{"seed": 1}', "step": 3, "seconds": 1.0, "random": [1, 2], "optimizer": {}}
    torch.save(state | {"network": {"a": torch.zeros(3)}, "average": {}}, folder / "checkpoint")
    (folder / "whole").touch()
    return folder


def _videos(folder: Path) -> None:
    folder.mkdir()
    for number, (suffix, codec) in enumerate(VIDEOS):
        tiny.write_tiny_clip(folder / f"{number:02}-{codec}.{suffix}", number, frames=8, codec=codec)


def _picture(seed: int) -> np.ndarray:
    return np.kron(noise(seed, HEIGHT // 3, WIDTH // 3), np.ones((3, 3, 1), np.uint8))


def _dataset(out: Path) -> None:
    """Three episodes in three codecs, two with plates, one drawing of the second set aside."""
    cel = np.zeros((HEIGHT, WIDTH), bool)
    cel[3:15, 4:20] = True
    douga = np.where(cel, np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) % 5, 0).astype(np.uint8)
    for episode, (name, codec) in enumerate(zip(EPISODES, ("png", "webp", "jxl"), strict=True)):
        seeds = (0, 1, 2) if episode == 0 else (2, 10 * episode, 10 * episode + 1)
        prints = {10 * n: print_of(_picture(seed)) for n, seed in enumerate(seeds)}
        records = [
            record_of(
                _picture(seed), cel, douga, ((10 * n, 10 * n + 2), (10 * n + 4, 10 * n + 6)),
                episode_id=name, drawing_index=n, fingerprint=prints[10 * n].fingerprint,
                flags=("dark",) if n else (), measures=(("sharpness", 1.5),),
            )
            for n, seed in enumerate(seeds)
        ]  # fmt: skip
        with writer_of(out, episode_id=name) as writer:
            for record in records:
                writer.write(encode_record(record, color_codec=codec))
            if episode < 2:
                placed = (Placement(0, 0.0, 0.5, 1.0), Placement(10, 3.25, 0.0, 1.5))
                plate = plate_of(episode_id=name, height=HEIGHT, width=WIDTH + 4, placements=placed)
                writer.write_plate(plate)
            facts = {"source": f"{episode}.mkv", "on_repeat": ("keep", "drop", "mark")[episode]}
            entry = entry_of(3, frames=12, episode_id=name, width=WIDTH, height=HEIGHT, **facts)
            writer.commit(entry, prints=table_of(prints.items()))
    settle_repeats(out)
    write_card(out)


def _labels(folder: Path) -> None:
    folder.mkdir()
    cel = np.zeros((HEIGHT, WIDTH), bool)
    cel[3:15, 4:20] = True
    douga = np.where(cel, np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) % 5, 0).astype(np.uint8)
    for number in range(2):
        export_label(Triplet(_picture(50 + number), CelMask(cel), Douga(douga)), folder, f"s{number}")


def _real(folder: Path) -> None:
    folder.mkdir()
    cv2.imwrite(str(folder.with_name("photo.jpg")), _picture(60))
    paint = np.dstack([_picture(70), np.full((HEIGHT, WIDTH), 255, np.uint8)])
    cv2.imwrite(str(folder / "01_cut.png"), paint)
    cv2.imwrite(str(folder / "01_sketch.png"), _picture(71))
    (folder / "truth.json").write_text(
        '{"frames": 12, "starts": [0, 2, 5, 9], "shots": [{"start": 0}, {"start": 5}]}'
    )

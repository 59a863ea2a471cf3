"""A small dataset whose every pixel says which record it is of, and where it is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from records import commit, entry_of, record_of

EPISODES = ("00000000000000aa", "00000000000000bb", "00000000000000cc")
PER_EPISODE = 10
HEIGHT, WIDTH = 24, 40


def color_of(number: int, height: int, width: int) -> NDArray[np.uint8]:
    """uint8[height, width, 3]: the record, the row, the column."""
    y, x = np.mgrid[:height, :width]
    return np.stack([np.full_like(y, number), y, x], 2).astype(np.uint8)


def cel_of(color: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """What the mask of these pixels is."""
    return (color.astype(int) @ (1, 3, 5)) % 7 < 3


def douga_of(color: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What the douga of these pixels is."""
    return ((color.astype(int) @ (1, 1, 3)) % 10).astype(np.uint8)


def make(out: Path, *, heights: tuple[int, ...] = (HEIGHT,), episodes: tuple[str, ...] = EPISODES) -> Path:
    """Ten records an episode in five shots, of ``heights`` in turn; two or three records a row group."""
    number = 0
    for episode_id in episodes:
        records = []
        for n in range(PER_EPISODE):
            color = color_of(number, heights[number % len(heights)], WIDTH)
            facts = {"episode_id": episode_id, "shot_index": n // 2, "drawing_index": n}
            spans = ((2 * n, 2 * n + 2),)
            records.append(record_of(color, cel_of(color), douga_of(color), spans, **facts))
            number += 1
        commit(out, records, entry_of(len(records), episode_id=episode_id, shots=5), row_group_bytes=6000)
    return out


@pytest.fixture(scope="session")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("torch") / "shards")


@pytest.fixture(scope="session")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 24 and 36 lines in turn."""
    return make(tmp_path_factory.mktemp("torch") / "mixed", heights=(HEIGHT, 36), episodes=EPISODES[:1])


@pytest.fixture
def damaged(tmp_path: Path) -> Iterator[Path]:
    """One picture of the first episode has a wrong byte: its record cannot be decoded."""
    out = make(tmp_path / "damaged", episodes=EPISODES[:1])
    (shard,) = (out / "data").glob("*.parquet")
    data = bytearray(shard.read_bytes())
    at = -1
    for _ in range(3 * 4 + 1):  # color, cel_mask and douga of a row group lie column by column
        at = data.index(b"IDAT", at + 1)
    data[at + 12] ^= 0xFF
    shard.write_bytes(bytes(data))
    return out

"""How pictures are stored: ``--color-codec`` and ``--lines``, which change rows and so the digest."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dougagen.config import ExtractConfig, config_digest
from dougagen.domain import CelMask, Douga, PictureArea, Reconstruction
from dougagen.errors import ConfigError, UsageError
from dougagen.footage import open_episode
from dougagen.pipeline import extract_episode
from dougagen.runs import ExtractOptions
from dougagen.shards import open_dataset, verify_dataset
from dougagen.shards.reader import raw_rows

FACTS: dict[str, Any] = {"schema_version": 2, "reconstruction": {"cel": "0"}}


class BrightIsCel:
    """And remembers the sizes of the pictures that it was shown."""

    batch_size, models = 2, "bright"

    def __init__(self) -> None:
        self.seen: set[tuple[int, ...]] = set()

    def reconstruct(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Reconstruction]:
        self.seen |= {picture.shape for picture in pictures}
        bright = [picture.mean(2) > 128 for picture in pictures]
        return [Reconstruction(CelMask(b), Douga(6 * b.astype(np.uint8)), 1, 1) for b in bright]


def extracted(tiny: ModuleType, folder: Path, **options: Any) -> tuple[Path, BrightIsCel]:
    clip = tiny.write_tiny_clip(folder / "a.mkv", 1)
    networks, config = BrightIsCel(), ExtractConfig(**options)
    extract_episode(
        open_episode(clip), folder / "out", reconstructor=networks, config=config, digest="0" * 64
    )
    return folder / "out", networks


def test_networks_read_whole_pictures_and_fewer_lines_are_stored(tiny: ModuleType, tmp_path: Path) -> None:
    out, networks = extracted(tiny, tmp_path, lines=32, color_codec="webp")
    records = list(open_dataset(out))
    assert networks.seen == {(64, 96, 3)}
    assert {record.triplet.color.shape for record in records} == {(32, 48, 3)}
    assert {record.provenance.picture_area for record in records} == {PictureArea(0, 0, 96, 64)}
    assert all(record.triplet.cel_mask.pixels.any() for record in records)
    assert verify_dataset(out).damages == ()
    (shard,) = (out / "data").glob("*.parquet")
    assert {row["color"]["bytes"][8:12] for row in raw_rows(shard)} == {b"WEBP"}


def test_options_that_are_left_as_they_were_make_the_digest_that_folders_have() -> None:
    older = asdict(ExtractConfig())
    for name in ("decode_on", "color_codec", "lines"):
        del older[name]
    text = json.dumps({"extract": older, **FACTS}, sort_keys=True, default=str)
    assert config_digest(ExtractConfig(), **FACTS) == hashlib.sha256(text.encode()).hexdigest()
    others: list[dict[str, Any]] = [{}, {"color_codec": "webp"}, {"color_codec": "jxl"}, {"lines": 480}]
    assert len({config_digest(ExtractConfig(**other), **FACTS) for other in others}) == 4


def test_what_cannot_be_is_refused_in_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="png, webp or jxl, got 'gif'"):
        ExtractConfig(color_codec="gif")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="--lines must be at least 16, got 3"):
        ExtractConfig(lines=3)
    monkeypatch.setitem(sys.modules, "pillow_jxl", None)
    with pytest.raises(UsageError, match=r"pip install 'dougagen\[jxl\]'"):
        ExtractOptions(color_codec="jxl").plan(tmp_path)

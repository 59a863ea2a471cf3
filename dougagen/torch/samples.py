"""A RECORD → A SAMPLE: three tensors, cut at the same place; and samples → a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import default_collate
from torch.utils.data._utils.collate import default_collate_fn_map  # as the docs of default_collate do

from dougagen.domain import CLASS_COUNT, Record, Triplet
from dougagen.errors import ConfigError, ShardError
from dougagen.shards import at_lines, require_lines
from dougagen.torch.errors import BatchError

Crop = int | tuple[int, int]
"""Height and width in px, or one number for both."""
DType = Literal["uint8", "float"]
CropAt = Literal["random", "center"]
COLUMNS = (
    "record_id", "episode_id", "source", "shot_index", "drawing_index", "frame_index", "time", "held_frames",
    "cel_confidence", "douga_confidence", "origin", "repeats",
)  # fmt: skip
"""Columns that can come along with the tensors."""
_PICTURES = ("color", "cel_mask", "douga")


class Sample(dict[str, Any]):
    """A sample, by name. A plain dict to all but torch's ``default_collate``, which is told below to say in a
    line what to do where sizes differ."""


def collated(samples: Sequence[Sample], **_: object) -> dict[str, Any]:
    """A batch: each tensor with one dimension more in front. Raises BatchError where sizes differ."""
    for name in _PICTURES:
        shapes = {tuple(s[name].shape[-2:]) for s in samples if isinstance(s.get(name), torch.Tensor)}
        if len(shapes) > 1:
            (h, w), (other_h, other_w) = sorted(shapes)[:2]
            raise BatchError(
                f"pictures of {w}×{h} and {other_w}×{other_h} pixels do not make a batch",
                remedy="give the dataset crop=256 or the like, or batch_size=1",
            )
    return {name: default_collate([sample[name] for sample in samples]) for name in samples[0]}


default_collate_fn_map[Sample] = collated


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleOptions:
    """How a record becomes a sample. Raises ConfigError for values that cannot be."""

    crop: Crop | None = None
    """None: whole pictures."""
    dtype: DType = "uint8"
    lines: int | None = None
    """Pictures of more lines are scaled to so many first."""
    crop_at: CropAt = "random"
    pad_class: int = 0
    """Of douga where the picture is smaller than the crop."""
    columns: tuple[str, ...] = ()
    transform: Callable[[dict[str, Any]], Any] | None = None

    def __post_init__(self) -> None:
        if self.crop is not None:
            height, width = self.window
            if min(height, width) < 1:
                raise ConfigError(f"crop must be at least 1 px high and wide, got {self.crop}")
        for name, value, known in (
            ("dtype", self.dtype, DType), ("crop_at", self.crop_at, CropAt)
        ):  # fmt: skip
            if value not in get_args(known):
                raise ConfigError(f"{name} must be {' or '.join(get_args(known))}, got {value!r}")
        if self.lines is not None:
            try:
                require_lines(self.lines)
            except ShardError as error:
                raise ConfigError(error.what) from None
        if not -(2**31) <= self.pad_class < CLASS_COUNT:
            raise ConfigError(f"pad_class must be a class or negative, got {self.pad_class}")
        if unknown := set(self.columns) - set(COLUMNS):
            remedy = f"columns that can come along are {', '.join(COLUMNS)}"
            raise ConfigError(f"there is no column {min(unknown)!r} to come along", remedy=remedy)

    @property
    def window(self) -> tuple[int, int]:
        """Height and width of the crop. Raises ConfigError where it is neither a number nor two."""
        crop = self.crop
        both = (crop, crop) if isinstance(crop, int) else tuple(crop or ())
        if len(both) != 2 or not all(isinstance(side, int) for side in both):
            raise ConfigError(f"crop must be a number of pixels or (height, width), got {crop!r}")
        return both[0], both[1]


def sample_of(record: Record, options: SampleOptions, rng: np.random.Generator) -> Any:
    """``color`` uint8[3, H, W], ``cel_mask`` uint8[1, H, W] of 0 and 1, ``douga`` int64[H, W]; with
    ``dtype="float"`` the first two as float32 in [0, 1]. Or whatever ``transform`` makes of them.

    ``rng`` says where the crop is, the same place in all three.
    """
    triplet = record.triplet if options.lines is None else at_lines(record.triplet, options.lines)
    color, cel, douga = _cut(triplet, options, rng)
    pictures = {
        "color": torch.from_numpy(np.ascontiguousarray(color.transpose(2, 0, 1))),  # [H,W,3] -> [3,H,W]
        "cel_mask": torch.from_numpy(cel[None]),  # [H, W] -> [1, H, W]
    }
    if options.dtype == "float":
        pictures = {"color": pictures["color"].float().div_(255), "cel_mask": pictures["cel_mask"].float()}
    beside = {name: _cell(record, name) for name in options.columns}
    sample = Sample(pictures | {"douga": torch.from_numpy(douga)} | beside)
    return sample if options.transform is None else options.transform(sample)


def _cut(
    triplet: Triplet, options: SampleOptions, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]]:
    """The window of the three pictures in arrays of their own: those of a triplet cannot be written to.

    A picture that is smaller lies at the upper left; beyond it color is black, nothing is cel, and douga is
    ``pad_class``.
    """
    high, wide = triplet.height, triplet.width
    height, width = (high, wide) if options.crop is None else options.window
    free_y, free_x = max(0, high - height), max(0, wide - width)
    if options.crop_at == "center":
        y, x = free_y // 2, free_x // 2
    else:
        y, x = (int(n) for n in rng.integers(0, (free_y + 1, free_x + 1)))
    here = (slice(y, y + height), slice(x, x + width))
    color = np.zeros((height, width, 3), np.uint8)
    cel = np.zeros((height, width), np.uint8)
    douga = np.full((height, width), options.pad_class, np.int64)
    there = (slice(min(height, high)), slice(min(width, wide)))
    color[there] = triplet.color[here]
    cel[there] = triplet.cel_mask.pixels[here]
    douga[there] = triplet.douga.classes[here]
    return color, cel, douga


def _cell(record: Record, name: str) -> Any:
    if name == "record_id":
        return record.record_id
    value = getattr(record.provenance, name)
    return str(value) if isinstance(value, str) else value  # plain text, of an origin too

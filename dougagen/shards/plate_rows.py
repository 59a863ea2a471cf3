"""PLATE ⇄ ROW: one background plate as the columns of dougagen/README.md#dataset, its two pictures as PNG."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Placement, Plate
from dougagen.errors import DomainError, ShardError
from dougagen.shards import codec

_ID = re.compile(r"([0-9a-f]{16})/([0-9]{1,10})/([0-9]{1,10})")
_ROW_BYTES, _PLACEMENT_BYTES = 1024, 24


@dataclass(frozen=True, slots=True, eq=False)
class EncodedPlate:
    """A plate ready to be written: every column, its pictures coded."""

    row: Mapping[str, Any] = field(repr=False)
    size: int
    """Bytes that the row takes in a shard, nearly."""

    @property
    def background_id(self) -> str:
        return str(self.row["background_id"])


def encode_plate(plate: Plate) -> EncodedPlate:
    """Code the two pictures and lay out the row. What is not known is black, whatever the plate holds there.

    Raises ShardError at a plate of more pixels than a reader takes (``codec.MAX_PIXELS``).
    """
    height, width = plate.known.shape
    if not 0 < plate.known.size <= codec.MAX_PIXELS:
        what = f"plate {plate.background_id} has {width}×{height} pixels"
        raise ShardError(f"{what}, outside the limit of {codec.MAX_PIXELS}")
    image = np.where(plate.known[:, :, None], plate.image, np.uint8(0))
    pictures = {"image": codec.encode_color(image), "known": codec.encode_mask(plate.known)}
    name = plate.background_id.replace("/", "_")
    row: dict[str, Any] = {
        "background_id": plate.background_id,
        "episode_id": plate.episode_id,
        "shot_index": plate.shot_index,
        **{column: {"bytes": data, "path": f"{name}_{column}.png"} for column, data in pictures.items()},
        "seen_fraction": plate.seen_fraction,
        "placements": [asdict(placement) for placement in plate.placements],
    }
    size = sum(map(len, pictures.values())) + _ROW_BYTES + _PLACEMENT_BYTES * len(plate.placements)
    return EncodedPlate(row, size)


def decode_plate(row: Mapping[str, Any]) -> Plate:
    """The plate of a row as Arrow hands it out. Raises ShardError: what does not fit, with the row's id."""
    name = row.get("background_id")
    try:
        plate = _plate(row)
        _require_agreement(row, plate)
    except DomainError as error:
        raise ShardError(f"plate {str(name)!r}: {error}") from error
    except ShardError as error:
        raise ShardError(f"plate {str(name)!r}: {error.what}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ShardError(f"plate {str(name)!r}: a column is empty or malformed ({error!r})") from error
    return plate


def _plate(row: Mapping[str, Any]) -> Plate:
    said = _ID.fullmatch(row["background_id"])
    if said is None or (said[1], int(said[2])) != (row["episode_id"], row["shot_index"]):
        raise ShardError(
            f"is of episode {row['episode_id']!r} and shot {row['shot_index']!r}, which its id does not say"
        )
    image, known = _pictures(row["image"]["bytes"], row["known"]["bytes"])
    placements = tuple(Placement(**placement) for placement in row["placements"])
    return Plate(row["episode_id"], row["shot_index"], int(said[3]), image, known, placements)


def _pictures(image: bytes, known: bytes) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Both headers are read before either is decoded: a bomb is refused by what it says of itself."""
    sizes = [(header.width, header.height) for header in map(codec.png_header, (image, known))]
    if sizes[0] != sizes[1]:
        (width, height), (other_width, other_height) = sizes
        raise ShardError(f"image is {width}×{height}, known is {other_width}×{other_height}")
    return codec.decode_color(image, column="image"), codec.decode_mask(known, column="known")


def _require_agreement(row: Mapping[str, Any], plate: Plate) -> None:
    if row["background_id"] != plate.background_id:  # zeros before a number
        raise ShardError(f"the id must be {plate.background_id!r}")
    if np.float32(row["seen_fraction"]) != np.float32(plate.seen_fraction):
        raise ShardError(f"seen_fraction is {row['seen_fraction']:g}, of known {plate.seen_fraction:g}")

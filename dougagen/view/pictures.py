"""The pictures of a dataset for a browser: as they are stored, or small.

A row group is read at once, since the neighbours of a drawing are wanted next, and what is kept in memory has
a bound in bytes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from itertools import accumulate, islice
from threading import BoundedSemaphore, Lock
from typing import Generic, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import PALETTE
from dougagen.errors import NoRecordError, ShardError
from dougagen.shards import (
    Dataset,
    RowGroup,
    codec,
    coded_pictures,
    color_codec_of,
    decode_color,
    require_whole_picture,
)
from dougagen.view.plates import CodedPlate

KINDS = {"color": "color", "mask": "cel_mask", "douga": "douga"}
"""Name in an address → column."""
THUMBNAIL_WIDTHS = (320, 640)
"""Pixels; what a thumbnail may be asked for in."""
_FOOTERS_KEPT = 64
_AT_ONCE = 2  # pictures that are decoded side by side
_WEBP = (cv2.IMWRITE_WEBP_QUALITY, 80)


K = TypeVar("K")
V = TypeVar("V", bytes, tuple[bytes, ...])


class _Kept(Generic[K, V]):
    """The latest values, up to a number of bytes."""

    def __init__(self, limit: int) -> None:
        self._limit, self._size = limit, 0
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K) -> V | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: K, value: V) -> None:
        with self._lock:
            if key in self._values or _size(value) > self._limit:
                return
            self._values[key] = value
            self._size += _size(value)
            while self._size > self._limit:
                _, gone = self._values.popitem(last=False)
                self._size -= _size(gone)


def _size(value: bytes | tuple[bytes, ...]) -> int:
    return len(value) if isinstance(value, bytes) else sum(map(len, value))


class Pictures:
    """Pictures by shard, row and kind. Safe among threads; one of them reads the disk at a time."""

    def __init__(self, dataset: Dataset, *, kept: int, thumbnails_kept: int) -> None:
        """``kept`` and ``thumbnails_kept`` are bytes."""
        self._dataset = dataset
        self._most = kept
        self._groups: OrderedDict[int, tuple[RowGroup, ...]] = OrderedDict()
        self._coded: _Kept[tuple[int, int, str], tuple[bytes, ...]] = _Kept(kept)
        self._small: _Kept[tuple[int, int, str, int], bytes] = _Kept(thumbnails_kept)
        self._reading = Lock()
        self._decoding = BoundedSemaphore(_AT_ONCE)

    def whole(self, shard: int, row: int, kind: str) -> tuple[bytes, str]:
        """As large as it is stored and without loss, with its media type: the stored bytes, but where a
        browser does not show them. Raises ShardError, NoRecordError."""
        data = self._stored(shard, row, KINDS[kind])
        require_whole_picture(data)
        coded = color_codec_of(data) if kind == "color" else "png"
        if coded == "jxl":
            with self._decoding:
                return codec.encode_color(decode_color(data)), "image/png"
        return data, f"image/{coded}"

    def thumbnail(self, shard: int, row: int, kind: str, width: int) -> bytes:
        """WebP, at most ``width`` pixels wide. Raises ShardError, DomainError, NoRecordError."""
        key = (shard, row, kind, width)
        small = self._small.get(key)
        if small is None:
            data = self._stored(shard, row, KINDS[kind])
            with self._decoding:
                small = thumbnail_of(data, kind, width=width)
            self._small.put(key, small)
        return small

    def plate(self, plate: CodedPlate) -> bytes:
        """PNG of a plate, transparent where it is not known. Raises ShardError."""
        with self._decoding:
            seen = seen_of(plate)
            return _coded(".png", np.ascontiguousarray(seen[..., [2, 1, 0, 3]]))

    def _stored(self, shard: int, row: int, column: str) -> bytes:
        with self._reading:
            group, place = self._place(shard, row)
            key = (shard, group.index, column)
            known = self._coded.get(key)
            if known is not None:
                return known[place]
            pictures: list[bytes] = []
            wanted = b""
            room = self._most
            for number, data in enumerate(islice(coded_pictures(group, column), group.rows)):
                wanted = data if number == place else wanted
                room -= len(data)
                if room >= 0:
                    pictures.append(data)
                elif number >= place:
                    return wanted
                else:
                    pictures.clear()
            if len(pictures) == group.rows:
                self._coded.put(key, tuple(pictures))
            return wanted

    def _place(self, shard: int, row: int) -> tuple[RowGroup, int]:
        if not 0 <= shard < len(self._dataset.shards):
            raise NoRecordError(f"there is no shard {shard}")
        if shard not in self._groups:
            path = self._dataset.shards[shard]
            self._groups[shard] = Dataset(self._dataset.root, (path,)).row_groups()
            while len(self._groups) > _FOOTERS_KEPT:
                self._groups.popitem(last=False)
        groups = self._groups[shard]
        ends = list(accumulate(group.rows for group in groups))
        if not ends or not 0 <= row < ends[-1]:
            raise NoRecordError(f"there is no row {row} in this shard", where=self._dataset.shards[shard])
        number = bisect_right(ends, row)
        return groups[number], row - (ends[number] - groups[number].rows)


def thumbnail_of(data: bytes, kind: str, *, width: int) -> bytes:
    """A coded picture made small, as WebP. Raises ShardError, DomainError."""
    if not data:
        raise ShardError("the picture is missing")
    if kind == "mask":
        picture = codec.decode_cel_mask(data).pixels.view(np.uint8) * np.uint8(255)
    elif kind == "douga":
        picture = PALETTE[codec.decode_douga(data).classes]
    else:
        picture = decode_color(data)
    return coded_small(picture, width=width)


def coded_small(picture: NDArray[np.uint8], *, width: int, quality: int = _WEBP[1]) -> bytes:
    """uint8[H, W, 3] in RGB, [H, W, 4] with alpha, or [H, W] → WebP, at most ``width`` pixels wide."""
    small = shrunk(picture, width=width)
    shown = small if small.ndim == 2 else np.ascontiguousarray(small[..., [2, 1, 0, 3][: small.shape[2]]])
    return _coded(".webp", shown, _WEBP[0], quality)


def _coded(suffix: str, picture: NDArray[np.uint8], *options: int) -> bytes:
    coded, data = cv2.imencode(suffix, picture, options)
    if not coded:
        raise ShardError(f"OpenCV could not code a picture of shape {picture.shape} as {suffix}")
    return data.tobytes()


def seen_of(plate: CodedPlate) -> NDArray[np.uint8]:
    """uint8[H, W, 4]: a plate in RGB, and as alpha where it is known. Raises ShardError."""
    sizes = [codec.png_size(data) for data in (plate.image, plate.known)]
    if sizes[0] != sizes[1]:
        raise ShardError(f"plate {plate.background_id!r}: image and known differ in size, {sizes}")
    known = codec.decode_cel_mask(plate.known).pixels.view(np.uint8) * np.uint8(255)
    return np.dstack([codec.decode_color(plate.image), known])


def shrunk(picture: NDArray[np.uint8], *, width: int) -> NDArray[np.uint8]:
    """The picture, at most ``width`` pixels wide."""
    height, wide = picture.shape[:2]
    if wide <= width:
        return picture
    size = (width, max(1, round(height * width / wide)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)

"""The cels of a shot that waits to be composed again: they lie in a temporary file, not in memory."""

from __future__ import annotations

from dataclasses import dataclass
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Douga, Drawing, FrameSpan, Reconstruction

_QUICKLY = (cv2.IMWRITE_PNG_COMPRESSION, 1)


@dataclass(frozen=True, slots=True)
class KeptDrawing:
    """What stays of a drawing: its cel lies in the store."""

    frame_index: int
    exposures: tuple[FrameSpan, ...]
    entry: int
    douga: int | None = None
    """Its entry, where somebody wants to see it."""


class Cels:
    """The cels of one shot in a file without a name, which goes with this process."""

    _file: IO[bytes]

    def __enter__(self) -> Self:
        self._file, self._spans = TemporaryFile(), list[tuple[int, int]]()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def clear(self) -> None:
        """Begin another shot."""
        self._file.seek(0)
        self._file.truncate()
        self._spans.clear()

    def keep(self, drawing: Drawing, read: Reconstruction, *, with_douga: bool) -> KeptDrawing:
        """Its cel, and its douga where somebody wants to see it."""
        mask = read.cel_mask.pixels.view(np.uint8) * np.uint8(255)
        cel = cv2.bitwise_and(drawing.image, drawing.image, mask=mask)
        entry = self._write(np.dstack([cel, mask]))
        douga = self._write(read.douga.classes) if with_douga else None
        return KeptDrawing(drawing.frame_index, drawing.exposures, entry, douga)

    def _write(self, picture: NDArray[np.uint8]) -> int:
        png = cv2.imencode(".png", picture, _QUICKLY)
        start = self._file.seek(0, 2)
        self._spans.append((start, self._file.write(png[1].tobytes())))
        return len(self._spans) - 1

    def _read(self, entry: int) -> NDArray[np.uint8]:
        start, length = self._spans[entry]
        self._file.seek(start)
        coded = np.frombuffer(self._file.read(length), np.uint8)
        picture = cv2.imdecode(coded, cv2.IMREAD_UNCHANGED)
        assert picture is not None, "it was written here"
        return picture.astype(np.uint8, copy=False)

    def douga(self, drawn: KeptDrawing) -> Douga:
        """Of a drawing that was kept with it."""
        assert drawn.douga is not None
        return Douga(self._read(drawn.douga))

    def __getitem__(self, entry: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """uint8[H, W, 3], black off the mask, and the mask, bool[H, W]."""
        layers = self._read(entry)
        picture = np.ascontiguousarray(layers[..., :3]).astype(np.uint8, copy=False)
        return picture, layers[..., 3] > 0

"""WHAT TO COLOUR: folders of drawings, videos of line tests, and shards, as drawings of shots."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.colorization.hints import Hints
from dougagen.colorization.lines import LineArt, pencil_lines
from dougagen.domain import PALETTE, Plate, Record
from dougagen.errors import DougagenError, LabelError, ShardError, UsageError, quoted
from dougagen.files import names_in, refused_as
from dougagen.footage import open_episode, read_footage
from dougagen.labels import is_dataset, read_picture
from dougagen.shards import open_dataset

_PICTURES = (".png", ".jpg", ".jpeg")
_NAME = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A drawing that is to be painted."""

    name: str
    """Where the result goes below the output folder, with ``/`` between folders."""
    shot: int
    """Pages of one shot follow each other; each knows how the one before was painted."""
    art: LineArt
    plate: Hints | None = None
    """What is behind it, where that is known and seen."""
    cel: NDArray[np.bool_] | None = None
    """bool[H, W]: where it is, if anybody knows."""

    def composed(self, painted: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """uint8[H, W, 3]: the painted drawing over its plate, or as it is."""
        if self.plate is None:
            return painted
        return np.where(self.plate.known[..., None], self.plate.colors, painted).astype(np.uint8, copy=False)


@dataclass(slots=True)
class Pages:
    """The drawings of one input; ``problems`` fills while they are read."""

    path: Path
    problems: list[DougagenError] = field(default_factory=list)
    """Drawings that cannot be painted; the others can."""

    def __iter__(self) -> Iterator[Page]:
        """Raises EpisodeError, ShardError, UsageError where the whole input is of no use."""
        path = self.path
        if path.is_dir() and not is_dataset(path):
            return self._of_folder(sorted(names_in(path)))
        if path.suffix.lower() in _PICTURES:
            return self._of_files(path.parent, [path.name])
        if path.is_dir() or path.suffix == ".parquet":
            return self._of_shards()
        return self._of_video()

    def _of_folder(self, names: Sequence[str]) -> Iterator[Page]:
        pictures = [name for name in names if name.lower().endswith(_PICTURES) and not name.startswith(".")]
        if not pictures:
            raise UsageError(
                "holds no drawing", where=self.path, remedy="name a folder of PNG or JPEG, a video, or shards"
            )
        return self._of_files(self.path, pictures)

    def _of_files(self, folder: Path, names: Sequence[str]) -> Iterator[Page]:
        taken: set[str] = set()
        for name in names:
            written = f"{Path(name).stem}.png"
            try:
                if written in taken:
                    raise UsageError(
                        f"another drawing is called {quoted(written)}, too",
                        where=folder / name,
                        remedy="rename one",
                    )
                art = read_line_art(folder / name)
            except (LabelError, UsageError) as error:
                self.problems.append(error)
                continue
            taken.add(written)
            yield Page(written, 0, art)

    def _of_video(self) -> Iterator[Page]:
        episode = open_episode(self.path)
        with read_footage(episode) as footage:
            for drawing in footage:
                frame = drawing.frame_index
                art = pencil_lines(drawing.image)
                if not art.has_lines:
                    where = f"{self.path}, frame {frame}"
                    self.problems.append(UsageError("this drawing has no line", where=where))
                    continue
                yield Page(f"{episode.episode_id}/{frame}.png", drawing.shot_index, art)

    def _of_shards(self) -> Iterator[Page]:
        dataset = open_dataset(self.path)
        without, shot, last = 0, -1, ("", -1)
        plates: tuple[Plate, ...] = ()
        for record in dataset:
            shown = record.provenance
            if not _NAME.fullmatch(shown.episode_id):
                raise ShardError(
                    f"an episode is called {quoted(shown.episode_id)}, which is no name for a folder",
                    where=self.path,
                )
            if (shown.episode_id, shown.shot_index) != last:
                last, shot = (shown.episode_id, shown.shot_index), shot + 1
                plates = dataset.plates.of_shot(*last) if dataset.plate_shards else ()
            art = LineArt.of_classes(record.triplet.douga.classes)
            if not art.has_lines:
                without += 1
                continue
            cel = record.triplet.cel_mask.pixels
            name = f"{shown.episode_id}/{shown.frame_index}.png"
            yield Page(name, shot, art, _behind(record, plates), cel)
        if without:
            some = "its one record has" if without == 1 else f"{without} of its records have"
            self.problems.append(
                ShardError(f"{some} no line of douga to colour", where=self.path, remedy="extract them anew")
            )


def read_line_art(path: Path) -> LineArt:
    """A drawing from a file: douga where every colour of it is one of the palette's, else plain lines.

    Raises LabelError where it cannot be read, UsageError where it has no line.
    """
    picture = read_picture(path)
    art = _by_palette(picture) or pencil_lines(picture)
    if not art.has_lines:
        raise UsageError("this drawing has no line", where=path, remedy="leave it out")
    return art


def _by_palette(picture: NDArray[np.uint8]) -> LineArt | None:
    """The classes of a douga picture as dougagen writes it; None for any other, and for black and white."""
    keys = PALETTE.astype(np.int64) @ np.array([65536, 256, 1])
    found = picture.astype(np.int64) @ np.array([65536, 256, 1])
    order = np.argsort(keys)
    places = np.minimum(np.searchsorted(keys[order], found), len(keys) - 1)
    classes = order[places].astype(np.uint8)
    if not np.array_equal(keys[classes], found) or int(classes.max()) <= 1:
        return None
    return LineArt.of_classes(classes)


def _behind(record: Record, plates: Sequence[Plate]) -> Hints | None:
    """The part of a plate that the picture of a record shows beside its cel; None where none is known."""
    frame, triplet = record.provenance.frame_index, record.triplet
    for plate in plates:
        for placement in plate.placements:
            if placement.frame_index != frame:
                continue
            matrix = np.array(
                [[placement.scale, 0, placement.x], [0, placement.scale, placement.y]], np.float64
            )
            size, flags = (triplet.width, triplet.height), cv2.WARP_INVERSE_MAP
            image = cv2.warpAffine(plate.image, matrix, size, flags=flags | cv2.INTER_LINEAR)
            known = cv2.warpAffine(
                plate.known.astype(np.uint8), matrix, size, flags=flags | cv2.INTER_NEAREST
            )
            seen = (known > 0) & ~triplet.cel_mask.pixels
            return Hints.at(image.astype(np.uint8, copy=False), seen)
    return None


def require_elsewhere(out: Path, inputs: Sequence[Path]) -> None:
    """Raises UsageError where results would take the place of the drawings."""
    for path in inputs:
        folder = path if path.is_dir() else path.parent
        with refused_as(UsageError, path, what="cannot be read"):
            if out.exists() and out.resolve() == folder.resolve():
                raise UsageError(
                    "the results would replace the drawings", where=out, remedy="name another --out"
                )

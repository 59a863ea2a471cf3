"""``cels``: each shot as a production's folder: numbered cels, the background, and the sheet that times them.

    0123456789abcdef_cut0007/
      0123456789abcdef_cut0007.xdts    the timesheet; it names the layers A and BG
      A/A_0001.png …                   the cels, RGBA, in the size of the picture
      BG/BG_0001.png …                 the background as each camera position shows it, where there is one
      plate_1.png, plate_1.csv         the whole background, and where each frame's picture lies in it
      README.txt

OpenToonz looks for a level's pictures in a folder of the level's name beside the sheet, and reads the cell
``7`` of the layer ``A`` as ``A_0007.png``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from dougagen.domain import FrameSpan
from dougagen.errors import printable
from dougagen.exports.config import ExportConfig
from dougagen.exports.formats import ExportedShot, Facts, ShotFormat
from dougagen.exports.layers import cel_of
from dougagen.exports.pictures import png_of
from dougagen.exports.place import Place
from dougagen.footage import SheetLayer, shot_document

_CELS, _BACKGROUND = "A", "BG"
_FARTHEST = 1e6  # px between a plate's corner and a picture's; what is farther off shows nothing of it


class Cels(ShotFormat):
    """Writes a folder for each shot."""

    def __init__(self, _: ExportConfig) -> None:
        pass

    def write_shot(self, shot: ExportedShot, place: Place) -> Facts | None:
        """Cels, background and sheet of the shot."""
        sizes = {}
        for line, record in shot.records():
            cel = cel_of(record.triplet)
            place.write(f"{shot.name}/{_file(_CELS, line.number)}", png_of(cel))
            sizes[line.frame_index] = record.triplet.height, record.triplet.width
        cells = tuple((span, line.number) for span, line in shot.timing())
        layers = [SheetLayer(_CELS, cells)]
        plates = _plates_of(shot)
        if plates:
            views = list(_write_backgrounds(shot, plates, sizes, place))
            layers.insert(0, SheetLayer(_BACKGROUND, tuple(_background_cells(shot, views))))
        place.write(f"{shot.name}/{shot.name}.xdts", shot_document(shot.shot_index, shot.span, layers))
        place.write(f"{shot.name}/README.txt", _readme(shot, len(plates)))
        return None


def _file(layer: str, number: int) -> str:
    return f"{layer}/{layer}_{number:04d}.png"


def _plates_of(shot: ExportedShot) -> tuple[Any, ...]:
    """The plates of the shot, of those that know where a picture lies in them."""
    plate = shot.plate
    plates: Sequence[Any] = () if plate is None else plate if isinstance(plate, (tuple, list)) else (plate,)
    return tuple(plate for plate in plates if plate.placements)


def _write_backgrounds(
    shot: ExportedShot, plates: tuple[Any, ...], sizes: dict[int, tuple[int, int]], place: Place
) -> Iterator[tuple[int, int]]:
    """Write each plate, and the part of it that each drawing shows; gives the frame of the drawing and the
    number of its background, which several share where the camera stands."""
    known: dict[tuple[int, float, float, float], int] = {}
    for number, plate in enumerate(plates, start=1):
        image = np.dstack([plate.image, plate.known.astype(np.uint8) * np.uint8(255)])
        place.write(f"{shot.name}/plate_{number}.png", png_of(image))
        place.write(f"{shot.name}/plate_{number}.csv", _placements(shot, plate))
        for at in plate.placements:
            if at.frame_index not in sizes:
                continue  # a drawing that the filter left out
            position = (number, at.x, at.y, at.scale)
            if position not in known:
                known[position] = len(known) + 1
                view = _seen(image, at, sizes[at.frame_index])
                place.write(f"{shot.name}/{_file(_BACKGROUND, known[position])}", png_of(view))
            yield at.frame_index, known[position]


def _seen(plate: NDArray[np.uint8], at: Any, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The part of a plate behind one picture: uint8[H, W, 4]. Pixels are not mixed where the camera stands on
    whole ones."""
    height, width = size
    x, y = (float(np.clip(value, -_FARTHEST, _FARTHEST)) for value in (at.x, at.y))
    move = np.array([[at.scale, 0, x], [0, at.scale, y]])
    how = cv2.INTER_NEAREST if at.scale == 1 and x == int(x) and y == int(y) else cv2.INTER_LINEAR
    # the border is repeated and not mixed with black: its alpha says that nothing is known there
    color = cv2.warpAffine(
        plate[..., :3],
        move,
        (width, height),
        flags=how | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    known = cv2.warpAffine(
        np.ascontiguousarray(plate[..., 3]),
        move,
        (width, height),
        flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
    )
    return np.dstack([np.where(known[..., None] > 0, color, 0), known]).astype(np.uint8)


def _background_cells(shot: ExportedShot, views: list[tuple[int, int]]) -> Iterator[tuple[FrameSpan, int]]:
    """Which background is on screen when. A drawing without one of its own keeps the one before it."""
    numbers, shown = dict(views), views[0][1] if views else 0
    for span, line in shot.timing():
        shown = numbers.get(line.frame_index, shown)
        if shown:
            yield span, shown


def _placements(shot: ExportedShot, plate: Any) -> str:
    """CSV; frames are counted from 0 in the shot, as in the sheet."""
    rows = (
        f"{at.frame_index - shot.span.start},{at.frame_index},{at.x:.3f},{at.y:.3f},{at.scale:.6f}\n"
        for at in plate.placements
    )
    return "frame_of_shot,frame_of_episode,x,y,scale\n" + "".join(rows)


def _readme(shot: ExportedShot, plates: int) -> str:
    """What lies in the folder, in plain words."""
    rate = f"{float(shot.frame_rate):.3f}".rstrip("0").rstrip(".")
    lines = [
        f"Cut {shot.shot_index + 1} of {printable(shot.source)} (episode {shot.episode_id})",
        "",
        f"{len(shot.span)} frames at {rate} frames a second, from frame {shot.span.start} of the episode; "
        f"{len(shot.lines)} drawing{'s' * (len(shot.lines) != 1)}.",
        "",
        f"{shot.name}.xdts  the timesheet. Set the frame rate of your scene to {rate}.",
        "A/     the cels, numbered as on the sheet. Colour as in the frame, transparent around the drawing;",
        "       where an edge is mixed with the background, the background has been taken out.",
    ]
    if plates:
        lines += [
            "BG/    the background as the camera shows it behind each drawing; transparent where no drawing",
            "       shows it. On the sheet it is the layer under the cels.",
            "plate_1.png  the whole background, and plate_1.csv where the upper left corner of each picture",
            "       lies in it, in pixels, with the pixels of the plate for one of the picture.",
        ]
    else:
        lines.append("There is no background: none was put together for this shot.")
    lines += [
        "",
        "OpenToonz: File > Load Scene, and choose the .xdts file; it finds the pictures beside it.",
        "CLIP STUDIO PAINT EX: import the pictures of A/ into an animation folder named A, then the .xdts",
        "file as the timesheet.",
        "",
        "Written by dougagen.",
    ]
    return "\n".join(lines) + "\n"

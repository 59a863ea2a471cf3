"""``cels``: each shot as a production's folder: numbered cels, the background, and the sheet that times them.

    0123456789abcdef_cut0007/
      0123456789abcdef_cut0007.xdts    the timesheet; it names the layers A and BG
      A/A_0001.png …                   the cels, RGBA, in the size of the picture
      BG/BG_0001.png …                 the background as each place of the camera shows it, where there is one
      plate_1.png, plate_1.csv         the whole background, and where each drawing's picture lies in it:
                                       where it is larger than the picture, or the camera moves
      README.txt

OpenToonz looks for a level's pictures in a folder of the level's name beside the sheet, and reads the cell
``7`` of the layer ``A`` as ``A_0007.png``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dougagen.domain import FrameSpan, Placement, Plate
from dougagen.errors import printable
from dougagen.exports.config import ExportConfig
from dougagen.exports.formats import ExportedShot, Facts, ShotFormat
from dougagen.exports.layers import cel_of
from dougagen.exports.pictures import png_of
from dougagen.exports.place import Place
from dougagen.exports.plates import on_under_edges, rgba_of, seen_of
from dougagen.footage import SheetLayer, shot_document

_CELS, _BACKGROUND = "A", "BG"


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
        backgrounds = _Backgrounds(shot, sizes, place)
        for plate in shot.plates():
            backgrounds.write(plate)
        layers = [SheetLayer(_CELS, tuple((span, line.number) for span, line in shot.timing()))]
        if backgrounds.shown:
            layers.insert(0, SheetLayer(_BACKGROUND, tuple(backgrounds.cells())))
        place.write(f"{shot.name}/{shot.name}.xdts", shot_document(shot.shot_index, shot.span, layers))
        place.write(f"{shot.name}/README.txt", _readme(shot, backgrounds))
        return None


def _file(layer: str, number: int) -> str:
    return f"{layer}/{layer}_{number:04d}.png"


@dataclass(slots=True)
class _Backgrounds:
    """The backgrounds of a shot: each place of the camera has a picture, which drawings share."""

    shot: ExportedShot
    sizes: dict[int, tuple[int, int]]
    """Frame of a drawing → height and width of its picture."""
    place: Place
    shown: dict[int, int] = field(default_factory=dict)
    """Frame of a drawing → number of its background."""
    whole: int = 0
    """Plates that were written whole, because their pictures do not say all of them."""
    _pictures: int = 0

    def write(self, plate: Plate) -> None:
        """The part of a plate that each drawing shows; the whole of it and its places where it is larger."""
        placed = [at for at in plate.placements if at.frame_index in self.sizes]  # not filtered out
        known: dict[tuple[float, float, float], int] = {}
        for at in placed:
            position = (at.x, at.y, at.scale)
            if position not in known:
                self._pictures += 1
                known[position] = self._pictures
                view = on_under_edges(seen_of(plate, at, *self.sizes[at.frame_index]))
                self._write(_file(_BACKGROUND, self._pictures), png_of(view))
            self.shown[at.frame_index] = known[position]
        if placed and not all(_is_all_of(plate, at, self.sizes[at.frame_index]) for at in placed):
            self.whole += 1
            self._write(f"plate_{self.whole}.png", png_of(rgba_of(plate)))
            self._write(f"plate_{self.whole}.csv", _placements(self.shot, placed))

    def _write(self, name: str, content: bytes | str) -> None:
        self.place.write(f"{self.shot.name}/{name}", content)

    def cells(self) -> Iterator[tuple[FrameSpan, int]]:
        """Which background is on screen when. A drawing without one of its own keeps the one before it; those
        before the first have that."""
        last = self.shown[min(self.shown)]
        for span, line in self.shot.timing():
            last = self.shown.get(line.frame_index, last)
            yield span, last


def _is_all_of(plate: Plate, at: Placement, size: tuple[int, int]) -> bool:
    """Whether the picture of a drawing shows the plate from edge to edge."""
    return (at.x, at.y, at.scale) == (0, 0, 1) and plate.known.shape == size


def _placements(shot: ExportedShot, placed: list[Placement]) -> str:
    """CSV; frames are counted from 0 in the shot, as in the sheet. A row a drawing, its exposures may go on
    past the frame that is named."""
    rows = (
        f"{at.frame_index - shot.span.start},{at.frame_index},{at.x:.3f},{at.y:.3f},{at.scale:.6f}\n"
        for at in placed
    )
    return "frame_of_shot,frame_of_episode,x,y,scale\n" + "".join(rows)


def _readme(shot: ExportedShot, backgrounds: _Backgrounds) -> str:
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
    if backgrounds.shown:
        lines += [
            "BG/    the background as the camera shows it behind each drawing; transparent where no drawing",
            "       shows it, but for some pixels under the edges of the cels. On the sheet it is the layer",
            "       under the cels.",
        ]
    else:
        lines.append("There is no background: none was put together for this shot.")
    if backgrounds.whole:
        lines += [
            "plate_1.png  the whole background, larger than the picture, or seen by a camera that moves.",
            "plate_1.csv  for each drawing where the upper left corner of its picture lies in the plate (x",
            "       and y, in pixels of the plate), and how many of them one of the picture takes (scale).",
        ]
    layers = (
        "A/ and BG/ into animation folders of those names"
        if backgrounds.shown
        else "A/ into an animation folder of that name"
    )
    lines += [
        "",
        "OpenToonz: File > Load Scene, and choose the .xdts file; it finds the pictures beside it.",
        f"CLIP STUDIO PAINT EX: import the pictures of {layers},",
        "then the .xdts file as the timesheet.",
        "",
        "Written by dougagen.",
    ]
    return "\n".join(lines) + "\n"

"""What lies beside exported drawings for the artist: a page that says how to draw, and the palette as files.

``.gpl`` is read by GIMP, Krita, Inkscape and Aseprite; ``.aco`` (Photoshop's colour swatches) by CLIP STUDIO
PAINT, Photoshop and Krita.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from dougagen.domain import ALSO_READ, PALETTE, DougaClass, hairline_width

Color = tuple[int, int, int]

_MEANINGS: Mapping[DougaClass, str] = {
    DougaClass.FLAT_AREA: "paper, background, and base colours of the cel",
    DougaClass.VISIBLE_LINE: "a line that is seen in the picture, as wide as its ink",
    DougaClass.SHADING_LINE: "the edge between two shades",
    DougaClass.COLOR_EDGE: "the edge between two colours without a line in the picture",
    DougaClass.HIGHLIGHT_LINE: "the edge of a highlight",
    DougaClass.BOOK_LINE: "where something painted in front (a book) cuts the cel off",
    DougaClass.SHADING_FILL: "the side of a shading line that is darker than the base",
    DougaClass.COLOR_FILL: "patterns, blush and colour patches inside a base",
    DougaClass.HIGHLIGHT_FILL: "what is lighter than the base",
    DougaClass.BOOK_FILL: "cel that the book hides",
}

_PAGE = """\
Drawings to correct, written by dougagen
========================================

Each drawing is three files of one size, with the same beginning of the name:

  NAME_color.png     the picture. Leave it as it is.
  NAME_douga.png     the line art as dougagen sees it. Correct it, or draw it anew.
  NAME_cel_mask.png  white: the drawn, moving layer with its outlines; black: everything else.

Draw with these colours (palette.gpl for GIMP and Krita, palette.aco for CLIP STUDIO PAINT and Photoshop):

{table}

* Save PNG with 8 bits a channel, in the size and under the name that the file has. No JPEG, no 16 bits.
* Anti-aliased or not, both are read. Every pixel goes to the colour that covers most of it.
* Shading lines, color edges, highlight lines and book lines are {width} px wide in a picture of 1080 lines,
  less in a smaller one, centred on the edge. They are drawn although the picture shows no line there.
* Grey means "book" only where it is at least 3 pixels wide and high.
* Only the cel is drawn. Outside the cel mask the douga is white, except where a book hides cel.
* Transparent paper is read as white in the douga and as black in the mask.
* Colours that are not in this table are refused, with the place where they are.
* A drawing that you do not want to correct: delete its three files, or it is imported as it is.

Back into dougagen:  dougagen label import THIS_FOLDER --out labelled/
A drawing that is imported again replaces the first one.
"""


def guide_files() -> Mapping[str, bytes]:
    """Name → content of the files that go with exported drawings."""
    return {"README.txt": _page().encode(), "palette.gpl": _gimp_palette(), "palette.aco": _swatches()}


def _page() -> str:
    rows = [("class", "draw with", "also read", "what it is")]
    for c in DougaClass:
        others = ", ".join(_hex(color) for color in ALSO_READ.get(c, ()))
        rows.append((c.label, _hex(_written(c)), others, _MEANINGS[c]))
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = [
        "  " + "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]])
        for row in rows
    ]
    return _PAGE.format(table="\n".join(lines), width=hairline_width(1080))


def _named_colors() -> list[tuple[str, Color]]:
    """The ten colours that are written, then the others that are read."""
    written = [(c.label, _written(c)) for c in DougaClass]
    return written + [(f"{c.label} (also)", color) for c, colors in ALSO_READ.items() for color in colors]


def _written(c: DougaClass) -> Color:
    red, green, blue = PALETTE[c].tolist()
    return red, green, blue


def _hex(color: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)


def _gimp_palette() -> bytes:
    lines = [f"{r:3d} {g:3d} {b:3d}\t{name}" for name, (r, g, b) in _named_colors()]
    return "\n".join(["GIMP Palette", "Name: dougagen", "Columns: 5", "#", *lines, ""]).encode()


def _swatches() -> bytes:
    """Adobe's ACO: version 1 without names, then version 2 with them; 16-bit big-endian words."""
    colors = _named_colors()
    plain = [struct.pack(">5H", 0, *(257 * channel for channel in color), 0) for _, color in colors]
    named = [
        swatch + struct.pack(">I", len(name) + 1) + f"{name}\0".encode("utf-16-be")
        for swatch, (name, _) in zip(plain, colors, strict=True)
    ]
    versions = ((1, plain), (2, named))
    return b"".join(struct.pack(">HH", v, len(colors)) + b"".join(swatches) for v, swatches in versions)

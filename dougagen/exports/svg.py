"""``svg``: each drawing as vectors: lines as strokes with a width, fills as areas with holes."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import LINE_CLASSES, PALETTE, DougaClass, Record
from dougagen.exports.config import ExportConfig
from dougagen.exports.curves import path_data, simplified
from dougagen.exports.formats import Facts, RecordFormat
from dougagen.exports.layers import decompose
from dougagen.exports.outlines import outlines_of
from dougagen.exports.place import Place
from dougagen.exports.stack import CEL, Layer, Layers
from dougagen.exports.strokes import Stroke, strokes_of
from dougagen.exports.unmixing import Mask

_FILLS = {"flat color": 1.5, "color patches": 1, "shade": 1, "highlight": 1}
"""Layer → width in pixels of the stroke around its areas. One makes an area as large as its pixels; the rest
closes the cracks that smooth corners leave where areas meet, and is under the lines most of the time."""
_NAMESPACES = (
    'xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"'
)


class Svg(RecordFormat):
    """Writes ``NAME.svg``."""

    def __init__(self, _: ExportConfig) -> None:
        pass

    def write_record(self, record: Record, name: str, place: Place) -> Facts | None:
        """The cel of the drawing; its background is a painting, and no vectors."""
        classes = record.triplet.douga.classes
        place.write(f"{name}.svg", svg_of(decompose(record.triplet), classes, title=record.record_id))
        return None


def svg_of(layers: Layers, classes: NDArray[np.uint8], *, title: str) -> str:
    """The text of an SVG with a group for each layer of the cel; its units are pixels of the picture.

    Areas are as large as their pixels by a stroke of their own colour, so that no gap shows between two. The
    lines that the picture does not show (between two paints, shades or highlights) are a hidden group, in the
    colours of the douga. ``classes`` is uint8[H, W].
    """
    height, width = layers.shape
    fills = [_fills(layers[key], around) for key, around in _FILLS.items()]
    line, lines_left_out = _lines(layers["line"])
    edges, edges_left_out = _edges(classes)
    left_out = sum(count for _, count in fills) + lines_left_out + edges_left_out
    description = "From dougagen: the cel of one drawing."
    if left_out:
        description += f" {left_out} specks and lines were too small, or too many, and are left out."
    body = (
        *(text for text, _ in fills),
        line,
        edges,
    )
    return "\n".join(
        (
            f'<svg {_NAMESPACES} width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
            f"<title>{escape(_plain(title))}</title>",
            f"<desc>{description}</desc>",
            f'<g id="cel" {_label(CEL.name)}>',
            *body,
            "</g>",
            "</svg>\n",
        )
    )


def _plain(text: str) -> str:
    """Without the characters that XML has no place for."""
    return "".join(character if character.isprintable() else "�" for character in text)


def _label(name: str) -> str:
    return f'inkscape:groupmode="layer" inkscape:label={quoteattr(name)}'


def _id(key: str) -> str:
    return key.replace(" ", "-")


def _hex(color: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)


def _fills(layer: Layer, around: float) -> tuple[str, int]:
    """A group with a path for each area, and how many are not in it."""
    outlines, left_out = outlines_of(layer.pixels)
    name = _id(layer.key)
    paths = (
        f'<path class="{name}" fill="{_hex(outline.color)}" stroke="{_hex(outline.color)}"'
        f' d="{"".join(path_data(rim, closed=True) for rim in outline.rims)}"/>'
        for outline in outlines
    )
    look = f'fill-rule="evenodd" stroke-width="{around}" stroke-linejoin="round"'
    return _group(name, layer.name, look, paths), left_out


def _group(name: str, label: str, look: str, paths: Iterator[str]) -> str:
    return "\n".join((f'<g id="{name}" {_label(label)} {look}>', *paths, "</g>"))


_ROUND = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'


def _lines(layer: Layer) -> tuple[str, int]:
    """The lines of the picture, each in its ink."""
    strokes, left_out = strokes_of(layer.pixels[..., 3] >= 128)
    paths = (_stroke(stroke, "visible-line", _ink(layer, stroke)) for stroke in strokes)
    return _group("line", layer.name, _ROUND, paths), left_out


def _ink(layer: Layer, stroke: Stroke) -> tuple[int, int, int]:
    columns, rows = stroke.points.astype(int).T
    red, green, blue = np.median(layer.pixels[rows, columns, :3], axis=0).astype(int).tolist()
    return red, green, blue


def _edges(classes: NDArray[np.uint8]) -> tuple[str, int]:
    """The lines of the douga that the picture does not show."""
    groups, total = [], 0
    for kind in LINE_CLASSES:
        if kind == DougaClass.VISIBLE_LINE:
            continue
        of_kind: Mask = classes == kind
        strokes, left_out = strokes_of(of_kind)
        total += left_out
        red, green, blue = PALETTE[kind].tolist()
        name = _id(kind.label)
        groups += [_stroke(stroke, name, (red, green, blue)) for stroke in strokes]
    return _group("douga", "動画 douga", f'{_ROUND} display="none"', iter(groups)), total


def _stroke(stroke: Stroke, name: str, color: tuple[int, int, int]) -> str:
    points = stroke.points[:-1] if stroke.closed else stroke.points
    path = path_data(simplified(points, closed=stroke.closed), closed=stroke.closed)
    return f'<path class="{name}" stroke="{_hex(color)}" stroke-width="{stroke.width:.1f}" d="{path}"/>'

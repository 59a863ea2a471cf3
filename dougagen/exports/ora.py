"""``ora``: each drawing as OpenRaster, the layered format of Krita, MyPaint and GIMP."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Record
from dougagen.exports.config import ExportConfig
from dougagen.exports.formats import Facts, LayeredFormat
from dougagen.exports.layers import decompose
from dougagen.exports.pictures import png_of, scaled_into
from dougagen.exports.place import Place
from dougagen.exports.stack import CEL, Layer, Layers

_MIMETYPE = b"image/openraster"
_THUMBNAIL = 256  # px, the longer side, as the specification has it
_COMPOSITE = {"normal": "svg:src-over", "multiply": "svg:multiply"}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP can say: the same bytes at every run


class Ora(LayeredFormat):
    """Writes ``NAME.ora``."""

    def __init__(self, _: ExportConfig) -> None:
        pass

    def write_layers(
        self, record: Record, behind: NDArray[np.uint8] | None, name: str, place: Place
    ) -> Facts | None:
        """The layers of the drawing, with the frame as the merged picture."""
        place.write(f"{name}.ora", ora_of(decompose(record.triplet, plate=behind), record.triplet.color))
        return None


def ora_of(layers: Layers, frame: NDArray[np.uint8]) -> bytes:
    """The bytes of an OpenRaster file whose merged picture is ``frame``, uint8[H, W, 3]."""
    height, width = layers.shape
    members: dict[str, bytes] = {}

    def line_of(layer: Layer) -> str:
        top, left, pixels = layer.cropped()
        source = f"data/{len(members):02d}_{layer.key.replace(' ', '_')}.png"
        members[source] = png_of(pixels)
        visibility = "visible" if layer.visible else "hidden"
        return (
            f'<layer name={quoteattr(layer.name)} src="{source}" x="{left}" y="{top}" opacity="1.0"'
            f' visibility="{visibility}" composite-op="{_COMPOSITE[layer.blend]}"/>'
        )

    # the highest layer comes first
    over = [line_of(layer) for layer in reversed(layers.over)]
    cel = [line_of(layer) for layer in reversed(layers.cel)]
    stack = "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<image version="0.0.3" w="{width}" h="{height}" xres="72" yres="72">',
            "<stack>",
            *over,
            f'<stack name={quoteattr(CEL.name)} opacity="1.0" visibility="visible"'
            ' composite-op="svg:src-over">',
            *cel,
            "</stack>",
            line_of(layers.background),
            "</stack>",
            "</image>\n",
        )
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        _put(archive, "mimetype", _MIMETYPE)  # first and stored: programs know the file by it
        _put(archive, "stack.xml", stack.encode(), zipfile.ZIP_DEFLATED)
        for source, data in members.items():
            _put(archive, source, data)
        _put(archive, "mergedimage.png", png_of(frame))
        _put(archive, "Thumbnails/thumbnail.png", png_of(scaled_into(frame, _THUMBNAIL)))
    return file.getvalue()


def _put(archive: zipfile.ZipFile, name: str, data: bytes, method: int = zipfile.ZIP_STORED) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = method
    entry.external_attr = 0o644 << 16
    entry.create_system = 3  # Unix on every system
    archive.writestr(entry, data)

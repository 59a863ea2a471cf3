"""``psd``: each drawing as a layered Photoshop document, in the order and with the names of a studio."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dougagen.domain import Record
from dougagen.errors import DougagenError, UsageError
from dougagen.exports.config import ExportConfig
from dougagen.exports.formats import Facts, LayeredFormat
from dougagen.exports.layers import decompose
from dougagen.exports.place import Place
from dougagen.exports.stack import CEL, Layer, Layers

_MOST_SIDE = 30_000  # pixels: a PSD has no more; PSB, which has, is read by few


class Psd(LayeredFormat):
    """Writes ``NAME.psd``."""

    def __init__(self, _: ExportConfig) -> None:
        try:
            import psd_tools  # noqa: F401
        except ImportError as error:
            what = "PSD files need psd-tools, which is not installed"
            raise UsageError(what, remedy="pip install 'dougagen[export]'") from error

    def write_layers(
        self, record: Record, behind: NDArray[np.uint8] | None, name: str, place: Place
    ) -> Facts | None:
        """The layers of the drawing; its stored picture is the frame itself."""
        if max(record.triplet.width, record.triplet.height) > _MOST_SIDE:
            raise DougagenError(f"a PSD has at most {_MOST_SIDE} pixels a side", where=record.record_id)
        place.write(f"{name}.psd", psd_of(decompose(record.triplet, plate=behind), record.triplet.color))
        return None


def psd_of(layers: Layers, frame: NDArray[np.uint8]) -> bytes:
    """The bytes of a PSD whose stored picture is ``frame``, uint8[H, W, 3]: what a viewer shows that knows no
    layers, and what the stack gives."""
    from PIL import Image
    from psd_tools import PSDImage

    opaque = np.full((*frame.shape[:2], 1), 255, np.uint8)
    document = PSDImage.frompil(Image.fromarray(np.concatenate([frame, opaque], axis=2)))
    cel: Any = None
    for layer in layers:
        if layer in layers.cel and cel is None:
            cel = document.create_group(name=CEL.name)
            cel._record.name = CEL.key
        _add(cel if layer in layers.cel else document, layer)
    file = io.BytesIO()
    # PSDImage.save would render the stored picture once more, and needs psd-tools' heavy extra for it
    document._record.write(file)
    return file.getvalue()


def _add(parent: Any, layer: Layer) -> None:
    from PIL import Image
    from psd_tools.constants import BlendMode

    top, left, pixels = layer.cropped()
    added = parent.create_pixel_layer(
        Image.fromarray(pixels),
        name=layer.name,
        top=top,
        left=left,
        blend_mode=BlendMode.MULTIPLY if layer.blend == "multiply" else BlendMode.NORMAL,
    )
    added.visible = layer.visible
    added.name = layer.name
    added._record.name = layer.key  # for programs that read no Unicode names; psd-tools would write "?"

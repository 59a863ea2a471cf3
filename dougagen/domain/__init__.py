"""WHAT FLOWS: frozen types, validated once at construction. Imports numpy and ``errors`` only."""

from dougagen.domain.douga_classes import (
    ALSO_READ,
    BOOK_CLASSES,
    CLASS_COUNT,
    LINE_CLASSES,
    PALETTE,
    SCORED_CLASSES,
    DougaClass,
    hairline_width,
)
from dougagen.domain.footage import Chapter, Drawing, Episode, FootageCounts, Frame, Shot
from dougagen.domain.measures import Measure, require_measures
from dougagen.domain.pictures import CelMask, Douga, Reconstruction, Triplet
from dougagen.domain.reconstructor import (
    MaskedReconstructor,
    ReadsShots,
    Reconstructor,
    ShotReader,
    TellsHowFar,
)
from dougagen.domain.records import Origin, PictureArea, Provenance, Record
from dougagen.domain.reports import ExtractReport
from dougagen.domain.shots import LayerMove, Placement, Plate, TurnedMove
from dougagen.domain.tables import ABSENT, Table, percent
from dougagen.domain.timing import FrameSpan, require_disjoint

__all__ = [
    "ABSENT",
    "ALSO_READ",
    "BOOK_CLASSES",
    "CLASS_COUNT",
    "LINE_CLASSES",
    "PALETTE",
    "SCORED_CLASSES",
    "CelMask",
    "Chapter",
    "Douga",
    "DougaClass",
    "Drawing",
    "Episode",
    "ExtractReport",
    "FootageCounts",
    "Frame",
    "FrameSpan",
    "LayerMove",
    "MaskedReconstructor",
    "Measure",
    "Origin",
    "PictureArea",
    "Placement",
    "Plate",
    "Provenance",
    "ReadsShots",
    "Reconstruction",
    "Reconstructor",
    "Record",
    "Shot",
    "ShotReader",
    "Table",
    "TellsHowFar",
    "Triplet",
    "TurnedMove",
    "hairline_width",
    "percent",
    "require_disjoint",
    "require_measures",
]

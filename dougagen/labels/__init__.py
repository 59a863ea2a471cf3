"""FRAMES WORTH DRAWING → ARTIST'S FILES ⇄ RECORDS: chosen, written out for a drawing program, read back.

The pool made of episodes is in ``labels.episodes``: it needs the decoder, which reading labels does not.
"""

from dougagen.labels.dataset import ImportReport, export_labels, import_into
from dougagen.labels.export import ExportReport, export_label, export_records
from dougagen.labels.files import Label, LabelImport, LabelProblem, import_labels, read_labels
from dougagen.labels.palette_reader import read_cel_mask, read_douga
from dougagen.labels.picture_files import read_picture, read_rgb
from dougagen.labels.pools import (
    DatasetPool,
    Pool,
    Selection,
    datasets_among,
    export_selection,
    is_dataset,
    select,
)
from dougagen.labels.selection import Candidate, Chosen, choose

__all__ = [
    "Candidate",
    "Chosen",
    "DatasetPool",
    "ExportReport",
    "ImportReport",
    "Label",
    "LabelImport",
    "LabelProblem",
    "Pool",
    "Selection",
    "choose",
    "datasets_among",
    "export_label",
    "export_labels",
    "export_records",
    "export_selection",
    "import_into",
    "import_labels",
    "is_dataset",
    "read_cel_mask",
    "read_douga",
    "read_labels",
    "read_picture",
    "read_rgb",
    "select",
]

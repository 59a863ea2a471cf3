"""ARTIST'S FILES ⇄ RECORDS: labels written out for a drawing program and read back by their palette."""

from dougagen.labels.dataset import ImportReport, export_labels, import_into
from dougagen.labels.files import LabelImport, LabelProblem, export_label, import_labels, read_labels
from dougagen.labels.palette_reader import read_cel_mask, read_douga

__all__ = [
    "ImportReport",
    "LabelImport",
    "LabelProblem",
    "export_label",
    "export_labels",
    "import_into",
    "import_labels",
    "read_cel_mask",
    "read_douga",
    "read_labels",
]

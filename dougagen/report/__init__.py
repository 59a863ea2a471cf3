"""DATASET → FIGURES for people: ``dataset_stats(out)`` counts, ``.tables()`` lays them out.

``page.write_report`` makes the HTML page of them; only that module loads OpenCV.
"""

from dougagen.domain import Table
from dougagen.report.stats import Confidence, DatasetStats, Holds, dataset_stats
from dougagen.report.tables import file_size

__all__ = ["Confidence", "DatasetStats", "Holds", "Table", "dataset_stats", "file_size"]

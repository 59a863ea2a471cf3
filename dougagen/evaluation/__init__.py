"""FIGURES: the measures (dougagen/README.md#measures) on studio scenes, shards, clips and real drawings.

Knows a reconstructor only as a Protocol; no torch is imported here.
"""

from dougagen.evaluation.quick import QuickScores, quick_scores

__all__ = ["QuickScores", "quick_scores"]

"""FIGURES: the measures of DESIGN section 4, on studio scenes, shards, clips and animators' own drawings.

Knows a reconstructor only as a Protocol; no torch is imported here.
"""

from dougagen.evaluation.quick import QuickScores, quick_scores

__all__ = ["QuickScores", "quick_scores"]

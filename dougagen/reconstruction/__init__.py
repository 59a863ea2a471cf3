"""DRAWINGS → CEL MASKS → DOUGA: batching, device, precision, and what the two results owe each other."""

from dougagen.reconstruction.cel_reader import CelReader
from dougagen.reconstruction.color_cut import ColorCutConfig
from dougagen.reconstruction.config import ReconstructionConfig
from dougagen.reconstruction.reconstructor import NetworkReconstructor
from dougagen.reconstruction.refinement import refine
from dougagen.reconstruction.refinement_config import RefinementConfig

__all__ = [
    "CelReader",
    "ColorCutConfig",
    "NetworkReconstructor",
    "ReconstructionConfig",
    "RefinementConfig",
    "refine",
]

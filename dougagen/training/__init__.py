"""TRIPLETS → WEIGHTS: data, augmentation, losses, the loop."""

from dougagen.training.config import TrainingConfig
from dougagen.training.log import Scores, TrainingProgress
from dougagen.training.loop import train
from dougagen.training.run import TrainingResult
from dougagen.training.sources import TripletPool, TripletSource
from dougagen.training.studio_source import StudioSource, StudioSupply

__all__ = [
    "Scores",
    "StudioSource",
    "StudioSupply",
    "TrainingConfig",
    "TrainingProgress",
    "TrainingResult",
    "TripletPool",
    "TripletSource",
    "train",
]

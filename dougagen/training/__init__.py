"""TRIPLETS → WEIGHTS: data, augmentation, losses, the loop."""

from dougagen.training.config import TrainingConfig
from dougagen.training.loop import TrainingProgress, TrainingResult, train
from dougagen.training.sources import TripletPool, TripletSource
from dougagen.training.studio_source import StudioSource, StudioSupply

__all__ = [
    "StudioSource",
    "StudioSupply",
    "TrainingConfig",
    "TrainingProgress",
    "TrainingResult",
    "TripletPool",
    "TripletSource",
    "train",
]

"""TRIPLETS → WEIGHTS: data, augmentation, losses, the loop.

Names load what they need when they are first used: the names of configurations need no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dougagen.training.config import TrainingConfig
    from dougagen.training.log import Scores, TrainingProgress
    from dougagen.training.loop import train
    from dougagen.training.plan import TrainingPlan
    from dougagen.training.run import TrainingResult
    from dougagen.training.sources import TripletPool, TripletSource
    from dougagen.training.studio_source import StudioSource, StudioSupply

_HOME = {
    "Scores": "log",
    "StudioSource": "studio_source",
    "StudioSupply": "studio_source",
    "TrainingConfig": "config",
    "TrainingPlan": "plan",
    "TrainingProgress": "log",
    "TrainingResult": "run",
    "TripletPool": "sources",
    "TripletSource": "sources",
    "train": "loop",
}

__all__ = [
    "Scores",
    "StudioSource",
    "StudioSupply",
    "TrainingConfig",
    "TrainingPlan",
    "TrainingProgress",
    "TrainingResult",
    "TripletPool",
    "TripletSource",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value

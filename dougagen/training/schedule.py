"""How much of its budget a run has spent, and how fast it learns then."""

from __future__ import annotations

import math
from typing import Protocol


class Paced(Protocol):
    """The options of a run that say how fast it learns: ``TrainingConfig`` has them, a colouriser's too."""

    @property
    def learning_rate(self) -> float: ...
    @property
    def schedule(self) -> str: ...
    @property
    def final_rate(self) -> float: ...
    @property
    def warmup(self) -> float: ...


class Budgeted(Protocol):
    """The options of a run that say when it ends: ``steps``, or else ``minutes``."""

    @property
    def steps(self) -> int | None: ...
    @property
    def minutes(self) -> float | None: ...


def share_spent(config: Budgeted, *, step: int, seconds: float) -> float:
    """Share of the budget that is spent, [0, 1]."""
    if config.steps is not None:
        return min(1.0, step / config.steps)
    assert config.minutes is not None
    return min(1.0, seconds / (60 * config.minutes))


def learning_rate_at(done: float, config: Paced) -> float:
    """A linear warm-up, then a fall to the final rate: along a cosine, or straight (thesis 4.6)."""
    if done < config.warmup:
        return config.learning_rate * max(done / config.warmup, 0.01)
    fall = (done - config.warmup) / max(1.0 - config.warmup, 1e-9)
    left = 1.0 - fall if config.schedule == "linear" else 0.5 * (1 + math.cos(math.pi * fall))
    return config.learning_rate * (config.final_rate + (1 - config.final_rate) * left)

"""Which runs learn from predicted masks: the douga network learns from the masks it will be given."""

from __future__ import annotations

from dougagen.errors import ConfigError
from dougagen.training.config import TrainingConfig


def asks_for_masks(config: TrainingConfig, *, offered: bool) -> bool:
    """Whether a run wants a ``MaskReader``; ``offered``: somebody named the cel network that is to tell them.

    Raises ConfigError where one is offered to a run that reads no predicted masks.
    """
    asks = config.masks == "predicted" and config.chosen_wiring.reads_mask
    if offered and not asks:
        raise ConfigError("this run reads no predicted masks", remedy="leave the cel weights out")
    return asks

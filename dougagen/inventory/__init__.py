"""WEIGHTS FILES → what they are, how they were trained, how good they are, for ``models``."""

from dougagen.inventory.entries import (
    CardState,
    DamagedModel,
    ModelEntry,
    card_state,
    take_inventory,
    weights_files,
)
from dougagen.inventory.noted_scores import SCORES, file_digest, note_scores, noted_scores, tensors_digest
from dougagen.inventory.pair import missing_of_pair, note_in_pair
from dougagen.inventory.tables import model_tables

__all__ = [
    "SCORES",
    "CardState",
    "DamagedModel",
    "ModelEntry",
    "card_state",
    "file_digest",
    "missing_of_pair",
    "model_tables",
    "note_in_pair",
    "note_scores",
    "noted_scores",
    "take_inventory",
    "tensors_digest",
    "weights_files",
]

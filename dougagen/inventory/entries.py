"""What lies in a folder of weights: each file loaded, counted and compared with its model card."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from dougagen.colorization import LoadedColorizer, is_colorizer, load_colorizer
from dougagen.errors import WeightsError
from dougagen.files import open_file
from dougagen.inventory.noted_scores import SCORES, noted_scores, tensors_digest
from dougagen.networks import LoadedNetwork, load_weights

_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
_LARGEST_CARD = 2**20  # bytes
_TRAINING = "training"


class CardState(StrEnum):
    """Whether the model card beside the weights is about them."""

    CURRENT = "current"
    """It names their SHA-256."""
    STALE = "stale"
    """It names another."""
    NAMELESS = "no sha256"
    """It names none: nobody can tell."""
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One file of weights, whole."""

    path: Path
    task: str
    architecture: str
    wiring: str
    parameters: int
    size: int
    """Bytes."""
    sha256: str
    tensors: str
    """``tensors_digest``: a note in the header does not change it."""
    card: CardState
    facts: Mapping[str, str]
    """What the training noted, options and scores left out."""
    training: Mapping[str, Any]
    """Every option of the training."""
    scores: Mapping[str, Any]
    """As ``evaluate --note-scores`` wrote them; empty where none are noted."""

    def to_json(self) -> dict[str, object]:
        """Under stable names; the training's facts stand at the top as text, as the file holds them."""
        return {
            **self.facts,
            "file": str(self.path),
            "whole": True,
            "task": self.task,
            "architecture": self.architecture,
            "wiring": self.wiring,
            "parameters": self.parameters,
            "bytes": self.size,
            "sha256": self.sha256,
            "tensors": self.tensors,
            "card": str(self.card),
            "training": dict(self.training),
            "scores": dict(self.scores),
        }


@dataclass(frozen=True, slots=True)
class DamagedModel:
    """A file that cannot be used."""

    path: Path
    problem: WeightsError

    def to_json(self) -> dict[str, object]:
        """File and what is wrong with it."""
        return {"file": str(self.path), "whole": False, "error": self.problem.what}


def weights_files(models: Path) -> list[Path]:
    """Every ``.safetensors`` of a folder by name, or the file itself. Raises WeightsError for none."""
    if models.is_file():
        return [models]
    if not models.is_dir():
        raise WeightsError("there is no such folder", where=models, remedy="name a folder with weights")
    found = sorted(path for path in models.glob("*.safetensors") if not path.name.startswith("."))
    if not found:
        raise WeightsError("holds no weights", where=models, remedy="make some with `dougagen train`")
    return found


def take_inventory(models: Path) -> Iterator[ModelEntry | DamagedModel]:
    """One entry a file of a folder, or of the file itself; one network is in memory at a time.

    Raises WeightsError where there is no file at all.
    """
    for path in weights_files(models):
        try:
            yield _colorizer_entry(path) if is_colorizer(path) else _entry(path, load_weights(path))
        except WeightsError as error:
            yield DamagedModel(path, error)


def card_state(weights: Path, sha256: str) -> CardState:
    """Whether ``NAME.md`` beside ``NAME.safetensors`` names the file's hash, all 64 digits."""
    card = weights.with_suffix(".md")
    try:
        with open_file(card) as file:
            named = set(_DIGEST.findall(file.read(_LARGEST_CARD).decode("utf-8", "replace").lower()))
    except OSError:
        return CardState.MISSING
    if sha256 in named:
        return CardState.CURRENT
    return CardState.STALE if named else CardState.NAMELESS


def _colorizer_entry(path: Path) -> ModelEntry:
    loaded = load_colorizer(path)
    return _entry(path, loaded, task="colorizer", wiring=f"{loaded.facts.get('lines', '')} lines")


def _entry(
    path: Path, loaded: LoadedNetwork | LoadedColorizer, *, task: str = "", wiring: str = ""
) -> ModelEntry:
    try:
        training = json.loads(loaded.facts.get(_TRAINING, "{}"))
    except (ValueError, RecursionError):
        training = {}
    if isinstance(loaded, LoadedNetwork):
        task, wiring = str(loaded.task), str(loaded.wiring)
    return ModelEntry(
        path=path,
        task=task,
        architecture=loaded.architecture,
        wiring=wiring,
        parameters=sum(int(p.numel()) for p in loaded.module.parameters()),
        size=path.stat().st_size,
        sha256=loaded.sha256,
        tensors=tensors_digest(path),
        card=card_state(path, loaded.sha256),
        facts={key: value for key, value in loaded.facts.items() if key not in (_TRAINING, SCORES)},
        training=training if isinstance(training, dict) else {},
        scores=noted_scores(loaded.facts),
    )

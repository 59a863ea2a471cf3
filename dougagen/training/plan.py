"""A training as it is asked for: what was said over what a configuration says, and what it learns from."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dougagen.errors import ConfigError, UsageError
from dougagen.networks import load_weights, start_weights
from dougagen.training.config import TrainingConfig
from dougagen.training.crop_processes import drawing_processes
from dougagen.training.log import Scores, TrainingProgress
from dougagen.training.loop import train
from dougagen.training.masks import asks_for_masks
from dougagen.training.mixed_source import OWN_SHARE, MixedSource
from dougagen.training.presets import Preset, read_preset, supply_of
from dougagen.training.run import TrainingResult
from dougagen.training.scoring import Evaluator
from dougagen.training.sources import MaskReader, TripletPool, TripletSource
from dougagen.training.studio_source import StudioSource, StudioSupply
from dougagen.training.validation import held_out_pictures

FOLDER = "trained"
"""Where weights, log and checkpoint go if nobody says."""


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """What is learned, and from which pictures."""

    config: TrainingConfig
    shards: tuple[Path, ...] = ()
    """Datasets with truth."""
    supply: StudioSupply | None = None
    """Scenes that are drawn meanwhile; None: none are."""
    own_share: float = OWN_SHARE
    """Of the crops that come from ``shards``, where there is a supply, too."""

    @classmethod
    def of(
        cls,
        *,
        task: str | None = None,
        preset: str | None = None,
        training: Mapping[str, Any],
        studio: Mapping[str, Any],
        shards: Sequence[Path] = (),
        draws: bool = False,
        own_share: float | None = None,
    ) -> TrainingPlan:
        """From what was said of ``TrainingConfig`` and ``StudioSupply`` (the profile by its name), which goes
        before what ``preset`` says, a name or a TOML file.

        ``draws``: the studio is asked for beside ``shards``; without any, a preset that speaks of it will do.
        Raises ConfigError, UsageError, DeviceError.
        """
        if own_share is not None and not (shards and draws):
            raise UsageError("--own-share mixes --shards and --studio", remedy="give both, or leave it out")
        said = Preset("", training={**training, **({} if task is None else {"task": task})}, studio=studio)
        if preset is not None:
            below = read_preset(preset)
            _require_same_task(task, below.training.get("task"), preset)
            said = said.over(below)
        if not shards and not draws and not (preset is not None and said.studio):
            raise UsageError("a training needs pictures", remedy="give --shards DIR, --studio or both")
        config = _config(said.training)
        supply = None
        if draws or not shards:
            supply = supply_of(said.studio, workers=drawing_processes(config))
        return cls(config, tuple(shards), supply, OWN_SHARE if own_share is None else own_share)

    def asks_for_masks(self, *, offered: bool) -> bool:
        """Whether a cel network has to tell the masks; ``offered``: one was named. Raises ConfigError."""
        return asks_for_masks(self.config, offered=offered)

    def start_file(self, name: str | None) -> Path | None:
        """The weights to start from, as ``networks.start_weights`` finds them. Raises WeightsError."""
        return None if name is None else start_weights(name, self.config.task)

    @contextmanager
    def source(self, reader: MaskReader | None = None) -> Iterator[tuple[TripletSource, str]]:
        """The pictures, and in words what they are. Reads the shards; the studio begins with the training.

        Raises ShardError, ConfigError.
        """
        with ExitStack() as stack:
            found: TripletSource | None = None
            words = []
            if self.shards:
                found = pool = TripletPool.read(*self.shards, reader=reader)
                words.append(f"{len(pool)} pictures")
            if self.supply is not None:
                drawn = stack.enter_context(
                    StudioSource(
                        self.supply,
                        crops_a_step=self.config.crops_a_step,
                        seed=self.config.seed,
                        reader=reader,
                    )
                )
                words.append(f"the studio draws, {self.supply.workers} at a time")
                found = drawn if found is None else MixedSource(found, drawn, share=self.own_share)
            assert found is not None, "a plan has shards or a supply"
            yield found, ", ".join(words)

    def learn(
        self,
        source: TripletSource,
        *,
        out: Path = Path(FOLDER),
        start: Path | None = None,
        stop_at: float | None = None,
        reader: MaskReader | None = None,
        validation_scenes: int,
        evaluate: Evaluator | None = None,
        progress: Callable[[TrainingProgress], None] | None = None,
        scored: Callable[[Scores], None] | None = None,
    ) -> TrainingResult:
        """``train`` with what the plan asks for; ``start`` is a weights file.

        ``stop_at`` is a moment of the monotonic clock. A run with patience is validated on so many held-out
        scenes. Raises as ``train`` does, WeightsError.
        """
        validation = held_out_pictures(validation_scenes, reader=reader) if self.config.patience else None
        return train(
            self.config,
            source,
            out=out,
            start=None if start is None else load_weights(start),
            progress=progress,
            evaluate=evaluate if self.config.evaluate_minutes else None,
            scored=scored,
            stop_after=None if stop_at is None else stop_at - time.monotonic(),
            validation=validation,
        )


def _config(training: Mapping[str, Any]) -> TrainingConfig:
    if "task" not in training:
        raise UsageError("say what to train", remedy="cel or douga: dougagen train cel …")
    if (training.get("minutes") is None) == (training.get("steps") is None):
        raise ConfigError("a training needs a budget", remedy="give --minutes or --steps, not both")
    return TrainingConfig.of(training)


def _require_same_task(task: str | None, configured: str | None, name: str) -> None:
    if task is not None and configured is not None and task != configured:
        raise UsageError(f"the configuration {name!r} trains {configured}, not {task}")

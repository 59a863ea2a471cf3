"""``dougagen train areas|cel-areas``: read pictures with truth in, a network that decides by areas out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dougagen.cli.console import Watch, counted, say, show_json
from dougagen.errors import UsageError, quoted

if TYPE_CHECKING:
    from dougagen.domain import Triplet
    from dougagen.networks import AreaShape, LoadedNetwork
    from dougagen.studio import Profile
    from dougagen.training.areas import AreaExample, AreaTrainingConfig, LearnedAreas

CEL_AREAS = "cel-areas"
AREAS = ("areas", CEL_AREAS)
"""Of the tasks of ``train``: which fill an area takes, and which areas of a picture are cel."""
_FOLDER = Path("trained")
_SCENES = 1000
_OF_CONFIG, _OF_MACHINE = ("seed", "learning_rate"), ("device", "threads")
_KNOWN = (*_OF_CONFIG, *_OF_MACHINE)
_OF_STUDIO = ("profile", "first")
_PROFILE = "frames"


@dataclass(frozen=True, slots=True)
class AreaSource:
    """Where pictures with truth come from."""

    shards: Sequence[Path]
    draws: bool
    """Whether the studio draws some, too."""
    studio: Mapping[str, Any]

    @property
    def scenes(self) -> int:
        """How many the studio draws."""
        return int(self.studio.get("first", _SCENES)) if self.draws else 0

    @property
    def announced(self) -> int | None:
        """How many pictures there are; None where only the shards know."""
        return None if self.shards else self.scenes

    def pictures(self, seed: int) -> Iterator[Triplet]:
        """Raises ShardError, UsageError."""
        from dougagen.training.areas import area_pictures

        profile = _profile(self.studio.get("profile", _PROFILE))
        return area_pictures(shards=self.shards, scenes=self.scenes, profile=profile, seed=seed)


def train_areas(
    task: str,
    said: Mapping[str, Any],
    source: AreaSource,
    beside: Mapping[str, Any],
    cel: Path | None,
    out: Path | None,
    *,
    start: str | None,
    json: bool,
) -> None:
    """``train areas`` and ``train cel-areas``: the network stays, what decides by its word is learned anew.

    ``beside`` is what they have no use for, ``cel`` what makes the masks of ``areas``. Raises UsageError,
    WeightsError, ShardError, ConfigError, DeviceError.
    """
    _refuse(said, source, beside)
    from dougagen.networks import AREA_SHAPES, SHIPPED, Task, load_weights, start_weights
    from dougagen.training.areas import CEL_LEARNING, FILL_LEARNING

    of_cel = task == CEL_AREAS
    usual = CEL_LEARNING if of_cel else FILL_LEARNING
    config = replace(usual, **{name: said[name] for name in _OF_CONFIG if name in said})
    weighed = Task.CEL if of_cel else Task.DOUGA
    file = start_weights(start or SHIPPED, weighed)
    network = load_weights(file)
    masks = None if of_cel else load_weights(start_weights(str(cel) if cel else SHIPPED, Task.CEL))
    machine = {name: said[name] for name in _OF_MACHINE if name in said}
    examples = _read(source, config.seed, network, masks, machine)
    learned = _learned(examples, config, AREA_SHAPES[weighed])
    _say(_saved(load_weights(file), learned, config, out or _FOLDER), learned, json=json)


def _refuse(said: Mapping[str, Any], source: AreaSource, beside: Mapping[str, Any]) -> None:
    unknown = [name for name in said if name not in _KNOWN]
    unknown += [name for name in source.studio if name not in _OF_STUDIO]
    for name in [*unknown, *beside]:
        option = name.replace("_", "-")
        raise UsageError(f"--{option} is for cel and douga", remedy="leave it out; areas take --first-scenes")
    if not source.shards and not source.draws:
        raise UsageError(
            "areas are learned from pictures with truth", remedy="add --studio, or --shards DIR with truth"
        )


def _profile(name: str) -> Profile:
    from dougagen.studio import profile_named

    profile = profile_named(name)
    if profile.is_held_out:
        raise UsageError("the held-out family is for evaluation alone", remedy="train on another profile")
    return profile


def _read(
    source: AreaSource,
    seed: int,
    network: LoadedNetwork,
    masks: LoadedNetwork | None,
    machine: Mapping[str, Any],
) -> list[AreaExample]:
    """The areas of each picture, as the networks see it, with what they are."""
    from dougagen.networks.devices import chosen_device
    from dougagen.reconstruction import CelReader, NetworkReconstructor, ReconstructionConfig
    from dougagen.training.areas import AreaExample

    reader: CelReader | NetworkReconstructor
    if masks is None:
        device, threads = chosen_device(machine.get("device", "auto")), machine.get("threads", 0)
        reader, names = CelReader(network, device, threads=threads), network.name
    else:
        reader = NetworkReconstructor(masks, network, ReconstructionConfig(**machine))
        names = f"{masks.name} and {network.name}"
    examples = []
    with Watch(unit="pictures") as watch:
        watch.begin(f"read by {names}", source.announced)
        for picture in source.pictures(seed):
            found = reader.areas_of(picture)
            if found is not None:
                examples.append(AreaExample(*found))
                watch.move(len(examples), source.announced, "")
    return examples


def _learned(examples: Sequence[AreaExample], config: AreaTrainingConfig, shape: AreaShape) -> LearnedAreas:
    from dougagen.training.areas import learn_areas

    with Watch(unit="%") as watch:
        watch.begin(f"areas of {counted(len(examples), 'picture')}", 100)
        return learn_areas(
            examples, config, shape, lambda done, loss: watch.move(int(100 * done), 100, f"loss {loss:.4f}")
        )


def _saved(network: LoadedNetwork, learned: LearnedAreas, config: AreaTrainingConfig, out: Path) -> Path:
    """``network`` as it lies on disk: one that has read is fused."""
    from dougagen.inventory import SCORES
    from dougagen.networks import save_weights

    # The scores were measured without the areas.
    facts = {name: value for name, value in network.facts.items() if name != SCORES}
    path = out / f"{network.task}.safetensors"
    save_weights(
        network.module,
        path,
        architecture=network.architecture,
        options=network.options,
        task=network.task,
        facts={**facts, **learned.facts(config)},
        wiring=network.wiring,
        areas=learned.network,
    )
    return path


def _say(path: Path, learned: LearnedAreas, *, json: bool) -> None:
    say(
        f"{quoted(path)}: {counted(learned.areas, 'area')} of {counted(learned.pictures, 'picture')}, "
        f"{learned.seconds / 60:.1f} min of learning, loss {learned.loss:.4f}"
    )
    if json:
        show_json(
            {
                "weights": str(path),
                "pictures": learned.pictures,
                "areas": learned.areas,
                "seconds": learned.seconds,
                "loss": learned.loss,
                "finished": True,
            }
        )

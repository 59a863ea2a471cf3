"""``dougagen train areas``: read pictures with truth in, a douga network that decides by areas out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dougagen.cli.console import Watch, counted, say, show_json
from dougagen.errors import UsageError, quoted

if TYPE_CHECKING:
    from dougagen.domain import Triplet
    from dougagen.networks import LoadedNetwork
    from dougagen.studio import Profile
    from dougagen.training.areas import AreaExample, AreaTrainingConfig, LearnedAreas

AREAS = "areas"
_FOLDER = Path("trained")
_SCENES = 1000
_OF_CONFIG, _OF_MACHINE = ("seed", "learning_rate"), ("device", "threads")
_KNOWN = (*_OF_CONFIG, *_OF_MACHINE)
_OF_STUDIO = ("profile", "first")
_PROFILE = "frames"


def train_areas(
    said: Mapping[str, Any],
    studio: Mapping[str, Any],
    beside: Mapping[str, Any],
    shards: Sequence[Path],
    cel: Path | None,
    out: Path | None,
    *,
    draws: bool,
    start: str | None,
    json: bool,
) -> None:
    """What ``train areas`` does: the douga network stays, what decides by its word is learned anew.

    ``beside`` is what it has no use for. Raises UsageError, WeightsError, ShardError, ConfigError,
    DeviceError.
    """
    unknown = [name for name in said if name not in _KNOWN]
    unknown += [name for name in studio if name not in _OF_STUDIO]
    for name in [*unknown, *beside]:
        option = name.replace("_", "-")
        raise UsageError(f"--{option} is for cel and douga", remedy="leave it out; areas take --first-scenes")
    if not shards and not draws:
        raise UsageError(
            "areas are learned from pictures with truth", remedy="add --studio, or --shards DIR with truth"
        )
    from dougagen.networks import SHIPPED, Task, load_weights, start_weights
    from dougagen.training.areas import AreaTrainingConfig, area_pictures, learn_areas

    config = AreaTrainingConfig(**{name: said[name] for name in _OF_CONFIG if name in said})
    file = start_weights(start or SHIPPED, Task.DOUGA)
    douga = load_weights(file)
    masks = load_weights(start_weights(str(cel) if cel else SHIPPED, Task.CEL))
    scenes = studio.get("first", _SCENES) if draws else 0
    pictures = area_pictures(
        shards=shards, scenes=scenes, profile=_profile(studio.get("profile", _PROFILE)), seed=config.seed
    )
    machine = {name: said[name] for name in _OF_MACHINE if name in said}
    with Watch(unit="pictures") as watch:
        watch.begin(f"read by {masks.name} and {douga.name}", None if shards else scenes)
        examples = []
        for number, example in enumerate(_read(pictures, masks, douga, machine), 1):
            examples.append(example)
            watch.move(number, None if shards else scenes, "")
    with Watch(unit="%") as watch:
        watch.begin(f"areas of {counted(len(examples), 'picture')}", 100)
        learned = learn_areas(
            examples, config, lambda done, loss: watch.move(int(100 * done), 100, f"loss {loss:.4f}")
        )
    _say(_saved(load_weights(file), learned, config, out or _FOLDER), learned, json=json)


def _profile(name: str) -> Profile:
    from dougagen.studio import profile_named

    profile = profile_named(name)
    if profile.is_held_out:
        raise UsageError("the held-out family is for evaluation alone", remedy="train on another profile")
    return profile


def _read(
    pictures: Iterable[Triplet],
    masks: LoadedNetwork,
    douga: LoadedNetwork,
    machine: Mapping[str, Any],
) -> Iterator[AreaExample]:
    """The areas of each picture, as the two networks see it, with what they are."""
    from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig
    from dougagen.training.areas import AreaExample

    reader = NetworkReconstructor(masks, douga, ReconstructionConfig(**machine))
    for picture in pictures:
        found = reader.areas_of(picture)
        if found is not None:
            yield AreaExample(*found)


def _saved(douga: LoadedNetwork, learned: LearnedAreas, config: AreaTrainingConfig, out: Path) -> Path:
    """``douga`` as it lies on disk: a network that has read is fused."""
    from dougagen.inventory import SCORES
    from dougagen.networks import save_weights

    # The scores were measured without the areas.
    facts = {name: value for name, value in douga.facts.items() if name != SCORES}
    path = out / f"{douga.task}.safetensors"
    save_weights(
        douga.module,
        path,
        architecture=douga.architecture,
        options=douga.options,
        task=douga.task,
        facts={**facts, **learned.facts(config)},
        wiring=douga.wiring,
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

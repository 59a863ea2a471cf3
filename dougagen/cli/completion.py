"""What a shell offers for an option. The words come from the library, which is opened at a TAB."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def _beginning(incomplete: str, words: Iterable[str]) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]


def flags(incomplete: str) -> list[str]:
    """Of drawings, for ``--reject`` and ``--allow``."""
    from dougagen.footage import FLAGS

    return _beginning(incomplete, FLAGS)


def clips(incomplete: str) -> list[str]:
    """Storyboards, categories and the reel, for ``--clip``."""
    from dougagen.studio import CLIP_NAMES

    return _beginning(incomplete, CLIP_NAMES)


def deliveries(incomplete: str) -> list[str]:
    """For ``--delivery``."""
    from dougagen.studio import DELIVERIES

    return _beginning(incomplete, DELIVERIES)


def formats(incomplete: str) -> list[str]:
    """For ``export --to``."""
    from dougagen.exports import FORMATS

    return _beginning(incomplete, FORMATS)


def presets(incomplete: str) -> list[str]:
    """Names of configurations, then TOML files and folders that begin so, for ``train --config``."""
    from dougagen.choices import COLORIZERS
    from dougagen.training.preset_files import preset_names

    return _beginning(incomplete, (*preset_names(), *COLORIZERS)) + toml_files(incomplete)


def shipped_weights(incomplete: str) -> list[str]:
    """Words for ``train --from`` beside files."""
    return _beginning(incomplete, ("cel", "douga", "shipped")) + files_of(incomplete, ".safetensors")


def toml_files(incomplete: str) -> list[str]:
    """TOML files and folders that begin so, for ``--config``."""
    return files_of(incomplete, ".toml")


def files_of(incomplete: str, suffix: str) -> list[str]:
    """Files with that suffix and folders that begin so; hidden ones only where a dot asks for them."""
    folder, slash, beginning = incomplete.rpartition("/")
    try:
        found = sorted(Path(folder + slash or ".").iterdir())
    except OSError:
        return []
    names = [f"{path.name}/" if path.is_dir() else path.name for path in found]
    shown = [name for name in names if name.endswith(("/", suffix)) and (beginning or name[0] != ".")]
    return [f"{folder}{slash}{name}" for name in _beginning(beginning, shown)]


def devices(incomplete: str) -> list[str]:
    """For ``--device``. GPUs are not counted: that takes the seconds in which torch is loaded."""
    return _beginning(incomplete, ("auto", "cpu", "cuda", "cuda:0"))

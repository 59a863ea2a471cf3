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
    from dougagen.studio.repertoire import CLIP_NAMES

    return _beginning(incomplete, CLIP_NAMES)


def deliveries(incomplete: str) -> list[str]:
    """For ``--delivery``."""
    from dougagen.studio.repertoire import DELIVERIES

    return _beginning(incomplete, DELIVERIES)


def presets(incomplete: str) -> list[str]:
    """Names of configurations, then TOML files and folders that begin so, for ``train --config``."""
    from dougagen.training.preset_files import preset_names

    return _beginning(incomplete, preset_names()) + toml_files(incomplete)


def toml_files(incomplete: str) -> list[str]:
    """TOML files and folders that begin so, for ``--config``."""
    folder = Path(incomplete) if incomplete.endswith("/") else Path(incomplete).parent
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return []
    paths = [
        f"{path}/" if path.is_dir() else str(path)
        for path in found
        if path.is_dir() or path.suffix == ".toml"
    ]
    return _beginning(incomplete, paths) if incomplete else [p for p in paths if not p.startswith(".")]


def devices(incomplete: str) -> list[str]:
    """For ``--device``. GPUs are not counted: that takes the seconds in which torch is loaded."""
    return _beginning(incomplete, ("auto", "cpu", "cuda", "cuda:0"))

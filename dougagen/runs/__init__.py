"""Many episodes: which files are meant, which are done, who does them, and what became of each.

Names load what they need when they are first used: a decoder's process needs neither Arrow nor the pipeline.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dougagen.runs.decoder import DecoderLimits
    from dougagen.runs.extraction import EpisodeFailure, RunEvents, RunReport, extract_all
    from dougagen.runs.inputs import find_episodes
    from dougagen.runs.worker import Plan

_HOME = {
    "EpisodeFailure": "extraction",
    "RunEvents": "extraction",
    "RunReport": "extraction",
    "extract_all": "extraction",
    "find_episodes": "inputs",
    "DecoderLimits": "decoder",
    "Plan": "worker",
}

__all__ = [
    "DecoderLimits",
    "EpisodeFailure",
    "Plan",
    "RunEvents",
    "RunReport",
    "extract_all",
    "find_episodes",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value

"""Many episodes: which files are meant, which are done, who does them, and what became of each.

Names load what they need when they are first used: a decoder's process needs neither Arrow nor the pipeline.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dougagen.runs.decoder import DecoderLimits
    from dougagen.runs.entry import extract
    from dougagen.runs.events import SILENT, RunEvents, Silent
    from dougagen.runs.extraction import extract_all
    from dougagen.runs.inputs import find_episodes
    from dougagen.runs.networks import LoadNetworks
    from dougagen.runs.options import ExtractOptions, read_extract_options
    from dougagen.runs.report import EpisodeFailure, RunReport
    from dougagen.runs.timing import Reading, timing_of
    from dougagen.runs.worker import Plan

_HOME = {
    "SILENT": "events",
    "DecoderLimits": "decoder",
    "EpisodeFailure": "report",
    "ExtractOptions": "options",
    "LoadNetworks": "networks",
    "Plan": "worker",
    "Reading": "timing",
    "RunEvents": "events",
    "RunReport": "report",
    "Silent": "events",
    "extract": "entry",
    "extract_all": "extraction",
    "find_episodes": "inputs",
    "read_extract_options": "options",
    "timing_of": "timing",
}

__all__ = [
    "SILENT",
    "DecoderLimits",
    "EpisodeFailure",
    "ExtractOptions",
    "LoadNetworks",
    "Plan",
    "Reading",
    "RunEvents",
    "RunReport",
    "Silent",
    "extract",
    "extract_all",
    "find_episodes",
    "read_extract_options",
    "timing_of",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value

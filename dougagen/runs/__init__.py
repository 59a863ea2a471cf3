"""Many episodes: which files are meant, which are done, and what became of each."""

from dougagen.runs.extraction import EpisodeFailure, RunEvents, RunReport, extract_all
from dougagen.runs.inputs import find_episodes

__all__ = ["EpisodeFailure", "RunEvents", "RunReport", "extract_all", "find_episodes"]

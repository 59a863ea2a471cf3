"""EPISODE → FRAMES → SHOTS → DRAWINGS, and the timesheet."""

from dougagen.footage.decode import FrameStream, decode
from dougagen.footage.episode import open_episode
from dougagen.footage.flow import Footage, FootageConfig, read_footage
from dougagen.footage.holds import DrawingStream, HoldConfig, find_drawings
from dougagen.footage.timesheet import Exposure, Timesheet, Truth, read_truth

__all__ = [
    "DrawingStream",
    "Exposure",
    "Footage",
    "FootageConfig",
    "FrameStream",
    "HoldConfig",
    "Timesheet",
    "Truth",
    "decode",
    "find_drawings",
    "open_episode",
    "read_footage",
    "read_truth",
]

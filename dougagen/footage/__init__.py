"""EPISODE → FRAMES → SHOTS → DRAWINGS, and the timesheet."""

from dougagen.footage.best_picture import PictureConfig
from dougagen.footage.decode import DecodeConfig, FrameStream, decode
from dougagen.footage.episode import open_episode
from dougagen.footage.fetching import on_this_machine, video_place
from dougagen.footage.flags import FLAGS, FlagConfig
from dougagen.footage.flow import Footage, FootageConfig, read_footage
from dougagen.footage.hardware import DecodeOn, require_decode_on
from dougagen.footage.holds import DrawingStream, HoldConfig, find_drawings
from dougagen.footage.likeness import require_likeness
from dougagen.footage.outputs import OUTPUTS, require_places, write_outputs
from dougagen.footage.parts import likely_borders
from dougagen.footage.sieve import Sieve
from dougagen.footage.timesheet import Exposure, ShotSheet, Timesheet, Truth, read_truth
from dougagen.footage.xdts import SheetLayer, shot_document

__all__ = [
    "FLAGS",
    "OUTPUTS",
    "DecodeConfig",
    "DecodeOn",
    "DrawingStream",
    "Exposure",
    "FlagConfig",
    "Footage",
    "FootageConfig",
    "FrameStream",
    "HoldConfig",
    "PictureConfig",
    "SheetLayer",
    "ShotSheet",
    "Sieve",
    "Timesheet",
    "Truth",
    "decode",
    "find_drawings",
    "likely_borders",
    "on_this_machine",
    "open_episode",
    "read_footage",
    "read_truth",
    "require_decode_on",
    "require_likeness",
    "require_places",
    "shot_document",
    "video_place",
    "write_outputs",
]

"""EPISODE → FRAMES → SHOTS → DRAWINGS, and the timesheet."""

from dougagen.footage.best_picture import PictureConfig
from dougagen.footage.decode import DecodeConfig, FrameStream, decode
from dougagen.footage.episode import open_episode
from dougagen.footage.flags import FLAGS, FlagConfig
from dougagen.footage.flow import Footage, FootageConfig, read_footage
from dougagen.footage.hardware import DecodeOn, require_decode_on
from dougagen.footage.holds import DrawingStream, HoldConfig, find_drawings
from dougagen.footage.likeness import require_likeness
from dougagen.footage.sieve import Sieve
from dougagen.footage.timesheet import Exposure, ShotSheet, Timesheet, Truth, read_truth
from dougagen.footage.xdts import SheetLayer, require_xdts_place, shot_document, write_xdts

__all__ = [
    "FLAGS",
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
    "open_episode",
    "read_footage",
    "read_truth",
    "require_decode_on",
    "require_likeness",
    "require_xdts_place",
    "shot_document",
    "write_xdts",
]

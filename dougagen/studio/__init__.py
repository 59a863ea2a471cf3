"""SEED → SCENES: a production that never was, with its exact truth.

design → cel → background → stand → clips → delivery: the rooms in the order in which a picture goes through
them. ``scene`` makes a still of them all, ``clips`` makes shots; ``family`` says who draws for a seed.

Names load what they need when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dougagen.studio.background.painting import paint_background
    from dougagen.studio.cel.legibility import UNDECIDABLE
    from dougagen.studio.clips.clip import ClipPlan, film
    from dougagen.studio.clips.production import Pictures, PlannedClip, backgrounds_of, shoot_clip
    from dougagen.studio.clips.repertoire import CLIP_NAMES, DELIVERIES, plan_clip
    from dougagen.studio.delivery.stills import deliver, encode_still, plan_delivery
    from dougagen.studio.family import HELD_OUT_FAMILY, HELD_OUT_SEEDS, profile_of, require_one_family
    from dougagen.studio.held_out_clips import CLIP_CATEGORIES, plan_held_out_clip
    from dougagen.studio.profiles import NATURAL, PROFILES, TRAINING, Profile, profile_named
    from dougagen.studio.scene import Scene, make_scene, shoot_scene, whole_frame

_HOME = {
    "paint_background": "background.painting",
    "UNDECIDABLE": "cel.legibility",
    "ClipPlan": "clips.clip",
    "film": "clips.clip",
    "Pictures": "clips.production",
    "PlannedClip": "clips.production",
    "backgrounds_of": "clips.production",
    "shoot_clip": "clips.production",
    "CLIP_NAMES": "clips.repertoire",
    "DELIVERIES": "clips.repertoire",
    "plan_clip": "clips.repertoire",
    "deliver": "delivery.stills",
    "encode_still": "delivery.stills",
    "plan_delivery": "delivery.stills",
    "HELD_OUT_FAMILY": "family",
    "HELD_OUT_SEEDS": "family",
    "profile_of": "family",
    "require_one_family": "family",
    "CLIP_CATEGORIES": "held_out_clips",
    "plan_held_out_clip": "held_out_clips",
    "NATURAL": "profiles",
    "PROFILES": "profiles",
    "TRAINING": "profiles",
    "Profile": "profiles",
    "profile_named": "profiles",
    "Scene": "scene",
    "make_scene": "scene",
    "shoot_scene": "scene",
    "whole_frame": "scene",
}

__all__ = [
    "CLIP_CATEGORIES",
    "CLIP_NAMES",
    "DELIVERIES",
    "HELD_OUT_FAMILY",
    "HELD_OUT_SEEDS",
    "NATURAL",
    "PROFILES",
    "TRAINING",
    "UNDECIDABLE",
    "ClipPlan",
    "Pictures",
    "PlannedClip",
    "Profile",
    "Scene",
    "backgrounds_of",
    "deliver",
    "encode_still",
    "film",
    "make_scene",
    "paint_background",
    "plan_clip",
    "plan_delivery",
    "plan_held_out_clip",
    "profile_named",
    "profile_of",
    "require_one_family",
    "shoot_clip",
    "shoot_scene",
    "whole_frame",
]


if not TYPE_CHECKING:  # with it mypy would believe in every name

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
        globals()[name] = value
        return value

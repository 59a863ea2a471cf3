"""Every clip that the studio can shoot, by name: storyboards, categories of timing, and the reel for cuts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dougagen.errors import UsageError
from dougagen.studio.clips.categories import CATEGORIES, plan_category, uneven_times
from dougagen.studio.clips.production import PlannedClip
from dougagen.studio.clips.reel import plan_reel
from dougagen.studio.clips.storyboards import STORYBOARDS, plan_storyboard
from dougagen.studio.delivery.clips import ClipDelivery

REEL = "reel"
CLIP_NAMES = (*STORYBOARDS, *CATEGORIES, REEL)
DELIVERIES: dict[str, ClipDelivery] = {
    "h264": ClipDelivery(),
    "h264-10bit": ClipDelivery(pixel_format="yuv420p10le"),
    "h264-bt601": ClipDelivery(matrix="bt601"),
    "hevc-10bit": ClipDelivery("libx265", "yuv420p10le", preset="fast"),
    "mpeg2": ClipDelivery("mpeg2video", crf=16, matrix="bt601"),
    "mpeg2-telecined": ClipDelivery("mpeg2video", crf=16, matrix="bt601", scan="telecined"),
    "h264-telecined": ClipDelivery(scan="telecined"),
    "lossless": ClipDelivery("ffv1", "yuv444p"),
    "vfr": ClipDelivery(),
}
"""How a clip may be delivered, by name; ``vfr`` gives its frames uneven times."""


def plan_clip(name: str, *, seed: int = 0, lines: int = 540, delivery: str | None = None) -> PlannedClip:
    """The clip ``name`` (one of ``CLIP_NAMES``) before it is shot; as ``delivery`` says, or in its own way.

    Raises UsageError for a name that nothing has.
    """
    if delivery is not None and delivery not in DELIVERIES:
        raise UsageError(
            f"there is no delivery named {delivery!r}", remedy=f"there are {', '.join(DELIVERIES)}"
        )
    way = None if delivery is None else DELIVERIES[delivery]
    if name in STORYBOARDS:
        planned = plan_storyboard(STORYBOARDS[name], lines=lines, seed=seed, delivery=way)
    elif name == REEL:
        planned = plan_reel(seed=seed, lines=lines, delivery=way)
    elif name in CATEGORIES:
        if way is not None and CATEGORIES[name].delivery.scan == "interlaced":
            what = f"{name!r} is filmed in fields and has a delivery of its own"
            raise UsageError(what, remedy="leave out --delivery")
        planned = plan_category(name, seed=seed, lines=lines, delivery=way)
    else:
        raise UsageError(f"there is no clip named {name!r}", remedy=f"there are {', '.join(CLIP_NAMES)}")
    if delivery == "vfr":
        return replace(planned, times=uneven_times(np.random.default_rng(seed), planned.plan.takes))
    return planned

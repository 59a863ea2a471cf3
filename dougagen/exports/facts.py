"""What stands beside the pictures of a record, whatever the format: its columns, plain."""

from __future__ import annotations

import math
from typing import Any

from dougagen.domain import Record


def facts_of(record: Record) -> dict[str, Any]:
    """Column → value as JSON has it; sizes and shares are those of the pictures as they are exported."""
    provenance, triplet = record.provenance, record.triplet
    area = provenance.picture_area
    return {
        "record_id": record.record_id,
        "episode_id": provenance.episode_id,
        "source": provenance.source,
        "shot_index": provenance.shot_index,
        "drawing_index": provenance.drawing_index,
        "frame_index": provenance.frame_index,
        "time": provenance.time if math.isfinite(provenance.time) else None,
        "exposures": [[span.start, span.stop] for span in provenance.exposures],
        "held_frames": provenance.held_frames,
        "width": triplet.width,
        "height": triplet.height,
        "picture_area": [area.x, area.y, area.width, area.height],
        "cel_fraction": round(triplet.cel_mask.fraction, 6),
        "class_fractions": [round(share, 6) for share in triplet.douga.class_fractions()],
        "cel_confidence": round(provenance.cel_confidence, 6),
        "douga_confidence": round(provenance.douga_confidence, 6),
        "flags": list(provenance.flags),
        "origin": str(provenance.origin),
        "models": provenance.models,
        "dougagen_version": provenance.dougagen_version,
        "config_digest": provenance.config_digest,
        "repeats": provenance.repeats,
    }

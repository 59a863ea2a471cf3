"""Named figures: what was measured in a drawing, as it stands beside its flags."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from dougagen.errors import DomainError


class Measure(NamedTuple):
    """One figure, ``("sharpness", 3.2)``; the unit belongs to the name and is documented where it is made."""

    name: str
    value: float


def require_measures(owner: str, measures: Iterable[tuple[str, float]]) -> tuple[Measure, ...]:
    """The measures as a tuple, if each has a name of its own and a finite value; DomainError otherwise."""
    checked = tuple(Measure(name, value) for name, value in measures)
    names = [measure.name for measure in checked]
    if not all(names) or len(set(names)) < len(names):
        raise DomainError(f"{owner} must each have a name of its own, got {names}")
    for name, value in checked:
        if not math.isfinite(value):
            raise DomainError(f"{owner}: {name} must be finite, got {value}")
    return checked

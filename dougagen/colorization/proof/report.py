"""The figures of all runs as tables: means over seeds, and paired differences with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dougagen.colorization.proof.measuring import BARE, HINTED, PER_DRAWING
from dougagen.colorization.proof.plan import ProofPlan
from dougagen.domain import ABSENT, Table

_WORDS = {"psnr": "PSNR, dB", "ssim": "SSIM", "feature_distance": "distance on Lite0 features"}
_DIGITS = {"psnr": 2, "ssim": 3, "feature_distance": 3}
_OURS = "douga"


@dataclass(frozen=True, slots=True)
class ProofReport:
    """What the proof says."""

    plan: ProofPlan
    runs: Mapping[str, Mapping[int, Mapping[str, Any]]]
    """Kind of lines, or published system → seed → the figures of ``measure``, with ``steps``, ``minutes``."""

    def tables(self) -> tuple[Table, ...]:
        """For people."""
        return *self._means(), self._differences(), self._of_groups(), self._flicker(), self._training()

    def to_markdown(self) -> str:
        """The same as text."""
        return "\n\n".join(table.to_markdown() for table in self.tables()) + "\n"

    def to_json(self) -> dict[str, Any]:
        """Every figure, and the intervals."""
        return {
            "plan": self.plan.digest,
            "runs": {kind: {str(s): dict(f) for s, f in seeds.items()} for kind, seeds in self.runs.items()},
            "differences": self.differences(),
        }

    def differences(self) -> list[dict[str, Any]]:
        """Our lines minus each other kind: mean over drawings and seeds, and the paired interval. Published
        systems are other networks, of which nothing follows about lines."""
        found = []
        others = [str(kind) for kind in self.plan.kinds if kind != _OURS] if _OURS in self.runs else []
        for told in (HINTED, BARE):
            for group, names in self._groups():
                for other in others:
                    for measure in PER_DRAWING:
                        ours = self._of_drawings(_OURS, names, told, measure)
                        theirs = self._of_drawings(other, names, told, measure)
                        mean, low, high = paired_interval(
                            ours - theirs, count=self.plan.bootstrap, share=self.plan.interval
                        )
                        found.append(
                            {
                                "group": group, "hints": told, "measure": measure, "against": other,
                                "drawings": len(names), "difference": mean, "low": low, "high": high,
                            }
                        )  # fmt: skip
        return found

    def _means(self) -> list[Table]:
        tables = []
        for told in (HINTED, BARE):
            columns = ("judged on", "drawings", "measure", *self.runs)
            rows = [
                (
                    group,
                    str(len(names)),
                    _WORDS[measure],
                    *(
                        f"{self._of_drawings(kind, names, told, measure).mean():.{_DIGITS[measure]}f}"
                        for kind in self.runs
                    ),
                )
                for group, names in self._groups()
                for measure in PER_DRAWING
            ]
            tables.append(
                Table(
                    f"Colourisers by their lines, and published systems, reduced; {told}",
                    columns,
                    tuple(rows),
                )
            )
        return tables

    def _differences(self) -> Table:
        columns = (
            "judged on",
            "hints",
            "measure",
            "douga minus",
            "difference",
            f"{self.plan.interval:.0%} interval",
        )
        rows = tuple(
            (
                row["group"], row["hints"], _WORDS[row["measure"]], row["against"],
                f"{row['difference']:+.{_DIGITS[row['measure']]}f}",
                f"{row['low']:+.{_DIGITS[row['measure']]}f} to {row['high']:+.{_DIGITS[row['measure']]}f}",
            )
            for row in self.differences()
        )  # fmt: skip
        return Table("Our douga against the other lines, paired by drawing", columns, rows)

    def _of_groups(self) -> Table:
        names = sorted(
            {name for seeds in self.runs.values() for one in seeds.values() for name in one["frechet_lite0"]}
        )
        rows = tuple(
            (
                name,
                *(
                    f"{np.mean([one['frechet_lite0'][name] for one in seeds.values()]):.2f}"
                    if seeds
                    else ABSENT
                    for seeds in self.runs.values()
                ),
            )
            for name in names
        )
        return Table(
            "Fréchet distance on EfficientNet-Lite0 features at 1/16", ("judged on", *self.runs), rows
        )

    def _flicker(self) -> Table:
        rows = []
        for kind, seeds in self.runs.items():
            for seed, one in seeds.items():
                changes = one["flicker"]["with"], one["flicker"]["without"]
                cells = [ABSENT if change is None else f"{change:.2f}" for change in changes]
                ratio = ABSENT if None in changes or not changes[1] else f"{changes[0] / changes[1]:.2f}"
                rows.append((kind, str(seed), *cells, ratio))
        columns = ("lines or system", "seed", "with the drawing before", "without", "ratio")
        return Table("Flicker: change of the same paint between drawings, 8-bit levels", columns, tuple(rows))

    def _training(self) -> Table:
        rows = []
        for kind, seeds in self.runs.items():
            for seed, one in seeds.items():
                said = self.plan.published_training if kind in self.plan.published else self.plan.training
                wanted = f"{said['steps']}" if "steps" in said else f"{said['minutes']:g} min"
                curve = " ".join(f"{loss:.3f}" for loss in one["curve"]) or ABSENT
                rows.append((kind, str(seed), str(one["steps"]), wanted, str(one["minutes"]), curve))
        columns = ("lines or system", "seed", "steps learned", "planned", "minutes", "loss by eighths")
        return Table("What each network learned", columns, tuple(rows))

    def _groups(self) -> list[tuple[str, list[str]]]:
        """Group → names of its drawings, which are the same in every run."""
        first = next(iter(next(iter(self.runs.values())).values()))["drawings"]
        named = sorted(first, key=lambda name: (first[name]["group"], name))
        return [
            (group, list(names)) for group, names in groupby(named, key=lambda name: first[name]["group"])
        ]

    def _of_drawings(self, kind: str, names: Sequence[str], told: str, measure: str) -> NDArray[np.float64]:
        """float64[drawings]: the mean over the seeds."""
        seeds = [[one["drawings"][name][told][measure] for name in names] for one in self.runs[kind].values()]
        mean: NDArray[np.float64] = np.mean(np.array(seeds, np.float64), axis=0)
        return mean


def paired_interval(
    differences: NDArray[np.float64], *, count: int, share: float, seed: int = 0
) -> tuple[float, float, float]:
    """Mean of float64[N] differences, and the bootstrap interval of it over drawings, by percentiles."""
    rng = np.random.default_rng(seed)
    chosen = rng.integers(0, len(differences), (count, len(differences)))
    means = differences[chosen].mean(axis=1)
    low, high = np.quantile(means, ((1 - share) / 2, (1 + share) / 2))
    return float(differences.mean()), float(low), float(high)

"""The proof from its first picture to its table, in steps that are never done twice."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dougagen.colorization.colorizer import Colorizer
from dougagen.colorization.config import ColorizerConfig
from dougagen.colorization.learning import LOG_NAME, MARGIN_SECONDS, ColorProgress, train_colorizer
from dougagen.colorization.lines import LineKind
from dougagen.colorization.metrics import FeatureMeasures
from dougagen.colorization.pictures import PaintedPool
from dougagen.colorization.proof.judged import (
    Judged,
    JudgedShot,
    hints_of,
    judged_drawings,
    judged_shots,
)
from dougagen.colorization.proof.measuring import measure
from dougagen.colorization.proof.plan import ProofPlan
from dougagen.colorization.proof.report import ProofReport
from dougagen.colorization.proof.sheet import Row, sheet_of
from dougagen.colorization.readings import read_again
from dougagen.colorization.weights import FILE_NAME, load_colorizer
from dougagen.domain import Reconstructor
from dougagen.errors import UsageError
from dougagen.files import is_file, read_file, refused_as, write_file
from dougagen.shards import codec, committed_ids
from dougagen.training.shot_synthesis import synthesise_shots
from dougagen.training.synthesis import seeds_of, synthesise

_SCENES_AT_ONCE = 100
_SHOWN = 10
_LATER = 4
"""Which drawing of a shot is shown beside its first."""
_EIGHTHS = 8
_ROUNDED = 0.06  # minutes, of which weights say one decimal
_LARGEST = 64 * 2**20  # bytes of a file of figures


@dataclass(slots=True)
class Proof:
    """Where it lies, what it is made of, and whom to tell."""

    plan: ProofPlan
    out: Path
    real: Path
    """Drawings of animators; only looked at."""
    reconstructor: Callable[[], Reconstructor]
    """Loads the networks that ``extract`` reads with."""
    on_stage: Callable[[str], None] = lambda _: None
    on_step: Callable[[str, ColorProgress], None] = lambda _, __: None
    stop_at: float | None = None
    """Of the monotonic clock: the training leaves with a checkpoint before."""
    trains: bool = True
    """Whether networks whose budget is not spent go on learning; else those that are there are judged as they
    are, and the others left out."""

    def place(self, *names: str) -> Path:
        """A path below the proof's folder."""
        return self.out.joinpath(*names)


def prove(proof: Proof) -> ProofReport | None:
    """Make the pictures, train every network, measure each, and write ``proof.md``, ``proof.json``,
    ``sheet.png`` and ``shots.png``; None where the time was up before the end: the same call goes on.

    What is finished is not done again. Raises UsageError where the folder holds another plan's proof, or no
    network where none is to learn, and whatever its steps raise.
    """
    with refused_as(UsageError, proof.out, what="cannot be the proof's folder", remedy="choose another"):
        proof.out.mkdir(parents=True, exist_ok=True)
    _require_same_plan(proof)
    if proof.trains:
        _make_pictures_to_learn_from(proof)
    _make_pictures_to_judge_on(proof)
    if proof.trains and not _train(proof):
        return None
    runs = _measure(proof)
    report = ProofReport(proof.plan, runs)
    _write(proof, "proof.md", report.to_markdown())
    _write(proof, "proof.json", json.dumps(report.to_json(), indent=1))
    return report


def _require_same_plan(proof: Proof) -> None:
    path = proof.place("plan.json")
    if is_file(path, below=proof.out):
        said = json.loads(read_file(path, most=_LARGEST, below=proof.out))
        if said != {"plan": proof.plan.digest}:
            raise UsageError(
                "holds the proof of another plan", where=proof.out, remedy="name an empty folder"
            )
    else:
        _write(proof, "plan.json", json.dumps({"plan": proof.plan.digest}))


def _make_pictures_to_learn_from(proof: Proof) -> None:
    """Exact shards, and the same as networks read them; each part is a dataset, and one that is committed
    stays."""
    plan = proof.plan
    proof.on_stage("drawing the pictures to learn from")
    for name, make in _parts(plan):
        _once(proof.place("exact", name), make)
    proof.on_stage("reading them as extract does")
    todo = [name for name, _ in _parts(plan) if not _is_made(proof.place("read", name))]
    reconstructor = proof.reconstructor() if todo else None
    for name in todo:
        assert reconstructor is not None
        read_again(proof.place("exact", name), proof.place("read", name), reconstructor)


def _make_pictures_to_judge_on(proof: Proof) -> None:
    """The held-out family, stills and shots."""
    plan = proof.plan
    proof.on_stage("drawing the pictures to be judged on")
    seeds = seeds_of(plan.held_out_scenes, held_out=True)
    _once(proof.place("judged"), partial(synthesise, seeds=seeds, lines=plan.lines))
    for clip in plan.held_out_clips:
        make = partial(synthesise_shots, clip=clip, held_out=True, lines=plan.lines)
        _once(proof.place("shots", clip.replace(" ", "-")), make)


def _parts(plan: ProofPlan) -> Iterator[tuple[str, Callable[[Path], object]]]:
    """Name and making of each dataset to learn from."""
    for first in range(0, plan.scenes, _SCENES_AT_ONCE):
        seeds = seeds_of(min(_SCENES_AT_ONCE, plan.scenes - first), first=first)
        yield f"scenes-{first}", partial(synthesise, seeds=seeds, lines=plan.lines)
    for clip in plan.clips:
        for seed in range(plan.clip_seeds):
            make = partial(synthesise_shots, clip=clip, seed=seed, lines=plan.lines)
            yield f"{clip.replace(' ', '-')}-{seed}", make


def _once(out: Path, make: Callable[[Path], object]) -> None:
    if not _is_made(out):
        make(out)


def _is_made(out: Path) -> bool:
    return out.exists() and bool(committed_ids(out))


@dataclass(frozen=True, slots=True)
class _Run:
    """One network of the proof."""

    name: str
    """Of its folder."""
    title: str
    kind: LineKind
    config: ColorizerConfig

    def is_trained(self, proof: Proof) -> bool:
        """Whether its budget is spent."""
        path = proof.place("runs", self.name, FILE_NAME)
        if not path.is_file():
            return False
        facts = load_colorizer(path).facts
        if self.config.steps is not None:
            return facts.get("steps") == str(self.config.steps)
        return float(facts.get("minutes", 0)) + _ROUNDED >= (self.config.minutes or 0)


def _runs(plan: ProofPlan) -> Iterator[_Run]:
    """Every network, the published systems first: each of those takes longest."""
    for system, kind in plan.published.items():
        yield _Run(system, f"{system} on {kind} lines", kind, plan.published_config(system))
    for seed in plan.seeds:
        for kind in plan.kinds:
            title = f"{kind} lines, seed {seed}"
            yield _Run(f"{kind}-{seed}", title, kind, plan.config(kind, seed))


def _train(proof: Proof) -> bool:
    """Every network that is not trained yet; False where the time is up."""
    for run in _runs(proof.plan):
        if run.is_trained(proof):
            continue
        left = None if proof.stop_at is None else proof.stop_at - time.monotonic()
        if left is not None and left <= MARGIN_SECONDS:
            return False
        proof.on_stage(f"training on {run.title}")
        result = train_colorizer(
            run.config,
            _pool(proof, run.kind),
            out=proof.place("runs", run.name),
            progress=partial(proof.on_step, run.title),
            facts={"plan": proof.plan.digest},
            stop_after=left,
        )
        if not result.is_finished:
            return False
    return True


def _pool(proof: Proof, kind: LineKind) -> PaintedPool:
    """The same pictures for every kind; ours have the douga that networks read in them."""
    names = [name for name, _ in _parts(proof.plan)]
    exact = [proof.place("exact", name) for name in names]
    readings = [proof.place("read", name) for name in names] if kind is LineKind.DOUGA else []
    return PaintedPool.read(*exact, kind=kind, readings=readings)


def _measure(proof: Proof) -> dict[str, dict[int, dict[str, Any]]]:
    """The figures of every run by kind or system and seed, measured once for each file of weights."""
    plan = proof.plan
    trained = [run for run in _runs(plan) if proof.place("runs", run.name, FILE_NAME).is_file()]
    if not trained:
        raise UsageError("holds no trained network", where=proof.out, remedy="leave --as-they-are out")
    drawings = judged_drawings(plan, real=proof.real, scenes=proof.place("judged"))
    shots = [
        shot
        for clip in plan.held_out_clips
        for shot in judged_shots(proof.place("shots", clip.replace(" ", "-")))
    ]
    features: FeatureMeasures | None = None
    figures: dict[str, dict[int, dict[str, Any]]] = {}
    for run in trained:
        loaded = load_colorizer(proof.place("runs", run.name, FILE_NAME))
        path = proof.place(f"measures-{run.name}.json")
        said = (
            json.loads(read_file(path, most=_LARGEST, below=proof.out))
            if is_file(path, below=proof.out)
            else {}
        )
        if said.get("weights") != loaded.sha256:
            proof.on_stage(f"measuring {run.title}")
            features = features or FeatureMeasures()
            told = {
                "weights": loaded.sha256,
                "steps": int(loaded.facts["steps"]),
                "minutes": loaded.facts["minutes"],
            }
            said = {**told, **measure(Colorizer(loaded), drawings, shots, features)}
            _write(proof, path.name, json.dumps(said))
        curve = _curve(proof.place("runs", run.name, LOG_NAME), said["steps"])
        of = run.name if run.name in plan.published else str(run.kind)
        figures.setdefault(of, {})[run.config.seed] = {**said, "curve": curve}
    _write_sheets(proof, drawings, shots, [run for run in trained if run.config.seed == plan.seeds[0]])
    return figures


def _shown_of(count: int) -> list[int]:
    """Ten places, evenly over a list: of drawings real ones and the studio's."""
    return [int(place) for place in np.unique(np.linspace(0, count - 1, min(_SHOWN, count)).round())]


def _write_sheets(
    proof: Proof, drawings: Sequence[Judged], shots: Sequence[JudgedShot], shown: Sequence[_Run]
) -> None:
    """Line, hints, what each system and each kind's first seed paints, truth: of drawings, and of the first
    and a later drawing of shots, of which only the first has hints."""
    names = [run.name if run.name in proof.plan.published else str(run.kind) for run in shown]
    colorizers = [Colorizer(load_colorizer(proof.place("runs", run.name, FILE_NAME))) for run in shown]
    rows = []
    for one in (drawings[place] for place in _shown_of(len(drawings))):
        hints = one.hints()
        painted = (each.open_shot().paint(one.art, hints=hints) for each in colorizers)
        rows.append(Row(one.art, hints, one.truth, tuple(painted)))
    _write_picture(proof, "sheet.png", sheet_of(rows, names))
    rows = [row for place in _shown_of(len(shots)) for row in _rows_of(shots[place], colorizers)]
    _write_picture(proof, "shots.png", sheet_of(rows, names))


def _rows_of(shot: JudgedShot, colorizers: Sequence[Colorizer]) -> list[Row]:
    later = min(_LATER, len(shot.arts) - 1)
    hints = hints_of(shot.truths[0])
    painted = []
    for colorizer in colorizers:
        painter = colorizer.open_shot()
        arts = enumerate(shot.arts[: later + 1])
        painted.append([painter.paint(art, hints=None if number else hints) for number, art in arts])
    return [
        Row(
            shot.arts[number], None if number else hints, shot.truths[number],
            tuple(one[number] for one in painted),
        )
        for number in (0, later)
    ]  # fmt: skip


def _write_picture(proof: Proof, name: str, picture: NDArray[np.uint8]) -> None:
    path = proof.place(name)
    with refused_as(UsageError, path, what="the sheet cannot be written"):
        write_file(path, codec.encode_color(picture), below=proof.out)


def _curve(log: Path, steps: int) -> list[float]:
    """The mean loss over each eighth of a run, as its log has it; empty where there is none."""
    if not is_file(log, below=log.parent):
        return []
    rows = list(csv.DictReader(read_file(log, most=_LARGEST, below=log.parent).decode().splitlines()))
    eighths: list[list[float]] = [[] for _ in range(_EIGHTHS)]
    for row in rows:
        eighths[min(_EIGHTHS - 1, (int(row["step"]) - 1) * _EIGHTHS // steps)].append(float(row["loss"]))
    return [float(np.mean(each)) for each in eighths if each]


def _write(proof: Proof, name: str, text: str) -> None:
    path = proof.place(name)
    with refused_as(UsageError, path, what="cannot be written"):
        write_file(path, text, below=proof.out)

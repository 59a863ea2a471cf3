"""Weights are scored in a process of its own while the training goes on, and the best are kept."""

from __future__ import annotations

import csv
import json
import sys
from importlib import import_module

import pytest

from dougagen.networks import load_weights
from dougagen.training import train
from dougagen.training.log import Scores, TrainingLog, read_rows
from dougagen.training.scoring import best_of

EVALUATION = """
from dougagen.networks import read_weights_facts
def judged(weights):
    step = int(read_weights_facts(weights).facts["steps"])
    if step == 2:
        raise ValueError("no picture could be read")
    return {"cel_iou": {1: 0.5, 3: 0.75, 4: 0.25}[step], "real_cel_iou": float(step)}
"""


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """An evaluation that another process can import."""
    (tmp_path / "evaluation_of_a_test.py").write_text(EVALUATION)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield import_module("evaluation_of_a_test").judged
    sys.modules.pop("evaluation_of_a_test", None)


def test_scores_are_logged_and_the_best_weights_kept(judged, discs, small, tmp_path, caplog, monkeypatch):
    monkeypatch.setattr("dougagen.training.run.spare_cores", lambda: 1)  # wait for each: then it repeats
    told: list[Scores] = []
    result = train(
        small(evaluate_minutes=1e-9), discs, out=tmp_path / "out", evaluate=judged, scored=told.append
    )
    assert [(row.step, row.is_best) for row in told] == [(1, True), (3, True), (4, False)]
    assert caplog.messages == ["the weights of step 2 could not be scored: no picture could be read"]
    rows = list(csv.DictReader((tmp_path / "out" / "cel.scores.csv").open()))
    assert [(row["step"], row["cel_iou"]) for row in rows] == [("1", "0.5"), ("3", "0.75"), ("4", "0.25")]
    assert result.best == tmp_path / "out" / "cel.best.safetensors"
    best = load_weights(result.best)
    assert best.facts["steps"] == "3"
    assert json.loads(best.facts["best_scores"])["cel_iou"] == 0.75
    assert not (tmp_path / "out" / ".cel.scoring").exists()


def test_the_best_score_of_a_run_is_known_when_it_goes_on(tmp_path):
    log = TrainingLog(tmp_path, "cel")
    assert best_of(log.scores_path, "cel_iou") == float("-inf")
    for step, figure in ((1, 0.5), (2, float("nan")), (3, 0.25)):
        log.score(Scores(step, 1.0, {"cel_iou": figure}, is_best=False))
    log.close()
    assert best_of(log.scores_path, "cel_iou") == 0.5


def test_a_score_that_is_new_becomes_a_column(tmp_path):
    log = TrainingLog(tmp_path, "douga")
    log.score(Scores(1, 1.0, {"mean_iou": 0.5}, is_best=True))
    log.score(Scores(2, 2.0, {"mean_iou": 0.6, "real_line_f1": 0.7}, is_best=True))
    rows = read_rows(log.scores_path)
    assert [row["real_line_f1"] for row in rows] == ["", "0.7"]
    log.begin_anew()
    assert read_rows(log.scores_path) == []
    log.close()

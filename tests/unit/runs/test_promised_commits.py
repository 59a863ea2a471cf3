"""A run that dies between the promise of a commit and its keeping: whoever has the episode next keeps it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dougagen.runs import Plan
from dougagen.runs.words import AlreadyThere, Extracted, Outcome
from dougagen.runs.worker import do_episode
from dougagen.shards import committed, verify_dataset
from dougagen.shards.recovery import intent_path

_DIED = 7
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, tiny: Any) -> Path:
    path: Path = tiny.write_tiny_clip(tmp_path_factory.mktemp("clip") / "clip.mkv", 1, frames=8)
    return path


def done(clip: Path, out: Path, load: Any, **rules: Any) -> Outcome:
    networks, plan = load(0, 1), Plan(out, **rules)
    return do_episode(clip, plan=plan, reconstructor=networks, digest=plan.digest(networks))


_TO_DEATH = """
import os, sys
from pathlib import Path
sys.path.append("tests")
import tiny
from dougagen.runs import Plan
from dougagen.runs.worker import do_episode
from dougagen.shards import writer
clip, out, code = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
writer.keep_promise = lambda *_: os._exit(code)
networks, plan = tiny.Load()(0, 1), Plan(out)
do_episode(clip, plan=plan, reconstructor=networks, digest=plan.digest(networks))
"""


def die_at_the_promise(clip: Path, out: Path) -> None:
    """In a process of its own, begun from nothing, which ends where the promise would be kept."""
    words = [sys.executable, "-c", _TO_DEATH, str(clip), str(out), str(_DIED)]
    ended = subprocess.run(
        words,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == _DIED, ended.stderr
    assert len(list((out / "episodes").glob(".*.intent"))) == 1
    assert list((out / "episodes").glob("*.json")) == []


def test_a_commit_that_a_dead_run_promised_is_kept_by_the_run_that_comes_next(clip, tiny, tmp_path) -> None:
    """``extract`` finishes such commits when it starts; this one was promised after that, by a run beside."""
    die_at_the_promise(clip, tmp_path)
    assert done(clip, tmp_path, tiny.Load()) == AlreadyThere()
    (entry,) = committed(tmp_path)
    assert not intent_path(tmp_path, entry.episode_id).exists()
    assert entry.records == verify_dataset(tmp_path).records > 0
    assert verify_dataset(tmp_path).damages == ()


def test_it_gives_way_where_another_configuration_is_asked_for(clip, tiny, tmp_path) -> None:
    die_at_the_promise(clip, tmp_path)
    outcome = done(clip, tmp_path, tiny.Load(fact="other"), on_existing="redo")
    assert isinstance(outcome, Extracted), outcome
    assert verify_dataset(tmp_path).damages == ()
    assert [path.name for path in tmp_path.rglob(".*") if path.is_file()] == []

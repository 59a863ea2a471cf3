"""Links, pipes and folders at every path that a command opens, and folders that are not one's own.

The paths are those that ``strace`` sees. After each run: nothing foreign is changed, nothing of it lies in
the output, nothing hangs, an error is one line, and the other episode is done.

pytest -m campaign -s
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest
from foreign_paths import KINDS, SECRET, discloses, lay, paths_in, run, state_of

from dougagen.shards.ledger import committed_ids

ALL = ("extract", "redo", "train", "synth", "clip", "label", "models", "sheets", "stats", "verify")
SECONDS = 120
NAMED_BY_THE_USER = {
    ("sheets", "sheet.xdts", "link to a folder"),
    ("label", "labelled", "link to a folder"),
    ("models", "cel.safetensors", "link to a file"),
}
"""Given to ``--xdts``, ``--out`` and ``--models``: a link that the user names leads where he means, and a
folder of weights may be made of links (``note_scores`` keeps them links)."""
traced = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, tiny) -> Path:
    """Two clips, the dataset of them and a trained network."""
    base = tmp_path_factory.mktemp("prepared")
    for seed in range(2):
        tiny.write_tiny_clip(base / f"{seed}.mkv", seed, frames=6)
    assert run("extract", base, seconds=SECONDS)[0] == 0
    (base / "out").rename(base / "dataset")
    return base


@pytest.fixture(scope="module")
def weights(prepared: Path) -> Path:
    (prepared / "out").mkdir()
    assert run("train", prepared, seconds=SECONDS)[0] == 0
    return (prepared / "out").rename(prepared / "trained")


def begin(command: str, prepared: Path, folder: Path) -> Path:
    """A folder to run the command in; returns ``out``, with what the command finds there."""
    folder.mkdir()
    for name in ("0.mkv", "1.mkv", "dataset"):
        (folder / name).symlink_to(prepared / name)
    out = folder / "out"
    if command in ("redo", "stats", "verify"):
        shutil.copytree(prepared / "dataset", out)
    elif command == "models":
        out.mkdir()
        shutil.copy(prepared / "trained" / "cel.safetensors", out)
        (out / "cel.md").write_text("a card\n")
    else:
        out.mkdir()
    return out


def require_harmless(command: str, folder: Path, laid: str, kind: str) -> int:
    """Lay it, run, look; returns the exit code."""
    out, foreign = folder / "out", folder / "foreign"
    lay(kind, out / laid, foreign)
    before = state_of(foreign)
    code, told = run(command, folder, seconds=SECONDS)
    case = f"{command}, {kind} at {laid}: {code}\n{told}"
    assert state_of(foreign) == before, case
    assert discloses(out, out / laid) == [], case
    assert SECRET.decode() not in told, case
    assert code in (0, 1, 2), case
    assert "Traceback" not in told, case
    if code:
        assert told.strip(), case
    if kind == "folder":
        assert (out / laid / "theirs").read_bytes() == SECRET, case
    return code


@traced
@pytest.mark.campaign
@pytest.mark.parametrize("command", ALL)
def test_whatever_lies_at_a_path_that_a_command_opens_nothing_foreign_is_touched(
    command: str, prepared: Path, tmp_path: Path, request
) -> None:
    if command == "models":
        request.getfixturevalue("weights")
    ends = Counter[str]()
    out = begin(command, prepared, tmp_path / "traced")
    code, told = run(command, tmp_path / "traced", seconds=5 * SECONDS, traced_to=tmp_path / "trace")
    assert code == 0, told
    paths = paths_in(tmp_path / "trace", out)
    assert paths
    ids = committed_ids(prepared / "dataset")
    for number, laid in enumerate(paths):
        for kind in KINDS:
            if (command, laid, kind) in NAMED_BY_THE_USER:
                continue
            folder = tmp_path / f"{number}-{KINDS.index(kind)}"
            begin(command, prepared, folder)
            code = require_harmless(command, folder, laid, kind)
            ends[f"exit code {code}"] += 1
            others = [id_ for id_ in ids if id_ not in laid]
            if command in ("extract", "redo") and len(others) == 1:  # it lay in one episode's way
                assert others[0] in committed_ids(folder / "out"), (laid, kind)
            shutil.rmtree(folder)
    print(f"\n{command}: {len(paths)} paths × {len(KINDS)} kinds: {dict(ends)}")


# ---- a small part for every day ------------------------------------------------------------------------
def test_a_readme_that_is_a_link_to_something_private_is_left_alone_and_said(prepared, tmp_path) -> None:
    out = begin("extract", prepared, tmp_path / "run")
    (tmp_path / "private").write_bytes(SECRET)
    (out / "README.md").symlink_to(tmp_path / "private")
    code, told = run("extract", tmp_path / "run", seconds=SECONDS)
    assert code == 0
    assert "README.md': is left alone, and so the dataset has no card (a link lies" in told
    assert (out / "README.md").is_symlink()
    assert discloses(out, out / "README.md") == []


@pytest.mark.parametrize("name", ["data", ".dougagen"])
def test_a_folder_of_the_dataset_that_is_a_link_is_refused_in_a_line(prepared, tmp_path, name) -> None:
    begin("extract", prepared, tmp_path / "run")
    assert require_harmless("extract", tmp_path / "run", name, "link to a folder") in (1, 2)


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a folder to another user needs root")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed")
@pytest.mark.parametrize(
    "command",
    [
        "extract",
        "stats",
        *(pytest.param(c, marks=pytest.mark.campaign) for c in ("verify", "synth", "label")),
    ],
)
def test_another_users_folder_and_a_read_only_one_are_one_line(command, prepared, tmp_path) -> None:
    for number, (owner, mode) in enumerate(((65534, 0o700), (0, 0o555))):
        folder = tmp_path / str(number)
        out = begin(command, prepared, folder)
        out.chmod(mode)
        os.chown(out, owner, -1)
        before = state_of(out)
        code, told = run(command, folder, seconds=SECONDS, plain_user=True)
        reads_only = command in ("stats", "verify")
        assert code in ((0, 1) if reads_only and owner == 0 else (1, 2)), told
        assert "Traceback" not in told
        assert code == 0 or told.strip()
        assert state_of(out) == before

"""What a command does when something foreign lies where it opens a file: the paths it opens, the things that
are laid there, and what must be true afterwards.

``python tests/foreign_paths.py COMMAND FOLDER`` runs a command on ``FOLDER/out``, with the error lines and
exit codes of the command line. ``strace`` sees which paths below ``out`` it opens, makes, renames or removes.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECRET = b"the-private-words-of-somebody-else"
KINDS = ("link to a file", "link to a folder", "dangling link", "pipe", "folder")
_CALLS = "open,openat,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,chmod,fchmodat,link"
_UNFORESEEN = re.compile(r"\.[0-9a-f]{8}\.partial$|/\.[a-z]+\.scoring\.|/events\.out\.tfevents\.")
_NUMBERS = re.compile(r"[0-9a-f]{16}|\d{6}|_\d+_")
_QUOTED = re.compile(r'(?:(?:\d+|AT_FDCWD)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')


def tell(line: str) -> None:
    """On standard error, as the command line does."""
    sys.stderr.write(line + "\n")


# ---- the commands ------------------------------------------------------------------------------------
def extract(folder: Path, *, fact: str = "one") -> int:
    """Two tiny clips."""
    import tiny
    from faults import Silent

    from dougagen.runs import Plan, extract_all

    class Told(Silent):
        def warned(self, what: str) -> None:
            tell(f"warning: {what}")

    clips = [folder / f"{seed}.mkv" for seed in range(2)]
    plan = Plan(folder / "out", on_existing="redo")
    report = extract_all(clips, plan, load=tiny.Load(fact=fact), events=Told(), command="extract")
    for failure in report.failed:
        tell(f"error: {failure.error}")
    return report.exit_code


def redo(folder: Path) -> int:
    """The same clips under other options, in the place of what is there."""
    return extract(folder, fact="two")


def train(folder: Path) -> int:
    """Four steps of a network of a few thousand weights, with scores and validation."""
    import cv2
    import numpy as np

    from dougagen.domain import CelMask, Douga, Triplet
    from dougagen.training import TrainingConfig, TripletPool
    from dougagen.training import train as learn

    picture, mask = np.full((64, 64, 3), 60, np.uint8), np.zeros((64, 64), np.uint8)
    cv2.circle(picture, (32, 32), 15, (200, 180, 160), -1)
    cv2.circle(mask, (32, 32), 15, 1, -1)
    pool = TripletPool([Triplet(picture, CelMask(mask > 0), Douga(mask))], name="disc")
    config = TrainingConfig.of(
        {
            "task": "cel", "crop": 32, "batch_size": 2, "log_steps": 1, "device": "cpu", "steps": 4,
            "network": {"widths": [8, 8, 8, 8], "context_width": 8, "context_blocks": 1},
            "evaluate_minutes": 1e-9, "checkpoint_minutes": 1e-9, "patience": 3, "epoch_steps": 2,
        }
    )  # fmt: skip
    learn(config, pool, out=folder / "out", evaluate=_figures, validation=pool)
    return 0


def _figures(weights: Path) -> dict[str, float]:
    return {"cel_iou": 0.5}


def synth(folder: Path) -> int:
    """One small scene as a shard."""
    from dougagen.studio import profile_named
    from dougagen.training.synthesis import synthesise

    synthesise(folder / "out", seeds=range(1), lines=120, profile=profile_named("natural"), workers=1)
    return 0


def clip(folder: Path) -> int:
    """A short clip with its truth."""
    from dougagen.studio import plan_clip, shoot_clip

    shoot_clip(plan_clip("walk", seed=1, lines=120), folder / "out", file_name="walk", pictures="drawings")
    return 0


def label(folder: Path) -> int:
    """Two drawings out of a dataset for an artist, and back into one."""
    from dougagen.labels import export_labels, import_into

    export_labels(folder / "dataset", folder / "out", limit=2, on_existing="redo")
    report = import_into(folder / "out", folder / "out" / "labelled")
    for problem in report.problems:
        tell(f"error: {problem.reason}")
    return 1 if report.problems else 0


def models(folder: Path) -> int:
    """A folder of weights is listed, and scores are noted in one."""
    from dougagen.inventory.entries import take_inventory
    from dougagen.inventory.noted_scores import note_scores

    for entry in take_inventory(folder / "out"):
        entry.to_json()
    note_scores(folder / "out" / "cel.safetensors", {"cel_iou": 0.5})
    return 0


def sheets(folder: Path) -> int:
    """What `evaluate` and `probe` write where they are told to."""
    import numpy as np

    from dougagen.evaluation.picture_sheet import write_png

    write_png(np.zeros((4, 4, 3), np.uint8), folder / "out" / "sheet.png")
    return _cli("probe", folder / "0.mkv", "--xdts", folder / "out" / "sheet.xdts", "--overwrite")


def stats(folder: Path) -> int:
    """The figures and the page."""
    return _cli("stats", folder / "out", "--html", folder / "out" / "report.html")


def verify(folder: Path) -> int:
    """Every byte."""
    return _cli("verify", folder / "out")


def _cli(*words: object) -> int:
    from dougagen.cli.app import app

    try:
        app(args=[str(word) for word in words], standalone_mode=True)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


COMMANDS: dict[str, Callable[[Path], int]] = {
    f.__name__: f for f in (extract, redo, train, synth, clip, label, models, sheets, stats, verify)
}


def main() -> None:
    """The command named in the arguments; an error of ours is one line and its exit code."""
    from dougagen.errors import DougagenError

    name, folder = sys.argv[1:]
    try:
        code = COMMANDS[name](Path(folder))
    except DougagenError as error:
        tell(f"error: {error}")
        code = error.exit_code
    sys.exit(code)


# ---- what is done to them ----------------------------------------------------------------------------
def run(
    command: str, folder: Path, *, seconds: float, traced_to: Path | None = None, plain_user: bool = False
) -> tuple[int, str]:
    """Exit code and standard error; raises TimeoutExpired where it hangs, with nothing of it left behind."""
    words = [sys.executable, __file__, command, str(folder)]
    if plain_user:  # root without the right to pass over permissions: what a folder says counts
        words = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", *words]
    if traced_to is not None:
        how = ["-f", "-qq", "-y", "-s", "4096", "-e", f"trace={_CALLS}", "-o", str(traced_to)]
        words = ["strace", *how, *words]
    process = subprocess.Popen(
        words,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="backslashreplace",
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
    )
    try:
        _, told = process.communicate(timeout=seconds)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()
    return process.returncode, told


def paths_in(trace: Path, out: Path) -> list[str]:
    """Paths below ``out`` in a trace, but for names that nobody foresees and for ``out`` itself; of those
    that differ in an episode or a number alone the first."""
    found: set[str] = set()
    for line in trace.read_text(errors="replace").splitlines():
        for folder, name in _QUOTED.findall(line):
            path = os.path.normpath(Path(folder or "/", name))
            if path.startswith(f"{out}/") and not _UNFORESEEN.search(path):
                found.add(path.removeprefix(f"{out}/"))
    kinds: dict[str, str] = {}
    for path in sorted(found):
        kinds.setdefault(_NUMBERS.sub("#", path), path)
    return list(kinds.values())


def lay(kind: str, path: Path, foreign: Path) -> None:
    """Put something foreign at ``path``, in the place of what is there; what was there becomes the foreign
    file that a link leads to, so that nothing but the link gives it away."""
    foreign.mkdir()
    (foreign / "folder").mkdir()
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir() and not path.is_symlink():
        shutil.copytree(path, foreign / "folder", dirs_exist_ok=True)
        shutil.rmtree(path)
    elif path.exists():
        shutil.move(path, foreign / "file")
    if not (foreign / "file").exists():
        (foreign / "file").write_bytes(SECRET)
    elif path.suffix == ".md":
        with (foreign / "file").open("ab") as file:
            file.write(SECRET)
    (foreign / "folder" / "theirs").write_bytes(SECRET)
    (foreign / "file").chmod(0o600)
    if kind == "link to a file":
        path.symlink_to(foreign / "file")
    elif kind == "link to a folder":
        path.symlink_to(foreign / "folder")
    elif kind == "dangling link":
        path.symlink_to(foreign / "nothing")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
        (path / "theirs").write_bytes(SECRET)


def state_of(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file below: permissions, time of change, content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        facts = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(facts.st_mode) else b""
        found[str(path)] = (stat.S_IMODE(facts.st_mode), facts.st_mtime_ns, content)
    return found


def discloses(out: Path, laid: Path) -> list[str]:
    """Files below ``out`` that hold the foreign words, but for those that were laid there."""
    found = []
    for folder, _, names in os.walk(out):  # follows no link
        for name in names:
            path = Path(folder, name)
            is_ours = laid not in (path, *path.parents) and stat.S_ISREG(path.lstat().st_mode)
            if is_ours and SECRET in path.read_bytes():
                found.append(str(path))
    return found


if __name__ == "__main__":
    main()

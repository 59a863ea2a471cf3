"""The house stands: imports go one way, heavy libraries stay in their rooms, nothing lies about.

The tables below are DESIGN section 3. A rule that stands in the way of a better house is changed there and
here in the open.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "dougagen"

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "files": {"errors"},
    # words that the library and the command line share, before any room is opened
    "choices": set(),
    "domain": {"errors"},
    "streams": set(),
    # options from files, checked
    "settings": {"errors"},
    "footage": {"domain", "errors", "streams"},
    "networks": {"domain", "errors"},
    # files of weights as people see them: what they are, how good, whether whole; for models and evaluate
    "inventory": {"domain", "errors", "networks"},
    "reconstruction": {"domain", "errors", "networks"},
    "studio": {"domain", "errors"},
    "training": {"domain", "errors", "networks", "settings", "shards", "studio"},
    "evaluation": {"domain", "errors", "reconstruction", "footage", "studio", "shards"},
    # labels.episodes looks for frames worth drawing where extract would, before there is a dataset
    "labels": {"choices", "domain", "errors", "footage", "pipeline", "shards"},
    "shards": {"domain", "errors"},
    "report": {"domain", "errors", "shards"},
    "config": {"choices", "errors", "footage"},
    "pipeline": {"config", "domain", "errors", "footage", "shards", "streams"},
    # runs opens episodes and asks which are done before it calls the pipeline; its bench takes the flow apart
    # and its workers load the networks, each on a GPU of its own
    "runs": {
        "choices", "config", "domain", "errors", "footage", "networks", "pipeline", "reconstruction",
        "settings", "shards", "streams",
    },
    "cli": {
        "choices", "config", "domain", "errors", "evaluation", "footage", "inventory", "labels", "networks",
        "pipeline", "reconstruction", "report", "runs", "settings", "shards", "studio", "training",
    },
}  # fmt: skip
"""Room → the rooms it may import. Every room may import the package's own version."""

FOR_ALL = {"files"}
"""How files are opened, read and written is one room's: every room but those below it may import it."""

HEAVY_IN: dict[str, set[str]] = {
    "torch": {"networks", "reconstruction", "training"},
    "safetensors": {"networks", "training"},
    "openvino": {"networks"},
    "av": {"footage", "studio"},
    "pyarrow": {"shards"},
    "skimage": {"reconstruction", "labels", "evaluation"},
    "cv2": {"footage", "studio", "shards", "training", "evaluation", "labels", "reconstruction", "report"},
    "typer": {"cli"},
    "rich": {"cli"},
    "click": {"cli"},
}
"""Library → the only rooms that may import it."""

TOP_LEVEL = {"pyproject.toml", "README.md", "dougagen", "tests", "models", "sample_videos"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(source: str) -> Iterator[str]:
    """Dotted names of everything that a module imports, at any depth of nesting."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def broken_rules(room: str, source: str) -> list[str]:
    """What a module with ``source`` in ``room`` imports against the tables."""
    broken = []
    for name in imported(source):
        top, *rest = name.split(".")
        if top == "dougagen" and rest and rest[0] != room:
            target = rest[0]
            allowed = MAY_IMPORT[room] | (set() if room in ("errors", "domain") else FOR_ALL)
            if target in MAY_IMPORT and target not in allowed:
                broken.append(f"{room} imports {target}")
        elif top in HEAVY_IN and room not in HEAVY_IN[top]:
            broken.append(f"{room} imports {top}")
    return broken


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_module_keeps_the_import_rules(path: Path) -> None:
    room = room_of(path)
    if room in ("__init__", "__main__"):
        return
    assert room in MAY_IMPORT, f"{room} is a new room: give it a line in MAY_IMPORT"
    assert broken_rules(room, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("room", "source", "broken"),
    [
        ("footage", "from dougagen.shards import EpisodeWriter", "footage imports shards"),
        ("footage", "def f():\n    import torch", "footage imports torch"),
        ("domain", "import dougagen.studio.scene", "domain imports studio"),
        ("shards", "from dougagen import networks", "shards imports networks"),
        (
            "pipeline",
            "from dougagen.reconstruction import NetworkReconstructor",
            "pipeline imports reconstruction",
        ),
        ("runs", "import rich.progress", "runs imports rich"),
        ("cli", "import pyarrow.parquet", "cli imports pyarrow"),
        ("domain", "from dougagen.files import read_file", "domain imports files"),
        ("files", "from dougagen.shards import open_dataset", "files imports shards"),
    ],
)
def test_a_broken_import_rule_is_found(room: str, source: str, broken: str) -> None:
    assert broken in broken_rules(room, source)


def test_no_room_is_called_utils() -> None:
    names = {p.stem for p in modules()} | {p.parent.name for p in modules()}
    assert not names & {"utils", "util", "helpers", "common", "misc"}


def test_the_top_level_holds_only_what_the_design_lists() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    if not listed:
        pytest.skip("not a git checkout")
    top = {name.split("/")[0] for name in listed}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


def test_nothing_below_the_command_line_prints_or_exits() -> None:
    offenders = []
    for path in modules():
        if room_of(path) in ("cli", "__main__"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "sys.exit", "exit", "quit"):
                offenders.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert offenders == []


def test_help_imports_no_torch_and_no_other_heavy_library() -> None:
    program = (
        "import sys; sys.argv = ['dougagen', '--help']\n"
        "from dougagen.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('HEAVY', sorted({'torch', 'av', 'cv2', 'pyarrow', 'numpy', 'skimage'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert told.splitlines()[-1] == "HEAVY []"


LONGEST_COMMAND = 60
"""Lines, its options and its docstring included: what does not fit is decided in the library."""


def functions_of(source: str) -> Iterator[tuple[str, int]]:
    """Name and length of every function."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


@pytest.mark.parametrize("path", sorted((PACKAGE / "cli").glob("*.py")), ids=lambda p: p.name)
def test_no_function_of_the_command_line_is_long(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert {name: lines for name, lines in functions_of(source) if lines > LONGEST_COMMAND} == {}


def test_a_long_command_is_found() -> None:
    assert list(functions_of("def train():\n" + "    pass\n" * 60)) == [("train", 61)]

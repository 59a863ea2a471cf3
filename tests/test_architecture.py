"""The house stands: imports go one way, heavy libraries stay in their rooms, nothing lies about.

The tables below are dougagen/README.md#walls. A rule that stands in the way of a better house is changed
there and here in the open.
"""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "dougagen"

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    # words that the library and the command line share, before any room is opened
    "choices": set(),
    "files": {"errors"},
    "domain": {"errors"},
    "processes": {"errors"},
    # options from files, checked
    "settings": {"errors"},
    "footage": {"domain", "errors", "processes"},
    "networks": {"domain", "errors"},
    # files of weights as people see them: what they are, how good, whether whole; for models and evaluate
    "inventory": {"colorization", "domain", "errors", "networks"},
    "reconstruction": {"domain", "errors", "networks"},
    "studio": {"domain", "errors"},
    "training": {"domain", "errors", "networks", "processes", "settings", "shards", "studio"},
    # evaluation reads shots and whole episodes by the flow of extract: another would measure something else
    "evaluation": {"domain", "errors", "footage", "pipeline", "reconstruction", "shards", "studio"},
    # labels.episodes looks for frames worth drawing where extract would, before there is a dataset
    "labels": {"choices", "domain", "errors", "footage", "pipeline", "shards"},
    "shards": {"choices", "domain", "errors"},
    "view": {"domain", "errors", "shards"},
    # the page that is sent around is the light table of view, and carries its pictures with it
    "report": {"domain", "errors", "shards", "view"},
    # sheets that name the cels come from footage
    "exports": {"domain", "errors", "footage", "shards"},
    # shards as torch datasets; nothing of ours imports it
    "torch": {"domain", "errors", "shards"},
    # what the dataset is for: learns as training does; drawings come as files, as line tests, and as shards
    "colorization": {
        "choices", "domain", "errors", "footage", "labels", "networks", "settings", "shards", "training",
    },
    "config": {"choices", "domain", "errors", "footage"},
    "pipeline": {"config", "domain", "errors", "footage", "processes", "shards"},
    # runs opens episodes and asks which are done before it calls the pipeline; its bench takes the flow apart
    # and its workers load the networks, each on a GPU of its own
    "runs": {
        "choices", "config", "domain", "errors", "footage", "networks", "pipeline", "processes",
        "reconstruction", "settings", "shards",
    },
    "door": {"config", "domain", "errors", "footage", "labels", "reconstruction", "runs", "studio"},
    "cli": {
        "choices", "colorization", "config", "domain", "errors", "evaluation", "exports", "footage",
        "inventory", "labels", "networks", "pipeline", "reconstruction", "report", "runs", "settings",
        "shards", "studio",
        "training", "view",
    },
}  # fmt: skip
"""Room → the rooms it may import. Every room may import the package's own version."""

FOR_ALL = {"files"}
"""How files are opened, read and written is one room's: every room but those below it may import it."""

HEAVY_IN: dict[str, set[str]] = {
    "torch": {"colorization", "networks", "reconstruction", "torch", "training"},
    "safetensors": {"colorization", "networks", "training"},
    "openvino": {"networks"},
    "av": {"footage", "studio", "exports"},  # exports writes clips of shots
    "opentimelineio": {"footage"},
    "pyarrow": {"shards"},
    # what is in a store is opened where all files are
    "fsspec": {"files"},
    "aiohttp": {"files"},
    "s3fs": {"files"},
    "gcsfs": {"files"},
    "botocore": {"files"},
    # shards thins lines before it scales a class map, exports before it makes strokes of them
    "skimage": {"colorization", "reconstruction", "labels", "evaluation", "shards", "exports"},
    "psd_tools": {"exports"},
    # processes sets cv2's threads in every helper
    "cv2": {
        "footage", "studio", "shards", "training", "evaluation", "labels", "reconstruction", "report",
        "view", "processes", "exports", "colorization",
    },
    "typer": {"cli"},
    "rich": {"cli"},
    "click": {"cli"},
    # the work of a run on a cluster: one file of that room
    "ray": {"runs"},
    "tqdm": {"door"},  # progress for Python; the command line has Rich
}  # fmt: skip
"""Library → the only rooms that may import it."""

STUDIO_MAY_IMPORT: dict[str, set[str]] = {
    "cel": set(),
    "design": {"cel", "design/things"},  # cast alone, the list of the things
    "design/people": {"cel", "design"},
    "design/things": {"cel", "design"},
    "background/board": {"cel"},
    "background/places": {"background/board", "cel"},
    "background": {"background/board", "background/places", "cel"},
    "stand": {"background/board", "cel"},
    "delivery": set(),
    "clips": {"background", "cel", "delivery", "design", "design/people", "design/things", "stand"},
    # the desks of a still, from the first word to the last
    "profiles": {"design"},
    "held_out": set(),  # and the tools below
    "family": {"background", "delivery", "design", "design/people", "held_out", "profiles"},
    "framing": {"design", "family"},
    "casting": {"cel", "design", "family", "framing", "profiles"},
    "scene": {"casting", "cel", "delivery", "family", "framing", "profiles", "stand"},
    "fingerprint": {"delivery", "family", "profiles", "scene"},
    "held_out_clips": {"clips", "design", "family", "profiles"},
}
"""Room of the studio → the rooms of it that it may import, apart from itself.

A picture goes design → cel → background → stand → clips → delivery, and a room knows those before it. Two
know the one after them: who designs draws on the cel sheet, so ``design`` imports ``cel`` and the sheet knows
no design; who shoots a clip hands the film over, so ``clips`` imports ``delivery``, which knows no clip. What
else is imported are tools: the colours and strokes of ``cel``, the textures of ``background/board``.
"""

HELD_OUT_TOOLS = {
    "cel.cel", "cel.colors", "cel.sheet", "cel.strokes",  # the cel sheet
    "design.curves",
    "design.ranges", "design.subject",  # what is asked of a design, no drawing
    "delivery.still_coding",  # the codecs; which of them are used is the family's own
}  # fmt: skip
"""What the held-out family shares with the one that networks learn from, as far as it draws. ``scene``
carries both families' pictures over one stand: light, lens and text fall on a composite, whoever drew it."""

BESIDE_THE_FACE: dict[str, dict[str, str]] = {
    "the face of domain names what flows; these are tools for those who make or show it": {
        "domain": "arrays png timing",
    },
    "processes has no face: its tools have nothing in common, and a queue needs no pool": {
        "processes": "headway pools shared_memory streams workers",
    },
    "what a machine offers and few networks use: loaded where it is asked for, not with every network": {
        "networks": "compiled devices efficientnet_lite layers openvino resnet",
    },
    "a command loads the part that it shows and no other: a face that names them all would load them all": {
        "evaluation": "features picture_sheet reports shot_sheet suite thesis_tables triplets worst",
        "labels": "episodes",
        "report": "page speed_page",
        "runs": "bench words",
        "training": "areas preset_files presets shot_synthesis synthesis",
        "colorization": "colorizer painting proof",
    },
    "the parts of a run that any network needs: a colouriser's run is made of the same": {
        "training": "checkpoint optimizers schedule signals",
    },
    "single steps of the reading, for the thesis's experiments": {
        "reconstruction": "refinement responses",
    },
    "where things lie in a dataset's folder, and how coded: for those who work on the folder itself": {
        "shards": "codec durable ledger locks option_words repeats",
    },
}
"""Why a room is entered beside its face, and by which modules. The studio never is."""

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


def test_one_file_alone_imports_ray() -> None:
    knowing = {
        p.name for p in modules() for name in imported(p.read_text("utf-8")) if name.split(".")[0] == "ray"
    }
    assert knowing == {"ray_cluster.py"}


def entered_beside_the_face(path: Path) -> set[str]:
    """The modules of other rooms from which a file imports, not from the room itself, as ``shards.codec``."""
    taken = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        parts = (node.module or "").split(".") if isinstance(node, ast.ImportFrom) else []
        if parts[:1] == ["dougagen"] and len(parts) > 2 and parts[1] != room_of(path):
            taken.add(".".join(parts[1:]))
    return taken


def test_rooms_are_entered_by_their_face_or_a_rule_says_why_not() -> None:
    taken = set().union(*map(entered_beside_the_face, modules()))
    told = {
        f"{room}.{module}"
        for rooms in BESIDE_THE_FACE.values()
        for room, names in rooms.items()
        for module in names.split()
    }
    assert taken == told


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


STUDIO = PACKAGE / "studio"
STUDIO_FILES = [path for path in sorted(STUDIO.rglob("*.py")) if path != STUDIO / "__init__.py"]
"""All but the face, which imports when it is asked."""


def room_in_studio(path: Path) -> str:
    inside = path.relative_to(STUDIO)
    return inside.parent.as_posix() if len(inside.parts) > 1 else inside.stem


def studio_imports(source: str) -> set[str]:
    """The modules of the studio that ``source`` imports from, as ``cel.sheet``, or ``its face``."""
    names = {name.removeprefix("dougagen.studio.") for name in imported(source) if "dougagen.studio." in name}
    inside = {path.relative_to(STUDIO).with_suffix("").as_posix().replace("/", ".") for path in STUDIO_FILES}
    rooms = {path.relative_to(STUDIO).parts[0].removesuffix(".py") for path in STUDIO_FILES}
    return (names & inside) | {"its face" for name in names if name.split(".")[0] not in rooms}


def broken_in_studio(path: Path, source: str) -> list[str]:
    """What the file ``path`` of the studio imports against the tables."""
    room, broken = room_in_studio(path), []
    for module in sorted(studio_imports(source)):
        target = module.rpartition(".")[0].replace(".", "/") or module
        allowed = target == room or target in STUDIO_MAY_IMPORT[room]
        if room == "design" and target == "design/things":
            allowed = path.stem == "cast"
        if room == "held_out":
            allowed = target == room or module in HELD_OUT_TOOLS
        if not allowed:
            broken.append(f"{room} imports {module}")
    return broken


@pytest.mark.parametrize("path", STUDIO_FILES, ids=lambda path: path.relative_to(STUDIO).as_posix())
def test_every_room_of_the_studio_keeps_its_rules(path: Path) -> None:
    room = room_in_studio(path)
    assert room in STUDIO_MAY_IMPORT, f"{room} is a new room of the studio: give it a line"
    assert broken_in_studio(path, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("file", "imported", "broken"),
    [
        ("cel/sheet.py", "design.guide import Easel", "cel imports design.guide"),
        ("background/books.py", "stand import lens", "background imports stand.lens"),
        ("delivery/stills.py", "clips.film import Grain", "delivery imports clips.film"),
        ("design/guide.py", "design.things import props", "design imports design.things.props"),
        ("scene.py", "held_out.people import random_held_out_person", "scene imports held_out.people"),
        ("held_out/people.py", "design.guide import Easel", "held_out imports design.guide"),
    ],
)
def test_a_broken_rule_of_the_studio_is_found(file: str, imported: str, broken: str) -> None:
    assert broken_in_studio(STUDIO / file, f"from dougagen.studio.{imported}") == [broken]


def test_no_room_of_the_studio_leaves_and_comes_back_by_the_face() -> None:
    source = "from dougagen.studio import paint_background"
    assert broken_in_studio(STUDIO / "design/guide.py", source) == ["design imports its face"]


def test_no_circle_runs_through_the_rooms_of_the_studio() -> None:
    arrows = {
        **STUDIO_MAY_IMPORT,
        "design": {"cel"},
    }  # cast, the list of the things, is known to none of them
    assert len(tuple(TopologicalSorter(arrows).static_order())) == len(arrows)


def test_the_held_out_family_uses_every_tool_on_its_list_and_family_alone_knows_it() -> None:
    sources = [
        path.read_text(encoding="utf-8") for path in STUDIO_FILES if room_in_studio(path) == "held_out"
    ]
    taken = set().union(*map(studio_imports, sources))
    assert {module for module in taken if not module.startswith("held_out.")} == HELD_OUT_TOOLS
    assert [room for room, others in STUDIO_MAY_IMPORT.items() if "held_out" in others] == ["family"]


def test_other_rooms_enter_the_studio_by_its_face() -> None:
    bypassing = [
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in modules()
        if room_of(path) != "studio"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (name := node.module or "").startswith("dougagen.studio.")
    ]
    assert bypassing == []


def test_the_studios_face_names_what_there_is() -> None:
    studio = importlib.import_module("dougagen.studio")
    assert sorted(studio._HOME) == sorted(studio.__all__)
    assert all(getattr(studio, name) is not None for name in studio.__all__)
    assert not hasattr(studio, "make_scenery")


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

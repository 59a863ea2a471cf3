"""What the documents say is true: their Python and shell runs as it stands, their commands and links exist.

A block of shell marked ``sh hours`` is only parsed, as are cron and systemd lines. The first two ``sh``
blocks of the README set things up: CI runs those.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import documents
import numpy as np
import pytest
import typer
from documents import PAGES, ROOT, Block

from dougagen.cli.app import app

EXTRAS = {"datasets": "readers", "pandas": "readers", "PIL": "readers", "webdataset": "export"}
"""Library → the extra of dougagen that brings it."""
SET_UP = [block for block in documents.blocks(PAGES[0]) if block.words == ("sh",)][:2]
SHELL = [block for block in documents.all_blocks("sh") if block.words == ("sh",) and block not in SET_UP]
README_BYTES = 12_000
IN_THE_LISTING = re.compile(r"^(\s+)([\w./]+)")
NOT_IN_THE_LISTING = {
    "__main__.py",
    "py.typed",
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "__pycache__",
    "models",
}


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory, first_sample: Path, tiny) -> Path:
    """Where somebody stands who types what a page says: episodes, pictures, weights, and a small dataset."""
    folder = tmp_path_factory.mktemp("documents")
    for name in ("sample_videos", "models"):
        (folder / name).symlink_to(ROOT / name)
    tiny.write_tiny_clip(folder / "episode.mkv", 1)
    (folder / "season1").mkdir()
    tiny.write_tiny_clip(folder / "season1/01.mkv", 2)
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(folder / name), np.random.default_rng(0).integers(0, 256, (90, 160, 3), np.uint8))
    commands = folder / "bin"
    commands.mkdir()
    shim = commands / "dougagen"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dougagen "$@"\n')
    shim.chmod(0o755)
    run(f"dougagen extract {first_sample} --out shards/ --max-drawings 4", folder)
    return folder


def run(shell: str, folder: Path) -> None:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", shell],
        cwd=folder,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{shell}\n{done.stdout}\n{done.stderr}"


@pytest.fixture
def here(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that place, so that no block sees what another left."""
    folder = tmp_path / "here"
    shutil.copytree(place, folder, symlinks=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("block", documents.all_blocks("python"), ids=str)
def test_the_python_of_a_page_runs_as_it_stands(block: Block, here: Path) -> None:
    for library in libraries(block.text) & set(EXTRAS):
        pytest.importorskip(library, reason=f"needs {library}: pip install '.[{EXTRAS[library]}]'")
    exec(compile(block.text, str(block), "exec"), {"__name__": "documents"})


def libraries(program: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_the_shell_of_a_page_runs_as_it_stands(block: Block, here: Path) -> None:
    run(block.text, here)


@pytest.mark.parametrize("block", documents.all_blocks("sh", "cron", "ini"), ids=str)
def test_every_command_in_a_block_is_one_that_dougagen_understands(block: Block) -> None:
    found = list(documents.commands(block.text))
    assert found or "pytest" in block.text
    for words in found:
        understood(words)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("dougagen extract a.mkv --out b --colour-cut", "--colour-cut"),
        ("dougagen extrude a.mkv", "extrude"),
        ("ls && dougagen probe a.mkv --start 1 | dougagen stats", "dataset"),
        ("dougagen label import x --out y --jobs 2", "--jobs"),
        ("0 1 * * *  dougagen stats DIR --quiet", "--quiet"),
    ],
)
def test_a_command_that_dougagen_does_not_understand_is_found(line: str, complaint: str) -> None:
    with pytest.raises(Exception, match=complaint):
        list(map(understood, documents.commands(line)))


@cache
def the_command_line() -> Any:
    return typer.main.get_command(app)


def understood(words: list[str]) -> None:
    """Parse a command as the real command line does, and run nothing."""
    command, rest = command_of(words)
    command.make_context(command.name, rest)


def command_of(words: list[str]) -> tuple[Any, list[str]]:
    """The command that the first words name, and the words after them."""
    command, rest = the_command_line(), list(words)
    while hasattr(command, "commands"):
        name = rest.pop(0)
        assert name in command.commands, f"there is no command {name}"
        command = command.commands[name]
    return command, rest


def options_of(command: Any) -> set[str]:
    return {name for option in command.params for name in (*option.opts, *option.secondary_opts)}


def every_command(command: Any = None) -> dict[str, Any]:
    """``label select`` and the like → command."""
    found: dict[str, Any] = {}
    for name, below in (command or the_command_line()).commands.items():
        if hasattr(below, "commands"):
            found |= {f"{name} {last}": one for last, one in every_command(below).items()}
        else:
            found[name] = below
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_and_options_in_the_text_exist(page: Path) -> None:
    known = every_command()
    all_options = set().union(*map(options_of, known.values())) | {"--debug", "--help", "--version"}
    for code in documents.inline_code(page):
        words = code.removeprefix("dougagen ").split()
        named = [name for name in known if [*name.split()] == words[: len(name.split())]]
        options = {word.partition("=")[0] for word in words if re.fullmatch(r"--[a-z][a-z-]*(=.*)?", word)}
        if words[:1] == ["pip"] or words[:1] == ["pytest"]:
            continue
        allowed = options_of(known[named[0]]) if named else all_options
        assert options <= allowed, f"{code}: {options - allowed}"
        if code.startswith("dougagen ") and words[0].isalpha():
            groups = {name.split()[0] for name in known}
            assert words[0] in groups, f"{code}: there is no command {words[0]}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", documents.prose(page)):
        if target.startswith(("http:", "https:")):
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_what_comments_say_of_the_plan_is_there() -> None:
    known = anchors(ROOT / "dougagen/README.md")
    for path in [*(ROOT / "dougagen").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        for anchor in re.findall(r"dougagen/README\.md#([a-z-]+)", text):
            assert anchor in known, f"{path.relative_to(ROOT)} refers to {anchor}"


def test_the_house_is_as_the_plan_lists_it() -> None:
    pages = documents.blocks(ROOT / "dougagen/README.md")
    (listing,) = (block for block in pages if block.text.startswith("dougagen/\n"))
    listed: dict[str, None] = {}
    room = ""
    for line in listing.text.splitlines()[1:]:
        found = IN_THE_LISTING.match(line)
        assert found, line
        name = found[2]
        room = name if len(found[1]) == 2 else room
        listed[name if len(found[1]) == 2 else room + name] = None
    missing = [name for name in listed if not (ROOT / "dougagen" / name).exists()]
    assert missing == []
    rooms = {path.name for path in (ROOT / "dougagen").iterdir()} - NOT_IN_THE_LISTING
    assert {name.rstrip("/") for name in listed if "/" not in name.rstrip("/")} == rooms
    studio = {path.name for path in (ROOT / "dougagen/studio").iterdir() if (path / "__init__.py").exists()}
    assert studio <= {name.split("/")[1] for name in listed if name.startswith("studio/")}


def test_the_readme_is_short_and_begins_with_its_two_commands() -> None:
    assert len(PAGES[0].read_bytes()) <= README_BYTES
    main, tests = (block.text for block in SET_UP)
    assert [main.count("\n"), tests.count("\n")] == [1, 1]
    assert main.startswith("pip install . && dougagen extract sample_videos/")
    assert tests == "pip install '.[test]' && pytest\n"


@pytest.mark.parametrize("block", documents.all_blocks("toml"), ids=str)
def test_a_configuration_in_a_page_can_be_read(block: Block, tmp_path: Path) -> None:
    from dougagen.colorization import colorizer_config
    from dougagen.runs import read_extract_options
    from dougagen.training.presets import read_preset

    file = tmp_path / "mine.toml"
    file.write_text(block.text)
    if "extract" in block.words:
        assert read_extract_options(file).said()
    elif "colorizer" in block.words:
        assert colorizer_config(str(file)).system
    else:
        assert read_preset(str(file)).training

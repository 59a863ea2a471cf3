"""TAB: a shell asks the real command line, and gets the words of the library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dougagen.cli import completion


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("extract --reject b", ["bright", "blurry", "blank"]),
        ("extract --device c", ["cpu", "cuda", "cuda:0"]),
        ("extract --on-existing ", ["error", "skip", "redo"]),
        ("train --config own", ["own-cel", "own-douga"]),
        ("train --device a", ["auto"]),
        ("synth --clip zoom", ["zoom over twos"]),
        ("synth --delivery mpeg2", ["mpeg2", "mpeg2-telecined"]),
        ("label select --allow dark", ["dark"]),
        ("label select --by u", ["uncertainty"]),
        ("export shards --to c", ["coco", "clips", "cels"]),
    ],
)
def test_a_shell_is_offered(line: str, offered: list[str]) -> None:
    words = f"dougagen {line}"
    asked = {"_DOUGAGEN_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    told = subprocess.run(
        [sys.executable, "-m", "dougagen"], env=asked | paths(), capture_output=True, text=True, check=False
    )
    assert told.stdout.splitlines() == offered, told.stderr


def paths() -> dict[str, str]:
    return {"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"}


def test_the_names_of_configurations_need_no_torch() -> None:
    program = (
        "import sys; from dougagen.cli.completion import presets\n"
        "assert 'own-cel' in presets('')\n"
        "print(sorted({'torch', 'av', 'cv2', 'numpy'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], env=paths(), capture_output=True, text=True, check=True
    )
    assert told.stdout == "[]\n"


def test_a_configuration_may_be_a_file_in_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("night.toml", "notes.txt", ".hidden.toml", "more/own.toml"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
    assert completion.toml_files("") == ["more/", "night.toml"]
    assert completion.toml_files("./n") == ["./night.toml"]
    assert completion.toml_files("more/") == ["more/own.toml"]
    assert completion.toml_files("gone/") == []
    assert completion.toml_files(".h") == [".hidden.toml"]

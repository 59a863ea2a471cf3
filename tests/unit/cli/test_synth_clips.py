"""``synth --clip``: words become clips, and what cannot be shot is told in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dougagen.cli.synth import synth
from dougagen.errors import UsageError


def test_a_category_becomes_a_clip_with_truth_and_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    synth(tmp_path, clip="blink", seed=5, lines=120, name="eyes", every_frame=True, json=True)
    truth = json.loads((tmp_path / "eyes.json").read_text())
    assert truth["clip"]["seed"] == 5
    assert len(list((tmp_path / "eyes.truth").glob("*_cel_mask.png"))) == truth["frames"]
    assert json.loads(capsys.readouterr().out)["clip"] == str(tmp_path / "eyes.mkv")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"clip": "list"}, "there are|no clip named"),
        ({"clip": "ones", "delivery": "film"}, "no delivery named"),
        ({"clip": "ones", "name": "../up"}, "plain file name"),
        ({"clip": "ones", "held_out": True}, "for stills"),
        ({"clip": "interlaced", "delivery": "vfr"}, "in fields"),
    ],
)
def test_what_cannot_be_shot_is_refused(options: dict, says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says):
        synth(tmp_path, **options)

"""`train --config`: what ships can be trained, and what is wrong in a file is said in a line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from dougagen.errors import ConfigError
from dougagen.networks import Task
from dougagen.networks.pretrained import LITE_FILES, read_pretrained
from dougagen.training import TrainingConfig
from dougagen.training.batches import make_batch
from dougagen.training.learner import Learner
from dougagen.training.presets import Preset, preset_names, read_preset, supply_of

OURS = [name for name in preset_names() if not name.startswith("thesis-")]


@pytest.mark.parametrize("name", OURS)
def test_every_configuration_that_ships_can_be_trained(name, discs):
    preset = read_preset(name)
    assert preset.description.endswith(".")
    assert supply_of(preset.studio, workers=2).workers == 2
    for task in [preset.training["task"]] if "task" in preset.training else list(Task):
        assert {"minutes", "steps"} & set(preset.training)  # a budget
        config = TrainingConfig.of({**preset.training, "task": task, "crop": 32, "batch_size": 2})
        learner = Learner(config, discs.class_frequencies(), start=None)
        loss, _, _ = learner.learn_from(make_batch(config, discs, 0), step=0, rate=1e-3)
        assert loss.isfinite()


def test_cel_douga_and_light_ship():
    assert {"cel", "douga", "light"} <= set(preset_names())


def test_a_file_stands_on_its_base_and_options_stand_on_the_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('base = "douga"\nsteps = 7\n[network]\ndetail_width = 4\n[studio]\nfirst = 5\n')
    preset = read_preset(str(path))
    assert preset.training["task"] == "douga"
    assert preset.training["steps"] == 7
    assert "minutes" not in preset.training
    assert (preset.studio["first"], preset.studio["scenes"]) == (5, 1500)
    said = Preset("", training={"minutes": 3, "network": {"fold": 4}}).over(preset)
    assert said.training["network"] == {"widths": [32, 40, 56, 96], "detail_width": 4, "fold": 4}
    assert (said.training["minutes"], "steps" in said.training) == (3, False)


def test_another_crop_is_a_square_whatever_it_stands_on(tmp_path):
    wide = read_preset("thesis-4.2-resnet50-baseline")
    assert TrainingConfig.of(wide.training).crop_shape == (1080, 1920)
    assert TrainingConfig.of(Preset("", training={"crop": 64}).over(wide).training).crop_shape == (64, 64)
    same = Preset("", training={"seed": 3}).over(wide)
    assert TrainingConfig.of(same.training).crop_shape == (1080, 1920)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('task = "cel"\nstepps = 4\n', "unknown training option 'stepps'; known: .*steps"),
        ("[studio]\nscene = 4\n", "unknown studio option 'scene'; known: .*scenes"),
        ('[studio]\nscenes = "many"\n', "'scenes' has the wrong type: it must be int, got 'many'"),
        ("studio = 3\n", "'studio' has the wrong type"),
        ("steps = 4.5\n", "'steps' has the wrong type"),
        ("steps = \n", "not valid TOML"),
        ("a = " + "[" * 5000 + "]" * 5000, "not valid TOML"),
        (
            'base = "nobody"\n',
            "there is no configuration called 'nobody'; one of cel, .*thesis-4.2-…, thesis-5.3-…",
        ),
        ('base = "dougs"\n', "there is no configuration called 'dougs'; did you mean douga"),
        ("[adversarial]\nwide = 4\n", "unknown adversarial option 'wide'; known: .*weight"),
        ("# " + "x" * 70_000, "more than 65536 bytes"),
    ],
)
def test_what_is_wrong_in_a_file_is_one_line(tmp_path, text, message):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message) as raised:
        read_preset(str(path))
    assert "\n" not in str(raised.value)


def test_bytes_that_are_no_text_and_files_that_are_not_there_are_one_line(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not valid TOML"):
        read_preset(str(path))
    with pytest.raises(ConfigError, match="no such file"):
        read_preset(str(tmp_path / "other.toml"))
    with pytest.raises(ConfigError, match="there is no configuration called 'x'"):
        read_preset("x")


def test_bases_that_lead_in_a_circle_are_refused(tmp_path):
    path = Path(tmp_path / "round.toml")
    path.write_text(f'base = "{path}"\n')
    with pytest.raises(ConfigError, match="form a circle"):
        read_preset(str(path))


def test_a_profile_is_taken_by_its_name():
    assert supply_of({"profile": "natural", "workers": 3}, workers=1).workers == 3
    assert supply_of({"profile": "natural"}, workers=1).profile.name == "natural"
    with pytest.raises(ConfigError, match="unknown profile 'gold'"):
        supply_of({"profile": "gold"}, workers=1)


@pytest.mark.parametrize(
    "line",
    [
        f"learning_rate = {'9' * 400}",
        f"minutes = -{'9' * 400}",
        f"scale_range = [0.5, {'9' * 400}]",
        f"steps = {'9' * 400}",
        f"steps = 0x{'f' * 9000}",
        f"[network]\ndetail_width = {'9' * 400}",
        f"[adversarial]\nlearning_rate = {'9' * 400}",
        f"[studio]\nfirst = {'9' * 400}",
        f"minutes = {'9' * 9000}",
        f"task = {'[' * 5000}",
    ],
)
def test_a_number_without_end_is_a_line(line, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(f'base = "douga"\n{line}\n')
    with pytest.raises(ConfigError) as caught:
        read_preset(str(path))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 3000


@pytest.mark.parametrize("name", ["minutes", "learning_rate", "scale_range"])
def test_a_number_too_large_to_count_with_is_no_overflow(name):
    value = [0.5, 10**400] if name == "scale_range" else 10**400
    with pytest.raises(ConfigError, match=f"{name}' is too large a number"):
        TrainingConfig.of({"task": "cel", name: value})


def test_an_encoder_asks_for_the_architecture_that_has_one():
    config = TrainingConfig.of({"task": "cel", "encoder": "lite1", "pretrained": True, "steps": 1})
    assert config.architecture == "lite"
    assert config.network_said["encoder"] == 1


def test_an_encoder_under_another_architecture_is_refused():
    with pytest.raises(ConfigError, match="'gcn' has no encoder 'lite0'"):
        TrainingConfig.of({"task": "cel", "encoder": "lite0", "architecture": "gcn", "steps": 1})


def test_an_unknown_encoder_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match="lite0, lite1, lite2"):
        TrainingConfig.of({"task": "cel", "encoder": "resnet", "steps": 1})


def test_an_architecture_that_nobody_pretrained_cannot_begin_from_imagenet():
    with pytest.raises(ConfigError, match="no ImageNet weights for architecture 'thinline'"):
        TrainingConfig.of({"task": "cel", "pretrained": True, "steps": 1})


def test_a_pretrained_learner_begins_with_what_imagenet_taught_and_says_so():
    config = TrainingConfig.of({"task": "cel", "encoder": "lite0", "pretrained": True, "steps": 1})
    learner = Learner(config, np.full(10, 0.1), start=None)
    published = read_pretrained(LITE_FILES[0])["_conv_stem.weight"]
    assert torch.equal(learner.network.encoder.stem.convolution[0].weight, published)
    assert "ImageNet" in learner.started_from
    assert "Apache-2.0" in learner.started_from

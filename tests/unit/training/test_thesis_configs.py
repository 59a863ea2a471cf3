"""One configuration for each row of the thesis's tables and each choice of its adversarial grid."""

from __future__ import annotations

import json
import tomllib
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from dougagen.choices import COLORIZERS
from dougagen.cli.train import train as command
from dougagen.networks import Task
from dougagen.studio.scene import shoot_scene
from dougagen.training import TrainingConfig, TripletPool, train
from dougagen.training.batches import make_batch
from dougagen.training.presets import preset_names, read_preset, supply_of

THESIS = [name for name in preset_names() if name.startswith("thesis-")]
BASELINE, SYNTHETIC, JUDGED = (
    "thesis-4.2-resnet50-baseline",
    "thesis-5.3-synthetic-cel",
    "thesis-5.5-adversarial",
)
BACKGROUND = {"backgrounds": 432}
ERASURE = {"erase_probability": 1.0, "erase_fill": "black"}

ROWS: dict[str, tuple[str, dict[str, object]]] = {
    # name → what it stands on, and all that differs from there
    "thesis-4.2-resnet34": (BASELINE, {"network": {"depth": 34, "kernel": 25}}),
    "thesis-4.2-resnet101": (BASELINE, {"network": {"depth": 101, "kernel": 25}}),
    "thesis-4.2-resnet50-background": (BASELINE, BACKGROUND),
    "thesis-4.2-resnet50-background-textures": (BASELINE, {**BACKGROUND, "texture_probability": 0.5}),
    "thesis-4.2-resnet50-hard-only": (BASELINE, {"epoch_steps": 18, "steps": 72000}),
    "thesis-4.2-resnet50-dropout": (BASELINE, {"network": {"depth": 50, "kernel": 25, "dropout": 0.5}}),
    "thesis-4.2-resnet50-focal": (BASELINE, {"focal_gamma": 2.0}),
    "thesis-4.2-resnet50-erasure": (BASELINE, ERASURE),
    "thesis-4.2-resnet101-combined": (
        BASELINE,
        {
            **BACKGROUND,
            **ERASURE,
            "focal_gamma": 2.0,
            "network": {"depth": 101, "kernel": 25, "dropout": 0.5},
        },
    ),
    "thesis-5.3-color": (SYNTHETIC, {"wiring": "color"}),
    "thesis-5.3-concatenated": (SYNTHETIC, {"wiring": "concatenated"}),
    "thesis-5.3-manual-cel": (SYNTHETIC, {"masks": "true"}),
    "thesis-5.4-weighted-cross-entropy": (
        SYNTHETIC,
        {"focal_gamma": 0.0, "class_weight_power": 1.0, "largest_class_weight": 8000.0},
    ),
    "thesis-5.4-focal": (SYNTHETIC, {}),
    "thesis-5.5-cross-entropy": (SYNTHETIC, {"focal_gamma": 0.0}),
    "thesis-5.6-kernel25": (SYNTHETIC, {"network": {"depth": 50, "kernel": 25}}),
    "thesis-5.5-adversarial-rmsprop": (JUDGED, {"optimizer": "rmsprop", "judge": {"optimizer": "rmsprop"}}),
    "thesis-5.5-adversarial-rate-1e-5": (JUDGED, {"learning_rate": 1e-5, "judge": {"learning_rate": 1e-5}}),
    "thesis-5.5-adversarial-rate-1e-6": (JUDGED, {"learning_rate": 1e-6, "judge": {"learning_rate": 1e-6}}),
    "thesis-5.5-adversarial-unconditional": (JUDGED, {"judge": {"conditional": False}}),
    "thesis-5.5-adversarial-whole": (JUDGED, {"crop": 1080, "crop_width": 1920}),
    "thesis-5.5-adversarial-half": (
        JUDGED,
        {"crop": 540, "crop_width": 960, "scale_range": (0.25, 1.0), "working_lines": 540},
    ),
    **{
        f"thesis-5.5-adversarial-{encoding}": (JUDGED, {"judge": {"encoding": encoding}})
        for encoding in ("three-channel", "ten-channel", "softmax")
    },
    **{
        f"thesis-5.5-adversarial-{encoding}-alone": (
            JUDGED,
            {"judge": {"encoding": encoding, "pixel_weight": 0.0}},
        )
        for encoding in ("three-channel", "ten-channel", "softmax", "argmax")
    },
}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_row_differs_from_its_neighbour_in_its_choice_alone(name):
    below, differs = ROWS[name]
    said, stands_on = read_preset(name).training, dict(read_preset(below).training)
    judge = differs.pop("judge", {}) if "judge" in (differs := dict(differs)) else {}
    if judge:
        stands_on["adversarial"] = {**stands_on["adversarial"], **judge}
    assert said == {**stands_on, **differs}


def test_every_configuration_of_the_thesis_is_one_of_these():
    assert set(THESIS) == {*ROWS, BASELINE, SYNTHETIC, JUDGED}


def test_the_baseline_is_what_sections_4_2_to_4_6_say():
    config = TrainingConfig.of(read_preset(BASELINE).training)
    assert (config.architecture, config.network["depth"], config.network["kernel"]) == ("gcn", 50, 25)
    assert (config.optimizer, config.schedule, config.warmup) == ("adam", "linear", 0.0)
    assert config.learning_rate * config.final_rate == pytest.approx(1e-5)
    assert (config.steps, config.batch_size, config.patience) == (4000 * 108, 4, 100)
    assert (config.brightness_deviation, config.contrast_deviation, config.hue_deviation) == (0.25, 0.5, 45.0)
    assert (config.scale_range, config.crop_shape) == ((0.5, 2.0), (1080, 1920))
    assert config.focal_gamma == config.overlap_weight == config.boundary_weight == 0.0


@pytest.mark.parametrize("name", THESIS)
def test_a_configuration_names_its_place_in_the_thesis(name):
    """Its own words, not those of its base."""
    text = resources.files("dougagen.training").joinpath("configs", f"{name}.toml").read_text("utf-8")
    description = tomllib.loads(text)["description"]
    section = name.split("-")[1]
    assert description.startswith(("Table ", "Section ", "Figure "))
    assert section in description
    if description.startswith("Table"):
        assert "row" in description
        assert " %" in description


@pytest.mark.parametrize("name", THESIS)
def test_every_configuration_has_batches_and_pictures_to_make_them_of(name, discs, smoke_config):
    config = smoke_config(name)
    batch = make_batch(config, discs, 0)
    assert tuple(batch.pictures.shape) == (config.crops_a_step, *config.crop_shape, 3)
    supply = supply_of(read_preset(name).studio, workers=1)
    hundred_epochs = 100 * config.crops_a_step * read_preset(name).training["epoch_steps"]
    assert supply.scenes == supply.first
    assert hundred_epochs / supply.crops_a_scene < 1  # the same pictures all along


def test_the_hard_examples_show_things_and_bodies_that_are_very_near():
    profile = supply_of(read_preset("thesis-4.2-resnet50-hard-only").studio, workers=1).profile
    filled = [shoot_scene(seed, profile=profile).triplet.cel_mask.pixels.mean() for seed in range(4)]
    assert max(filled) > 0.6  # somebody who fills the picture
    assert min(filled) > 0.0  # somebody or something is always there


@pytest.mark.parametrize(
    "name",
    [
        "thesis-4.2-resnet101-combined",
        "thesis-5.4-weighted-cross-entropy",
        "thesis-5.5-adversarial-rmsprop",
    ],
)
def test_twenty_steps_of_some_rows(name, discs, smoke_config, tmp_path):
    """The others, two minutes on one core, wait for ``pytest -m slow``."""
    _twenty_steps(smoke_config(name), discs, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", preset_names())
def test_twenty_steps_of_every_configuration(name, discs, smoke_config, tmp_path):
    _twenty_steps(smoke_config(name), discs, tmp_path)


def _twenty_steps(config: TrainingConfig, discs: TripletPool, out: Path) -> None:
    if config.chosen_wiring.reads_mask:
        pictures = (picture.unpacked() for picture in discs.pictures)
        discs = TripletPool(pictures, reader=lambda picture: (picture[..., 0] > 100).astype(np.uint8) * 200)
    seen = []
    result = train(config, discs, out=out, progress=seen.append, validation=discs)
    assert (result.steps, result.is_finished) == (20, True)
    assert all(np.isfinite(row.loss) for row in seen)
    assert config.task is Task(result.weights.stem)
    if config.patience:
        assert result.best is not None
    assert set(seen[-1].parts) == (
        {"pixel_loss", "adversarial_loss", "discriminator_loss"} if config.adversarial else set()
    )


def test_the_command_names_every_configuration_with_its_line(capsys):
    command(configs=True, json=True)
    named = json.loads(capsys.readouterr().out)
    assert list(named) == [*preset_names(), *COLORIZERS]
    assert named["thesis-4.2-resnet34"] == "Table 4.2, row 2: the baseline on ResNet-34; 88.5 %."


def test_the_command_validates_on_the_held_out_family_where_a_configuration_has_patience(tmp_path, capsys):
    file = tmp_path / "small.toml"
    file.write_text(
        'base = "cel"\nsteps = 3\nepoch_steps = 1\npatience = 2\ncrop = 32\nbatch_size = 2\ndevice = "cpu"\n'
        "[network]\nwidths = [8, 8, 8, 8]\n[studio]\nfirst = 1\nscenes = 1\n"
    )
    command(config=str(file), workers=1, evaluate_scenes=1, out=tmp_path / "out", json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["finished"] is True
    assert told["best"] == str(tmp_path / "out" / "cel.best.safetensors")
    assert (tmp_path / "out" / "cel.validation.csv").read_text().startswith("step,validation_loss\n1,")

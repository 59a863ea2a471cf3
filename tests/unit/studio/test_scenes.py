"""A scene is its seed's; before delivery its picture, mask and douga say the same about every pixel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dougagen.domain import DougaClass
from dougagen.errors import ConfigError, UsageError
from dougagen.studio import scene
from dougagen.studio.casting import cast_shot
from dougagen.studio.cel.douga_truth import cel_mask_of
from dougagen.studio.family import TRAINING_FAMILY, profile_of
from dougagen.studio.profiles import HELD_OUT, NATURAL, TRAINING, Profile, profile_named
from dougagen.studio.scene import Dice, Window, finished, make_scene, set_up, shoot_scene
from dougagen.studio.stand.composite import (
    LARGEST_BLUR,
    bars,
    cel_out_of_focus,
    composited,
    visible_coverage,
)

WINDOW = Window(lines=360, height=120, width=200)
PLAIN = Profile("plain", nobody=0, book=0, background_out_of_focus=0, cel_out_of_focus=0)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    one, same, other = (make_scene(seed, window=WINDOW) for seed in (5, 5, 6))
    assert one.color.tobytes() == same.color.tobytes() != other.color.tobytes()
    assert one.cel_mask.pixels.tobytes() == same.cel_mask.pixels.tobytes()
    assert one.douga.classes.tobytes() == same.douga.classes.tobytes()
    evaluated = make_scene(5, window=WINDOW, profile=NATURAL)
    assert evaluated.cel_mask.pixels.tobytes() != one.cel_mask.pixels.tobytes()  # no scene is in two profiles


VARIED = replace(
    PLAIN,
    other_hands=1,
    dark_costumes=0.4,
    other_roles=0.4,
    filling=0.25,
    filling_things=0.6,
    crowds_of_things=0.5,
)


@pytest.mark.parametrize("profile", [PLAIN, VARIED], ids=["plain", "varied"])
def test_mask_and_picture_agree_to_the_pixel(monkeypatch: pytest.MonkeyPatch, profile: Profile) -> None:
    """Over black and over white the same cel differs by what it leaves free: more than half is no cel."""
    for seed in range(8):
        over = []
        for level in (0, 255):
            ground = np.full((WINDOW.height, WINDOW.width, 3), level, np.uint8)
            on_ground = replace(TRAINING_FAMILY, background=lambda *_, ground=ground, **__: ground)
            monkeypatch.setattr(scene, "family_of", lambda _, family=on_ground: family)
            over.append(set_up(Dice(seed, replace(profile, paper=0)), WINDOW))
        free = over[1].color.astype(int).max(axis=-1) - over[0].color.max(axis=-1)
        assert np.array_equal(over[0].mask, over[1].mask)
        assert np.array_equal(over[0].mask, free <= 127)
        assert np.array_equal(over[0].classes, over[1].classes)


def test_what_a_profile_varies_changes_nothing_where_its_share_is_nought() -> None:
    """The steps have generators of their own: another hand does not move the cast or the background."""
    drawn, redrawn = (set_up(Dice(3, replace(PLAIN, other_hands=share)), WINDOW) for share in (0, 1))
    assert not np.array_equal(drawn.classes, redrawn.classes)
    free = ~(drawn.mask | redrawn.mask) & (drawn.cel_alpha == 0) & (redrawn.cel_alpha == 0)
    assert free.any()
    assert np.array_equal(drawn.color[free], redrawn.color[free])


def test_a_crowd_of_things_repeats_a_few_designs() -> None:
    profile = replace(PLAIN, crowds_of_things=1, filling=0)
    cast = cast_shot(np.random.default_rng(4), profile, lines=360, height=360, width=640)
    things = [one.subject for one in cast.placed]
    assert len(things) >= 6
    assert len({id(one) for one in things}) < len(things)


def test_off_the_cel_there_is_no_class_but_books() -> None:
    for seed in range(10):
        composite = set_up(Dice(seed, replace(TRAINING, book=1.0)), WINDOW)
        outside = composite.classes[~composite.mask]
        assert set(np.unique(outside)) <= {0, int(DougaClass.BOOK_LINE), int(DougaClass.BOOK_FILL)}


def test_where_text_or_bars_lie_there_is_no_cel_and_no_line() -> None:
    profile = replace(PLAIN, text=1.0, bars=1.0, effects=0.0)
    for seed in range(8):
        composite = set_up(Dice(seed, profile), WINDOW)
        before, classes = composite.mask.copy(), composite.classes.copy()
        shown = finished(Dice(seed, profile), composite)
        taken = before & ~composite.mask
        assert not composite.classes[taken].any()
        assert not (composite.mask & ~before).any()
        assert np.array_equal(composite.classes[composite.mask], classes[composite.mask])
        black = (shown == 0).all(axis=(1, 2)) if shown[0].any() == 0 else np.zeros(len(shown), bool)
        assert not composite.mask[black].any()


def test_what_is_delivered_has_the_truth_of_what_was_set_up() -> None:
    profile = replace(PLAIN, text=0, bars=0)
    for seed in range(4):
        sent = shoot_scene(seed, window=WINDOW, profile=profile).triplet
        kept = shoot_scene(seed, window=WINDOW, profile=profile, delivered=False).triplet
        assert np.array_equal(sent.cel_mask.pixels, kept.cel_mask.pixels)
        assert np.array_equal(sent.douga.classes, kept.douga.classes)


def test_the_family_goes_by_the_seed() -> None:
    assert profile_of(0) is TRAINING
    assert profile_of(1_000_000) is profile_of(1_000_000, "natural") is HELD_OUT
    assert profile_of(0, "natural") is NATURAL
    for seed, profile in ((0, HELD_OUT), (1_000_000, TRAINING), (1_999_999, NATURAL)):
        with pytest.raises(UsageError, match="does not belong"):
            profile_of(seed, profile)


def test_a_profile_goes_by_its_name() -> None:
    assert profile_named("natural") is NATURAL
    with pytest.raises(ConfigError, match="one of natural, training"):
        profile_named("held-out")
    with pytest.raises(ConfigError, match="shares of profile 'odd'"):
        Profile("odd", nobody=0.7, filling=0.4)


@pytest.mark.parametrize("profile", [NATURAL, TRAINING, HELD_OUT], ids=lambda p: p.name)
def test_some_shots_are_empty_and_some_are_only_cel(profile: Profile) -> None:
    casts = [
        cast_shot(np.random.default_rng(seed), profile, lines=360, height=120, width=200)
        for seed in range(200)
    ]
    assert 0.04 <= np.mean([not cast.placed for cast in casts]) <= 0.11
    assert 0.005 <= np.mean([cast.paper is not None for cast in casts]) <= 0.05


def test_a_cel_that_fills_the_picture_leaves_next_to_nothing_of_the_background() -> None:
    full = replace(PLAIN, filling=1.0, paper=0.0)
    shares = [set_up(Dice(seed, full), WINDOW).mask.mean() for seed in range(10)]
    assert np.median(shares) > 0.85
    assert min(shares) > 0.4


def test_a_cel_out_of_focus_keeps_the_pixels_that_it_still_covers_half() -> None:
    window = Window(1080, 120, 200)
    cast = cast_shot(np.random.default_rng(4), PLAIN, lines=540, height=120, width=200)
    sharp = scene.draw_cel(cast.placed, window)
    soft = cel_out_of_focus(np.random.default_rng(0), sharp, lines=1080)
    assert np.array_equal(cel_mask_of(soft), soft.coverage >= 128)
    moved = cel_mask_of(soft) != cel_mask_of(sharp)
    near = np.abs(soft.coverage.astype(int) - 128) < 128
    assert near[moved].all()
    assert moved.mean() < 0.02 * LARGEST_BLUR
    black = np.zeros((120, 200, 3), np.uint8)
    assert np.abs(composited(soft, black).astype(int) - soft.color).max() <= 1


def test_a_book_takes_from_what_is_seen_of_the_cel() -> None:
    cel = scene.draw_cel(
        cast_shot(np.random.default_rng(4), PLAIN, lines=540, height=120, width=200).placed, WINDOW
    )
    book = np.zeros((120, 200, 4), np.uint8)
    book[:, 100:, 3] = 255
    seen = visible_coverage(cel, book)
    assert not seen[:, 100:].any()
    assert np.array_equal(seen[:, :100], cel.coverage[:, :100])


def test_bars_leave_the_middle_of_the_picture() -> None:
    for seed in range(30):
        rows, columns = bars(np.random.default_rng(seed), height=180, width=320)
        assert rows.start + rows.stop == 180
        assert columns.start + columns.stop == 320
        assert 1.2 < (columns.stop - columns.start) / (rows.stop - rows.start) < 2.5

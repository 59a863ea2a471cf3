"""Anime characters: one design a seed, drawn in any pose, from the crown to the shoes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dougagen.studio.cel.cel import Paint
from dougagen.studio.cel.colors import paint_from, rgb, skin_paint
from dougagen.studio.cel.sheet import CelSheet
from dougagen.studio.design.guide import Easel, Guide, random_guide
from dougagen.studio.design.people.actions import action_named
from dougagen.studio.design.people.body import draw_arms, draw_body, laid_on
from dougagen.studio.design.people.body_design import BodyDesign, random_body
from dougagen.studio.design.people.eyes import random_eyes
from dougagen.studio.design.people.fringe import fringe_of
from dougagen.studio.design.people.hair import draw_back_hair, draw_far_locks, draw_front_hair
from dougagen.studio.design.people.hairstyle import HairDesign, random_hair
from dougagen.studio.design.people.head import draw_head
from dougagen.studio.design.people.head_design import HeadDesign, random_head
from dougagen.studio.design.people.headgear import Headgear, draw_headgear, random_headgear
from dougagen.studio.design.people.neck import draw_nape, draw_neck
from dougagen.studio.design.people.stance import Stance, stance_of
from dougagen.studio.design.people.turning import Turn
from dougagen.studio.design.ranges import NATURAL, DesignRanges
from dougagen.studio.design.subject import Pose, Subject


@dataclass(frozen=True, slots=True)
class Character:
    """A character of the style guide. The head's centre is (0, 0), its height about 1, y down."""

    guide: Guide
    head: HeadDesign
    hair: HairDesign
    body: BodyDesign
    gear: Headgear

    @property
    def points_of_interest(self) -> dict[str, tuple[float, float, float]]:
        """Name → (x, y, radius): what a camera may want to frame."""
        body = self.body
        return {
            "eye": (-self.head.eye_x, self.head.eye_y, 0.16),
            "mouth": (0.0, self.head.mouth_y, 0.16),
            "face": (0.0, 0.0, 0.62),
            "hair": (0.0, -0.3, 0.4),
            "bust": (0.0, 0.45, 1.1),
            "chest": (0.0, body.figure.shoulder_y + 0.35 * body.figure.torso, 0.55),
            "hand": (*body.hand_at(), 0.35),
            "whole": (0.0, body.figure.sole / 2 - 0.3, body.figure.sole / 2 + 0.4),
        }

    def draw(self, sheet: CelSheet, pose: Pose) -> None:
        """Draw the character; the same pose gives the same drawing."""
        facing = -1.0 if pose.yaw < 0 else 1.0
        placement = sheet.placement
        sheet.placement = placement * np.array([[facing, 1.0, 1.0]])
        try:
            self._draw(Easel(sheet, self.guide, facing=facing), pose)
        finally:
            sheet.placement = placement

    def _draw(self, easel: Easel, pose: Pose) -> None:
        yaw = min(abs(pose.yaw), 1.0)
        pitch = float(np.clip(pose.pitch - 0.7 * self.body.view, -1.9, 1.9))
        turn = Turn(yaw, pitch, is_behind=pose.is_behind)
        body = self.body if pose.action is None else replace(self.body, action=action_named(pose.action))
        stance = stance_of(
            body.figure, body.action, yaw=yaw, gesture=pose.gesture, facing=easel.facing, view=body.view,
            is_behind=pose.is_behind,
        )  # fmt: skip
        draw = self._draw_behind if pose.is_behind else self._draw_front
        draw(easel, body, turn, stance, pose)

    def _draw_front(self, easel: Easel, body: BodyDesign, turn: Turn, stance: Stance, pose: Pose) -> None:
        leaning = _leaning(pose.tilt * easel.facing)
        fringe = None
        if not self.hair.bald:
            fringe = fringe_of(self.hair, turn, facing=easel.facing, sway=pose.sway)
        with laid_on(easel, leaning):
            draw_back_hair(easel, self.hair, turn, sway=pose.sway)
            draw_neck(easel, self.head, turn, width=body.figure.neck, base=body.figure.shoulder_y - 0.1)
        draw_body(easel, body, self.head, stance, pose)
        with laid_on(easel, leaning):
            if easel.sees(-0.9, -1.1, 0.9, 0.9):
                draw_far_locks(easel, self.hair, turn, facing=easel.facing)
                draw_head(easel, self.head, turn, pose, fringe=None if fringe is None else fringe.outline)
            if fringe is not None:
                draw_front_hair(easel, self.hair, turn, fringe, sway=pose.sway)
            draw_headgear(easel, self.gear, turn)
        draw_arms(easel, body, self.head, stance)

    def _draw_behind(self, easel: Easel, body: BodyDesign, turn: Turn, stance: Stance, pose: Pose) -> None:
        leaning = _leaning(pose.tilt * easel.facing)
        with laid_on(easel, leaning):
            draw_neck(easel, self.head, turn, width=body.figure.neck, base=body.figure.shoulder_y - 0.1)
        draw_body(easel, body, self.head, stance, pose)
        with laid_on(easel, leaning):
            draw_nape(easel, self.head, turn)
            if not self.hair.bald:
                fringe = fringe_of(self.hair, turn, facing=easel.facing, sway=pose.sway)
                draw_back_hair(easel, self.hair, turn, sway=pose.sway)
                draw_front_hair(easel, self.hair, turn, fringe, sway=pose.sway)
            draw_headgear(easel, self.gear, turn)
        draw_arms(easel, body, self.head, stance)


def _leaning(angle: float) -> NDArray[np.float64]:
    """The head leans about the nape."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, _NAPE * s], [s, c, _NAPE * (1 - c)]])


_NAPE = 0.5


def random_character(rng: np.random.Generator, *, ranges: DesignRanges = NATURAL) -> Subject:
    """Somebody of an anime that never was; the identity is fixed by ``rng`` here."""
    guide = random_guide(rng, ranges)
    cute = float(np.clip(rng.beta(2.0, 1.6), 0, 1))
    boyish = bool(rng.uniform() < 0.45)
    if boyish:
        cute *= 0.75
    hair = random_hair(rng, boyish=boyish, ranges=ranges)
    eyes = random_eyes(rng, hair=hair.paint.base, cute=cute, ink=guide.ink)
    beard = hair.paint if boyish else None
    head = random_head(rng, skin=_anime_skin(rng), eyes=eyes, cute=cute, beard=beard, ranges=ranges)
    body = random_body(rng, boyish=boyish, cute=cute, ranges=ranges)
    gear = random_headgear(rng, hair=hair.paint, volume=0.0 if hair.bald else hair.volume)
    return Character(guide, head, hair, body, gear)


def _anime_skin(rng: np.random.Generator) -> Paint:
    """Three of four are pale or fair, as on television."""
    if rng.uniform() < 0.28:
        return skin_paint(rng)
    return paint_from(rng, rgb(rng.uniform(0.035, 0.085), rng.uniform(0.08, 0.3), rng.uniform(0.94, 1.0)))

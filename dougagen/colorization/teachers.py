"""How each system is taught: the loss of its network, and what learns beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dougagen.colorization.config import ColorizerConfig
from dougagen.colorization.losses import (
    PatchDiscriminator,
    PretrainedFeatures,
    content_loss,
    frozen,
    like_vgg,
    line_loss,
    pixel_loss,
    pot_loss,
    style_loss,
)
from dougagen.colorization.ours import Ours
from dougagen.colorization.samples import ColorBatch
from dougagen.colorization.two_stage import TwoStage
from dougagen.training.optimizers import optimizer_of, restore_optimizer

_SEEN_CHANNELS = 7
"""Of the discriminator: the drawing before, the lines, the painted drawing."""


class Teacher:
    """The loss of a network that paints at once, and a discriminator where the options ask for one."""

    def __init__(self, config: ColorizerConfig, device: torch.device, *, half: bool) -> None:
        """Raises WeightsError where features are asked for whose weights are not installed."""
        self.config, self.device, self._half = config, device, half
        self.parts: dict[str, Tensor] = {}
        """What the last step's loss was made of."""
        asks = config.content_weight > 0 or config.style_weight > 0
        self._features = PretrainedFeatures().to(device) if asks else None
        self._critic: nn.Module | None = None
        if config.adversarial_weight > 0:
            self._critic = PatchDiscriminator(_SEEN_CHANNELS).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
            self._critic_optimizer = optimizer_of("adam", self._critic, rate=config.learning_rate)

    def loss(self, network: nn.Module, batch: ColorBatch) -> tuple[Tensor, Tensor]:
        """The loss of a step, and what was painted, float[N, 3, H, W]."""
        self.parts = {}
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._half):
            painted: Tensor = network(batch.inputs)
        painted = painted.float()
        return self._of(painted, batch.truth, batch), painted

    def learn(self, batch: ColorBatch, painted: Tensor) -> None:
        """One step of what learns beside the network, on the same drawings."""
        if self._critic is None:
            return
        real = self._odds(batch, batch.truth)
        made = self._odds(batch, painted.detach())
        loss = F.softplus(-real).mean() + F.softplus(made).mean()
        self._critic_optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._critic_optimizer.step()
        self.parts["discriminator"] = loss.detach()

    def _of(self, painted: Tensor, truth: Tensor, batch: ColorBatch) -> Tensor:
        config = self.config
        cel = (
            F.interpolate(batch.cel, painted.shape[-2:]) if painted.shape != batch.truth.shape else batch.cel
        )
        of_pixels = pixel_loss(painted, truth, cel, paper_weight=config.paper_weight)
        self.parts["pixels"] = of_pixels.detach()
        loss = config.pixel_weight * of_pixels
        if self._features is not None:
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self._half):
                found = like_vgg(self._features(painted))
                with torch.no_grad():
                    wanted = like_vgg(self._features(truth))
            content, style = content_loss(found, wanted), style_loss(found, wanted)
            self.parts |= {"content": content.detach(), "style": style.detach()}
            loss = loss + config.content_weight * content + config.style_weight * style
        if self._critic is not None:
            with frozen(self._critic):
                fooled = F.softplus(-self._odds(batch, painted)).mean()
            self.parts["adversarial"] = fooled.detach()
            loss = loss + config.adversarial_weight * fooled
        return loss

    def _odds(self, batch: ColorBatch, painted: Tensor) -> Tensor:
        """Of a painted drawing beside the one before it: two consecutive pairs."""
        assert self._critic is not None
        beside = torch.cat([batch.inputs.previous[:, :3], batch.inputs.drawn()], dim=1)
        if beside.shape[-2:] != painted.shape[-2:]:
            beside = F.interpolate(beside, painted.shape[-2:], mode="bilinear", antialias=True)
        seen = torch.cat([beside, painted], dim=1) - 0.5
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._half):
            odds: Tensor = self._critic(seen)
        return odds

    def state(self) -> dict[str, Any]:
        """Tensors and plain values."""
        if self._critic is None:
            return {}
        return {"critic": self._critic.state_dict(), "optimizer": self._critic_optimizer.state_dict()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from ``state``."""
        if self._critic is not None:
            self._critic.load_state_dict(state["critic"])
            restore_optimizer(self._critic_optimizer, state["optimizer"], fused=None)


class OursTeacher(Teacher):
    """Colours, and the pots that they were taken from."""

    def loss(self, network: nn.Module, batch: ColorBatch) -> tuple[Tensor, Tensor]:
        """Of both; what was painted is mixed from the pots."""
        assert isinstance(network, Ours)
        self.parts = {}
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._half):
            painted, odds = network.paint_and_choose(batch.inputs)
        painted = painted.float()
        of_pots = pot_loss(odds, batch, paper_weight=self.config.paper_weight)
        loss = self._of(painted, batch.truth, batch) + self.config.pot_weight * of_pots
        self.parts["pots"] = of_pots.detach()
        return loss, painted


class TwoStageTeacher(Teacher):
    """The draft, the network that paints from it, and the line detection model, each with its own loss."""

    def loss(self, network: nn.Module, batch: ColorBatch) -> tuple[Tensor, Tensor]:
        """The sum of the three; what was painted is the draft, which the discriminator judges."""
        assert isinstance(network, TwoStage)
        self.parts = {}
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._half):
            draft = network.draft(batch.inputs)
            wanted = F.interpolate(batch.truth, draft.shape[-2:], mode="bilinear", antialias=True)
            finished = network.finish(batch.inputs, _roughened(wanted))
            found = network.line_detector(batch.truth)
            lines = line_loss(network.line_detector, draft, wanted)
        of_detector = F.l1_loss(found, batch.inputs.drawn())
        of_finish = F.l1_loss(finished.float(), batch.truth)
        draft = draft.float()
        loss = self._of(draft, wanted, batch) + self.config.line_weight * lines + of_finish + of_detector
        self.parts |= {"finish": of_finish.detach(), "lines": lines.detach()}
        return loss, draft

    def learn(self, batch: ColorBatch, painted: Tensor) -> None:
        """The discriminator sees drafts."""
        small = F.interpolate(batch.truth, painted.shape[-2:], mode="bilinear", antialias=True)
        super().learn(ColorBatch(batch.inputs, small, batch.cel), painted)


def teacher_of(config: ColorizerConfig, device: torch.device, *, half: bool) -> Teacher:
    """The teacher of the configured system. Raises WeightsError."""
    kinds = {"ours": OursTeacher, "two-stage": TwoStageTeacher}
    return kinds.get(config.system, Teacher)(config, device, half=half)


def _roughened(picture: Tensor) -> Tensor:
    """A draft as bad as drafts are: colours sprayed over it, smeared, and warped."""
    count, _, height, width = picture.shape
    sprayed = torch.rand(count, 3, 6, 6, device=picture.device)
    spots = (torch.rand(count, 1, 12, 12, device=picture.device) < 0.08).float()
    size = (height, width)
    cover = F.interpolate(spots, size, mode="bilinear") * 0.8
    rough = picture + cover * (F.interpolate(sprayed, size, mode="nearest") - picture)
    smeared = F.avg_pool2d(rough, 9, stride=1, padding=4, count_include_pad=False)
    where = F.interpolate(
        (torch.rand(count, 1, 4, 4, device=picture.device) < 0.5).float(), size, mode="bilinear"
    )
    rough = rough + where * (smeared - rough)
    shifts = F.interpolate(0.06 * torch.randn(count, 2, 5, 5, device=picture.device), size, mode="bicubic")
    still = F.affine_grid(
        torch.eye(2, 3, device=picture.device).expand(count, 2, 3),
        [count, 3, height, width],
        align_corners=False,
    )
    grid = still + shifts.permute(0, 2, 3, 1)  # [N, 2, H, W] -> [N, H, W, 2]
    return F.grid_sample(rough, grid, padding_mode="border", align_corners=False)

"""Of what the sizes of a picture must be multiples, for those who run a network in torch's place."""

from __future__ import annotations

from torch import nn

from dougagen.networks.gcn import GCN, STRIDE
from dougagen.networks.thinline import ThinLineNet


def stride_of(network: nn.Module) -> int:
    """Pixels; 1 for a network that takes any size. Its own ``forward`` enlarges a picture to a multiple."""
    if isinstance(network, ThinLineNet):
        return 16 * network.config.fold
    return STRIDE if isinstance(network, GCN) else 1

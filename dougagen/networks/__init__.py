"""The architectures, a whole network per file, and safe weights. Torch only."""

from dougagen.networks.allocator import reuse_freed_memory
from dougagen.networks.area_network import (
    AREA_SHAPES,
    CEL_AREAS,
    FILL_AREAS,
    FILL_COUNT,
    AreaGraph,
    AreaNetwork,
    AreaNetworkConfig,
    AreaShape,
    joined,
)
from dougagen.networks.gcn import GCN, GCNConfig
from dougagen.networks.layers import fuse_for_inference
from dougagen.networks.lite_unet import LiteUNet, LiteUNetConfig
from dougagen.networks.locations import SHIPPED, default_models_folder, find_weights, start_weights
from dougagen.networks.pretrained import begin_from_imagenet
from dougagen.networks.registry import ARCHITECTURES, PRETRAINED, Task, build_network, network_options
from dougagen.networks.thinline import ThinLineConfig, ThinLineNet
from dougagen.networks.weights import (
    FORMAT_VERSION,
    LoadedNetwork,
    WeightsFacts,
    grown_state,
    lines_read_by,
    load_weights,
    on_disk,
    read_header,
    read_weights_facts,
    save_weights,
)
from dougagen.networks.wiring import FILL, WORKING_LINES, Wiring, logits_at_lines, synthetic_cel, wired

__all__ = [
    "ARCHITECTURES",
    "AREA_SHAPES",
    "CEL_AREAS",
    "FILL",
    "FILL_AREAS",
    "FILL_COUNT",
    "FORMAT_VERSION",
    "GCN",
    "PRETRAINED",
    "SHIPPED",
    "WORKING_LINES",
    "AreaGraph",
    "AreaNetwork",
    "AreaNetworkConfig",
    "AreaShape",
    "GCNConfig",
    "LiteUNet",
    "LiteUNetConfig",
    "LoadedNetwork",
    "Task",
    "ThinLineConfig",
    "ThinLineNet",
    "WeightsFacts",
    "Wiring",
    "begin_from_imagenet",
    "build_network",
    "default_models_folder",
    "find_weights",
    "fuse_for_inference",
    "grown_state",
    "joined",
    "lines_read_by",
    "load_weights",
    "logits_at_lines",
    "network_options",
    "on_disk",
    "read_header",
    "read_weights_facts",
    "reuse_freed_memory",
    "save_weights",
    "start_weights",
    "synthetic_cel",
    "wired",
]

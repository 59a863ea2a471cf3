"""The wiring, the batches and the failures, with networks that one can compute in the head."""

import threading
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from dougagen.errors import ConfigError, DeviceError, DomainError, WeightsError
from dougagen.networks import LoadedNetwork, Task, Wiring
from dougagen.networks.devices import chosen_device, chosen_dtype
from dougagen.reconstruction import NetworkReconstructor, ReconstructionConfig
from dougagen.reconstruction.side_by_side import Lanes

CPU = ReconstructionConfig(device="cpu", precision="fp32", refinement=None, color_cut=None)
RED, WHITE, GREY, BLACK = (255, 0, 0), (255, 255, 255), (128, 128, 128), (0, 0, 0)
no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")


class RedIsCel(nn.Module):
    """Cel where red is at its brightest."""

    def forward(self, color: torch.Tensor) -> torch.Tensor:
        is_cel = (color[:, :1] > 0.9).float() * 10
        return torch.cat([5 - is_cel, is_cel - 5], dim=1)


class ByColor(nn.Module):
    """Visible line without green, highlight fill where green is bright, book fill where it is half."""

    def forward(self, color: torch.Tensor) -> torch.Tensor:
        logits = torch.zeros(color.shape[0], 10, *color.shape[2:])
        logits[:, 1] = (color[:, 1] < 0.1).float() * 30
        logits[:, 8] = (color[:, 1] > 0.9).float() * 30
        logits[:, 9] = ((color[:, 1] - 0.5).abs() < 0.1).float() * 30
        return logits


class Overflows(ByColor):
    """As a network in half precision does."""

    def forward(self, color: torch.Tensor) -> torch.Tensor:
        return super().forward(color) * torch.inf


class RunsOutOfMemory(RedIsCel):
    """Has room for ``room`` pictures at a time."""

    def __init__(self, room: int, message: str | None = None) -> None:
        super().__init__()
        self.room, self.message, self.batches = room, message, []

    def forward(self, color: torch.Tensor) -> torch.Tensor:
        self.batches.append(len(color))
        if len(color) > self.room:
            raise (
                torch.OutOfMemoryError("CUDA out of memory")
                if self.message is None
                else RuntimeError(self.message)
            )
        return super().forward(color)


class CorrectsWhite(ByColor):
    """Draws by the picture's colour, and takes white off the mask that it is told."""

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        color, told = seen[:, 3:6], seen[:, 6:]
        white = (color.amin(dim=1, keepdim=True) > 0.9).float()
        return torch.cat([super().forward(color), told - 0.5 - white], dim=1)


def loaded(module: nn.Module, task: Task, wiring: Wiring = Wiring.SYNTHETIC_CEL) -> LoadedNetwork:
    return LoadedNetwork(
        module=module.eval(),
        name=str(task),
        task=task,
        architecture="by hand",
        classes=task.classes,
        wiring=wiring,
        facts={},
        sha256="0123456789abcdef" * 4,
    )


def by_hand(config: ReconstructionConfig = CPU, cel: nn.Module | None = None) -> NetworkReconstructor:
    return NetworkReconstructor(loaded(cel or RedIsCel(), Task.CEL), loaded(ByColor(), Task.DOUGA), config)


def picture(*rows: list[tuple[int, int, int]]) -> np.ndarray:
    return np.array(rows, np.uint8)


def test_the_douga_network_sees_the_cel_and_grey_where_it_is_not():
    """Black on the background would be a visible line: the synthetic cel takes it away."""
    [read] = by_hand().reconstruct([picture([RED, WHITE, BLACK, BLACK])])
    assert read.cel_mask.pixels.tolist() == [[True, True, False, False]]
    # The grey that stands for the background is a book fill to this network; it touches the cel, so it stays.
    assert read.douga.classes.tolist() == [[1, 8, 9, 9]]


def test_a_guided_douga_network_has_the_last_word_on_the_mask():
    networks = loaded(RedIsCel(), Task.CEL), loaded(CorrectsWhite(), Task.DOUGA, Wiring.GUIDED)
    [read] = NetworkReconstructor(*networks, CPU).reconstruct([picture([RED, WHITE, BLACK, RED])])
    assert read.cel_mask.pixels.tolist() == [[True, False, False, True]]
    assert read.douga.classes.tolist() == [[1, 0, 0, 1]]


def test_who_knows_the_cel_is_not_contradicted():
    """The cel network would take red alone; told the cel, nobody asks it."""
    color, cel = picture([RED, WHITE, BLACK, BLACK]), np.array([[False, True, True, False]])
    [read] = by_hand().drawn_within([color], [cel])
    assert read.cel_mask.pixels.tolist() == cel.tolist()
    assert read.douga.classes.tolist() == [[9, 8, 1, 9]]
    with pytest.raises(DomainError, match="cels"):
        by_hand().drawn_within([color], [cel[:, :2]])


def test_the_douga_is_refined_unless_it_is_wanted_raw():
    """A speck of highlight, one pixel on a cel of flat colour, is no area that anybody drew."""
    color = np.zeros((40, 40, 3), np.uint8)
    color[..., 0], color[..., 1] = 255, 60  # red is cel; this green is neither line nor highlight
    color[20, 20] = WHITE
    raw, refined = (
        by_hand(ReconstructionConfig(device="cpu", precision="fp32", **options)).reconstruct([color])[0]
        for options in ({"refinement": None}, {})
    )
    assert raw.douga.classes[20, 20] == 8
    assert not refined.douga.classes.any()


def test_without_a_cel_nothing_is_drawn_and_the_douga_is_sure():
    [read] = by_hand().reconstruct([picture([BLACK, GREY], [GREY, BLACK])])
    assert not read.cel_mask.pixels.any()
    assert not read.douga.classes.any()
    assert (read.cel_confidence, read.douga_confidence) == (pytest.approx(1.0, abs=1e-3), 1.0)


def test_confidences_have_four_digits_so_that_two_runs_store_the_same():
    """Float sums differ in their last bits where a machine is busy; a row must not."""
    color = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    [read] = by_hand().reconstruct([color])
    said = (read.cel_confidence, read.douga_confidence)
    assert said == tuple(round(one, 4) for one in said)
    assert all(0 < one < 1 for one in said)


def test_a_picture_of_one_pixel_is_read():
    [read] = by_hand().reconstruct([picture([RED])])
    assert (read.cel_mask.pixels.item(), read.douga.classes.item()) == (True, 1)


def test_pictures_of_mixed_sizes_come_back_in_order():
    rng = np.random.default_rng(0)
    sizes = [(3, 5), (3, 5), (2, 2), (3, 5), (3, 5), (3, 5), (3, 5)]
    pictures = [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]
    together = by_hand(ReconstructionConfig(device="cpu", batch_size=3)).reconstruct(pictures)
    for one, read in zip(pictures, together, strict=True):
        [alone] = by_hand().reconstruct([one])
        assert np.array_equal(read.cel_mask.pixels, one[..., 0] > 229)
        assert np.array_equal(read.douga.classes, alone.douga.classes)


def test_no_pictures_are_no_reconstructions():
    assert by_hand().reconstruct([]) == []


@pytest.mark.parametrize("message", [None, "[enforce fail] not enough memory: you tried to allocate 9 bytes"])
def test_a_batch_that_does_not_fit_is_halved_and_the_order_kept(message):
    cel = RunsOutOfMemory(2, message)
    reconstructor = by_hand(ReconstructionConfig(device="cpu", batch_size=8, precision="fp32"), cel)
    reconstructor._stages.lanes = Lanes(1, most=1)  # as on a GPU
    pictures = [picture([RED if n % 3 == 0 else BLACK]) for n in range(8)]
    reads = reconstructor.reconstruct(pictures)
    assert [bool(read.cel_mask.pixels.any()) for read in reads] == [n % 3 == 0 for n in range(8)]
    assert cel.batches == [8, 4, 2, 2, 4, 2, 2]
    assert reconstructor.batch_size == 2


def test_lanes_read_what_one_lane_reads_and_give_torch_its_threads_back():
    threads, rng = torch.get_num_threads(), np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (9, 12, 3), np.uint8) for _ in range(5)]
    alone, lanes = (by_hand(replace(CPU, batch_size=4)) for _ in range(2))
    alone._stages.lanes, lanes._stages.lanes = Lanes(1, most=1), Lanes(threads + 2, most=3)
    for one, other in zip(alone.reconstruct(pictures), lanes.reconstruct(pictures), strict=True):
        assert np.array_equal(one.cel_mask.pixels, other.cel_mask.pixels)
        assert np.array_equal(one.douga.classes, other.douga.classes)
        assert (one.cel_confidence, one.douga_confidence) == (other.cel_confidence, other.douga_confidence)
    assert torch.get_num_threads() == threads + 2
    torch.set_num_threads(threads)


class RoomForOne(RedIsCel):
    """Fails where two pictures are read side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.both = threading.Barrier(2)

    def forward(self, color: torch.Tensor) -> torch.Tensor:
        if threading.current_thread().name.startswith("lane"):
            self.both.wait(timeout=60)
            raise RuntimeError("not enough memory: you tried to allocate 9 bytes")
        return super().forward(color)


def test_where_two_lanes_have_no_room_one_goes_on_alone():
    reconstructor = by_hand(replace(CPU, batch_size=2), RoomForOne())
    reconstructor._stages.lanes = Lanes(2, most=2)
    read = reconstructor.reconstruct([picture([RED]), picture([BLACK])])
    assert [bool(one.cel_mask.pixels.any()) for one in read] == [True, False]
    assert reconstructor._stages.lanes.count == 1


@pytest.mark.parametrize("task", list(Task))
def test_a_network_that_says_what_is_no_number_is_one_line(task):
    networks = {Task.CEL: RedIsCel(), Task.DOUGA: ByColor(), task: Overflows()}
    pair = (loaded(networks[each], each) for each in (Task.CEL, Task.DOUGA))
    white = np.full((9, 9, 3), 255, np.uint8)
    with pytest.raises(
        WeightsError, match=f"the {task} network {task} returned values that are not numbers, in float32"
    ):
        NetworkReconstructor(*pair, CPU).reconstruct([white])


def test_no_room_for_a_single_picture_is_a_device_error():
    with pytest.raises(DeviceError, match=r"not enough memory for one picture of 2×1; use --device cpu"):
        by_hand(cel=RunsOutOfMemory(0)).reconstruct([picture([RED, RED])])


def test_another_failure_of_the_device_is_a_device_error_in_one_line():
    broken = RunsOutOfMemory(0, "CUDA error: an illegal instruction\nlong trace")
    with pytest.raises(DeviceError, match="cpu failed: CUDA error: an illegal instruction; try") as caught:
        by_hand(cel=broken).reconstruct([picture([RED])])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong", [np.zeros((2, 2), np.uint8), np.zeros((2, 2, 3), np.float32), np.zeros((0, 2, 3), np.uint8)]
)
def test_what_is_no_picture_is_refused(wrong):
    with pytest.raises(DomainError, match=r"must be uint8\[H, W, 3\]"):
        by_hand().reconstruct([wrong])


def test_a_picture_over_the_bound_is_refused():
    config = ReconstructionConfig(device="cpu", largest_picture=5)
    with pytest.raises(DomainError, match="3×2 is over the bound"):
        by_hand(config).reconstruct([np.zeros((2, 3, 3), np.uint8)])


def test_trained_files_are_loaded_and_named(models):
    reconstructor = NetworkReconstructor.load(models, CPU)
    [read] = reconstructor.reconstruct([np.full((37, 61, 3), 90, np.uint8)])
    assert read.cel_mask.pixels.shape == read.douga.classes.shape == (37, 61)
    cel, douga = reconstructor.models.split()
    assert cel.startswith("cel@")
    assert douga.startswith("douga@")
    assert reconstructor.digest_facts["cel_weights"].startswith(cel.removeprefix("cel@"))
    lanes = reconstructor._stages.lanes.count
    assert reconstructor.batch_size == (2 * lanes if lanes > 1 else 1)


def test_one_picture_reads_the_same_alone_and_in_a_batch(models):
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 256, (48, 64, 3), dtype=np.uint8) for _ in range(3)]
    one_by_one = NetworkReconstructor.load(models, CPU).reconstruct(pictures)
    config = replace(CPU, batch_size=3)
    at_once = NetworkReconstructor.load(models, config).reconstruct(pictures)
    for alone, together in zip(one_by_one, at_once, strict=True):
        assert (alone.cel_mask.pixels == together.cel_mask.pixels).mean() > 0.999
        assert (alone.douga.classes == together.douga.classes).mean() > 0.999


def test_the_digest_knows_weights_and_precision_but_not_device_or_batch(models):
    one = NetworkReconstructor.load(models, CPU).digest_facts
    two = NetworkReconstructor.load(
        models, ReconstructionConfig(device="cpu", precision="bf16", refinement=None, color_cut=None)
    ).digest_facts
    many = ReconstructionConfig(
        device="cpu",
        precision="fp32",
        batch_size=7,
        threads=torch.get_num_threads(),
        refinement=None,
        color_cut=None,
    )
    assert one == NetworkReconstructor.load(models, many).digest_facts
    assert one != two
    assert set(one) == {
        "book_odds", "cel_weights", "color_cut", "douga_weights", "precision", "refinement", "shot", "wiring",
    }  # fmt: skip
    refined = NetworkReconstructor.load(models, ReconstructionConfig(device="cpu", precision="fp32"))
    assert refined.digest_facts["refinement"] != one["refinement"] == "none"


def test_networks_in_each_others_place_are_refused(models):
    with pytest.raises(WeightsError, match="is a cel network where a douga one is needed"):
        NetworkReconstructor.load(models / "cel.safetensors", CPU)


def test_a_folder_without_weights_is_refused(tmp_path):
    with pytest.raises(WeightsError, match="no weights for the cel network"):
        NetworkReconstructor.load(tmp_path, CPU)


@no_gpu
@pytest.mark.parametrize("wanted", ["cuda", "cuda:1"])
def test_a_gpu_that_is_not_there_is_one_line_with_the_remedy(wanted):
    with pytest.raises(
        DeviceError, match=f"no usable GPU, --device {wanted} was asked for; use --device cpu"
    ):
        chosen_device(wanted)


@pytest.mark.parametrize("wanted", ["tpu", "cuda:", "cuda:x", "cuda:-1", "", "CPU"])
def test_a_device_without_meaning_is_refused(wanted):
    with pytest.raises(DeviceError, match="unknown device"):
        chosen_device(wanted)


@no_gpu
def test_auto_is_the_cpu_where_there_is_no_gpu():
    assert chosen_device("auto").type == "cpu"


def test_half_precision_on_a_cpu_is_refused():
    with pytest.raises(DeviceError, match="half precision needs a GPU"):
        chosen_dtype("fp16", torch.device("cpu"))


def test_auto_precision_is_half_on_a_gpu():
    assert chosen_dtype("auto", torch.device("cuda", 0)) is torch.float16


@pytest.mark.parametrize("options", [{"precision": "fp8"}, {"batch_size": -1}, {"largest_picture": 0}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(ConfigError):
        ReconstructionConfig(**options)

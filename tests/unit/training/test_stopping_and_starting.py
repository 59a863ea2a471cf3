"""A run ends cleanly when it is asked to, starts from weights, and goes on elsewhere."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace

import pytest
import torch

from dougagen.errors import ConfigError, Stopped, WeightsError, unwind
from dougagen.networks import ARCHITECTURES, Wiring, load_weights
from dougagen.training import loop, run, train
from dougagen.training.batches import make_batch
from dougagen.training.learner import Learner, require_channels_last
from dougagen.training.log import read_rows
from dougagen.training.signals import WholeSteps


@pytest.fixture
def as_the_command_line() -> Iterator[None]:
    before = {number: signal.signal(number, unwind) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


# ---- stopping ----------------------------------------------------------------------------------------
def test_a_signal_within_a_step_waits_for_its_end(as_the_command_line):
    reached = []

    def step() -> None:
        with signals.whole():
            signal.raise_signal(signal.SIGTERM)
            reached.append("the end of the step")
        reached.append("the next step")

    with WholeSteps() as signals, pytest.raises(Stopped):
        step()
    assert reached == ["the end of the step"]


def test_a_signal_between_steps_comes_at_once(as_the_command_line):
    with WholeSteps(), pytest.raises(Stopped):
        signal.raise_signal(signal.SIGTERM)


def test_handlers_are_given_back():
    # A shell lets its background jobs ignore SIGINT, and what is ignored stays so: a handler must be there.
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with WholeSteps():
            assert signal.getsignal(signal.SIGINT) != signal.default_int_handler
        assert signal.getsignal(signal.SIGINT) == signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, inherited)


def test_a_terminated_run_leaves_a_checkpoint_of_the_step_it_was_in(
    as_the_command_line, discs, small, tmp_path
):
    def terminate(progress) -> None:
        if progress.step == 2:
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(Stopped) as stopped:
        train(small(), discs, out=tmp_path, progress=terminate)
    assert stopped.value.number == signal.SIGTERM
    seen = []
    assert train(small(), discs, out=tmp_path, progress=seen.append).is_finished
    assert [row.step for row in seen] == [3, 4]


def test_stop_after_ends_a_run_with_a_checkpoint_and_the_same_call_goes_on(
    discs, small, tmp_path, monkeypatch
):
    with monkeypatch.context() as patched:  # a clock that goes on by a second whenever somebody looks at it
        clock = SimpleNamespace(monotonic=count(0.0).__next__)
        for module in (loop, run):
            patched.setattr(module, "time", clock)
        first = train(small(steps=100_000, log_steps=1_000_000), discs, out=tmp_path, stop_after=30)
    assert not first.is_finished
    assert read_rows(first.log)[-1]["step"] == str(first.steps)
    assert 0 < first.steps < 100_000
    assert load_weights(first.weights).facts["steps"] == str(first.steps)
    seen = []
    second = train(small(steps=first.steps + 1), discs, out=tmp_path, progress=seen.append)
    assert [row.step for row in seen] == [first.steps + 1]
    assert second.is_finished
    assert not (tmp_path / "cel.checkpoint").exists()
    with pytest.raises(ConfigError, match="no time to learn; give it more than 20 s"):
        train(small(), discs, out=tmp_path, stop_after=19)


# ---- starting ----------------------------------------------------------------------------------------
def test_a_run_begins_with_the_weights_that_it_is_given(discs, small, tmp_path):
    given = load_weights(train(small(), discs, out=tmp_path).weights)
    learner = Learner(small(seed=9), discs.class_frequencies(), start=given)
    for held in (learner.network.state_dict(), learner.average.state_dict()):
        assert all(torch.equal(held[name], tensor) for name, tensor in given.module.state_dict().items())
    assert learner.started_from == f"cel@{given.sha256[:8]}"
    other = Learner(small(seed=9), discs.class_frequencies(), start=None)
    kernel = next(iter(given.module.state_dict()))
    assert not torch.equal(other.network.state_dict()[kernel], given.module.state_dict()[kernel])


def test_weights_of_another_task_or_size_are_refused_in_a_line(discs, small, tmp_path):
    given = load_weights(train(small(steps=1), discs, out=tmp_path).weights)
    with pytest.raises(ConfigError, match="cannot start from cel: it is a cel network") as raised:
        train(small("douga"), discs, out=tmp_path, start=given)
    assert "\n" not in str(raised.value)
    wider = {"widths": [8, 8, 8, 16], "context_width": 8, "context_blocks": 1}
    with pytest.raises(WeightsError, match="cannot start from cel: its thinline network has other sizes"):
        train(small(network=wider), discs, out=tmp_path, start=given)


def test_a_run_does_not_go_on_from_the_checkpoint_of_one_that_began_otherwise(discs, small, tmp_path):
    given = load_weights(train(small(steps=1), discs, out=tmp_path / "a").weights)

    def interrupt(progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(small(), discs, out=tmp_path / "b", progress=interrupt)
    with pytest.raises(WeightsError, match=r'another configuration \(started_from: "" there, "cel@'):
        train(small(), discs, out=tmp_path / "b", start=given)


# ---- going on elsewhere ------------------------------------------------------------------------------
def test_the_state_of_a_gpu_goes_on_here(discs, small, tmp_path):
    """There the optimiser is fused, and says so in what it saves."""
    config, frequencies = small(), discs.class_frequencies()
    batch = make_batch(config, discs, 0)
    learner = Learner(config, frequencies, start=None)
    learner.learn_from(batch, step=0, rate=0.01)
    torch.save(learner.state(), tmp_path / "state")
    ends = []
    for fused in (None, True):
        state = torch.load(tmp_path / "state", weights_only=True)
        for group in state["optimizer"]["param_groups"]:
            group["fused"] = fused
        other = Learner(config, frequencies, start=None)
        other.restore(state)
        other.learn_from(batch, step=1, rate=0.01)
        assert all(group["fused"] is None for group in other.state()["optimizer"]["param_groups"])
        ends.append(other.average.state_dict())
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


# ---- channels_last ---------------------------------------------------------------------------------
@pytest.mark.parametrize("architecture", list(ARCHITECTURES))
def test_every_architecture_is_trained_in_channels_last(architecture, discs, small):
    config = small(architecture=architecture, network={})
    learner = Learner(config, discs.class_frequencies(), start=None)
    formats: list[bool] = []
    learner.network.register_forward_pre_hook(
        lambda _, inputs: formats.append(inputs[0].is_contiguous(memory_format=torch.channels_last))
    )
    learner.learn_from(make_batch(config, discs, 0), step=0, rate=0.01)
    assert formats == [True]
    for network in (learner.network, learner.average):
        require_channels_last(network)


@pytest.mark.parametrize("wiring", list(Wiring))
def test_every_wiring_is_read_in_channels_last(wiring, discs, small):
    config = small("douga", wiring=str(wiring))
    learner = Learner(config, discs.class_frequencies(), start=None)
    formats: list[bool] = []
    learner.network.register_forward_pre_hook(
        lambda _, inputs: formats.append(inputs[0].is_contiguous(memory_format=torch.channels_last))
    )
    learner.learn_from(make_batch(config, discs, 0), step=0, rate=0.01)
    assert formats == [True]


def test_a_network_in_another_order_is_refused():
    network = torch.nn.Conv2d(4, 4, 3)
    with pytest.raises(ConfigError, match="'weight' is not in channels_last"):
        require_channels_last(network)
    require_channels_last(network.to(memory_format=torch.channels_last))

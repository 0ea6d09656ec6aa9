"""Many runs at once: equal to one after the other, whatever their widths, and each diverging on its own."""

from __future__ import annotations

import numpy as np
import pytest

import nnlib
from nnlib import Adam, CosineDecay, GradientDescent, Momentum, mlp, train, train_many

RNG = np.random.default_rng
day = nnlib.data.temperatures("1981-07-05")
X = nnlib.StandardScaler().fit(day.hours).transform(day.hours)[:, np.newaxis]
Y = nnlib.StandardScaler().fit(day.celsius).transform(day.celsius)


def both_ways(nets, optimizers, X, y, epochs, loss="mse", l2=0.0):
    """The same runs at once and one after the other; ``nets`` and ``optimizers`` make them anew."""
    results = []
    for at_once in (True, False):
        networks, rules = nets(), optimizers()
        if at_once:
            histories = train_many(networks, X, y, optimizers=rules, epochs=epochs, loss=loss, l2=l2)
        else:
            histories = [
                train(net, X, y, optimizer=rule, epochs=epochs, loss=loss, l2=l2)
                for net, rule in zip(networks, rules, strict=True)
            ]
        results.append((networks, rules, histories))
    return results


def assert_same(results, atol=1e-12):
    (nets, rules, histories), (nets_1, rules_1, histories_1) = results
    for net, net_1 in zip(nets, nets_1, strict=True):
        np.testing.assert_allclose(net.params, net_1.params, atol=atol)
    for rule, rule_1 in zip(rules, rules_1, strict=True):
        assert rule.iterations == rule_1.iterations
        assert rule.rate == pytest.approx(rule_1.rate, rel=1e-12)
        for name, values in rule.memory.items():
            np.testing.assert_allclose(values, rule_1.memory[name], atol=atol)
    for history, history_1 in zip(histories, histories_1, strict=True):
        np.testing.assert_allclose(history.loss, history_1.loss, atol=atol)
        assert history.explanation == history_1.explanation
        assert history.diverged_at == history_1.diverged_at


def test_learning_rates_and_widths_of_a_slider_grid():
    rates, widths = [0.003, 0.006, 0.0125, 0.025, 0.05, 0.1], [1, 2, 4, 8, 16]
    assert_same(
        both_ways(
            lambda: [mlp([1, width, 1], seed=width) for _ in rates for width in widths],
            lambda: [GradientDescent(rate) for rate in rates for _ in widths],
            X, Y, epochs=2000,
        )
    )  # fmt: skip


@pytest.mark.parametrize("loss", ["mse", "mae", "huber", "cross_entropy"])
@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "softmax", "leaky_relu"])
def test_deep_networks_of_several_outputs(loss, activation):
    X = RNG(0).normal(size=(40, 3))
    widths = (4, 4, 4) if activation == "softmax" else (2, 5, 1)
    y = np.arange(40) % 3 if loss == "cross_entropy" else RNG(1).normal(size=(40, 3))
    assert_same(
        both_ways(
            lambda: [mlp([3, width, 2 * width + 1, 3], activation, seed=seed) for seed, width in enumerate(widths)],
            lambda: [Momentum(CosineDecay(rate, 80)) for rate in (0.02, 0.05, 0.01)],
            X, y, epochs=100, loss=loss,
        )
    )  # fmt: skip


def test_a_penalty_on_the_weights():
    assert_same(
        both_ways(
            lambda: [mlp([1, width, 3, 1], seed=width) for width in (5, 2, 5)],
            lambda: [Adam(rate) for rate in (0.01, 0.02, 0.03)],
            X, Y, epochs=50, l2=0.1,
        )
    )  # fmt: skip


def test_binary_labels_and_float32():
    labels = (X[:, 0] > 0.3).astype(int)
    assert_same(
        both_ways(
            lambda: [mlp([1, width, 1], seed=0, dtype="float32") for width in (3, 6)],
            lambda: [GradientDescent(0.5), GradientDescent(0.1)],
            X, labels, epochs=100, loss="binary_cross_entropy",
        ),
        atol=2e-5,
    )  # fmt: skip


def test_a_run_that_diverges_stops_alone():
    def nets():
        return [mlp([1, 4, 1], seed=seed) for seed in range(3)]

    with pytest.warns(nnlib.DivergenceWarning) as caught:
        at_once, one_by_one = both_ways(nets, lambda: [Momentum(0.05), Momentum(30.0), Momentum(0.02)], X, Y, 300)
    assert [history.diverged for history in at_once[2]] == [False, True, False]
    assert str(caught[0].message).startswith("1 of 3 runs diverged; run 1: Training diverged at epoch ")
    scale = [max(1, np.abs(net.params).max()) for net in one_by_one[0]]
    for net, net_1, by in zip(at_once[0], one_by_one[0], scale, strict=True):
        np.testing.assert_allclose(net.params / by, net_1.params / by, atol=1e-12)
    for rule, rule_1 in zip(at_once[1], one_by_one[1], strict=True):
        assert rule.iterations == rule_1.iterations
        np.testing.assert_allclose(rule.memory["velocity"], rule_1.memory["velocity"], rtol=1e-9, atol=1e-12)
    for history, history_1 in zip(at_once[2], one_by_one[2], strict=True):
        np.testing.assert_allclose(history.loss, history_1.loss, rtol=1e-9, atol=1e-12)
        assert history.explanation == history_1.explanation


def test_training_can_go_on_where_it_stopped():
    nets, rules = [mlp([1, w, 1], seed=0) for w in (2, 5)], [Adam(0.001), Adam(0.002)]
    for _ in range(2):
        train_many(nets, X, Y, optimizers=rules, epochs=30)
    for width, rate, net in zip((2, 5), (0.001, 0.002), nets, strict=True):
        straight = mlp([1, width, 1], seed=0)
        train(straight, X, Y, optimizer=Adam(rate), epochs=60)
        np.testing.assert_allclose(net.params, straight.params, atol=1e-12)


def test_ctrl_c_keeps_what_was_learned(monkeypatch):
    nets, rules = [mlp([1, w, 1], seed=0) for w in (2, 5)], [GradientDescent(0.05), GradientDescent(0.02)]
    step = GradientDescent.step

    def interrupting(self, params, grads):
        step(self, params, grads)
        if self.iterations == 6:
            raise KeyboardInterrupt

    monkeypatch.setattr(GradientDescent, "step", interrupting)
    histories = train_many(nets, X, Y, optimizers=rules, epochs=100)
    monkeypatch.undo()
    for width, rate, net, history in zip((2, 5), (0.05, 0.02), nets, histories, strict=True):
        assert history.interrupted
        assert history.epochs == 5
        straight = mlp([1, width, 1], seed=0)
        train(straight, X, Y, optimizer=GradientDescent(rate), epochs=6)
        np.testing.assert_allclose(net.params, straight.params, atol=1e-12)

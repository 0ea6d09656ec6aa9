"""Optimisers: each against its formulas, written out in closed form or step by step without in-place tricks."""

from __future__ import annotations

import numpy as np
import pytest

import nnlib
from nnlib import Adam, AdamW, GradientDescent, Momentum, Nesterov, RMSProp

RATE = 0.03


def plain(gradients, theta):
    for g in gradients:
        theta = theta - RATE * g
    return theta


def momentum(gradients, theta, mu=0.9):
    # The velocity after step t is the sum of mu^(t-s) g_s.
    for t in range(len(gradients)):
        theta = theta - RATE * sum(mu ** (t - s) * gradients[s] for s in range(t + 1))
    return theta


def nesterov(gradients, theta, mu=0.9):
    for t, g in enumerate(gradients):
        velocity = sum(mu ** (t - s) * gradients[s] for s in range(t + 1))
        theta = theta - RATE * (g + mu * velocity)
    return theta


def moving_mean(values, t, decay):
    """The exponential mean of the values up to t, started at zero."""
    return sum((1 - decay) * decay ** (t - s) * values[s] for s in range(t + 1))


def rmsprop(gradients, theta, decay=0.99, epsilon=1e-8):
    for t, g in enumerate(gradients):
        theta = theta - RATE * g / (np.sqrt(moving_mean(gradients**2, t, decay)) + epsilon)
    return theta


def adam(gradients, theta, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.0):
    for t in range(len(gradients)):
        theta = theta * (1 - RATE * weight_decay)
        mean = moving_mean(gradients, t, beta1) / (1 - beta1 ** (t + 1))
        square = moving_mean(gradients**2, t, beta2) / (1 - beta2 ** (t + 1))
        theta = theta - RATE * mean / (np.sqrt(square) + epsilon)
    return theta


def adamw(gradients, theta):
    return adam(gradients, theta, weight_decay=1e-2)


RULES = {
    GradientDescent: plain,
    Momentum: momentum,
    Nesterov: nesterov,
    RMSProp: rmsprop,
    Adam: adam,
    AdamW: adamw,
}


@pytest.mark.parametrize("rule", RULES)
def test_steps_equal_the_formula(rule):
    rng = np.random.default_rng(0)
    gradients, theta = rng.normal(size=(40, 7)) * 10.0 ** rng.integers(-3, 3, size=7), rng.normal(size=7)
    params, optimizer = theta.copy(), rule(RATE)
    for g in gradients:
        kept = g.copy()
        optimizer.step(params, g)
        np.testing.assert_array_equal(g, kept)
    np.testing.assert_allclose(params, RULES[rule](gradients, theta), rtol=1e-11, atol=1e-13)
    assert optimizer.iterations == 40


@pytest.mark.parametrize("rule", RULES)
def test_float32_stays_float32(rule):
    params = np.ones(3, np.float32)
    optimizer = rule(RATE)
    optimizer.step(params, np.ones(3, np.float32))
    assert params.dtype == np.float32
    assert all(array.dtype == np.float32 for array in optimizer.memory.values())


@pytest.mark.parametrize("rule", RULES)
def test_other_parameters_begin_anew(rule):
    used, fresh = rule(RATE), rule(RATE)
    used.step(np.ones(5), np.ones(5))
    a, b = np.ones(3), np.ones(3)
    used.step(a, np.full(3, 2.0))
    fresh.step(b, np.full(3, 2.0))
    np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("rule", RULES)
def test_every_optimizer_trains_the_day(rule):
    day = nnlib.data.temperatures("1981-07-05")
    X = nnlib.StandardScaler().fit(day.hours).transform(day.hours)[:, np.newaxis]
    y = nnlib.StandardScaler().fit(day.celsius).transform(day.celsius)
    net = nnlib.mlp([1, 4, 1], seed=0)
    rate = 0.1 if rule is GradientDescent else 0.01
    history = nnlib.train(net, X, y, optimizer=rule(rate), epochs=3000)
    assert history.loss[-1] < 0.02 < history.loss[0]


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: Momentum(0.1, momentum=1), ValueError, "momentum: expected a number from 0 to below 1, got 1"),
        (lambda: Momentum(0.1, momentum="0.9"), TypeError, "momentum: expected a number from 0 to below 1, got str"),
        (lambda: Nesterov(-1), ValueError, "learning_rate: expected a positive, finite number, got -1.0"),
        (lambda: RMSProp(0.1, decay=-0.1), ValueError, "decay: expected a number from 0 to below 1, got -0.1"),
        (lambda: RMSProp(0.1, epsilon=0), ValueError, "epsilon: expected a positive, finite number, got 0.0"),
        (lambda: Adam(beta1=1.5), ValueError, "beta1: expected a number from 0 to below 1, got 1.5"),
        (lambda: Adam(beta2=float("nan")), ValueError, "beta2: expected a number from 0 to below 1, got nan"),
        (lambda: Adam(beta2=True), TypeError, "beta2: expected a number from 0 to below 1, got bool True"),
        (lambda: AdamW(weight_decay=0), ValueError, "weight_decay: expected a positive, finite number, got 0.0"),
    ],
)
def test_bad_settings(make, kind, text):
    with pytest.raises(kind) as caught:
        make()
    assert text in str(caught.value)

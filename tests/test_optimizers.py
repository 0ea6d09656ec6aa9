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


def polyak(gradients, theta, momentum=0.9):
    # The velocity after step t is the sum of momentum^(t-s) g_s.
    for t in range(len(gradients)):
        theta = theta - RATE * sum(momentum ** (t - s) * gradients[s] for s in range(t + 1))
    return theta


def nesterov(gradients, theta, momentum=0.9):
    for t, g in enumerate(gradients):
        velocity = sum(momentum ** (t - s) * gradients[s] for s in range(t + 1))
        theta = theta - RATE * (g + momentum * velocity)
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


def adamw(gradients, theta, weight_decay=1e-2, **settings):
    return adam(gradients, theta, weight_decay=weight_decay, **settings)


RULES = {
    GradientDescent: plain,
    Momentum: polyak,
    Nesterov: nesterov,
    RMSProp: rmsprop,
    Adam: adam,
    AdamW: adamw,
}


# Each rule as it comes and with every setting changed, beside its formula with the same settings.
SETTINGS = [
    (GradientDescent, {}),
    (Momentum, {}),
    (Momentum, {"momentum": 0.5}),
    (Momentum, {"momentum": 0}),
    (Nesterov, {}),
    (Nesterov, {"momentum": 0.5}),
    (RMSProp, {}),
    (RMSProp, {"decay": 0.7}),
    (RMSProp, {"epsilon": 0.5}),
    (Adam, {}),
    (Adam, {"beta1": 0.6}),
    (Adam, {"beta2": 0.7}),
    (Adam, {"epsilon": 0.5}),
    (AdamW, {}),
    (AdamW, {"weight_decay": 0.5}),
    (AdamW, {"beta1": 0.6, "beta2": 0.7, "epsilon": 0.5}),
]


@pytest.mark.parametrize(("rule", "arguments"), SETTINGS)
def test_steps_equal_the_formula(rule, arguments):
    rng = np.random.default_rng(0)
    gradients, theta = rng.normal(size=(40, 7)) * 10.0 ** rng.integers(-3, 3, size=7), rng.normal(size=7)
    params, optimizer = theta.copy(), rule(RATE, **arguments)
    for g in gradients:
        kept = g.copy()
        optimizer.step(params, g)
        np.testing.assert_array_equal(g, kept)
    np.testing.assert_allclose(params, RULES[rule](gradients, theta, **arguments), rtol=1e-11, atol=1e-13)
    assert optimizer.iterations == 40
    assert optimizer.rate == RATE


# What the formulas mean, in closed form


def steps(optimizer, theta, gradients):
    params = np.array(theta, float)
    for g in gradients:
        optimizer.step(params, np.asarray(g, float))
    return params


def test_gradient_descent_in_a_valley():
    """For L = λθ²/2 the parameter after k steps is (1 - ηλ)ᵏ times the first one, for each curvature λ on its own."""
    curvatures, params, rule = np.array([0.1, 1.0, 10.0, 19.0]), np.ones(4), GradientDescent(0.1)
    for _ in range(25):
        rule.step(params, curvatures * params)
    np.testing.assert_allclose(params, (1 - 0.1 * curvatures) ** 25, rtol=1e-12)


def test_momentum_under_a_steady_gradient():
    """The velocity after t steps of the gradient g is g (1 - μᵗ) / (1 - μ); Nesterov is one step ahead of it."""
    t, mu = np.arange(1, 31), 0.9
    velocity = 2.0 * (1 - mu**t) / (1 - mu)
    ahead = 2.0 * (1 - mu ** (t + 1)) / (1 - mu)
    np.testing.assert_allclose(steps(Momentum(0.1), [1.0], [[2.0]] * 30), 1 - 0.1 * velocity.sum(), rtol=1e-13)
    np.testing.assert_allclose(steps(Nesterov(0.1), [1.0], [[2.0]] * 30), 1 - 0.1 * ahead.sum(), rtol=1e-13)


@pytest.mark.parametrize("rule", [Momentum, Nesterov])
def test_no_momentum_is_gradient_descent(rule):
    gradients = np.random.default_rng(1).normal(size=(9, 4))
    plain_descent = steps(GradientDescent(0.1), np.ones(4), gradients)
    np.testing.assert_allclose(steps(rule(0.1, momentum=0), np.ones(4), gradients), plain_descent, rtol=1e-14)


def test_steps_of_adam_under_a_steady_gradient_are_the_rate():
    """The corrected means of a constant are that constant, from the first step on, whatever its size."""
    for g in (1e-3, -5.0, 1e6):
        walked = steps(Adam(0.01, epsilon=1e-30), [0.0], [[g]] * 20)
        np.testing.assert_allclose(walked, -20 * 0.01 * np.sign(g), rtol=1e-12)


@pytest.mark.parametrize("rule", [RMSProp, Adam, AdamW])
def test_the_size_of_the_gradients_does_not_matter(rule):
    gradients = np.random.default_rng(2).normal(size=(15, 3))
    small, large = (steps(rule(0.01, epsilon=1e-30), np.ones(3), scale * gradients) for scale in (1e-3, 1e3))
    np.testing.assert_allclose(small, large, rtol=1e-12)


def test_adam_without_memory_is_rmsprop_without_memory():
    """Both step by η g / (|g| + ε) then."""
    gradients = np.random.default_rng(3).normal(size=(8, 3))
    by_hand = 1 - (0.1 * gradients / (np.abs(gradients) + 0.01)).sum(axis=0)
    np.testing.assert_allclose(steps(RMSProp(0.1, 0, 0.01), np.ones(3), gradients), by_hand, rtol=1e-13)
    np.testing.assert_allclose(steps(Adam(0.1, 0, 0, 0.01), np.ones(3), gradients), by_hand, rtol=1e-13)


def test_weight_decay_alone_shrinks_by_the_same_share_each_step():
    """Without a gradient θ becomes (1 - ηλ)ᵗ θ; the gradient's mean and mean square feel nothing of it."""
    rule = AdamW(0.1, weight_decay=0.5)
    np.testing.assert_allclose(steps(rule, [2.0, -3.0], np.zeros((12, 2))), 0.95**12 * np.array([2.0, -3.0]))
    assert not rule.memory["mean"].any()
    assert not rule.memory["square"].any()


@pytest.mark.parametrize("rule", RULES)
def test_without_a_gradient_nothing_moves_at_first(rule):
    walked = steps(rule(0.1), [2.0, -3.0], np.zeros((3, 2)))
    np.testing.assert_allclose(walked, [2.0, -3.0], rtol=0 if rule is not AdamW else 0.01)


@pytest.mark.parametrize("rule", RULES)
def test_every_parameter_is_on_its_own(rule):
    gradients, theta = np.random.default_rng(4).normal(size=(10, 3)), np.array([1.0, -2.0, 0.5])
    together = steps(rule(0.05), theta, gradients)
    alone = [steps(rule(0.05), theta[i : i + 1], gradients[:, i : i + 1])[0] for i in range(3)]
    np.testing.assert_allclose(together, alone, rtol=1e-15)


@pytest.mark.parametrize("rule", RULES)
def test_the_rate_may_be_changed_between_steps(rule):
    """A parameter with the rate changed half-way ends where the formula of one step after the other leads."""
    params, optimizer = np.ones(2), rule(0.1)
    optimizer.step(params, np.array([1.0, -2.0]))
    first = params.copy()
    optimizer.learning_rate = 1e-300
    optimizer.step(params, np.array([1.0, -2.0]))
    assert optimizer.rate == 1e-300
    np.testing.assert_array_equal(params, first)


@pytest.mark.parametrize("rule", RULES)
def test_it_goes_on_from_what_it_remembers(rule):
    gradients = np.random.default_rng(5).normal(size=(12, 3))
    whole, a, b = rule(0.05), rule(0.05), rule(0.05)
    half = steps(a, np.ones(3), gradients[:6])
    b.begin(half, a.iterations, {name: values.copy() for name, values in a.memory.items()})
    assert b.iterations == 6
    np.testing.assert_array_equal(steps(b, half, gradients[6:]), steps(whole, np.ones(3), gradients))


@pytest.mark.parametrize(
    ("optimizer", "shown"),
    [
        (GradientDescent(0.1), "GradientDescent(0.1)"),
        (GradientDescent(0.1 + 0.2), "GradientDescent(0.3)"),  # not 0.30000000000000004
        (Adam(), "Adam(0.001)"),
        (AdamW(1e-5), "AdamW(1e-05)"),
        (Nesterov(nnlib.StepDecay(1.0, every=5)), "Nesterov(StepDecay(initial=1, every=5, factor=0.1))"),
    ],
)
def test_it_shows_its_rate(optimizer, shown):
    assert repr(optimizer) == shown


@pytest.mark.parametrize("rule", RULES)
def test_float32_stays_float32(rule):
    params = np.ones(3, np.float32)
    optimizer = rule(RATE)
    optimizer.step(params, np.ones(3, np.float32))
    assert params.dtype == np.float32
    assert all(array.dtype == np.float32 for array in optimizer.memory.values())


@pytest.mark.parametrize("before", [np.ones(5), np.ones(3, np.float32)], ids=["of another size", "of another type"])
@pytest.mark.parametrize("rule", RULES)
def test_other_parameters_begin_anew(rule, before):
    used, fresh = rule(RATE), rule(RATE)
    used.step(before, before.copy())
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
        (lambda: Adam(epsilon=-1e-8), ValueError, "epsilon: expected a positive, finite number, got -1e-08"),
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

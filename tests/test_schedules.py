"""Learning-rate schedules in closed form and at work in an optimiser, and the clipping of gradients."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnlib
from nnlib import Adam, AdamW, CosineDecay, GradientDescent, Momentum, Nesterov, RMSProp, StepDecay, WarmUp, losses, mlp
from nnlib.schedules import Schedule

RNG = np.random.default_rng
positive = st.floats(1e-6, 1e3)
counts = st.integers(1, 50)


# Closed forms


@given(initial=positive, every=counts, factor=st.floats(0.01, 1.5), step=st.integers(0, 200))
@settings(max_examples=100, deadline=None)
def test_step_decay_multiplies_every_so_many_steps(initial, every, factor, step):
    rate = StepDecay(initial, every=every, factor=factor)
    by_hand = initial
    for t in range(1, step + 1):
        if t % every == 0:
            by_hand *= factor
    assert rate(step) == pytest.approx(by_hand, rel=1e-12)


def test_step_decay_is_by_ten_unless_told():
    assert [round(StepDecay(1.0, every=2)(t), 12) for t in range(5)] == [1, 1, 0.1, 0.1, 0.01]


@given(initial=positive, steps=counts, final=st.floats(0, 0.99))
@settings(max_examples=100, deadline=None)
def test_cosine_decay_falls_from_the_first_to_the_final_rate_and_stays(initial, steps, final):
    rate = CosineDecay(initial, steps, final)
    rates = np.array([rate(t) for t in range(steps + 3)])
    assert rates[0] == pytest.approx(initial, rel=1e-14)
    np.testing.assert_allclose(rates[steps:], initial * final, rtol=1e-12, atol=1e-15 * initial)
    assert (np.diff(rates) <= 0).all()
    assert (np.diff(rates[: steps + 1]) < 0).all()
    # Half a cosine is odd about its middle: rates as far from both ends add up to the sum of the ends.
    np.testing.assert_allclose(rates[: steps + 1] + rates[steps::-1], initial * (1 + final), rtol=1e-12)
    third = CosineDecay(initial, 3 * steps, final)(steps)  # cos(60°) = 1/2
    assert third == pytest.approx(initial * (final + (1 - final) * 0.75), rel=1e-12)


def test_cosine_decay_goes_to_zero_unless_told():
    assert CosineDecay(0.4, steps=10)(10) == 0


@given(steps=counts, rate=positive)
@settings(max_examples=50, deadline=None)
def test_warm_up_is_a_straight_line_that_arrives(steps, rate):
    rates = [WarmUp(steps, then=rate)(t) for t in range(steps + 3)]
    np.testing.assert_allclose(rates[:steps], rate * np.arange(1, steps + 1) / steps, rtol=1e-12)
    assert rates[steps - 1 :] == [rate] * 4


@pytest.mark.parametrize("then", [StepDecay(0.8, every=3), CosineDecay(0.8, steps=9, final=0.1), WarmUp(4, 0.8)])
def test_warm_up_goes_on_with_what_follows(then):
    rate = WarmUp(5, then=then)
    assert [rate(t) for t in range(5, 20)] == [then(t) for t in range(15)]
    assert rate(4) == then(0)
    assert rate(0) == pytest.approx(then(0) / 5)


def test_schedules_show_their_settings():
    assert repr(StepDecay(0.8, every=10, factor=0.5)) == "StepDecay(initial=0.8, every=10, factor=0.5)"
    assert repr(CosineDecay(0.8, steps=10)) == "CosineDecay(initial=0.8, steps=10, final=0)"
    assert repr(WarmUp(3, StepDecay(1, 2))) == "WarmUp(steps=3, then=StepDecay(initial=1, every=2, factor=0.1))"
    assert repr(Adam(WarmUp(3, 0.5))) == "Adam(WarmUp(steps=3, then=0.5))"


# In an optimiser


@pytest.mark.parametrize("rule", [GradientDescent, Momentum, Nesterov, RMSProp, Adam, AdamW])
def test_a_schedule_is_the_rate_of_each_step(rule):
    """Steps with a schedule are those of an optimiser whose rate is set anew, by hand, before each of them."""
    schedule = WarmUp(3, then=CosineDecay(0.1, steps=8, final=0.2))
    scheduled, by_hand = rule(schedule), rule(99.0)
    a, b = np.ones(4), np.ones(4)
    assert scheduled.rate == schedule(0)
    for step, g in enumerate(RNG(0).normal(size=(15, 4))):
        by_hand.learning_rate = schedule(step)
        scheduled.step(a, g)
        by_hand.step(b, g)
        assert scheduled.rate == by_hand.rate == schedule(step)
        assert scheduled.iterations == step + 1
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("rule", [GradientDescent, Momentum, Nesterov, RMSProp, Adam, AdamW])
def test_a_constant_schedule_is_a_plain_number(rule):
    class Same(Schedule):
        def __call__(self, step):
            return 0.1

    a, b, scheduled, plain = np.ones(4), np.ones(4), rule(Same()), rule(0.1)
    for g in RNG(1).normal(size=(5, 4)):
        scheduled.step(a, g)
        plain.step(b, g)
    np.testing.assert_array_equal(a, b)


def test_other_parameters_start_the_schedule_anew():
    rule = GradientDescent(StepDecay(1.0, every=1, factor=0.5))
    for _ in range(3):
        rule.step(np.ones(2), np.ones(2))
    params = np.zeros(3)
    rule.step(params, np.ones(3))
    np.testing.assert_array_equal(params, -1)


@pytest.mark.parametrize(("batch_size", "steps"), [(None, 4), (4, 4 * 3), (10, 4)])
def test_training_counts_updates_not_epochs(batch_size, steps):
    asked = []

    class Asked(Schedule):
        def __call__(self, step):
            asked.append(step)
            return 0.01

    X = RNG(0).normal(size=(10, 1))
    rule = GradientDescent(Asked())
    asked.clear()
    nnlib.train(mlp([1, 2, 1], seed=0), X, X, optimizer=rule, epochs=4, batch_size=batch_size, seed=0)
    assert asked == list(range(steps))
    assert rule.iterations == steps


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: StepDecay(0, every=3), ValueError, "initial: expected a positive, finite number, got 0.0"),
        (lambda: StepDecay(0.1, every=0), ValueError, "every: expected at least 1, got 0"),
        (
            lambda: StepDecay(0.1, every=3, factor=-1),
            ValueError,
            "factor: expected a positive, finite number, got -1.0",
        ),
        (lambda: CosineDecay(math.inf, steps=3), ValueError, "initial: expected a positive, finite number, got inf"),
        (lambda: CosineDecay(0.1, steps=2.5), TypeError, "steps: expected an integer, got float 2.5"),
        (lambda: CosineDecay(0.1, steps=3, final=1), ValueError, "final: expected a number from 0 to below 1, got 1.0"),
        (lambda: WarmUp(0, then=0.1), ValueError, "steps: expected at least 1, got 0"),
        (lambda: WarmUp(5, then="0.1"), TypeError, "then: expected a positive number, got str '0.1'"),
        (lambda: Adam(None), TypeError, "learning_rate: expected a positive number, got NoneType None"),
    ],
)
def test_bad_settings(make, kind, text):
    with pytest.raises(kind) as caught:
        make()
    assert str(caught.value) == text


# Clipping


class Watching(GradientDescent):
    """Keeps a copy of each gradient that it is given."""

    def step(self, params, grads):
        self.seen = [*getattr(self, "seen", []), grads.copy()]
        super().step(params, grads)


def case(seed=0):
    rng = RNG(seed)
    net = mlp([2, 5, 2], seed=rng)
    return net, rng.normal(size=(7, 2)), rng.normal(size=(7, 2)) * 5


@pytest.mark.parametrize("fraction", [1e-6, 0.3, 0.999999, 1.0, 1.000001, 50.0])
def test_a_long_gradient_is_shortened_to_the_norm_and_a_short_one_left(fraction):
    net, X, y = case()
    gradient = net.backward(losses.mse.gradient(net.forward(X), y))
    length = float(np.linalg.norm(gradient))
    rule = Watching(1e-3)
    nnlib.train(net, X, y, optimizer=rule, epochs=1, clip_norm=fraction * length)
    np.testing.assert_allclose(rule.seen[0], min(1, fraction) * gradient, rtol=1e-12)
    if fraction > 1:
        np.testing.assert_array_equal(rule.seen[0], gradient)  # the same bits


def test_what_is_clipped_is_the_gradient_with_the_penalty_of_each_batch():
    net, X, y = case(1)
    plain, rule = mlp([2, 5, 2], seed=RNG(1)), Watching(0.01)
    nnlib.train(net, X, y, optimizer=rule, epochs=2, batch_size=3, seed=4, l2=0.5, clip_norm=0.7)
    assert len(rule.seen) == 6
    shuffle = RNG(4)
    for epoch in range(2):
        order = shuffle.permutation(7)
        for i, rows in enumerate((order[:3], order[3:6], order[6:])):
            gradient = plain.backward(losses.mse.gradient(plain.forward(X[rows]), y[rows]))
            gradient += 0.5 * plain.params * plain.is_weight
            gradient *= min(1, 0.7 / np.linalg.norm(gradient))
            np.testing.assert_allclose(rule.seen[3 * epoch + i], gradient, rtol=1e-11)
            plain.params -= 0.01 * gradient
    assert max(np.linalg.norm(g) for g in rule.seen) == pytest.approx(0.7, rel=1e-12)


def test_clipping_tames_a_rate_that_diverges():
    net, X, y = case()
    with pytest.warns(nnlib.DivergenceWarning):
        nnlib.train(mlp([2, 5, 2], seed=0), X, 100 * y, optimizer=GradientDescent(1.0), epochs=200)
    history = nnlib.train(net, X, 100 * y, optimizer=GradientDescent(1.0), epochs=200, clip_norm=1.0)
    assert history.loss[-1] < history.loss[0]

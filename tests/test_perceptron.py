"""The perceptron: its first updates by hand, its convergence within Novikoff's bound, and where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nnlib.activations import step
from nnlib.data import gate
from nnlib.perceptron import Perceptron

RNG = np.random.default_rng


def test_first_updates_of_and_by_hand():
    """Only (1, 1) is wrong in the first epoch; after each epoch, written out on paper:"""
    X, y = gate("and")
    neuron = Perceptron(2)
    for mistakes, w, b in [(1, [1, 1], 1), (3, [2, 1], 0), (3, [2, 1], -1), (2, [2, 2], -1), (1, [2, 1], -2)]:
        history = neuron.fit(X, y, epochs=1)
        assert history.mistakes.tolist() == [mistakes]
        assert not history.converged
        assert (neuron.w.tolist(), neuron.b) == (w, b)
    assert neuron.fit(X, y, epochs=1).converged


def test_first_update_from_a_row_that_should_be_below():
    neuron = Perceptron(2, learning_rate=0.5)
    neuron.w[:], neuron.b = [1.0, 2.0], 0.25
    history = neuron.fit([[3.0, -1.0]], [0], epochs=1)  # z = 1.25: predicted 1, so that w <- w - 0.5 x
    assert history.mistakes.tolist() == [1]
    assert (neuron.w.tolist(), neuron.b) == ([-0.5, 2.5], -0.25)


def test_predictions_are_the_step_of_the_pre_activation():
    neuron = Perceptron(2)
    neuron.w[:], neuron.b = [1.0, -2.0], 0.5
    X = RNG(0).normal(size=(20, 2))
    X[0] = [1.5, 1.0]  # z = 0 is not above zero
    predicted = neuron.predict(X)
    assert predicted.dtype == np.intp
    assert predicted.shape == (20,)
    assert predicted[0] == 0
    assert {0, 1} == set(predicted.tolist())
    np.testing.assert_array_equal(predicted, step(X @ [1.0, -2.0] + 0.5))


@pytest.mark.parametrize(("name", "mistakes"), [("and", [1, 3, 3, 2, 1, 0]), ("or", [1, 2, 1, 0])])
def test_and_and_or_converge(name, mistakes):
    X, y = gate(name)
    neuron = Perceptron(2)
    history = neuron.fit(X, y)
    assert history.mistakes.tolist() == mistakes
    assert history.converged
    np.testing.assert_array_equal(neuron.predict(X), y)
    assert str(history) == f"Converged: no mistake in epoch {len(mistakes)}, after {sum(mistakes)} updates."


def test_xor_does_not_converge_and_its_mistakes_cycle():
    X, y = gate("xor")
    neuron = Perceptron(2)
    assert neuron.fit(X, y, epochs=3).mistakes.tolist() == [2, 3, 4]
    w, b = neuron.w.copy(), neuron.b
    history = neuron.fit(X, y)
    assert not history.converged
    assert history.mistakes.tolist() == [4] * 100
    assert neuron.w.tolist() == w.tolist()  # each epoch comes back to where it began
    assert neuron.b == b
    assert str(history).startswith("Not converged: 4 mistakes in epoch 100, the last one. ")
    assert "perhaps not linearly separable" in str(history)


def test_fit_goes_on_where_it_stopped():
    X, y = gate("and")
    once, twice = Perceptron(2), Perceptron(2)
    whole = once.fit(X, y)
    parts = [twice.fit(X, y, epochs=2), twice.fit(X, y)]
    assert whole.mistakes.tolist() == [*parts[0].mistakes, *parts[1].mistakes]
    assert (once.w.tolist(), once.b) == (twice.w.tolist(), twice.b)
    assert "1 mistake in epoch 1" in str(Perceptron(2).fit(X, y, epochs=1))


def test_learning_rate_scales_weights_and_changes_no_prediction():
    X, y = RNG(0).normal(size=(2, 30, 3)), RNG(1).integers(0, 2, 30)
    one, quarter = Perceptron(3), Perceptron(3, learning_rate=0.25)
    assert one.fit(X[0], y).mistakes.tolist() == quarter.fit(X[0], y).mistakes.tolist()
    np.testing.assert_array_equal(0.25 * one.w, quarter.w)
    assert 0.25 * one.b == quarter.b
    np.testing.assert_array_equal(one.predict(X[1]), quarter.predict(X[1]))
    assert repr(quarter) == "Perceptron(3, learning_rate=0.25)"


def test_labels_may_be_booleans_or_a_column():
    X, y = gate("or")
    for labels in (y.astype(bool), y.astype(float)[:, np.newaxis], y.tolist()):
        neuron = Perceptron(2)
        assert neuron.fit(X, labels).mistakes.tolist() == [1, 2, 1, 0]
        assert type(neuron.b) is float


@given(rows=st.integers(1, 25), features=st.integers(1, 4), seed=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_separable_data_need_no_more_updates_than_novikoff_says(rows, features, seed):
    """Any plane that parts the classes with a margin of gamma gives the bound (R / gamma)²."""
    rng = RNG(seed)
    X, plane = rng.normal(size=(rows, features)), rng.normal(size=features + 1)
    extended = np.column_stack([X, np.ones(rows)])
    z = extended @ plane
    gamma = np.abs(z).min() / np.linalg.norm(plane)
    bound = (np.linalg.norm(extended, axis=1).max() / gamma) ** 2
    assume(bound < 2000)
    y = z > 0
    neuron = Perceptron(features)
    history = neuron.fit(X, y, epochs=2001)
    assert history.converged
    assert history.mistakes[-1] == 0
    assert np.all(history.mistakes[:-1] > 0)
    assert history.mistakes.sum() <= bound
    np.testing.assert_array_equal(neuron.predict(X), y)

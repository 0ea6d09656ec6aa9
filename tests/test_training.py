"""The training loop: equal to the textbook, to least squares, to itself; and what it says when it diverges."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import nnlib
from nnlib import GradientDescent, mlp, train

RNG = np.random.default_rng


def problem(rows=24, features=1, outputs=1):
    rng = RNG(0)
    X = rng.normal(size=(rows, features))
    return X, np.sin(2 * X[:, :1]) + rng.normal(size=(rows, outputs))


def test_one_step_is_minus_learning_rate_times_gradient():
    net, (X, y) = mlp([1, 4, 1], seed=0), problem()
    before = net.params.copy()
    gradient = net.backward(nnlib.losses.mse.gradient(net.forward(X), y))
    history = train(net, X, y, optimizer=GradientDescent(0.1), epochs=1)
    np.testing.assert_allclose(net.params, before - 0.1 * gradient, rtol=1e-14, atol=1e-15)
    net.params[:] = before
    assert history.loss[0] == pytest.approx(nnlib.losses.mse(net.predict(X), y), rel=1e-14)


def test_equals_the_textbook_loop():
    """A 1-4-1 network trained by the formulas, written out without the library."""
    net, (X, y) = mlp([1, 4, 1], seed=1), problem()
    W1, b1 = net.layers[0].W.copy(), net.layers[0].b.copy()
    W2, b2 = net.layers[1].W.copy(), net.layers[1].b.copy()
    losses = []
    for _ in range(1000):
        A1 = np.tanh(X @ W1 + b1)
        error = A1 @ W2 + b2 - y
        losses.append(np.mean(error**2))
        delta2 = 2 * error / len(X)
        delta1 = (delta2 @ W2.T) * (1 - A1**2)
        W2 = W2 - 0.05 * A1.T @ delta2
        b2 = b2 - 0.05 * delta2.sum(axis=0)
        W1 = W1 - 0.05 * X.T @ delta1
        b1 = b1 - 0.05 * delta1.sum(axis=0)
    history = train(net, X, y, optimizer=GradientDescent(0.05), epochs=1000)
    np.testing.assert_allclose(net.params, np.concatenate([a.ravel() for a in (W1, b1, W2, b2)]), atol=1e-12)
    np.testing.assert_allclose(history.loss, losses, atol=1e-12)


def test_one_linear_neuron_reaches_least_squares():
    X, y = problem(rows=50, features=3)
    net = mlp([3, 1], seed=0)
    train(net, X, y, optimizer=GradientDescent(0.2), epochs=2000)
    solution, *_ = np.linalg.lstsq(np.column_stack([X, np.ones(50)]), y[:, 0], rcond=None)
    np.testing.assert_allclose(net.params, solution, atol=1e-8)


def test_vector_and_column_of_targets_are_the_same():
    X, y = problem()
    column, vector = mlp([1, 4, 1], seed=0), mlp([1, 4, 1], seed=0)
    train(column, X, y, optimizer=GradientDescent(0.1), epochs=20)
    train(vector, X, y[:, 0], optimizer=GradientDescent(0.1), epochs=20)
    np.testing.assert_array_equal(column.params, vector.params)


@pytest.mark.parametrize("batch_size", [None, 24, 7, 1])
def test_same_seed_same_bits(batch_size):
    X, y = problem()
    runs = []
    for _ in range(2):
        net = mlp([1, 4, 1], seed=0)
        history = train(net, X, y, optimizer=GradientDescent(0.02), epochs=30, batch_size=batch_size, seed=5)
        runs.append((net.params, history.loss))
    np.testing.assert_array_equal(runs[0][0], runs[1][0])
    np.testing.assert_array_equal(runs[0][1], runs[1][1])


def test_mini_batches_are_the_textbook_steps():
    """Each epoch: shuffle, then one step a batch; the recorded loss is the mean over the examples."""
    X, y = problem(rows=10, outputs=2)
    net, by_hand = mlp([1, 3, 2], seed=0), mlp([1, 3, 2], seed=0)
    history = train(net, X, y, optimizer=GradientDescent(0.05), epochs=3, batch_size=4, seed=9)
    rng, step, losses = RNG(9), GradientDescent(0.05), []
    for _ in range(3):
        order, total = rng.permutation(10), 0.0
        for rows in (order[:4], order[4:8], order[8:]):
            y_hat = by_hand.forward(X[rows])
            total += nnlib.losses.mse(y_hat, y[rows]) * len(rows)
            step.step(by_hand.params, by_hand.backward(nnlib.losses.mse.gradient(y_hat, y[rows])))
        losses.append(total / 10)
    np.testing.assert_allclose(net.params, by_hand.params, rtol=1e-12)
    np.testing.assert_allclose(history.loss, losses, rtol=1e-12)


def test_training_leaves_the_data_alone():
    X, y = problem()
    kept = X.copy(), y.copy()
    train(mlp([1, 4, 1], seed=0), X, y, optimizer=GradientDescent(0.1), epochs=3, batch_size=5, seed=0)
    np.testing.assert_array_equal(X, kept[0])
    np.testing.assert_array_equal(y, kept[1])


def test_divergence_stops_explains_and_keeps_the_history():
    X, y = problem()
    net = mlp([1, 1], seed=0)
    with pytest.warns(nnlib.DivergenceWarning, match=r"diverged at epoch \d+: .* for example 1\.7 instead of 5"):
        history = train(net, X, y, optimizer=GradientDescent(5), epochs=1000)
    assert history.diverged
    assert history.epochs == history.diverged_at + 1 < 1000
    assert np.isfinite(history.loss[:-1]).all()
    assert history.loss[-1] > 1e6 * (1 + history.loss[0])
    assert str(history.diverged_at) in history.explanation
    assert np.isfinite(net.params).all()


def test_divergence_on_raw_units_advises_to_standardise():
    X, y = problem()
    with pytest.warns(nnlib.DivergenceWarning, match=r"Standardise X and y, which hold values as large as .* smaller"):
        train(mlp([1, 1], seed=0), 100 * X, y, optimizer=GradientDescent(0.1), epochs=100)


def test_overflow_in_the_first_epochs_is_divergence_too():
    X, y = problem()
    net = mlp([1, 1], seed=0)
    with pytest.warns(nnlib.DivergenceWarning):
        history = train(net, X, y, optimizer=GradientDescent(1e300), epochs=10)
    assert history.diverged_at == 1


def test_ctrl_c_keeps_what_was_learned():
    X, y = problem()

    class Interrupting(GradientDescent):
        calls = 0

        def step(self, params, grads):
            super().step(params, grads)
            self.calls += 1
            if self.calls == 6:
                raise KeyboardInterrupt

    net, plain = mlp([1, 4, 1], seed=0), mlp([1, 4, 1], seed=0)
    history = train(net, X, y, optimizer=Interrupting(0.1), epochs=100)
    assert history.interrupted
    assert history.epochs == 5
    assert history.explanation.startswith("Interrupted after 5 epochs, loss ")
    train(plain, X, y, optimizer=GradientDescent(0.1), epochs=6)
    np.testing.assert_array_equal(net.params, plain.params)


def test_progress_bar_shows_and_changes_nothing(capsys):
    X, y = problem()
    silent, loud = mlp([1, 4, 1], seed=0), mlp([1, 4, 1], seed=0)
    train(silent, X, y, optimizer=GradientDescent(0.1), epochs=20)
    assert capsys.readouterr().err == ""
    train(loud, X, y, optimizer=GradientDescent(0.1), epochs=20, progress=True)
    assert "20/20" in capsys.readouterr().err
    np.testing.assert_array_equal(silent.params, loud.params)


def test_the_answer_for_a_quarter_to_two():
    """1-4-1, 10,000 epochs: within 0.7 °C of the interpolation for at least 8 of 10 seeds."""
    day = nnlib.data.temperatures("1981-07-05")
    hours, degrees = nnlib.StandardScaler().fit(day.hours), nnlib.StandardScaler().fit(day.celsius)
    X, y = hours.transform(day.hours)[:, np.newaxis], degrees.transform(day.celsius)
    close = 0
    for seed in range(10):
        net = mlp([1, 4, 1], seed=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            train(net, X, y, optimizer=GradientDescent(0.1), epochs=10_000)
        answer = degrees.inverse_transform(net.predict(hours.transform([13.75])[:, np.newaxis]))[0, 0]
        close += abs(answer - np.interp(13.75, day.hours, day.celsius)) <= 0.7
    assert close >= 8

"""The training loop: equal to the textbook, to least squares, to itself; and what it says when it diverges."""

from __future__ import annotations

import copy
import pickle
import tracemalloc
import warnings

import numpy as np
import pytest

import nnlib
from nnlib import Dense, Dropout, GradientDescent, Network, mlp, train

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


def test_ctrl_c_in_the_first_epoch_leaves_a_network_and_an_empty_history():
    class Interrupting(GradientDescent):
        def step(self, params, grads):
            raise KeyboardInterrupt

    X, y = problem()
    net, untouched = mlp([1, 4, 1], seed=0), mlp([1, 4, 1], seed=0)
    history = train(net, X, y, optimizer=Interrupting(0.1), epochs=100)
    assert history.interrupted
    assert history.epochs == 0
    assert str(history) == "Interrupted after 0 epochs"
    np.testing.assert_array_equal(net.params, untouched.params)


def test_progress_bar_shows_and_changes_nothing(capsys):
    X, y = problem()
    silent, loud = mlp([1, 4, 1], seed=0), mlp([1, 4, 1], seed=0)
    train(silent, X, y, optimizer=GradientDescent(0.1), epochs=20)
    assert capsys.readouterr().err == ""
    train(loud, X, y, optimizer=GradientDescent(0.1), epochs=20, progress=True)
    assert "20/20" in capsys.readouterr().err
    np.testing.assert_array_equal(silent.params, loud.params)


def test_validation_loss_is_that_of_the_data_held_out():
    X, y = problem(rows=40)
    net = mlp([1, 4, 1], seed=0)
    history = train(net, X[:30], y[:30], optimizer=GradientDescent(0.1), epochs=50, validation=(X[30:], y[30:]))
    assert history.validation_loss.shape == (50,)
    assert history.validation_loss[-1] == pytest.approx(nnlib.losses.mse(net.predict(X[30:]), y[30:]), rel=1e-12)
    assert history.best_epoch == np.argmin(history.validation_loss)
    assert f"validation loss lowest at epoch {history.best_epoch}: " in history.explanation
    # Looking on changes nothing, and without patience the last parameters stay.
    alone = mlp([1, 4, 1], seed=0)
    plain = train(alone, X[:30], y[:30], optimizer=GradientDescent(0.1), epochs=50)
    np.testing.assert_array_equal(net.params, alone.params)
    np.testing.assert_array_equal(history.loss, plain.loss)
    assert plain.validation_loss is None
    assert plain.best_epoch is None


def overfitting(**settings):
    """A large network on ten noisy points: its validation loss falls and rises again."""
    rng = RNG(1)
    X = rng.uniform(-2, 2, size=(30, 1))
    y = np.sin(2 * X) + rng.normal(scale=0.4, size=X.shape)
    net = mlp([1, 30, 1], seed=0)
    seen = []
    history = train(
        net, X[:10], y[:10], optimizer=nnlib.Adam(0.02), epochs=2000, validation=(X[10:], y[10:]),
        callbacks=[lambda epoch, net, history: seen.append(net.params.copy())], **settings,
    )  # fmt: skip
    return net, history, seen


def test_early_stopping_puts_the_best_weights_back():
    _, whole, _ = overfitting()
    assert whole.epochs == 2000
    assert not whole.stopped_early
    best = 0  # the first epoch that the 40 after it do not improve on
    while (whole.validation_loss[best + 1 : best + 41] < whole.validation_loss[best]).any():
        best += 1
    net, history, seen = overfitting(patience=40)
    assert history.stopped_early
    assert history.epochs == history.best_epoch + 40 + 1 < 500
    assert history.best_epoch == best
    assert history.explanation.startswith(f"Stopped early after {history.epochs} epochs, loss ")
    np.testing.assert_array_equal(net.params, seen[best])
    np.testing.assert_array_equal(history.loss, whole.loss[: history.epochs])


def test_patience_puts_the_best_weights_back_when_the_epochs_run_out_too():
    net, history, seen = overfitting(patience=5000)
    assert not history.stopped_early
    assert history.best_epoch < 1999
    np.testing.assert_array_equal(net.params, seen[history.best_epoch])


def test_patience_puts_the_best_weights_back_after_divergence():
    X, y = problem()
    net, seen = mlp([1, 1], seed=0), []
    with pytest.warns(nnlib.DivergenceWarning):
        history = train(
            net, X, y, optimizer=GradientDescent(3.0), epochs=100, validation=(X, y), patience=100,
            callbacks=[lambda epoch, net, history: seen.append(net.params.copy())],
        )  # fmt: skip
    assert history.diverged
    assert len(history.validation_loss) == history.epochs - 1
    assert history.best_epoch == np.argmin(history.validation_loss) == 0  # every step makes it worse
    np.testing.assert_array_equal(net.params, seen[0])


def test_standing_still_is_no_improvement():
    class Still(nnlib.optimizers.Optimizer):
        def update(self, params, grads, change):
            pass

    X, y = problem()
    history = train(mlp([1, 1], seed=0), X, y, optimizer=Still(0.1), epochs=100, validation=(X, y), patience=3)
    assert history.best_epoch == 0
    assert history.epochs == 4


def test_callbacks_see_every_epoch_and_can_stop():
    X, y = problem()
    net, calls = mlp([1, 4, 1], seed=0), []

    def watch(epoch, net, history):
        calls.append((epoch, history.epochs, history.loss[-1]))
        return epoch == 6

    history = train(net, X, y, optimizer=GradientDescent(0.1), epochs=100, callbacks=[watch, lambda *_: None])
    assert [call[:2] for call in calls] == [(i, i + 1) for i in range(7)]
    assert [call[2] for call in calls] == history.loss.tolist()
    assert history.stopped_early
    assert history.epochs == 7


def test_l2_is_a_pull_on_the_weights_alone():
    X, y = problem()
    net, plain = mlp([1, 4, 1], seed=0), mlp([1, 4, 1], seed=0)
    weights = np.array([1] * 4 + [0] * 4 + [1] * 4 + [0], dtype=bool)
    np.testing.assert_array_equal(net.is_weight, weights)
    before = net.params.copy()
    train(plain, X, y, optimizer=GradientDescent(0.1), epochs=1)
    history = train(net, X, y, optimizer=GradientDescent(0.1), epochs=1, l2=0.3)
    pull = np.where(weights, 0.1 * 0.3 * before, 0)
    np.testing.assert_allclose(net.params, plain.params - pull, atol=1e-15)
    assert history.loss[0] == pytest.approx(nnlib.losses.mse(mlp([1, 4, 1], seed=0).predict(X), y), rel=1e-14)
    penalty = nnlib.losses.Penalty(net, 0.3)
    assert penalty.value(before) == pytest.approx(0.15 * (before[weights] ** 2).sum())


def test_l2_is_ridge_regression():
    X, y = problem(rows=50, features=3)
    net = mlp([3, 1], seed=0)
    train(net, X, y, optimizer=GradientDescent(0.2), epochs=3000, l2=0.5)
    centred = X - X.mean(axis=0)
    ridge = np.linalg.solve(centred.T @ centred + 50 * 0.5 / 2 * np.eye(3), centred.T @ (y - y.mean()))
    np.testing.assert_allclose(net.layers[0].W, ridge, atol=1e-10)


def test_clipping_shortens_long_gradients_and_leaves_short_ones():
    X, y = problem()
    before = mlp([1, 4, 1], seed=0).params
    steps = []
    for clip in (None, 1e-3, 1e3):
        net = mlp([1, 4, 1], seed=0)
        train(net, X, 10 * y, optimizer=GradientDescent(1.0), epochs=1, clip_norm=clip)
        steps.append(net.params - before)
    whole, short, same = steps
    assert np.linalg.norm(whole) > 1
    np.testing.assert_allclose(short, whole * 1e-3 / np.linalg.norm(whole), rtol=1e-10)
    np.testing.assert_array_equal(same, whole)


def test_last_batch_may_be_smaller_and_counts_by_its_size():
    X, y = problem(rows=10)
    net = mlp([1, 3, 1], seed=0)
    rate = 1e-9  # so that the parameters stay where they are
    history = train(net, X, y, optimizer=GradientDescent(rate), epochs=1, batch_size=4, seed=0)
    assert history.loss[0] == pytest.approx(nnlib.losses.mse(net.predict(X), y), rel=1e-6)


def test_training_copies_no_large_data():
    """16 MB of examples in mini-batches: what training allocates is a batch's worth."""
    X = np.ones((20_000, 200), np.float32)
    labels = np.arange(len(X)) % 2
    net = mlp([200, 16, 1], "relu", seed=0, dtype="float32")
    tracemalloc.start()
    train(
        net, X, labels, optimizer=nnlib.Adam(1e-3), epochs=1, batch_size=100, seed=0, loss="binary_cross_entropy"
    )  # fmt: skip
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2e6


def test_every_epoch_has_its_own_order():
    X = np.arange(6.0)[:, np.newaxis]
    orders = []

    class Watching(nnlib.losses.MeanSquaredError):
        def value_and_gradient(self, y_hat, y, out):
            orders.append(y[0, 0])
            return super().value_and_gradient(y_hat, y, out)

    train(mlp([1, 1], seed=0), X, X, optimizer=GradientDescent(1e-3), epochs=4, batch_size=1, seed=0, loss=Watching())
    epochs = [tuple(orders[i : i + 6]) for i in range(0, 24, 6)]
    assert all(sorted(epoch) == X[:, 0].tolist() for epoch in epochs)
    assert len(set(epochs)) == 4


# Dropout


def test_dropout_silences_the_fraction_and_keeps_the_mean():
    net = Network([Dense(1, 2000, initializer=nnlib.initializers.Constant(0)), Dropout(0.3), Dense(2000, 1)], seed=0)
    net.layers[0].b[:] = 1
    traces = net.traces(50, RNG(0))
    net.run_forward(np.ones((50, 1)), traces)
    kept = traces[1].A
    assert set(np.unique(kept)) == {0, 1 / 0.7}
    assert (kept == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert kept.mean() == pytest.approx(1, abs=0.01)
    first = kept.copy()
    net.run_forward(np.ones((50, 1)), traces)
    assert (first != kept).any()


def test_dropout_is_silent_in_predictions():
    X, _ = problem()
    net, plain = mlp([1, 8, 1], dropout=0.5, seed=0), mlp([1, 8, 1], seed=0)
    np.testing.assert_array_equal(net.predict(X), plain.predict(X))
    np.testing.assert_array_equal(net.forward(X), plain.predict(X))
    assert (net.forward(X, RNG(0)) != plain.predict(X)).any()
    np.testing.assert_array_equal(net.forward(X, RNG(0)), net.forward(X, RNG(0)))


def test_dropout_training_repeats_by_seed_and_validates_without_masks():
    X, y = problem()
    runs = []
    for seed in (0, 0, 1):
        net = mlp([1, 8, 1], dropout=0.5, seed=0)
        history = train(net, X, y, optimizer=GradientDescent(0.05), epochs=30, seed=seed, validation=(X, y))
        assert history.validation_loss[-1] == pytest.approx(nnlib.losses.mse(net.predict(X), y), rel=1e-12)
        runs.append(net.params)
    np.testing.assert_array_equal(runs[0], runs[1])
    assert (runs[0] != runs[2]).any()


def test_dropout_is_at_work_in_mini_batches():
    """With nothing else at random but the order, batches of a network that does not learn would have one mean loss."""
    X, y = problem()
    losses = {}
    for dropout in (0.0, 0.5):
        net = mlp([1, 8, 1], dropout=dropout, seed=0)
        losses[dropout] = train(net, X, y, optimizer=GradientDescent(1e-300), epochs=5, seed=0, batch_size=8).loss
    np.testing.assert_allclose(losses[0.0], losses[0.0][0])
    assert np.ptp(losses[0.5]) > 1e-3


def test_the_last_batch_may_be_smaller_or_not():
    X, y = problem()
    for size in (len(X) - 1, len(X) // 2, len(X) // 3 + 1):
        seen = []

        class Noting(GradientDescent):
            def update(self, params, grads, change, seen=seen):
                seen.append(grads.copy())

        train(mlp([1, 2, 1], seed=0), X, y, optimizer=Noting(0.1), epochs=1, batch_size=size, seed=0)
        rest = len(X) % size
        shares = [size] * (len(X) // size) + [rest] * (rest > 0)
        net = mlp([1, 2, 1], seed=0)
        whole = net.backward(nnlib.losses.mse.gradient(net.forward(X), y))
        np.testing.assert_allclose(np.average(seen, axis=0, weights=shares), whole, rtol=1e-9, atol=1e-12)


def test_the_advice_sees_large_negative_numbers():
    X, y = np.array([[-500.0], [1.0]]), np.array([1.0, -900.0])
    with pytest.warns(nnlib.DivergenceWarning, match="values as large as 900"):
        train(mlp([1, 2, 1], "relu", seed=0), X, y, optimizer=GradientDescent(10), epochs=200)


# Classification


def test_cross_entropy_learns_labels_and_one_hot_rows_alike():
    X, labels = nnlib.data.moons(n=200, noise=0.1, seed=0)
    runs = []
    for y in (labels, nnlib.one_hot(labels)):
        net = mlp([2, 16, 2], seed=0)
        train(net, X, y, optimizer=nnlib.Adam(0.02), epochs=60, batch_size=20, seed=0, loss="cross_entropy")
        runs.append(net.params)
        assert nnlib.metrics.accuracy(net.predict(X).argmax(axis=1), labels) > 0.97
    np.testing.assert_array_equal(*runs)


def test_two_classes_by_one_logit_or_by_two_are_the_same_model():
    """softmax over (0, z) is the sigmoid of z: the same loss, and the difference of the two gradients."""
    z, labels = RNG(0).normal(size=(9, 1)), np.arange(9) % 2
    two = np.hstack([np.zeros((9, 1)), z])
    one_loss, two_loss = nnlib.losses.binary_cross_entropy, nnlib.losses.cross_entropy
    assert one_loss(z, labels) == pytest.approx(two_loss(two, labels), rel=1e-14)
    np.testing.assert_allclose(one_loss.gradient(z, labels), two_loss.gradient(two, labels)[:, 1:], atol=1e-16)


def test_history_plots_itself():
    import matplotlib.pyplot as plt

    X, y = problem()
    net = mlp([1, 4, 1], seed=0)
    history = train(net, X, y, optimizer=GradientDescent(0.1), epochs=300, validation=(X[:5], y[:5]))
    ax = history.plot()
    training, validation = ax.get_lines()
    assert ax.get_yscale() == "log"
    assert (training.get_xdata()[0], training.get_xdata()[-1]) == (0, 299)
    np.testing.assert_array_equal(training.get_ydata(), history.loss[training.get_xdata()])
    np.testing.assert_array_equal(validation.get_ydata(), history.validation_loss[validation.get_xdata()])
    assert history.plot(ax) is ax
    plt.close(ax.figure)


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


# Weights

WEIGHTS = RNG(1).integers(0, 4, 24).astype(float)
WEIGHTED = {
    "mse": (2, RNG(2).normal(size=(24, 2))),
    "mae": (2, RNG(2).normal(size=(24, 2))),
    "huber": (1, 3 * RNG(2).normal(size=24)),
    "binary_cross_entropy": (1, np.arange(24) % 2),
    "cross_entropy": (3, np.arange(24) % 3),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("loss", "k", "y"), [(name, *given) for name, given in WEIGHTED.items()], ids=WEIGHTED)
def test_a_weight_is_a_repeated_row(loss, k, y, dtype):
    X, repeats = problem()[0], WEIGHTS.astype(int)
    weighted, repeated = (mlp([1, 4, k], seed=0, dtype=dtype) for _ in range(2))
    settings = {"optimizer": GradientDescent(0.1), "epochs": 20, "loss": loss}
    one = train(weighted, X, y, sample_weight=5 * WEIGHTS, validation=(X, y, WEIGHTS), **settings)
    two = train(repeated, X.repeat(repeats, axis=0), y.repeat(repeats, axis=0), validation=(X, y), **settings)
    tolerance = 1e-12 if dtype == "float64" else 1e-5
    np.testing.assert_allclose(weighted.params, repeated.params, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(one.loss, two.loss, rtol=tolerance)
    np.testing.assert_allclose(one.validation_loss[:-1], one.loss[1:], rtol=tolerance)
    assert abs(two.validation_loss[-1] - one.validation_loss[-1]) > 1e-3


def test_weighted_batches_of_an_epoch_add_up():
    net, (X, y) = mlp([1, 1], seed=0), problem()
    still = GradientDescent(1e-300)
    whole = train(net, X, y, sample_weight=WEIGHTS, optimizer=still, epochs=1).loss[0]
    parts = train(net, X, y, sample_weight=WEIGHTS, optimizer=still, epochs=1, batch_size=5, seed=0).loss[0]
    assert parts == pytest.approx(whole, rel=1e-14)
    assert whole == pytest.approx(np.average((net.predict(X) - y)[:, 0] ** 2, weights=WEIGHTS), rel=1e-14)


@pytest.mark.parametrize(("loss", "k", "y"), [(name, *given) for name, given in WEIGHTED.items()], ids=WEIGHTED)
def test_weighted_gradients_are_right(loss, k, y):
    X = problem()[0]
    weighted = nnlib.losses.Weighted(loss)
    targets = weighted.join(nnlib.losses.get(loss).prepare(y, (24, k)), WEIGHTS)
    assert nnlib.check_gradients(mlp([1, 4, k], seed=0), X, targets, loss=weighted).ok


# Copies


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copied_network_is_whole_and_independent(duplicate):
    net, (X, y) = mlp([1, 4, 3, 1], dropout=0.2, seed=0, dtype="float32"), problem()
    net.forward(X)
    twin, y_hat = duplicate(net), net.predict(X)
    assert np.array_equal(twin.predict(X), y_hat)
    twin.params[:] = 0  # its layers' weights are views of its own parameters
    assert not twin.predict(X).any()
    assert np.array_equal(net.predict(X), y_hat)
    assert train(twin, X, y, optimizer=GradientDescent(0.1), epochs=1).epochs == 1
    with pytest.raises(RuntimeError, match="call forward"):
        duplicate(net).backward(np.ones((24, 1)))


def test_a_pickled_network_is_its_parameters():
    net = mlp([64, 32, 10], seed=0)
    assert len(pickle.dumps(net)) < net.params.nbytes + 2000


def test_a_copied_layer_belongs_to_no_network():
    layer = mlp([2, 1], seed=0).layers[0]
    assert Network([copy.deepcopy(layer)], seed=0).params.size == 3

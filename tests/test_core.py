"""Layers, losses, activations and networks: values in closed form, and what a network keeps and shares."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnlib
from nnlib.activations import ACTIVATIONS
from nnlib.initializers import INITIALIZERS, Constant, Glorot, Uniform

RNG = np.random.default_rng


# Activations


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_is_stable_far_out(name, dtype):
    f = ACTIVATIONS[name]
    Z = np.array([-1e4, -100.0, -1.0, 0.0, 1.0, 100.0, 1e4], dtype)
    with np.errstate(all="raise", under="ignore"):
        A, slope = f(Z), f.derivative(Z)
    assert A.dtype == slope.dtype == dtype
    assert np.isfinite(A).all()
    assert np.isfinite(slope).all()
    if name != "gelu_tanh":  # which dips below zero on its way up
        assert np.all(np.diff(A) >= 0)


def test_activation_values():
    Z = np.array([-2.0, 0.0, 2.0])
    np.testing.assert_array_equal(nnlib.activations.identity(Z), Z)
    np.testing.assert_array_equal(nnlib.activations.relu(Z), [0, 0, 2])
    np.testing.assert_allclose(nnlib.activations.sigmoid(Z), 1 / (1 + np.exp(-Z)), rtol=1e-15)
    np.testing.assert_allclose(nnlib.activations.tanh(Z), np.tanh(Z), rtol=1e-15)
    np.testing.assert_allclose(nnlib.activations.LeakyReLU(0.25)(Z), [-0.5, 0, 2])
    np.testing.assert_array_equal(nnlib.activations.step(Z), [0, 0, 1])
    np.testing.assert_allclose(nnlib.activations.softplus(Z), np.log(1 + np.exp(Z)), rtol=1e-14)
    normal = np.array([0.5 * (1 + math.erf(z / math.sqrt(2))) for z in Z])
    np.testing.assert_allclose(nnlib.activations.gelu_tanh(Z), Z * normal, atol=1e-3)
    # sigmoid and tanh are one curve, scaled: tanh(z) = 2 sigmoid(2z) - 1
    np.testing.assert_allclose(nnlib.activations.tanh(Z), 2 * nnlib.activations.sigmoid(2 * Z) - 1, rtol=1e-14)


# Losses


def test_mse_is_the_mean_of_the_squares():
    y_hat, y = np.array([[1.0], [2.0], [6.0]]), np.array([1.0, 4.0, 3.0])
    assert nnlib.losses.mse(y_hat, y) == pytest.approx((0 + 4 + 9) / 3)
    np.testing.assert_allclose(nnlib.losses.mse.gradient(y_hat, y), np.array([[0], [-4], [6]]) / 3)


def test_mae_and_huber_values():
    y_hat, y = np.array([[1.0], [2.0], [6.0]]), np.array([1.0, 4.0, 3.0])
    assert nnlib.losses.mae(y_hat, y) == pytest.approx((0 + 2 + 3) / 3)
    assert nnlib.losses.Huber(2.5)(y_hat, y) == pytest.approx((0 + 2 + 2.5 * (3 - 1.25)) / 3)
    # Far below the threshold Huber is half the mean squared error.
    assert nnlib.losses.Huber(100)(y_hat, y) == pytest.approx(nnlib.losses.mse(y_hat, y) / 2)


# Initialisers


def test_glorot_stays_in_its_limits_and_fills_them():
    W = Glorot()(30, 50, RNG(0))
    limit = np.sqrt(6 / 80)
    assert np.abs(W).max() <= limit
    assert np.abs(W).max() > 0.99 * limit
    assert W.std() == pytest.approx(limit / np.sqrt(3), rel=0.03)


def test_uniform_and_constant():
    assert 0.99 < np.abs(Uniform()(50, 50, RNG(0))).max() < 1
    assert np.abs(Uniform(0.1)(50, 50, RNG(0))).max() < 0.1
    assert np.all(Constant(0.3)(2, 3, RNG(0)) == 0.3)
    assert set(INITIALIZERS) == {"glorot", "he", "lecun", "uniform", "zeros"}


@pytest.mark.parametrize(("name", "gain"), [("he", 2), ("lecun", 1)])
def test_he_and_lecun_keep_the_size_of_signals(name, gain):
    W = INITIALIZERS[name](400, 100, RNG(0))
    assert W.std() == pytest.approx(np.sqrt(gain / 400), rel=0.02)
    assert abs(W.mean()) < 0.001


# Networks


def test_one_neuron_is_a_straight_line():
    net = nnlib.mlp([1, 1], seed=0)
    net.layers[0].W[:], net.layers[0].b[:] = 2.0, 1.0
    np.testing.assert_allclose(net.forward(np.array([[0.0], [3.0]])), [[1.0], [7.0]])


def test_forward_is_the_sum_over_hidden_neurons():
    """ŷ = Σᵢ w_{2,i} tanh(w_{1,i} x + b_{1,i}) + b₂, written out."""
    net = nnlib.mlp([1, 4, 1], seed=3)
    net.params[:] = RNG(3).normal(size=13)
    (w1,), b1 = net.layers[0].W, net.layers[0].b
    w2, b2 = net.layers[1].W[:, 0], net.layers[1].b[0]
    for x in (-1.3, 0.0, 0.7):
        by_hand = sum(w2[i] * np.tanh(w1[i] * x + b1[i]) for i in range(4)) + b2
        assert net.forward(np.array([[x]]))[0, 0] == pytest.approx(by_hand, rel=1e-14)


def test_predict_equals_forward_and_keeps_what_backward_needs():
    net, (X, other) = nnlib.mlp([2, 5, 3], seed=0), RNG(0).normal(size=(2, 6, 2))
    y_hat = net.forward(X)
    gradient = net.backward(np.ones((6, 3)))
    np.testing.assert_allclose(net.predict(X), y_hat, rtol=1e-14)
    net.predict(other)
    np.testing.assert_array_equal(net.backward(np.ones((6, 3))), gradient)


def test_backward_is_pure():
    net, X = nnlib.mlp([2, 5, 1], seed=0), RNG(0).normal(size=(6, 2))
    before = net.params.copy()
    net.forward(X)
    dloss = RNG(1).normal(size=(6, 1))
    kept = dloss.copy()
    first, second = net.backward(dloss), net.backward(dloss)
    np.testing.assert_array_equal(first, second)
    assert first is not second
    np.testing.assert_array_equal(net.params, before)
    np.testing.assert_array_equal(dloss, kept)


def test_layers_hold_views_of_the_flat_vectors():
    net = nnlib.mlp([2, 3, 1], seed=0)
    net.params[:] = np.arange(13)
    np.testing.assert_array_equal(net.layers[0].W, [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(net.layers[0].b, [6, 7, 8])
    np.testing.assert_array_equal(net.layers[1].W, [[9], [10], [11]])
    net.layers[1].b[0] = 99
    assert net.params[12] == 99


def test_predictions_are_not_overwritten_by_the_next_call():
    net, X = nnlib.mlp([1, 4, 1], seed=0), np.array([[1.0], [2.0]])
    first = net.forward(X)
    kept = first.copy()
    net.forward(-X)
    np.testing.assert_array_equal(first, kept)


def test_same_seed_same_bits_other_seed_other_weights():
    a, b, c = (nnlib.mlp([3, 8, 2], seed=seed) for seed in (7, 7, 8))
    np.testing.assert_array_equal(a.params, b.params)
    assert not np.array_equal(a.params, c.params)


def test_float32_stays_float32():
    net = nnlib.mlp([2, 4, 1], "relu", seed=0, dtype="float32")
    y_hat = net.forward(np.ones((3, 2)))
    assert y_hat.dtype == net.backward(np.ones((3, 1))).dtype == net.predict(np.ones((3, 2))).dtype == np.float32


activation_names = st.sampled_from(sorted(ACTIVATIONS))
sizes = st.lists(st.integers(1, 6), min_size=2, max_size=5)


@given(
    sizes=sizes, rows=st.integers(1, 7), activation=activation_names, output=activation_names, seed=st.integers(0, 99)
)
@settings(max_examples=60, deadline=None)
def test_any_network_passes_the_gradient_check(sizes, rows, activation, output, seed):
    rng = RNG(seed)
    net = nnlib.mlp(sizes, activation, output, seed=rng)
    net.params[:] = rng.normal(size=net.params.size)  # biases too; far from the kink of ReLU, almost surely
    X, y = rng.normal(size=(rows, sizes[0])), rng.normal(size=(rows, sizes[-1]))
    assert net.forward(X).shape == (rows, sizes[-1])
    report = nnlib.check_gradients(net, X, y)
    kinked = {activation, output} & {"relu", "leaky_relu", "step"} and closest_kink(net, X) < 1e-4
    assert report.ok or kinked, str(report)


def closest_kink(net, X):
    """The smallest |z| of any neuron: a kink or jump has no derivative, and a nudge across it is no test."""
    A, closest = X, np.inf
    for layer in net.layers:
        Z = A @ layer.W + layer.b
        A, closest = layer.activation(Z), min(closest, np.abs(Z).min())
    return closest


@given(sizes=sizes, rows=st.integers(1, 7), copies=st.integers(2, 4), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_duplicated_or_permuted_rows_leave_the_gradient_unchanged(sizes, rows, copies, seed):
    rng = RNG(seed)
    net = nnlib.mlp(sizes, seed=rng)
    X, y = rng.normal(size=(rows, sizes[0])), rng.normal(size=(rows, sizes[-1]))

    def gradient(X, y):
        return net.backward(nnlib.losses.mse.gradient(net.forward(X), y))

    plain, order = gradient(X, y), rng.permutation(rows)
    np.testing.assert_allclose(gradient(np.tile(X, (copies, 1)), np.tile(y, (copies, 1))), plain, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(gradient(X[order], y[order]), plain, rtol=1e-9, atol=1e-12)


# Gradient check


def test_gradient_check_finds_a_wrong_layer():
    class Wrong(nnlib.Dense):
        def backward(self, trace, dA_prev):
            super().backward(trace, dA_prev)
            self.db *= 2

    net = nnlib.Network([nnlib.Dense(1, 3, "tanh"), Wrong(3, 1)], seed=0)
    report = nnlib.check_gradients(net, RNG(0).normal(size=(5, 1)), RNG(1).normal(size=5))
    wrong = {name for name, error in zip(report.names, report.error, strict=True) if error > report.tolerance}
    assert wrong == {"b2[0]"}
    assert not report.ok
    assert "b2             1  WRONG, 5.0e-01" in str(report)
    assert "W1             3  ok, below 1e-08" in str(report)


def test_gradient_check_leaves_the_network_as_it_was():
    net = nnlib.mlp([1, 4, 1], seed=0)
    before = net.params.copy()
    nnlib.check_gradients(net, np.ones((2, 1)), np.ones(2))
    np.testing.assert_array_equal(net.params, before)


# Preprocessing, metrics, data


@pytest.mark.parametrize("shape", [(20,), (20, 3)])
def test_standard_scaler_round_trip(shape):
    values = RNG(0).normal(5, 3, size=shape)
    scaler = nnlib.StandardScaler().fit(values)
    scaled = scaler.transform(values)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-14)
    np.testing.assert_allclose(scaled.std(axis=0), 1, rtol=1e-14)
    np.testing.assert_allclose(scaler.inverse_transform(scaled), values, rtol=1e-14)


def test_standard_scaler_leaves_a_constant_column_finite():
    scaled = nnlib.StandardScaler().fit([[1.0, 5.0], [3.0, 5.0]]).transform([[1.0, 5.0]])
    np.testing.assert_array_equal(scaled, [[-1.0, 0.0]])


def test_rmse_takes_columns_and_vectors_alike():
    assert nnlib.metrics.rmse(np.array([[1.0], [5.0]]), [1.0, 2.0]) == pytest.approx(3 / np.sqrt(2))


def test_temperatures_are_one_measured_month():
    month = nnlib.data.temperatures("1981-07-02", days=29)
    assert month.celsius.shape == (29 * 24,)
    assert np.all(np.diff(month.times) == np.timedelta64(60, "m"))
    fahrenheit = month.celsius * 9 / 5 + 32
    assert np.abs(fahrenheit - fahrenheit.round()).max() < 0.1  # read in whole degrees Fahrenheit
    day = nnlib.data.temperatures("1981-07-05")
    assert str(day.times[13]) == "1981-07-05T13:00"
    assert (day.celsius[13], day.celsius[14], day.celsius.min(), day.celsius.max()) == (29.4, 30.0, 20.6, 31.1)
    np.testing.assert_array_equal(nnlib.data.temperatures("1981-07-05", days=2).celsius[:24], day.celsius)


def test_defaults_are_those_that_the_documentation_gives():
    assert nnlib.activations.LeakyReLU().slope == 0.01
    assert nnlib.losses.Huber().threshold == 1
    assert Constant()(2, 3, RNG(0)).tolist() == [[0] * 3] * 2
    assert nnlib.Adam().learning_rate == nnlib.optimizers.AdamW().learning_rate == 1e-3


def test_a_network_says_what_it_is_made_of():
    lines = repr(nnlib.mlp([1, 4, 1], dropout=0.5, seed=0)).splitlines()
    assert lines[0] == "Network 1 -> 4 -> 1, 13 parameters"
    assert lines[2].split() == ["layer", "2", "Dropout(0.5)", "no", "parameters"]
    assert repr(nnlib.Adam(nnlib.StepDecay(0.1, every=10))) == "Adam(StepDecay(initial=0.1, every=10, factor=0.1))"
    assert repr(nnlib.Adam(0.1)) == "Adam(0.1)"
    assert [repr(one) for one in INITIALIZERS.values()][:3] == ["Glorot()", "He()", "LeCun()"]


def test_a_dropout_layer_belongs_to_one_network():
    layer = nnlib.Dropout(0.5)
    nnlib.Network([nnlib.Dense(1, 4), layer, nnlib.Dense(4, 1)])
    with pytest.raises(ValueError, match="already belongs to a network"):
        nnlib.Network([nnlib.Dense(1, 4), layer, nnlib.Dense(4, 1)])


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_a_network_of_single_precision_computes_in_it(dropout):
    net = nnlib.mlp([2, 8, 1], dropout=dropout, seed=0, dtype="float32")
    X, y = RNG(0).normal(size=(20, 2)), RNG(1).normal(size=20)
    assert all(part.dtype == np.float32 for trace in net.traces(20, RNG(2)) for part in (trace.A, trace.dA))
    nnlib.train(net, X, y, optimizer=nnlib.GradientDescent(0.05), epochs=3, seed=0, batch_size=8)
    assert net.params.dtype == net.predict(X).dtype == net.forward(X).dtype == np.float32
    exact = nnlib.mlp([2, 8, 1], seed=0)
    exact.params[:] = net.params
    difference = np.abs(net.predict(X) - exact.predict(X)).max()
    assert 0 < difference < 1e-5  # single precision, and no less


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_targets_take_the_type_of_the_network(dtype):
    losses, two = nnlib.losses, [[0.0, 1.0], [1.0, 0.0]]
    for loss, y, shape in (
        (losses.mse, [0.5, 1.0], (2, 1)),
        (losses.binary_cross_entropy, [0, 1], (2, 1)),
        (losses.cross_entropy, [0, 1], (2, 2)),
        (losses.cross_entropy, two, (2, 2)),
    ):
        prepared = loss.prepare(y, shape, dtype)
        assert prepared.dtype == dtype
        weighted = losses.Weighted(loss)
        joined = weighted.join(prepared, [1, 3])
        assert joined.dtype == weighted.prepare(joined.astype("float64"), shape, dtype).dtype == dtype


def test_rows_are_predicted_alike_in_blocks_and_alone():
    net = nnlib.mlp([2, 8, 3], seed=0)
    X = RNG(0).normal(size=(nnlib.network.BLOCK + 5, 2))
    together = net.predict(X)
    np.testing.assert_allclose(together, net.forward(X), rtol=1e-12, atol=1e-14)
    for row in (0, nnlib.network.BLOCK - 1, nnlib.network.BLOCK, len(X) - 1):
        np.testing.assert_allclose(net.predict(X[[row]])[0], together[row], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_prediction_finds_what_is_not_finite_in_any_block_and_says_where(bad):
    net, X = nnlib.mlp([2, 3, 1], seed=0), RNG(0).normal(size=(2 * nnlib.network.BLOCK, 2))
    X[nnlib.network.BLOCK + 7, 1] = X[-1, 0] = bad
    at = rf"got 2 NaN or infinity, the first {bad} at \({nnlib.network.BLOCK + 7}, 1\)"
    with pytest.raises(ValueError, match=rf"^X: expected finite numbers, {at}$"):
        net.predict(X)


def test_prediction_takes_numbers_whose_squares_are_too_large():
    X = np.array([[1e200], [-1e200]])
    np.testing.assert_array_equal(nnlib.mlp([1, 1], initializer=Constant(1.0)).predict(X), X)

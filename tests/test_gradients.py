"""Gradients: every activation, loss and layer against difference quotients, and the gradient check against mistakes.

Derivatives are compared with a central difference of sixth order, written here; the gradient check that comes with the
library has one of its own, and is itself tested: it must find planted mistakes, and raise no false alarm.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import nnlib
from nnlib import Dense, Dropout, Network, check_gradients, losses, mlp
from nnlib.activations import ACTIVATIONS, GELU, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from nnlib.losses import LOSSES, Huber, Penalty

RNG = np.random.default_rng
KINKED = ("relu", "leaky_relu", "step")  # at z = 0
ELEMENTWISE = [name for name in ACTIVATIONS if name != "softmax"]
ON_OUTPUTS = [name for name, loss in LOSSES.items() if not loss.from_logits]
FUNCTIONS = {**ACTIVATIONS, "leaky_relu(0)": LeakyReLU(0), "leaky_relu(0.3)": LeakyReLU(0.3)}
ALL_LOSSES = {**LOSSES, "huber(0.2)": Huber(0.2), "huber(5)": Huber(5)}


def slopes(f, x, h=1e-3):
    """The numeric derivative of the scalar f with respect to each element of x, by a formula of sixth order."""
    gradient, at = np.empty_like(x), x.copy()
    for i in np.ndindex(x.shape):
        rises = []
        for nudge in (h, 2 * h, 3 * h):
            at[i] = x[i] + nudge
            above = f(at)
            at[i] = x[i] - nudge
            rises.append(above - f(at))
        at[i] = x[i]
        gradient[i] = (45 * rises[0] - 9 * rises[1] + rises[2]) / (60 * h)
    return gradient


def off_zero(Z):
    """Z, with every element at least 0.01 away from the kinks at zero."""
    return np.where(np.abs(Z) < 0.01, 0.01, Z)


# Activations


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "softmax"])
def test_derivative_is_the_slope(name):
    f, Z = FUNCTIONS[name], off_zero(RNG(0).normal(size=(5, 7)) * 3)
    np.testing.assert_allclose(f.derivative(Z), slopes(lambda Z: f(Z).sum(), Z), atol=1e-11)


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (2, 4, 5)])
def test_derivative_of_softmax_is_a_matrix_a_row(shape):
    f, Z = ACTIVATIONS["softmax"], RNG(0).normal(size=shape) * 2
    jacobians = f.derivative(Z)
    assert jacobians.shape == (*shape, shape[-1])
    for row in np.ndindex(shape[:-1]):
        for j in range(shape[-1]):
            np.testing.assert_allclose(jacobians[row][j], slopes(lambda z, j=j: f(z)[j], Z[row]), atol=1e-11)


@pytest.mark.parametrize("shape", [(1, 1), (5, 7), (3, 4, 2)])  # the last one a stack of runs, as in train_many
@pytest.mark.parametrize("name", FUNCTIONS)
def test_backward_is_the_chain_rule(name, shape):
    f, rng = FUNCTIONS[name], RNG(1)
    Z, dA, out = off_zero(rng.normal(size=shape)), rng.normal(size=shape), np.full(shape, np.nan)
    A = f(Z)
    kept = dA.copy(), Z.copy(), A.copy()
    assert f.backward(dA, Z, A, out=out) is out
    np.testing.assert_allclose(out, slopes(lambda Z: np.sum(dA * f(Z)), Z), atol=1e-11)
    if name == "softmax":
        np.testing.assert_allclose(out, np.einsum("...j,...ji->...i", dA, f.derivative(Z)), atol=1e-14)
    else:
        np.testing.assert_allclose(out, dA * f.derivative(Z), atol=1e-14)
    for now, before in zip((dA, Z, A), kept, strict=True):
        np.testing.assert_array_equal(now, before)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_activation_writes_where_it_is_told(name):
    f, Z = FUNCTIONS[name], RNG(2).normal(size=(4, 3))
    kept, out = Z.copy(), np.full((4, 3), np.nan)
    assert f(Z, out=out) is out
    np.testing.assert_array_equal(out, f(Z))
    np.testing.assert_array_equal(Z, kept)


def test_slopes_at_kinks_are_those_of_the_left_side():
    zero = np.zeros(1)
    assert ACTIVATIONS["relu"].derivative(zero) == 0
    assert LeakyReLU(0.3).derivative(zero) == 0.3
    assert ACTIVATIONS["step"](zero) == ACTIVATIONS["step"].derivative(zero) == 0
    for f in (ACTIVATIONS["relu"], LeakyReLU(0.3)):
        assert f.backward(np.ones(1), zero, f(zero), out=np.empty(1)) == f.derivative(zero)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_activation_is_stable_up_to_1e4(name, dtype):
    f = FUNCTIONS[name]
    far = np.concatenate([[0.0], np.geomspace(1e-4, 1e4, 60)])
    Z = np.concatenate([-far[::-1], far]).astype(dtype)[:, np.newaxis]
    Z = np.hstack([Z, -Z, np.zeros_like(Z)])  # rows, for softmax
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        A, slope = f(Z), f.derivative(Z)
        dZ = f.backward(np.ones_like(Z), Z, A, out=np.empty_like(Z))
    assert A.dtype == slope.dtype == dZ.dtype == dtype
    assert np.isfinite(A).all()
    assert np.isfinite(slope).all()
    assert np.isfinite(dZ).all()
    if name != "gelu_tanh":  # which dips below zero on its way up
        assert (np.diff(A[:, 0]) >= 0).all()


@pytest.mark.parametrize(
    ("name", "limits"),  # at z = -10,000 and at 10,000: the value and the slope
    [
        ("sigmoid", (0, 0, 1, 0)),
        ("tanh", (-1, 0, 1, 0)),
        ("relu", (0, 0, 1e4, 1)),
        ("leaky_relu(0.3)", (-3e3, 0.3, 1e4, 1)),
        ("softplus", (0, 0, 1e4, 1)),
        ("gelu_tanh", (0, 0, 1e4, 1)),
        ("step", (0, 0, 1, 0)),
        ("identity", (-1e4, 1, 1e4, 1)),
    ],
)
def test_activation_far_out_has_its_limit(name, limits):
    f, Z = FUNCTIONS[name], np.array([-1e4, 1e4])
    np.testing.assert_allclose(np.stack([f(Z), f.derivative(Z)], axis=1).ravel(), limits, rtol=1e-15)


def test_softmax_of_far_scores_is_one_hot_and_shifts_change_nothing():
    softmax, Z = ACTIVATIONS["softmax"], RNG(3).normal(size=(6, 4))
    np.testing.assert_array_equal(softmax(np.array([[1e4, 0.0, -1e4]])), [[1, 0, 0]])
    np.testing.assert_allclose(softmax(Z), np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True), rtol=1e-14)
    np.testing.assert_allclose(softmax(Z + 1e4), softmax(Z), rtol=1e-11)
    np.testing.assert_allclose(softmax(Z).sum(axis=1), 1, rtol=1e-15)


# Losses


def targets_for(loss, shape, rng):
    """Targets that such a loss takes: measurements, yes or no, or one-hot rows."""
    if loss.name == "binary_cross_entropy":
        return rng.integers(0, 2, shape).astype(float)
    if loss.name == "cross_entropy":
        return np.eye(shape[1])[rng.integers(0, shape[1], shape[0])]
    return rng.normal(size=shape) * 2


@pytest.mark.parametrize("shape", [(1, 1), (6, 1), (1, 3), (4, 3)])
@pytest.mark.parametrize("name", ALL_LOSSES)
def test_loss_gradient_is_the_slope(name, shape):
    loss, rng = ALL_LOSSES[name], RNG(4)
    if name == "cross_entropy" and shape[1] == 1:
        shape = (shape[0], 2)
    y_hat, y = rng.normal(size=shape) * 2, targets_for(loss, shape, rng)
    kept = y_hat.copy(), y.copy()
    gradient = loss.gradient(y_hat, y)
    np.testing.assert_array_equal(y_hat, kept[0])
    np.testing.assert_array_equal(y, kept[1])
    np.testing.assert_allclose(gradient, slopes(lambda p: loss(p, y), y_hat), atol=1e-11)


@pytest.mark.parametrize("name", ["binary_cross_entropy", "cross_entropy"])
def test_cross_entropies_take_probabilities_as_targets(name):
    loss, rng = LOSSES[name], RNG(5)
    y_hat, y = rng.normal(size=(4, 3)), rng.dirichlet(np.ones(3), size=4)
    np.testing.assert_allclose(loss.gradient(y_hat, y), slopes(lambda p: loss(p, y), y_hat), atol=1e-11)


def test_cross_entropies_are_what_their_names_say():
    """The mean of -ln of the probability that the true class has under sigmoid or softmax."""
    rng = RNG(6)
    Z, yes, labels = rng.normal(size=(8, 3)) * 3, rng.integers(0, 2, (8, 3)), rng.integers(0, 3, 8)
    p = 1 / (1 + np.exp(-Z))
    surprise = -np.log(np.where(yes == 1, p, 1 - p)).mean()
    assert losses.binary_cross_entropy(Z, yes) == pytest.approx(surprise, rel=1e-13)
    p = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    assert losses.cross_entropy(Z, labels) == pytest.approx(-np.log(p[np.arange(8), labels]).mean(), rel=1e-13)


def test_labels_and_one_hot_rows_are_the_same():
    loss, Z, labels = losses.cross_entropy, RNG(7).normal(size=(5, 3)), np.array([0, 2, 1, 1, 0])
    rows = np.eye(3)[labels]
    assert loss(Z, labels) == loss(Z, rows)
    np.testing.assert_array_equal(loss.gradient(Z, labels), loss.gradient(Z, rows))
    np.testing.assert_allclose(loss.gradient(Z, rows), (nnlib.activations.softmax(Z) - rows) / 5, rtol=1e-13)


def test_two_classes_by_softmax_are_one_by_sigmoid():
    z, yes = RNG(8).normal(size=(6, 1)) * 3, np.array([0, 1, 1, 0, 1, 0])
    both = np.hstack([np.zeros_like(z), z])
    assert losses.cross_entropy(both, yes) == pytest.approx(losses.binary_cross_entropy(z, yes), rel=1e-14)
    np.testing.assert_allclose(
        losses.cross_entropy.gradient(both, yes)[:, 1:], losses.binary_cross_entropy.gradient(z, yes), rtol=1e-13
    )


def test_slopes_of_losses_at_kinks():
    y = np.zeros((3, 1))
    np.testing.assert_array_equal(losses.mae.gradient(np.array([[-1.0], [0.0], [2.0]]), y), [[-1 / 3], [0], [1 / 3]])
    at_threshold = np.array([[-0.5], [0.5], [0.6]])  # where square and line meet, both say the same
    np.testing.assert_allclose(Huber(0.5).gradient(at_threshold, y), [[-0.5 / 3], [0.5 / 3], [0.5 / 3]], rtol=1e-15)
    assert Huber(0.5)(at_threshold[:1], y[:1]) == 0.125


@pytest.mark.parametrize("threshold", [0.5, 1.0, 3.0])
def test_huber_is_half_the_square_inside_and_a_line_outside(threshold):
    for error in (-4.0, -1.2, -0.3, 0.0, 0.3, 1.2, 4.0):
        size = abs(error)
        by_hand = error**2 / 2 if size <= threshold else threshold * (size - threshold / 2)
        assert Huber(threshold)(np.array([[2 + error]]), np.array([2.0])) == pytest.approx(by_hand, rel=1e-14)


@pytest.mark.parametrize("name", LOSSES)
def test_a_stack_of_predictions_has_one_loss_a_run(name):
    loss, rng = LOSSES[name], RNG(9)
    stack, y = rng.normal(size=(4, 6, 3)), targets_for(loss, (6, 3), rng)
    gradients = np.empty_like(stack)
    values = loss.value_and_gradient(stack, y, out=gradients)
    np.testing.assert_allclose(values, [loss(y_hat, y) for y_hat in stack], rtol=1e-14)
    np.testing.assert_allclose(gradients, [loss.gradient(y_hat, y) for y_hat in stack], rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropies_are_stable_up_to_1e4(dtype):
    far = np.concatenate([-np.geomspace(1e4, 1e-4, 40), [0.0], np.geomspace(1e-4, 1e4, 40)]).astype(dtype)
    z = far[:, np.newaxis]
    for label in (0, 1):
        y = np.full_like(z, label)
        for loss, logits, wanted in (
            (losses.binary_cross_entropy, z, y),
            (losses.cross_entropy, np.hstack([z, -z]), np.hstack([y, 1 - y])),
        ):
            for row, target in zip(logits, wanted, strict=True):
                out = np.empty((1, len(row)), dtype)
                with np.errstate(over="raise", divide="raise", invalid="raise"):
                    value = loss.value_and_gradient(row[np.newaxis], target[np.newaxis], out=out)
                # ln(1 + e^-m), m the margin by which the true class leads
                margin = (1 if label else -1) * float(row[0]) * len(row)
                assert value == pytest.approx(np.logaddexp(0, -margin), rel=1e-6, abs=1e-6)
                assert out.dtype == dtype
                assert np.isfinite(out).all()
                assert (np.abs(out) <= 1).all()


# Networks: every activation x loss x layer


def closest_kink(net, X, y, loss, seed=None):
    """How near any neuron or any error comes to a kink or jump, where no derivative exists."""
    traces = net.traces(len(X), None if seed is None else RNG(seed))
    error = np.abs(net.run_forward(X, traces) - loss.prepare(y, (len(X), net.n_out)))
    near = [
        np.abs(t.Z).min()
        for layer, t in zip(net.layers, traces, strict=True)
        if t.Z.size and layer.activation.name in KINKED
    ]
    if loss.name == "mae":
        near.append(error.min())
    if loss.name == "huber":
        near.append(np.abs(error - loss.threshold).min())
    return min(near, default=np.inf)


def smooth_case(make, loss, dropout_seed=None, rows=5):
    """The first of many random networks, with data, that stays away from kinks."""
    for seed in range(1000):
        net, rng = make(), RNG(seed)
        net.params[:] = rng.normal(size=net.params.size)  # the biases too
        X, y = rng.normal(size=(rows, net.n_in)), targets_for(loss, (rows, net.n_out), rng)
        if closest_kink(net, X, y, loss, dropout_seed) > 3e-3:
            return net, X, y
    raise AssertionError("no network away from kinks")


@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("dropout_seed", [None, 7])
@pytest.mark.parametrize("loss", ALL_LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_hidden_activation_with_loss_and_layers(activation, loss, dropout_seed, l2):
    def make():
        layers = [Dense(2, 4, activation), Dropout(0.3), Dense(4, 3, activation), Dropout(0.3), Dense(3, 2)]
        return Network(layers if dropout_seed is not None else layers[::2])

    loss = ALL_LOSSES[loss]
    net, X, y = smooth_case(make, loss, dropout_seed)
    report = check_gradients(net, X, y, loss=loss, l2=l2, seed=dropout_seed)
    assert report.worst <= 1e-8, str(report)
    assert np.abs(report.analytic).max() > 1e-3  # there is something to compare
    if activation == "step":  # no gradient passes it: what lies before feels the penalty alone
        before = net.params.size - net.layers[-1].n_params
        np.testing.assert_array_equal(report.analytic[:before], (l2 * net.params * net.is_weight)[:before])


@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("loss", ON_OUTPUTS)
@pytest.mark.parametrize("output", ACTIVATIONS)
def test_output_activation_with_loss(output, loss, l2):
    loss = LOSSES[loss]
    net, X, y = smooth_case(lambda: mlp([2, 4, 3], "tanh", output), loss)
    report = check_gradients(net, X, y, loss=loss, l2=l2)
    assert report.worst <= 1e-8, str(report)
    if output == "step":
        np.testing.assert_array_equal(report.analytic, l2 * net.params * net.is_weight)
    else:
        assert np.abs(report.analytic).max() > 1e-3


def test_one_layer_and_one_example():
    for loss in LOSSES.values():
        net, X, y = smooth_case(lambda: mlp([3, 2]), loss, rows=1)
        assert check_gradients(net, X, y, loss=loss, l2=0.5).ok


def test_backward_of_a_linear_neuron_in_closed_form():
    """For ŷ = Xw + b and the mean squared error: dL/dw = 2/N Xᵀ(ŷ - y) + λw, dL/db the mean of 2(ŷ - y)."""
    net, rng = mlp([3, 1], seed=0), RNG(0)
    X, y = rng.normal(size=(10, 3)), rng.normal(size=(10, 1))
    report = check_gradients(net, X, y, l2=0.3)
    error = X @ net.layers[0].W + net.layers[0].b - y
    by_hand = np.append((2 / 10 * X.T @ error + 0.3 * net.layers[0].W)[:, 0], 2 * error.mean())
    np.testing.assert_allclose(report.analytic, by_hand, rtol=1e-13)
    np.testing.assert_allclose(report.numeric, by_hand, rtol=1e-9)
    assert report.names == ["W1[0,0]", "W1[1,0]", "W1[2,0]", "b1[0]"]


# Dropout


def test_dropout_mask_is_scaled_and_drawn_from_the_generator():
    """What is kept is divided by 1 - p; a second pass with the same seed has the same mask, another seed another."""
    net = Network([Dense(1, 500), Dropout(0.2), Dense(500, 500)])
    first, last = net.dense
    first.b[:], last.W[:] = 1, np.eye(500)  # the outputs are the mask
    masks = [net.forward(np.zeros((40, 1)), RNG(seed)) for seed in (0, 0, 1)]
    np.testing.assert_allclose(np.unique(masks[0]), [0, 1.25])
    assert (masks[0] > 0).mean() == pytest.approx(0.8, abs=0.01)
    np.testing.assert_array_equal(masks[0], masks[1])
    assert (masks[0] != masks[2]).any()
    np.testing.assert_array_equal(net.forward(np.zeros((40, 1))), 1)
    np.testing.assert_array_equal(net.predict(np.zeros((40, 1))), 1)


def test_dropout_silences_the_gradient_of_what_it_silences():
    net, X = Network([Dense(1, 6, "tanh"), Dropout(0.5), Dense(6, 1)], seed=0), np.ones((1, 1))
    net.forward(X, RNG(1))
    net.backward(np.ones((1, 1)))
    silent = net.dense[1].dW[:, 0] == 0
    assert 0 < silent.sum() < 6
    np.testing.assert_array_equal(net.dense[0].db == 0, silent)


# The gradient check itself: mistakes that it must find. Each replaces one method of the library by a wrong one.

right_mse, right_dense = losses.MeanSquaredError.value_and_gradient, Dense.backward
right_bce, right_ce = losses.BinaryCrossEntropy.value_and_gradient, losses.CrossEntropy.value_and_gradient


def mse_doubled(self, y_hat, y, out):
    value = right_mse(self, y_hat, y, out)
    out *= 2
    return value


def error_with_the_other_sign(self, y_hat, y, out):
    value = right_bce(self, y_hat, y, out)
    np.negative(out, out=out)
    return value


def sum_over_examples(self, y_hat, y, out):
    value = right_ce(self, y_hat, y, out)
    out *= len(y)
    return value


def huber_not_clipped(self, y_hat, y, out):
    error = y_hat - y
    np.clip(error, -self.threshold, self.threshold, out=out)
    value = float(np.sum(out * (error - 0.5 * out))) / y.size
    out[:] = error / y.size
    return value


def delta_through_untransposed_weights(self, trace, dA_prev):
    right_dense(self, trace, dA_prev)
    if dA_prev is not None and self.n_in == self.n_out:  # elsewhere the shapes would not fit
        np.dot(trace.delta, self.W, out=dA_prev)


def weights_transposed(self, trace, dA_prev):
    right_dense(self, trace, dA_prev)
    if self.n_in == self.n_out:
        self.dW[:] = self.dW.T.copy()


def bias_with_the_other_sign(self, trace, dA_prev):
    right_dense(self, trace, dA_prev)
    self.db *= -1


def bias_of_one_example(self, trace, dA_prev):
    right_dense(self, trace, dA_prev)
    self.db[:] = trace.delta[0]


def no_slope(self, dA, Z, A, out):
    return np.positive(dA, out=out)


def slope_at_the_activation(self, dA, Z, A, out):
    return np.multiply(dA, self.derivative(A), out=out)


def slope_of_one_everywhere(self, dA, Z, A, out):
    return np.multiply(dA, Z != 0, out=out)


def softmax_by_element(self, dA, Z, A, out):
    return np.multiply(dA, A * (1 - A), out=out)


def product_rule_by_half(self, Z):
    return 0.5 * (1 + np.tanh(self._inner(Z)))


def mask_forgotten(self, trace, dA_prev):
    dA_prev[:] = trace.dA


def scale_forgotten(self, trace, dA_prev):
    np.multiply(trace.dA, trace.mask > 0, out=dA_prev)


def penalty_on_biases(self, params, grads):
    grads += self.strength.max() * params


def penalty_doubled(self, params, grads):
    grads += 2 * self.strength * params


def penalty_forgotten(self, params, grads):
    pass


HIDDEN, ALL = {"W1", "b1", "W2", "b2"}, {"W1", "b1", "W2", "b2", "W3", "b3"}
WEIGHTS, BIASES = {"W1", "W2", "W3"}, {"b1", "b2", "b3"}
# The class, its method that is made wrong, the wrong one, the hidden activation, the loss, and what suffers.
PLANTED = [
    (losses.MeanSquaredError, "value_and_gradient", mse_doubled, "tanh", "mse", ALL),
    (losses.BinaryCrossEntropy, "value_and_gradient", error_with_the_other_sign, "tanh", "binary_cross_entropy", ALL),
    (losses.CrossEntropy, "value_and_gradient", sum_over_examples, "tanh", "cross_entropy", ALL),
    (Huber, "value_and_gradient", huber_not_clipped, "tanh", "huber", ALL),
    (Dense, "backward", delta_through_untransposed_weights, "tanh", "mse", {"W1", "b1"}),
    (Dense, "backward", weights_transposed, "tanh", "mse", {"W2"}),
    (Dense, "backward", bias_with_the_other_sign, "tanh", "mse", BIASES),
    (Dense, "backward", bias_of_one_example, "tanh", "mse", BIASES),
    (Tanh, "backward", no_slope, "tanh", "mse", HIDDEN),
    (Sigmoid, "backward", slope_at_the_activation, "sigmoid", "mse", HIDDEN),
    (ReLU, "backward", slope_of_one_everywhere, "relu", "mse", HIDDEN),
    (LeakyReLU, "backward", no_slope, "leaky_relu", "mse", HIDDEN),
    (GELU, "derivative", product_rule_by_half, "gelu_tanh", "mse", HIDDEN),
    (Softmax, "backward", softmax_by_element, "softmax", "mse", HIDDEN),
    (Dropout, "backward", mask_forgotten, "tanh", "mse", HIDDEN),
    (Dropout, "backward", scale_forgotten, "tanh", "mse", HIDDEN),
    (Penalty, "add_gradient", penalty_on_biases, "tanh", "mse", BIASES),
    (Penalty, "add_gradient", penalty_doubled, "tanh", "mse", WEIGHTS),
    (Penalty, "add_gradient", penalty_forgotten, "tanh", "mse", WEIGHTS),
]


@pytest.mark.parametrize(
    ("cls", "method", "wrong", "activation", "loss", "suffer"), PLANTED, ids=[row[2].__name__ for row in PLANTED]
)
def test_check_finds_planted_mistakes(monkeypatch, cls, method, wrong, activation, loss, suffer):
    def make():
        return Network([Dense(2, 3, activation), Dense(3, 3, activation), Dropout(0.4), Dense(3, 2)])

    loss = LOSSES[loss]
    net, X, y = smooth_case(make, loss, dropout_seed=3, rows=12)
    arguments = {"loss": loss, "l2": 0.1, "seed": 3}
    assert check_gradients(net, X, y, **arguments).ok
    monkeypatch.setattr(cls, method, wrong)
    report = check_gradients(net, X, y, **arguments)
    found = {name.split("[")[0] for name, error in zip(report.names, report.error, strict=True) if error > 1e-8}
    assert found == suffer, str(report)
    assert not report.ok
    assert report.worst > 1e-3
    assert all(("WRONG" in line) == (line[:2] in suffer) for line in str(report).splitlines()[1:])


@pytest.mark.parametrize(
    ("factor", "error"),  # the difference as a fraction of the larger of the two
    [(1 + 1e-6, 1e-6), (1 + 1e-7, 1e-7), (2, 0.5), (0, 1), (-1, 2), (1 + 1e-9, None)],
)
def test_check_names_a_single_wrong_number(monkeypatch, factor, error):
    def one_wrong(self, trace, dA_prev):
        right_dense(self, trace, dA_prev)
        if self.n_out == 4:
            self.dW[1, 2] *= factor

    net, X, y = smooth_case(lambda: mlp([2, 4, 1]), losses.mse)
    monkeypatch.setattr(Dense, "backward", one_wrong)
    report = check_gradients(net, X, y)
    wrong = [name for name, found in zip(report.names, report.error, strict=True) if found > report.tolerance]
    if error is None:  # smaller than the tolerance
        assert report.ok
        assert wrong == []
    else:
        assert not report.ok
        assert wrong == ["W1[1,2]"]
        assert report.worst == pytest.approx(error, rel=0.02)


def test_check_nudges_one_at_a_time_and_puts_everything_back():
    net, X, y = smooth_case(lambda: mlp([2, 4, 1]), losses.mse)
    before = net.params.copy()
    first, second = check_gradients(net, X, y), check_gradients(net, X, y)
    np.testing.assert_array_equal(net.params, before)
    np.testing.assert_array_equal(first.numeric, second.numeric)


def test_check_takes_a_kink_within_the_nudge_for_no_mistake():
    """A neuron with z = 5e-5 for one example: with h = 1e-4 the difference is across the kink of ReLU."""
    net, X, y = mlp([1, 1, 1], "relu", seed=0), np.array([[1.0], [2.0]]), np.array([3.0, -1.0])
    net.params[:] = [1.0, -1.0 + 5e-5, 1.5, 0.2]
    report = check_gradients(net, X, y)
    assert report.ok
    np.testing.assert_allclose(report.numeric, report.analytic, rtol=1e-6)


# The gradient check itself: no false alarm.


EVERY = list(ACTIVATIONS)
SMOOTH_ENOUGH = [name for name in EVERY if name != "step"]
KINDS = {  # hidden activations, losses, smallest and largest number of layers, size of the parameters
    "kinks": (["relu", "leaky_relu"], ["mae", "huber"], (1, 5), 1),
    "jumps": ([*KINKED, "tanh"], ["mse", "mae", "huber"], (1, 5), 1),
    "deep": (SMOOTH_ENOUGH, list(LOSSES), (8, 8), 1),
    "saturated": (SMOOTH_ENOUGH, list(LOSSES), (1, 5), 10),
    "mixed": (EVERY, list(LOSSES), (1, 5), 1),
}


def random_case(seed, kind):
    """A random network of that kind, data, loss and penalty; nothing keeps them away from kinks."""
    rng, (names, loss_names, depths, size) = RNG(seed), KINDS[kind]
    depth, loss = int(rng.integers(depths[0], depths[1] + 1)), LOSSES[str(rng.choice(loss_names))]
    widths = rng.integers(1, 6, depth + 1).tolist()
    if loss.name == "cross_entropy":
        widths[-1] += 1
    activations = [*rng.choice(names, depth - 1), "identity" if loss.from_logits else rng.choice(names)]
    net = Network([Dense(n, m, str(f)) for (n, m), f in zip(pairwise(widths), activations, strict=True)])
    net.params[:] = rng.normal(size=net.params.size) * size
    X = rng.normal(size=(int(rng.integers(1, 7)), net.n_in))
    return net, X, targets_for(loss, (len(X), net.n_out), rng), loss, float(rng.choice([0.0, 0.1]))


@pytest.mark.parametrize("kind", KINDS)
def test_check_raises_no_false_alarm(kind):
    alarms = []
    for seed in range(60):
        net, X, y, loss, l2 = random_case(seed, kind)
        report = check_gradients(net, X, y, loss=loss, l2=l2)
        if not report.ok:
            alarms.append(f"seed {seed}: {net}\n{loss}, l2 {l2}\n{report}")
    assert not alarms, "\n\n".join(alarms)


@pytest.mark.parametrize(("loss", "biases"), [("cross_entropy", [0.0, 30.0]), ("binary_cross_entropy", [30.0])])
def test_check_raises_no_false_alarm_for_a_classifier_that_is_certain(loss, biases):
    """The loss is 0 to rounding, and so is every difference of it; the gradient is e⁻³⁰."""
    net = Network([Dense(1, len(biases), initializer="zeros")])
    net.layers[0].b[:] = biases
    report = check_gradients(net, np.ones((1, 1)), np.array([1.0]), loss=loss)
    assert report.ok, str(report)


def test_check_finds_a_mistake_where_the_gradient_has_almost_vanished(monkeypatch):
    """The first of twelve sigmoid layers: its gradients are below 1e-8, and still a hundred times above rounding."""

    def doubled_in_the_first_layer(self, trace, dA_prev):
        right_dense(self, trace, dA_prev)
        if dA_prev is None:
            self.dW *= 2

    net, rng = mlp([3, *[4] * 12, 1], "sigmoid", seed=0), RNG(0)
    X, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 1))
    assert check_gradients(net, X, y).ok
    monkeypatch.setattr(Dense, "backward", doubled_in_the_first_layer)
    report = check_gradients(net, X, y)
    assert "W1            12  WRONG" in str(report)

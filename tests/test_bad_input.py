"""Bad input: an error that names the argument, what was given and what was expected, with nothing changed."""

from __future__ import annotations

import numpy as np
import pytest

import nnlib
from nnlib import Dense, GradientDescent, Network, StandardScaler, check_gradients, mlp, train
from nnlib.initializers import Uniform

X, Y = np.linspace(-1, 1, 6)[:, np.newaxis], np.arange(6.0)
NET = mlp([1, 4, 1], seed=0)
TWO = mlp([2, 3, 2], seed=0)
STEP = GradientDescent(0.1)


def with_bad(value, shape=(6, 1)):
    array = np.zeros(shape)
    array[2, 0] = value
    return array


def bound_layer():
    layer = Dense(1, 1)
    Network([layer])
    return layer


CASES = {
    # Layers and networks
    "n_in zero": (lambda: Dense(0, 4), ValueError, "n_in: expected at least 1, got 0"),
    "n_out float": (lambda: Dense(1, 2.5), TypeError, "n_out: expected an integer, got float 2.5"),
    "n_out bool": (lambda: Dense(1, True), TypeError, "n_out: expected an integer, got True"),
    "n_out text": (lambda: Dense(1, "4"), TypeError, "n_out: expected an integer, got str '4'"),
    "activation unknown": (lambda: Dense(1, 4, "tanhh"), ValueError, "activation: unknown name 'tanhh'; did you mean 'tanh'"),
    "activation far off": (lambda: Dense(1, 4, "xyz"), ValueError, "valid names are ['gelu_tanh', 'identity', 'leaky_relu', 'relu', 'sigmoid', 'softplus', 'step', 'tanh']"),
    "activation callable": (lambda: Dense(1, 4, np.tanh), TypeError, "activation: expected a name"),
    "initializer unknown": (lambda: Dense(1, 4, initializer="xavier"), ValueError, "initializer: unknown name 'xavier'"),
    "uniform limit": (lambda: Uniform(-1), ValueError, "limit: expected a positive, finite number, got -1.0"),
    "no layers": (lambda: Network([]), ValueError, "layers: expected at least one layer, got none"),
    "not a layer": (lambda: Network([Dense(1, 2), "tanh"]), TypeError, "layers[1]: expected a layer such as Dense(1, 4), got 'tanh'"),
    "layers do not fit": (lambda: Network([Dense(1, 4), Dense(3, 1)]), ValueError, "layers[1]: expected n_in=4, the n_out of layers[0], got n_in=3"),
    "layer twice": (lambda: Network([layer := Dense(1, 1), layer]), ValueError, "the same layer stands in the list twice"),
    "layer of another": (lambda: Network([bound_layer()]), ValueError, "Dense(1, 1, 'identity') already belongs to a network"),
    "dtype": (lambda: mlp([1, 1], dtype="int64"), ValueError, "dtype: expected float64 or float32, got 'int64'"),
    "one size": (lambda: mlp([3]), ValueError, "sizes: expected at least inputs and outputs, such as [1, 4, 1], got [3]"),
    "size zero": (lambda: mlp([1, 0, 1]), ValueError, "sizes[1]: expected at least 1, got 0"),
    # Data into the network
    "X vector": (lambda: NET.forward(Y), ValueError, "X: expected shape (N, 1), one example a row, got shape (6,); use X.reshape(-1, 1)"),
    "X columns": (lambda: NET.predict(np.ones((6, 2))), ValueError, "X: expected shape (N, 1), one example a row, got shape (6, 2)"),
    "X empty": (lambda: NET.forward(np.ones((0, 1))), ValueError, "X: expected shape (N, 1), one example a row, got shape (0, 1)"),
    "X nan": (lambda: NET.forward(with_bad(np.nan)), ValueError, "X: expected finite numbers, got 1 NaN or infinity, the first nan at (2, 0)"),
    "X infinite": (lambda: NET.forward(with_bad(-np.inf)), ValueError, "the first -inf at (2, 0)"),
    "X text": (lambda: NET.forward([["a"]]), TypeError, "X: expected an array of numbers, got dtype <U1"),
    "X ragged": (lambda: NET.forward([[1.0], [1.0, 2.0]]), ValueError, "X: expected an array of numbers, got rows of different lengths"),
    "X complex": (lambda: NET.forward(np.ones((2, 1), complex)), TypeError, "X: expected an array of numbers, got dtype complex128"),
    "backward first": (lambda: mlp([1, 1]).backward([[1.0]]), RuntimeError, "call forward(X) first"),
    "dloss rows": (lambda: (NET.forward(X), NET.backward(np.ones((5, 1)))), ValueError, "dloss: expected shape (6, 1), as ŷ, got shape (5, 1)"),
    "dloss columns": (lambda: (NET.forward(X), NET.backward(np.ones((6, 2)))), ValueError, "dloss: expected shape (N, 1)"),
    # Losses and metrics
    "leaky slope": (lambda: nnlib.activations.LeakyReLU(1), ValueError, "slope: expected a number from 0 to below 1, got 1"),
    "huber threshold": (lambda: nnlib.losses.Huber(0), ValueError, "threshold: expected a positive, finite number, got 0.0"),
    "mse rows": (lambda: nnlib.losses.mse(X, Y[:5]), ValueError, "y: expected shape (6, 1) or (6,), got shape (5,)"),
    "mse table": (lambda: nnlib.losses.mse(X, np.ones((6, 6))), ValueError, "y: expected shape (6, 1) or (6,), got shape (6, 6)"),
    "mse vector ŷ": (lambda: nnlib.losses.mse(Y, Y), ValueError, "y_hat: expected shape (N, d), one example a row, got shape (6,)"),
    "rmse": (lambda: nnlib.metrics.rmse(X, Y[:5]), ValueError, "y_hat: expected the shape of y, (5,), got shape (6, 1)"),
    "rmse empty": (lambda: nnlib.metrics.rmse([], []), ValueError, "y_hat: expected the shape of y, (0,), got shape (0,)"),
    # Training
    "learning rate zero": (lambda: GradientDescent(0), ValueError, "learning_rate: expected a positive, finite number, got 0.0"),
    "learning rate negative": (lambda: GradientDescent(-0.1), ValueError, "learning_rate: expected a positive, finite number, got -0.1"),
    "learning rate nan": (lambda: GradientDescent(np.nan), ValueError, "learning_rate: expected a positive, finite number, got nan"),
    "learning rate text": (lambda: GradientDescent("0.1"), TypeError, "learning_rate: expected a positive number, got '0.1'"),
    "learning rate list": (lambda: GradientDescent([0.1, 0.2]), TypeError, "learning_rate: expected a positive number, got list [0.1, 0.2]"),
    "net": (lambda: train("net", X, Y, optimizer=STEP, epochs=1), TypeError, "net: expected a Network, got str 'net'"),
    "optimizer": (lambda: train(NET, X, Y, optimizer=0.1, epochs=1), TypeError, "optimizer: expected an optimiser such as GradientDescent(0.1), got 0.1"),
    "epochs zero": (lambda: train(NET, X, Y, optimizer=STEP, epochs=0), ValueError, "epochs: expected at least 1, got 0"),
    "epochs float": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1e3), TypeError, "epochs: expected an integer, got float 1000.0"),
    "loss unknown": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, loss="msee"), ValueError, "loss: unknown name 'msee'; did you mean 'mse'"),
    "batch too large": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, batch_size=7), ValueError, "batch_size: expected at most 6, the number of examples, got 7"),
    "batch zero": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, batch_size=0), ValueError, "batch_size: expected at least 1, got 0"),
    "y rows": (lambda: train(NET, X, Y[:5], optimizer=STEP, epochs=1), ValueError, "y: expected shape (6, 1) or (6,), got shape (5,)"),
    "y vector for two": (lambda: train(TWO, np.ones((6, 2)), Y, optimizer=STEP, epochs=1), ValueError, "y: expected shape (6, 2), got shape (6,)"),
    "y nan": (lambda: train(NET, X, with_bad(np.nan), optimizer=STEP, epochs=1), ValueError, "y: expected finite numbers, got 1 NaN or infinity, the first nan at (2, 0)"),
    "seed": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, batch_size=2, seed=-1), ValueError, "non-negative"),
    # Gradient check, preprocessing, data
    "check float32": (lambda: check_gradients(mlp([1, 1], dtype="float32"), X, Y), ValueError, "net: expected a float64 network, got float32"),
    "check h": (lambda: check_gradients(NET, X, Y, h=0), ValueError, "h: expected a positive, finite number, got 0.0"),
    "scaler early": (lambda: StandardScaler().transform(Y), RuntimeError, "call fit on the training data first"),
    "scaler empty": (lambda: StandardScaler().fit([]), ValueError, "values: expected shape (N,) or (N, d) with at least one row, got shape (0,)"),
    "scaler columns": (lambda: StandardScaler().fit(np.eye(3)).transform(np.eye(2)), ValueError, "values: expected shape (N, 3), as in fit, got shape (2, 2)"),
    "day": (lambda: nnlib.data.temperatures("5 July"), ValueError, "first_day: expected a date such as '1981-07-05', got '5 July'"),
    "day not there": (lambda: nnlib.data.temperatures("1982-07-05"), ValueError, "first_day: expected a day from 1981-07-02 to 1981-07-30, got '1982-07-05'"),
    "too many days": (lambda: nnlib.data.temperatures("1981-07-30", days=2), ValueError, "days: expected at most 1 from 1981-07-30 on, got 2"),
    "attribute": (lambda: nnlib.Adamm, AttributeError, "module 'nnlib' has no attribute 'Adamm'"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_error_names_argument_given_and_expected(case):
    call, kind, text = CASES[case]
    before = NET.params.copy(), TWO.params.copy()
    with pytest.raises(kind) as caught:
        call()
    assert text in str(caught.value)
    np.testing.assert_array_equal(NET.params, before[0])
    np.testing.assert_array_equal(TWO.params, before[1])

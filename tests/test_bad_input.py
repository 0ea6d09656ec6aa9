"""Bad input: an error that names the argument, what was given and what was expected, with nothing changed."""

from __future__ import annotations

import re

import numpy as np
import pytest

import nnlib
from nnlib import (
    CosineDecay,
    Dense,
    Dropout,
    GradientDescent,
    Network,
    StandardScaler,
    StepDecay,
    WarmUp,
    check_gradients,
    mlp,
    train,
    train_many,
)
from nnlib.initializers import Uniform

X, Y = np.linspace(-1, 1, 6)[:, np.newaxis], np.arange(6.0)
NET = mlp([1, 4, 1], seed=0)
TWO = mlp([2, 3, 2], seed=0)
SMALL = mlp([1, 2, 1], seed=0)
NET_DROPPING = mlp([1, 4, 1], dropout=0.5, seed=0)
STEP, USED = GradientDescent(0.1), GradientDescent(0.1)
USED.step(SMALL.params, SMALL.grads)


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
    "activation far off": (lambda: Dense(1, 4, "xyz"), ValueError, "valid names are ['gelu_tanh', 'identity', 'leaky_relu', 'relu', 'sigmoid', 'softmax', 'softplus', 'step', 'tanh']"),
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
    "rmse nan": (lambda: nnlib.metrics.rmse(with_bad(np.nan), Y), ValueError, "y_hat: expected finite numbers, got 1 NaN or infinity, the first nan at (2, 0)"),
    "rmse texts": (lambda: nnlib.metrics.rmse(X, list("abcdef")), TypeError, "y: expected an array of numbers, got dtype <U1"),
    "rmse empty": (lambda: nnlib.metrics.rmse([], []), ValueError, "y_hat: expected the shape of y, (0,), got shape (0,)"),
    # Training
    "learning rate zero": (lambda: GradientDescent(0), ValueError, "learning_rate: expected a positive, finite number, got 0.0"),
    "learning rate negative": (lambda: GradientDescent(-0.1), ValueError, "learning_rate: expected a positive, finite number, got -0.1"),
    "learning rate nan": (lambda: GradientDescent(np.nan), ValueError, "learning_rate: expected a positive, finite number, got nan"),
    "learning rate text": (lambda: GradientDescent("0.1"), TypeError, "learning_rate: expected a positive number, got str '0.1'"),
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
    "l2 negative": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, l2=-1), ValueError, "l2: expected a finite number of zero or more, got -1.0"),
    "l2 text": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, l2="much"), TypeError, "l2: expected a number of zero or more, got str 'much'"),
    "clip zero": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, clip_norm=0), ValueError, "clip_norm: expected a positive, finite number, got 0.0"),
    "clip infinite": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, clip_norm=np.inf), ValueError, "clip_norm: expected a positive, finite number, got inf"),
    "validation X": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, validation=(np.ones((2, 3)), Y[:2])), ValueError, "validation: X: expected shape (N, 1)"),
    "validation y": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, validation=(X, Y[:2])), ValueError, "validation: y: expected shape (6, 1) or (6,), got shape (2,)"),
    "weights missing": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, sample_weight=[1.0]), ValueError, "sample_weight: expected shape (6,), one a row of X, got shape (1,)"),
    "weights nan": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, sample_weight=with_bad(np.nan, (6, 1))[:, 0]), ValueError, "sample_weight: expected finite numbers"),
    "weights negative": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, sample_weight=[1, 1, -1, 1, 1, 1]), ValueError, "sample_weight: expected weights of zero or more, got -1"),
    "weights zero": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, sample_weight=np.zeros(6)), ValueError, "sample_weight: expected at least one weight above zero, got zeros alone"),
    "weights of validation": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, validation=(X, Y, [1.0])), ValueError, "validation: sample_weight: expected shape (6,)"),
    "validation X alone": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, validation=(X,)), TypeError, "validation: expected a pair (X, y), or (X, y, sample_weight), got tuple"),
    "validation in one array": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, validation=np.ones((2, 6, 1))), TypeError, "validation: expected a pair (X, y), or (X, y, sample_weight), got ndarray"),
    "validation alone": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, validation=X), TypeError, "validation: expected a pair (X, y), or (X, y, sample_weight), got ndarray"),
    "patience alone": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, patience=3), ValueError, "patience: expected validation=(X, y) besides"),
    "patience zero": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, validation=(X, Y), patience=0), ValueError, "patience: expected at least 1, got 0"),
    "callback": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, callbacks=["print"]), TypeError, "callbacks[0]: expected a function of (epoch, net, history), got 'print'"),
    # Classification
    "softmax twice": (lambda: train(mlp([1, 2], output="softmax"), X, Y, optimizer=STEP, epochs=1, loss="cross_entropy"), ValueError, "loss: cross_entropy brings its own softmax and expects logits: a last layer with the activation 'identity', got 'softmax'"),
    "sigmoid twice": (lambda: train(mlp([1, 1], output="sigmoid"), X, Y, optimizer=STEP, epochs=1, loss="binary_cross_entropy"), ValueError, "loss: binary_cross_entropy brings its own sigmoid"),
    "one output": (lambda: train(NET, X, Y, optimizer=STEP, epochs=1, loss="cross_entropy"), ValueError, "loss: cross_entropy expects at least 2 outputs, got 1; for one use binary_cross_entropy"),
    "label too large": (lambda: train(TWO, np.ones((6, 2)), [0, 1, 0, 1, 2, 0], optimizer=STEP, epochs=1, loss="cross_entropy"), ValueError, "y: expected class labels 0 to 1, one for each of 2 outputs, got 2"),
    "label negative": (lambda: nnlib.losses.cross_entropy(np.ones((2, 2)), [0, -1]), ValueError, "y: expected class labels 0 to 1, one for each of 2 outputs, got -1"),
    "label fraction": (lambda: nnlib.losses.cross_entropy(np.ones((2, 2)), [0, 0.5]), ValueError, "y: expected class labels 0 to 1, one for each of 2 outputs, got 0.5"),
    "label text": (lambda: nnlib.losses.cross_entropy(np.ones((2, 2)), ["no", "yes"]), TypeError, "y: expected an array of numbers, got dtype <U3"),
    "labels missing": (lambda: nnlib.losses.cross_entropy(np.ones((3, 2)), [0, 1]), ValueError, "y: expected 3 class labels, one a row of X, got 2"),
    "not one-hot": (lambda: nnlib.losses.cross_entropy(np.ones((2, 2)), np.ones((2, 2))), ValueError, "y: expected rows of probabilities that add up to 1, as one-hot rows do"),
    "one-hot rows missing": (lambda: nnlib.losses.cross_entropy(np.ones((3, 2)), np.eye(2)), ValueError, "y: expected shape (3, 2), got shape (2, 2)"),
    "probabilities missing": (lambda: nnlib.losses.binary_cross_entropy(np.ones((2, 1)), [0, 1, 1]), ValueError, "y: expected shape (2, 1) or (2,), got shape (3,)"),
    "weights not joined": (lambda: nnlib.losses.Weighted("mse")(np.ones((2, 1)), np.ones((2, 1))), ValueError, "y: expected shape (2, 2), got shape (2, 1)"),
    "not a probability": (lambda: nnlib.losses.binary_cross_entropy(np.ones((2, 1)), [0, 2]), ValueError, "y: expected labels 0 and 1, got values from 0 to 2"),
    "labels -1 and 1": (lambda: nnlib.losses.binary_cross_entropy(np.ones((2, 1)), [-1, 1]), ValueError, "y: expected labels 0 and 1, got values from -1 to 1"),
    # Dropout and schedules
    "dropout one": (lambda: Dropout(1), ValueError, "rate: expected a number from 0 to below 1, got 1.0"),
    "dropout text": (lambda: Dropout("half"), TypeError, "rate: expected a number from 0 to below 1, got str 'half'"),
    "dropout in mlp": (lambda: mlp([1, 4, 1], dropout=-0.5), ValueError, "dropout: expected a number from 0 to below 1, got -0.5"),
    "dropout first": (lambda: Network([Dropout(0.5), Dense(1, 1)]), ValueError, "layers[0]: expected a Dense layer at both ends, got Dropout(0.5)"),
    "dropout last": (lambda: Network([Dense(1, 1), Dropout(0.5)]), ValueError, "layers[-1]: expected a Dense layer at both ends, got Dropout(0.5)"),
    "dropout of another": (lambda: Network([Dense(1, 4), NET_DROPPING.layers[1], Dense(4, 1)]), ValueError, "Dropout(0.5) already belongs to a network"),
    "sizes around dropout": (lambda: Network([Dense(1, 4), Dropout(0.5), Dense(3, 1)]), ValueError, "layers[2]: expected n_in=4, the n_out of layers[1], got n_in=3"),
    "schedule steps": (lambda: CosineDecay(0.1, steps=0), ValueError, "steps: expected at least 1, got 0"),
    "schedule initial": (lambda: CosineDecay(-0.1, steps=5), ValueError, "initial: expected a positive, finite number, got -0.1"),
    "schedule final": (lambda: CosineDecay(0.1, steps=5, final=1), ValueError, "final: expected a number from 0 to below 1, got 1.0"),
    "schedule every": (lambda: StepDecay(0.1, every=2.5), TypeError, "every: expected an integer, got float 2.5"),
    "schedule factor": (lambda: StepDecay(0.1, every=2, factor=0), ValueError, "factor: expected a positive, finite number, got 0.0"),
    "warm-up then": (lambda: WarmUp(5, then="cosine"), TypeError, "then: expected a positive number, got str 'cosine'"),
    # Many at once
    "many none": (lambda: train_many([], X, Y, optimizers=[], epochs=1), ValueError, "nets: expected at least one network, got none"),
    "many no net": (lambda: train_many([NET, "net"], X, Y, optimizers=[STEP, STEP], epochs=1), TypeError, "net: expected a Network, got str 'net'"),
    "many l2": (lambda: train_many([NET], X, Y, optimizers=[STEP], epochs=1, l2=-1), ValueError, "l2: expected a finite number of zero or more, got -1.0"),
    "many twice": (lambda: train_many([NET, NET], X, Y, optimizers=[GradientDescent(1), GradientDescent(2)], epochs=1), ValueError, "nets: the same network stands in the list twice"),
    "many rules": (lambda: train_many([NET, SMALL], X, Y, optimizers=[STEP], epochs=1), ValueError, "optimizers: expected 2 different ones, one for each network"),
    "many one rule": (lambda: train_many([NET, SMALL], X, Y, optimizers=[STEP, STEP], epochs=1), ValueError, "optimizers: expected 2 different ones, one for each network"),
    "many kinds": (lambda: train_many([NET, SMALL], X, Y, optimizers=[STEP, nnlib.Adam(0.1)], epochs=1), ValueError, "optimizers[1]: expected a GradientDescent with the settings of optimizers[0], all but the learning rate, got Adam(0.1)"),
    "many settings": (lambda: train_many([NET, SMALL], X, Y, optimizers=[nnlib.Momentum(1), nnlib.Momentum(1, momentum=0.5)], epochs=1), ValueError, "optimizers[1]: expected a Momentum with the settings"),
    "many steps": (lambda: train_many([NET, SMALL], X, Y, optimizers=[GradientDescent(0.1), USED], epochs=1), ValueError, "optimizers: expected all to have made the same number of steps, got [0, 1]"),
    "many no rule": (lambda: train_many([NET, SMALL], X, Y, optimizers=[0.1, 0.2], epochs=1), TypeError, "optimizers[0]: expected an optimiser such as GradientDescent(0.1), got 0.1"),
    "many activations": (lambda: train_many([NET, mlp([1, 4, 1], "relu")], X, Y, optimizers=[GradientDescent(1), GradientDescent(2)], epochs=1), ValueError, "nets[1]: expected as many layers as nets[0], with its activations, got [Dense(1, 4, 'relu')"),
    "many softmax widths": (lambda: train_many([mlp([1, 4, 1], "softmax"), mlp([1, 2, 1], "softmax")], X, Y, optimizers=[GradientDescent(1), GradientDescent(2)], epochs=1), ValueError, "nets[1]: expected 4 outputs, as Dense(1, 4, 'softmax') in nets[0], got Dense(1, 2, 'softmax')"),
    "many depths": (lambda: train_many([NET, mlp([1, 1])], X, Y, optimizers=[GradientDescent(1), GradientDescent(2)], epochs=1), ValueError, "nets[1]: expected as many layers as nets[0]"),
    "many dropout": (lambda: train_many([NET_DROPPING], X, Y, optimizers=[STEP], epochs=1), ValueError, "nets[0]: expected a network without dropout"),
    "many types": (lambda: train_many([NET, mlp([1, 4, 1], dtype="float32")], X, Y, optimizers=[GradientDescent(1), GradientDescent(2)], epochs=1), ValueError, "nets[1]: expected float64, as nets[0], got float32"),
    "many epochs": (lambda: train_many([NET], X, Y, optimizers=[STEP], epochs=0), ValueError, "epochs: expected at least 1, got 0"),
    # Gradient check, preprocessing, data
    "check l2": (lambda: check_gradients(NET, X, Y, l2=-1), ValueError, "l2: expected a finite number of zero or more, got -1.0"),
    "check softmax": (lambda: check_gradients(mlp([1, 2], output="softmax"), X, Y, loss="cross_entropy"), ValueError, "loss: cross_entropy brings its own softmax"),
    "check float32": (lambda: check_gradients(mlp([1, 1], dtype="float32"), X, Y), ValueError, "net: expected a float64 network, got float32"),
    "check h": (lambda: check_gradients(NET, X, Y, h=0), ValueError, "h: expected a positive, finite number, got 0.0"),
    "scaler early": (lambda: StandardScaler().transform(Y), RuntimeError, "call fit on the training data first"),
    "scaler empty": (lambda: StandardScaler().fit([]), ValueError, "values: expected shape (N,) or (N, d) with at least one row, got shape (0,)"),
    "scaler nan": (lambda: StandardScaler().fit(Y).transform([np.nan]), ValueError, "values: expected finite numbers, got 1 NaN or infinity, the first nan at (0,)"),
    "scaler columns": (lambda: StandardScaler().fit(np.eye(3)).transform(np.eye(2)), ValueError, "values: expected shape (N, 3), as in fit, got shape (2, 2)"),
    "day": (lambda: nnlib.data.temperatures("5 July"), ValueError, "first_day: expected a date such as '1981-07-05', got '5 July'"),
    "day not there": (lambda: nnlib.data.temperatures("1982-07-05"), ValueError, "first_day: expected a day from 1981-07-02 to 1981-07-30, got '1982-07-05'"),
    "too many days": (lambda: nnlib.data.temperatures("1981-07-30", days=2), ValueError, "days: expected at most 1 from 1981-07-30 on, got 2"),
    "attribute": (lambda: nnlib.Adamm, AttributeError, "module 'nnlib' has no attribute 'Adamm'"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_error_names_argument_given_and_expected(case):
    call, kind, text = CASES[case]
    before = [net.params.copy() for net in (NET, TWO, SMALL, NET_DROPPING)]
    with pytest.raises(kind, match=r"(?<!\w)" + re.escape(text)):  # not in the middle of a word
        call()
    for net, params in zip((NET, TWO, SMALL, NET_DROPPING), before, strict=True):
        np.testing.assert_array_equal(net.params, params)
    assert STEP.iterations == 0

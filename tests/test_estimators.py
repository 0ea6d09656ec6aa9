"""Networks as scikit-learn estimators."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.callback import ProgressBar
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401 # makes HalvingGridSearchCV known
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, cross_val_score, learning_curve
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import nnlib
from nnlib.estimators import OPTIMIZERS, NetworkClassifier, NetworkRegressor
from tests.conftest import ROOT

BOTH = [NetworkRegressor, NetworkClassifier]
RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (60, 3))
Y = X[:, 0] * X[:, 1]
LABELS = np.array(["low", "middle", "high"])[np.digitize(X[:, 0], [-0.3, 0.3])]
WEIGHTS = RNG.integers(0, 4, len(X))
IRIS = load_iris(return_X_y=True)


def target(kind):
    return Y if kind is NetworkRegressor else LABELS


def raw(estimator, X=X):
    return estimator.predict(X) if isinstance(estimator, NetworkRegressor) else estimator.decision_function(X)


@parametrize_with_checks([NetworkRegressor(), NetworkClassifier()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


# What fit does


@pytest.mark.parametrize("batch_size", [None, 16])
def test_fit_is_mlp_and_train(batch_size):
    settings = {"epochs": 5, "batch_size": batch_size, "l2": 0.01}
    fitted = NetworkRegressor((4, 3), activation="relu", initializer="he", random_state=3, **settings).fit(X, Y)
    rng = np.random.default_rng(3)
    net = nnlib.mlp([3, 4, 3, 1], "relu", initializer="he", seed=rng)
    history = nnlib.train(net, X, Y, optimizer=nnlib.Adam(0.01), seed=rng, **settings)
    assert np.array_equal(fitted.network_.params, net.params)
    assert fitted.loss_curve_ == history.loss.tolist()
    assert np.array_equal(fitted.predict(X), net.predict(X)[:, 0])
    assert fitted.n_iter_ == 5


def test_logits_and_probabilities_of_classes():
    for labels, k in ((LABELS, 3), (np.where(LABELS == "low", "low", "high"), 2)):
        fitted = NetworkClassifier(epochs=50, random_state=0).fit(X, labels)
        z, p = fitted.decision_function(X), fitted.predict_proba(X)
        assert fitted.classes_.tolist() == sorted(set(labels))
        assert p.shape == (60, k)
        np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
        if k == 2:
            np.testing.assert_allclose(np.log(p[:, 1] / p[:, 0]), z)
        else:
            np.testing.assert_allclose(np.log(p[:, 1:] / p[:, :1]), z[:, 1:] - z[:, :1])
        assert np.array_equal(fitted.predict(X), fitted.classes_[p.argmax(axis=1)])
        assert fitted.score(X, labels) == np.mean(fitted.predict(X) == labels)


@pytest.mark.parametrize(
    "labels", [[1, 2, 7], [-1.0, 0.0, 2.0], ["a", "b", "ß"], [True, False], np.array(["x", "y"], dtype=object)]
)
def test_labels_of_any_type(labels):
    y = np.asarray(labels)[np.arange(60) % len(labels)]
    fitted = NetworkClassifier(32, epochs=400, learning_rate=0.05, random_state=0).fit(X, y)
    assert set(fitted.predict(X).tolist()) <= set(y.tolist())
    assert fitted.score(X, y) > 0.9  # learned by heart
    assert fitted.predict(X).dtype == y.dtype


def test_multi_output_regression():
    both = np.column_stack([Y, -Y])
    fitted = NetworkRegressor(epochs=300, random_state=0).fit(X, both)
    assert fitted.predict(X).shape == (60, 2)
    assert fitted.score(X, both) > 0.9
    assert NetworkRegressor(epochs=2).fit(X, Y[:, np.newaxis]).predict(X).shape == (60, 1)


@pytest.mark.parametrize("loss", ["mae", "huber", nnlib.losses.Huber(0.1)])
def test_losses(loss):
    fitted = NetworkRegressor(epochs=200, loss=loss, random_state=0).fit(X, Y)
    assert fitted.loss_curve_[-1] == pytest.approx(nnlib.losses.get(loss)(fitted.predict(X)[:, np.newaxis], Y), rel=0.1)
    assert fitted.score(X, Y) > 0.5


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name):
    fitted = NetworkRegressor(optimizer=name, epochs=20, random_state=0).fit(X, Y)
    assert fitted.loss_curve_[-1] < fitted.loss_curve_[0]


@pytest.mark.parametrize("kind", BOTH)
def test_single_precision(kind):
    fitted = kind(epochs=20, dtype="float32", random_state=0).fit(X, target(kind))
    assert raw(fitted).dtype == fitted.network_.params.dtype == np.float32


@pytest.mark.parametrize("state", [0, np.random.RandomState(0), np.random.default_rng(0)])
def test_random_state_decides_all(state):
    one, two = (
        NetworkRegressor(epochs=3, batch_size=8, dropout=0.2, random_state=copy.deepcopy(state)).fit(X, Y)
        for _ in range(2)
    )
    assert np.array_equal(one.network_.params, two.network_.params)
    other = NetworkRegressor(epochs=3, batch_size=8, dropout=0.2, random_state=1).fit(X, Y)
    assert not np.array_equal(one.network_.params, other.network_.params)


def test_a_batch_is_never_larger_than_the_data():
    assert NetworkRegressor(epochs=1, batch_size=200).fit(X, Y).n_iter_ == 1


@pytest.mark.parametrize("kind", BOTH)
def test_patience_stops_early_with_the_best_parameters(kind):
    settings = {"epochs": 500, "learning_rate": 0.1, "random_state": 0}
    fitted = kind(64, patience=5, validation_fraction=0.3, **settings).fit(X, target(kind), WEIGHTS)
    history = fitted.history_
    assert fitted.n_iter_ == history.best_epoch + 6 < 500
    assert history.validation_loss.min() == history.validation_loss[history.best_epoch]
    assert kind(64, **settings).fit(X, target(kind)).n_iter_ == 500


def test_what_is_held_out_has_the_classes_in_proportion(monkeypatch):
    held_out = []

    def watched(net, X, y, **given):
        held_out.append(np.bincount(given["validation"][1]).tolist())
        return nnlib.train(net, X, y, **given)

    monkeypatch.setattr("nnlib.estimators.train", watched)
    NetworkClassifier(epochs=1, patience=1, validation_fraction=0.2).fit(X, np.arange(60) % 3)
    assert held_out == [[4, 4, 4]]


# Weights


@pytest.mark.parametrize("kind", BOTH)
def test_weights_are_repeated_rows(kind):
    y = target(kind)
    weighted = kind(epochs=100, random_state=0).fit(X, y, sample_weight=WEIGHTS)
    repeated = kind(epochs=100, random_state=0).fit(X.repeat(WEIGHTS, axis=0), y.repeat(WEIGHTS))
    np.testing.assert_allclose(raw(weighted), raw(repeated), rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(weighted.loss_curve_, repeated.loss_curve_, rtol=1e-9)
    assert weighted.score(X, y, WEIGHTS) == pytest.approx(repeated.score(X.repeat(WEIGHTS, axis=0), y.repeat(WEIGHTS)))
    for estimator in (weighted, repeated):
        estimator.partial_fit(X, y, sample_weight=WEIGHTS)
    np.testing.assert_allclose(raw(weighted), raw(repeated), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("kind", BOTH)
def test_equal_weights_change_nothing(kind):
    plain, weighted = (kind(epochs=10, batch_size=7, random_state=0) for _ in range(2))
    np.testing.assert_allclose(
        raw(plain.fit(X, target(kind))), raw(weighted.fit(X, target(kind), np.full(60, 3.0))), rtol=1e-9
    )


# One call after another


@pytest.mark.parametrize("kind", BOTH)
def test_partial_fit_is_one_epoch(kind):
    parts = kind(random_state=0)
    classes = () if kind is NetworkRegressor else (np.unique(LABELS),)
    for _ in range(5):
        parts.partial_fit(X, target(kind), *classes)
    whole = kind(epochs=5, random_state=0).fit(X, target(kind))
    np.testing.assert_allclose(raw(parts), raw(whole), rtol=1e-12)
    np.testing.assert_allclose(parts.loss_curve_, whole.loss_curve_)
    assert parts.n_iter_ == 5


def test_partial_fit_learns_chunk_by_chunk():
    chunks = NetworkClassifier(epochs=1, batch_size=10, random_state=0)
    for _ in range(60):
        for start in range(0, 60, 20):
            chunks.partial_fit(X[start : start + 20], LABELS[start : start + 20], classes=["low", "middle", "high"])
    assert chunks.score(X, LABELS) > 0.95


def test_warm_start_goes_on():
    cold, warm = (NetworkRegressor(epochs=5, warm_start=warm, random_state=0).fit(X, Y) for warm in (False, True))
    once = cold.loss_curve_
    cold.fit(X, Y)
    warm.fit(X, Y)
    assert cold.loss_curve_ == once
    assert warm.loss_curve_[:5] == once
    assert warm.n_iter_ == 10
    assert warm.loss_curve_[5] < once[-1]


def test_interrupted_training_keeps_what_it_learned_and_ends_its_caller(monkeypatch):
    def interrupted(net, X, y, **given):
        history = nnlib.train(net, X, y, **given | {"epochs": 3})
        history.interrupted = True
        return history

    monkeypatch.setattr("nnlib.estimators.train", interrupted)
    estimator = NetworkRegressor(random_state=0)
    with pytest.raises(KeyboardInterrupt):
        estimator.fit(X, Y)
    assert estimator.n_iter_ == 3
    assert np.isfinite(estimator.predict(X)).all()


# Copies


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda fitted: pickle.loads(pickle.dumps(fitted))])
def test_copies_are_whole_and_independent(kind, duplicate):
    fitted = kind(epochs=5, batch_size=16, random_state=0).fit(X, target(kind))
    before = raw(fitted)
    twin = duplicate(fitted)
    assert np.array_equal(raw(twin), before)
    twin.partial_fit(X, target(kind))
    assert np.array_equal(raw(fitted), before)
    fitted.partial_fit(X, target(kind))
    assert np.array_equal(raw(twin), raw(fitted))  # optimiser and generator were copied, too


def test_pickles_are_small():
    assert len(pickle.dumps(NetworkClassifier())) < 1000
    fitted = NetworkClassifier((64, 32), epochs=2, random_state=0).fit(X, LABELS)
    state = fitted.network_.params.nbytes
    assert len(pickle.dumps(fitted)) < 5 * state  # parameters, and what Adam remembers and works with


def test_clone_has_the_parameters_alone():
    fitted = NetworkRegressor((4, 2), loss="mae", epochs=2).fit(X, Y)
    fresh = clone(fitted)
    assert fresh.get_params() == fitted.get_params()
    assert not hasattr(fresh, "network_")
    assert repr(fresh) == "NetworkRegressor(epochs=2, loss='mae', neurons=(4, 2))"


# With the tools of scikit-learn


def test_pandas():
    frame, series = pd.DataFrame(X, columns=["a", "b", "c"]), pd.Series(LABELS, index=np.arange(60)[::-1])
    weights = pd.Series(WEIGHTS, index=series.index)
    fitted = NetworkClassifier(epochs=5, random_state=0).fit(frame, series, weights)
    assert fitted.feature_names_in_.tolist() == ["a", "b", "c"]
    bare = NetworkClassifier(epochs=5, random_state=0).fit(X, LABELS, WEIGHTS)
    assert np.array_equal(fitted.predict_proba(frame), bare.predict_proba(X))
    with pytest.raises(ValueError, match="feature names"):
        fitted.predict(frame[["b", "a", "c"]])


def test_pipeline_and_cross_validation():
    model = make_pipeline(StandardScaler(), NetworkClassifier(8, epochs=100, learning_rate=0.03, random_state=0))
    assert cross_val_score(model, *IRIS, cv=3).mean() > 0.93


def test_calibration():
    model = make_pipeline(StandardScaler(), NetworkClassifier(8, epochs=50, random_state=0))
    assert CalibratedClassifierCV(model, cv=3).fit(*IRIS).score(*IRIS) > 0.9


GRID = {"learning_rate": [0.001, 0.03], "neurons": [2, 8], "random_state": [0, 1]}


def grid_search(**settings):
    X, y = StandardScaler().fit_transform(IRIS[0]), IRIS[1]
    return GridSearchCV(NetworkClassifier(epochs=30), GRID, cv=3, **settings).fit(X, y)


def test_grid_search_is_the_same_on_all_cores():
    one, all_cores = grid_search(), grid_search(n_jobs=2)
    assert np.array_equal(one.cv_results_["mean_test_score"], all_cores.cv_results_["mean_test_score"])
    assert one.best_params_["learning_rate"] == 0.03
    assert one.best_score_ > 0.9


def test_grid_search_with_a_progress_bar(capsys):
    search = GridSearchCV(NetworkClassifier(epochs=5), GRID, cv=3)
    search.set_callbacks(ProgressBar(max_propagation_depth=0)).fit(*IRIS)
    assert "100%" in capsys.readouterr().out


def test_halving_grid_search():
    search = HalvingGridSearchCV(
        NetworkClassifier(random_state=0), {"learning_rate": [0.001, 0.03], "neurons": [2, 8]},
        resource="epochs", min_resources=10, max_resources=40, factor=2, cv=3, random_state=0,
    )  # fmt: skip
    assert search.fit(*IRIS).best_score_ > 0.9
    assert search.best_params_["epochs"] == 40


def test_learning_curve():
    X, y = load_diabetes(return_X_y=True)
    y = (y - y.mean()) / y.std()
    model = make_pipeline(StandardScaler(), NetworkRegressor(4, epochs=50, batch_size=128, random_state=0))
    sizes, train_scores, test_scores = learning_curve(model, X, y, train_sizes=[0.2, 1.0], cv=3)
    assert sizes.tolist() == [58, 294]  # the first fewer than a batch
    assert (train_scores.mean(axis=1) > test_scores.mean(axis=1)).all()
    assert test_scores[1].mean() > test_scores[0].mean()


def test_a_diverged_candidate_does_not_end_a_search():
    network = NetworkRegressor(optimizer="gradient_descent", epochs=20, random_state=0)
    search = GridSearchCV(network, {"learning_rate": [0.1, 1e6]}, cv=3)
    with pytest.warns(nnlib.DivergenceWarning, match="Try a smaller learning rate"):
        search.fit(X, Y)
    assert search.best_params_ == {"learning_rate": 0.1}


# Bad input


FITTED = {kind: kind(epochs=1, random_state=0).fit(X, target(kind)) for kind in BOTH}
WITH_NAN = np.where(np.arange(180).reshape(60, 3) == 4, np.nan, X)
CASES = {
    "neurons zero": ({"neurons": 0}, {}, ValueError, "neurons: expected at least 1, got 0"),
    "neurons float": ({"neurons": 4.0}, {}, TypeError, "neurons: expected an integer, got float 4.0"),
    "neurons in a sequence": ({"neurons": (4, -1)}, {}, ValueError, "neurons: expected at least 1, got -1"),
    "neurons text": ({"neurons": "16"}, {}, TypeError, "neurons: expected an integer, got str '1'"),
    "activation": ({"activation": "thanh"}, {}, ValueError, "activation: unknown name 'thanh'; did you mean 'tanh'"),
    "initializer": ({"initializer": "xavier"}, {}, ValueError, "initializer: unknown name 'xavier'"),
    "dropout": ({"dropout": 1.0}, {}, ValueError, "dropout: expected a number from 0 to below 1, got 1.0"),
    "learning rate": ({"learning_rate": 0}, {}, ValueError, "learning_rate: expected a positive, finite number"),
    "learning rate text": ({"learning_rate": "0.1"}, {}, TypeError, "learning_rate: expected a positive number, got str"),
    "optimizer": ({"optimizer": "adm"}, {}, ValueError, "optimizer: unknown name 'adm'; did you mean 'adam'"),
    "optimizer object": ({"optimizer": nnlib.Adam()}, {}, TypeError, "optimizer: expected a name, one of ['adam'"),
    "l2": ({"l2": -1.0}, {}, ValueError, "l2: expected a finite number of zero or more, got -1.0"),
    "epochs": ({"epochs": 0}, {}, ValueError, "epochs: expected at least 1, got 0"),
    "batch size": ({"batch_size": 0}, {}, ValueError, "batch_size: expected at least 1, got 0"),
    "batch size float": ({"batch_size": 32.0}, {}, TypeError, "batch_size: expected an integer, got float 32.0"),
    "patience": ({"patience": 0}, {}, ValueError, "patience: expected at least 1, got 0"),
    "fraction": ({"patience": 1, "validation_fraction": 0.0}, {}, ValueError, "validation_fraction: expected a positive"),
    "fraction one": ({"patience": 1, "validation_fraction": 1}, {}, ValueError, "validation_fraction: expected a number"),
    "random state": ({"random_state": "zero"}, {}, ValueError, "'zero' cannot be used to seed"),
    "dtype": ({"dtype": "int32"}, {}, ValueError, "dtype: expected float64 or float32, got 'int32'"),
    "one dimension": ({}, {"X": X[:, 0]}, ValueError, "Expected 2D array, got 1D array instead"),
    "no rows": ({}, {"X": X[:0], "y": Y[:0]}, ValueError, "Found array with 0 sample(s)"),
    "no features": ({}, {"X": X[:, :0]}, ValueError, "0 feature(s)"),
    "NaN": ({}, {"X": WITH_NAN}, ValueError, "Input X contains NaN"),
    "text": ({}, {"X": [["a"]] * 60}, ValueError, "could not convert string to float"),
    "complex": ({}, {"X": X + 1j}, ValueError, "Complex data not supported"),
    "rows missing": ({}, {"X": X[1:]}, ValueError, "inconsistent numbers of samples: [59, 60]"),
    "no target": ({}, {"y": None}, ValueError, "requires y to be passed, but the target y is None"),
    "target with NaN": ({}, {"y": [np.nan] * 60}, ValueError, "Input y contains NaN"),
    "weights missing": ({}, {"sample_weight": np.ones(59)}, ValueError, "sample_weight: expected shape (60,), one a row of X, got shape (59,)"),
    "weights in a column": ({}, {"sample_weight": np.ones((60, 1))}, ValueError, "sample_weight: expected shape (60,)"),
    "weights negative": ({}, {"sample_weight": -np.ones(60)}, ValueError, "sample_weight: expected weights of zero or more, got -1"),
    "weights zero": ({}, {"sample_weight": np.zeros(60)}, ValueError, "sample_weight: expected at least one weight above zero"),
    "weights with NaN": ({}, {"sample_weight": np.full(60, np.nan)}, ValueError, "sample_weight: expected finite numbers"),
    "weights text": ({}, {"sample_weight": ["1"] * 60}, TypeError, "sample_weight: expected an array of numbers"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(("parameters", "data", "error", "message"), CASES.values(), ids=CASES)
def test_bad_input_to_fit(kind, parameters, data, error, message):
    estimator = kind(**{"epochs": 1} | parameters)
    with pytest.raises(error) as raised:
        estimator.fit(**{"X": X, "y": target(kind)} | data)
    assert message in str(raised.value)
    assert not hasattr(estimator, "network_")


LATER = {
    "regression with texts": (lambda: NetworkRegressor().fit(X, LABELS), TypeError, "y: expected an array of numbers, got dtype <U6"),
    "loss": (lambda: NetworkRegressor(loss="mean").fit(X, Y), ValueError, "loss: unknown name 'mean'"),
    "loss for classes": (lambda: NetworkRegressor(loss="cross_entropy").fit(X, Y), ValueError, "cross_entropy expects at least 2 outputs"),
    "loss as a parameter of a classifier": (lambda: NetworkClassifier(loss="mse"), TypeError, "unexpected keyword argument 'loss'"),
    "classes with numbers": (lambda: NetworkClassifier().fit(X, Y), ValueError, "Unknown label type: continuous"),
    "one class": (lambda: NetworkClassifier().fit(X, ["a"] * 60), ValueError, "y: expected at least two classes, got one class, ['a']"),
    "labels in two columns": (lambda: NetworkClassifier().fit(X, np.zeros((60, 2), int)), ValueError, "y should be a 1d array, got an array of shape (60, 2)"),
    "too few to hold out": (lambda: NetworkClassifier(patience=1).fit(X, np.arange(60) // 2), ValueError, "should be greater or equal to the number of classes"),
    "classes left out": (lambda: NetworkClassifier().partial_fit(X, LABELS), ValueError, "classes: expected all labels that will ever come"),
    "label not in classes": (lambda: NetworkClassifier().partial_fit(X, LABELS, ["low", "high"]), ValueError, "y: expected one of the classes ['high', 'low'], got 'middle'"),
    "other classes": (lambda: FITTED[NetworkClassifier].partial_fit(X, LABELS, ["low", "high"]), ValueError, "classes: expected ['high', 'low', 'middle'], as in the first call"),
    "new label": (lambda: FITTED[NetworkClassifier].partial_fit(X[:1], ["top"]), ValueError, "y: expected one of the classes"),
    "other features": (lambda: FITTED[NetworkRegressor].partial_fit(X[:, :2], Y), ValueError, "X has 2 features, but NetworkRegressor is expecting 3"),
    "other outputs": (lambda: FITTED[NetworkRegressor].partial_fit(X, np.ones((60, 2))), ValueError, "for a network [3, 16, 1], as in the last call, got [3, 16, 2]"),
    "other neurons": (lambda: clone(FITTED[NetworkRegressor]).set_params(warm_start=True).fit(X, Y).set_params(neurons=4).fit(X, Y), ValueError, "for a network [3, 16, 1], as in the last call, got [3, 4, 1]"),
    "features in predict": (lambda: FITTED[NetworkClassifier].predict(X[:, :2]), ValueError, "X has 2 features, but NetworkClassifier is expecting 3"),
    "NaN in predict": (lambda: FITTED[NetworkRegressor].predict(WITH_NAN), ValueError, "Input X contains NaN"),
    "parameter": (lambda: NetworkRegressor().set_params(neuron=4), ValueError, "Invalid parameter 'neuron' for estimator NetworkRegressor"),
    "predict first": (lambda: NetworkRegressor().predict(X), NotFittedError, "This NetworkRegressor instance is not fitted yet"),
    "score first": (lambda: NetworkClassifier().score(X, LABELS), NotFittedError, "not fitted yet"),
    "probabilities first": (lambda: NetworkClassifier().predict_proba(X), NotFittedError, "not fitted yet"),
    "scores first": (lambda: NetworkClassifier().decision_function(X), NotFittedError, "not fitted yet"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), LATER.values(), ids=LATER)
def test_bad_calls(call, error, message):
    before = {kind: (estimator.network_.params.copy(), estimator.n_iter_) for kind, estimator in FITTED.items()}
    with pytest.raises(error) as raised:
        call()
    assert message in str(raised.value)
    for kind, (params, n_iter) in before.items():
        assert np.array_equal(FITTED[kind].network_.params, params)
        assert FITTED[kind].n_iter_ == n_iter


# Without scikit-learn, and with little memory


def test_without_scikit_learn_the_error_says_what_to_install():
    script = """
import sys
sys.modules["sklearn"] = None  # as if it were not installed
import nnlib
try:
    nnlib.estimators
except ImportError as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert "nnlib.estimators needs scikit-learn 1.6 or newer; install it with: pip install 'scikit-learn>=1.6'" in said


def test_rows_from_a_file_need_little_memory():
    command = [sys.executable, "benchmarks/out_of_core.py", "--megabytes", "64", "--at-most", "16"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert "65 MB in 167,772 rows of 100" in said

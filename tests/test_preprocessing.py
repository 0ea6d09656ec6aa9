"""Preprocessing and metrics: closed forms, round trips, and parts that share no row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib.metrics import accuracy, confusion_matrix, r2, rmse
from nnlib.preprocessing import MinMaxScaler, StandardScaler, one_hot, train_validation_test_split

RNG = np.random.default_rng
SCALERS = [StandardScaler, MinMaxScaler]
finite = st.floats(-1e6, 1e6)


# Scales


def test_standard_scaler_values():
    values = np.array([[1.0, 10.0], [3.0, 20.0], [5.0, 60.0]])
    scaler = StandardScaler().fit(values)
    np.testing.assert_allclose(scaler.mean, [3, 30], rtol=1e-15)
    np.testing.assert_allclose(scaler.scale, np.sqrt([8 / 3, 1400 / 3]), rtol=1e-15)
    np.testing.assert_allclose(scaler.transform([[5.0, 30.0]]), [[np.sqrt(1.5), 0]], rtol=1e-15)
    assert repr(scaler) == "StandardScaler(mean=[3.0, 30.0], scale=[1.633, 21.602])"
    assert repr(StandardScaler()) == "StandardScaler()"


def test_min_max_scaler_values():
    values = np.array([[1.0, -10.0], [3.0, 30.0], [5.0, 0.0]])
    scaler = MinMaxScaler().fit(values)
    np.testing.assert_array_equal(scaler.low, [1, -10])
    np.testing.assert_array_equal(scaler.scale, [4, 40])
    np.testing.assert_array_equal(scaler.transform(values), [[0, 0], [0.5, 1], [1, 0.25]])
    np.testing.assert_array_equal(scaler.transform([[9.0, -50.0]]), [[2, -1]])
    np.testing.assert_array_equal(scaler.inverse_transform([[0.5, 2.0]]), [[3, 70]])
    assert repr(scaler) == "MinMaxScaler(low=[1.0, -10.0], scale=[4.0, 40.0])"


@pytest.mark.parametrize("scaler", SCALERS)
def test_a_vector_has_one_scale(scaler):
    fitted = scaler().fit([3, 5, 9])
    assert fitted.scale.shape == ()
    np.testing.assert_allclose(fitted.transform([[3], [9]]), fitted.transform([3, 9])[:, np.newaxis], rtol=1e-15)


@pytest.mark.parametrize("value", [0.0, 0.1, 28.4, -1e9 / 3])
@pytest.mark.parametrize("rows", [1, 3, 10, 14])
@pytest.mark.parametrize("scaler", SCALERS)
def test_a_constant_column_becomes_zero_and_keeps_its_scale(scaler, rows, value):
    """Also where rounding leaves it a standard deviation just above zero, as for three times 28.4."""
    constant = np.full(rows, value)
    fitted = scaler().fit(constant)
    assert fitted.scale == 1
    np.testing.assert_allclose(fitted.transform(constant), 0, atol=1e-15 * abs(value))
    np.testing.assert_allclose(fitted.transform(constant + 2), 2, atol=1e-15 * abs(value))


def test_a_deviation_too_small_for_a_float_is_none():
    fitted = StandardScaler().fit([0.0, 1e-200])  # the squares of which are 0
    assert fitted.scale == 1
    assert np.isfinite(fitted.transform([0.0, 5.0])).all()


@pytest.mark.parametrize("scaler", SCALERS)
def test_fitting_again_forgets_what_was_fitted_before(scaler):
    values = RNG(0).normal(size=(9, 2))
    assert repr(scaler().fit(100 * values[:, :1]).fit(values)) == repr(scaler().fit(values))


@given(
    rows=st.integers(1, 6).flatmap(lambda d: st.lists(st.lists(finite, min_size=d, max_size=d), min_size=1, max_size=9))
)
@settings(max_examples=100, deadline=None)
@pytest.mark.parametrize("scaler", SCALERS)
def test_inverse_transform_undoes_transform(scaler, rows):
    values = np.array(rows)
    kept = values.copy()
    fitted = scaler().fit(values)
    scaled = fitted.transform(values)
    np.testing.assert_allclose(fitted.inverse_transform(scaled), values, rtol=0, atol=1e-14 * np.abs(values).max())
    np.testing.assert_array_equal(values, kept)
    if scaler is MinMaxScaler:
        assert np.all(scaled.min(axis=0) == 0)
        assert np.all(scaled.max(axis=0) == np.where(values.min(axis=0) < values.max(axis=0), 1, 0))


# Labels


def test_one_hot_has_a_column_for_each_class_sorted():
    encoded = one_hot([3, 1, 3, 10])
    assert encoded.dtype == np.float64
    assert encoded.tolist() == [[0, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert one_hot(["b", "a"]).tolist() == [[0, 1], [1, 0]]


def test_one_hot_columns_stand_for_the_given_classes_in_their_order():
    assert one_hot(["mid", "low"], classes=["low", "mid", "high"]).tolist() == [[0, 1, 0], [1, 0, 0]]
    assert one_hot(np.array([2, 2], dtype=np.uint8), classes=range(3)).tolist() == [[0, 0, 1], [0, 0, 1]]


def test_labels_may_be_booleans_and_texts_in_an_object_array():
    assert one_hot(np.array([True, False])).tolist() == [[0, 1], [1, 0]]
    assert one_hot(np.array(["a", "bc"], dtype=object)).tolist() == [[1, 0], [0, 1]]


labels_of_one_kind = st.one_of(
    st.lists(st.integers(-3, 3), min_size=1, max_size=20), st.lists(st.sampled_from("abcd"), min_size=1, max_size=20)
)


@given(labels=labels_of_one_kind.filter(lambda labels: len(set(labels)) > 1))
@settings(max_examples=60, deadline=None)
def test_one_hot_rows_sum_to_one_and_lead_back(labels):
    encoded = one_hot(labels)
    assert encoded.shape == (len(labels), len(set(labels)))
    assert np.all(encoded.sum(axis=1) == 1)
    assert np.unique(labels)[encoded.argmax(axis=1)].tolist() == labels


# Parts


def test_split_sizes_are_rounded():
    def sizes(rows, **fractions):
        split = train_validation_test_split(np.ones((rows, 3)), np.ones(rows), **fractions)
        assert [len(y) for y in split[1::2]] == [len(X) for X in split[::2]]
        assert all(X.shape[1] == 3 for X in split[::2])
        return tuple(len(X) for X in split[::2])

    assert sizes(10) == (6, 2, 2)
    assert sizes(7) == (5, 1, 1)
    assert sizes(1797, validation=0.15, test=0.25) == (1078, 270, 449)
    assert sizes(5, validation=0) == (4, 0, 1)
    assert sizes(5, test=0) == (4, 1, 0)
    assert sizes(1, validation=0, test=0) == (1, 0, 0)


@given(
    rows=st.integers(1, 60), validation=st.floats(0, 0.99), test=st.floats(0, 0.99), seed=st.integers(0, 99)
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_split_is_a_partition(rows, validation, test, seed):
    X, y = np.arange(2 * rows).reshape(rows, 2), np.arange(rows)
    try:
        split = train_validation_test_split(X, y, validation, test, seed=seed)
    except ValueError:  # a part would be empty
        sizes = round(rows * validation), round(rows * test)
        assert sum(sizes) >= rows or any(s == 0 < f for s, f in zip(sizes, (validation, test), strict=True))
        return
    assert sorted([*split.y_train, *split.y_validation, *split.y_test]) == list(range(rows))
    for X_part, y_part in ((split[i], split[i + 1]) for i in (0, 2, 4)):
        np.testing.assert_array_equal(X_part, X[y_part])  # rows of X and y stay together
    assert len(split.y_train) >= 1
    assert abs(len(split.y_validation) - rows * validation) <= 0.5
    assert abs(len(split.y_test) - rows * test) <= 0.5


def test_split_shuffles_by_seed():
    X, y = np.arange(50.0)[:, np.newaxis], np.arange(50)
    first, second, other = (train_validation_test_split(X, y, seed=seed) for seed in (3, RNG(3), 0))
    default = train_validation_test_split(X, y)
    for a, b, c, d in zip(first, second, other, default, strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(c, d)
    assert not np.array_equal(first.y_test, other.y_test)
    assert not np.array_equal(first.y_train, np.sort(first.y_train))


def test_split_copies_and_keeps_the_dtype():
    X, y = np.ones((10, 1), np.float32), np.array(["a", "b"] * 5)
    split = train_validation_test_split(X, y)
    assert split.X_train.dtype == np.float32
    assert split.y_test.dtype == y.dtype
    split.X_train[:] = 7
    assert np.all(X == 1)
    assert train_validation_test_split(X, np.ones((10, 2), int)).y_train.dtype == int
    assert train_validation_test_split(X, y.astype(object)).y_train.shape == (6,)


# Metrics


def test_r2_values():
    y = np.array([3.0, -0.5, 2.0, 7.0, 4.25])
    assert r2([2.5, 0.0, 2.0, 8.0, 4.0], y) == pytest.approx(0.9491042345276873, rel=1e-14)
    assert r2(y[:, np.newaxis], y) == 1
    assert r2(np.full(5, y.mean()), y) == pytest.approx(0, abs=1e-15)
    assert r2(-y, y) < 0


@given(y=st.lists(finite, min_size=2, max_size=9).filter(lambda y: max(y) - min(y) > 1e-3), shift=st.floats(-9, 9))
@settings(max_examples=60, deadline=None)
def test_r2_is_one_minus_the_error_over_the_variance(y, shift):
    y_hat = np.array(y) * 0.9 + shift
    assert r2(y_hat, y) == pytest.approx(1 - rmse(y_hat, y) ** 2 / np.var(y), rel=1e-6, abs=1e-9)


def test_accuracy_values():
    assert accuracy([1, 2, 3, 4], [1, 2, 3, 5]) == 0.75
    assert accuracy(["a", "b"], ["a", "bc"]) == 0.5
    assert accuracy(np.array([True, False]), np.array([1, 1])) == 0.5


def test_confusion_matrix_values():
    labels, predicted = [2, 0, 2, 2, 0, 1, 1, 0, 2], [0, 0, 2, 2, 0, 2, 1, 1, 2]
    counts = confusion_matrix(predicted, labels)
    assert counts.dtype == np.intp
    assert counts.tolist() == [[2, 1, 0], [0, 1, 1], [1, 0, 3]]
    assert confusion_matrix(predicted, labels, classes=[2, 1, 0]).tolist() == [[3, 0, 1], [1, 1, 0], [0, 1, 2]]
    assert confusion_matrix(["b"], ["a"]).tolist() == [[0, 1], [0, 0]]
    assert confusion_matrix([1], [1], classes=[0, 1, 2]).tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]


@given(pairs=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("bcd")), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_confusion_matrix_counts_every_example_and_holds_the_accuracy(pairs):
    predicted, labels = zip(*pairs, strict=True)
    counts = confusion_matrix(predicted, labels)
    names = sorted({*predicted, *labels})
    assert counts.sum() == len(pairs)
    assert counts.trace() / len(pairs) == accuracy(predicted, labels)
    assert counts.sum(axis=1).tolist() == [labels.count(name) for name in names]
    assert counts.sum(axis=0).tolist() == [predicted.count(name) for name in names]


@pytest.mark.parametrize("constant", [0, 1])
def test_each_column_is_judged_constant_on_its_own(constant):
    """A constant column, of rounded deviation above 0, whose value is neither the table's smallest nor its largest."""
    values = np.array([[-1.0, -1.0], [0.0, 0.0], [3.0, 3.0]])
    values[:, constant] = 0.1
    assert values[:, constant].std() > 0
    scaler = StandardScaler().fit(values)
    assert scaler.scale[constant] == 1
    assert scaler.scale[1 - constant] != 1
    np.testing.assert_allclose(scaler.transform(values)[:, constant], 0, atol=1e-16)

"""Data: the measured ones as they were published, the made ones by their formula, CSV files value by value."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib import data
from nnlib.perceptron import Perceptron

RNG = np.random.default_rng


@pytest.fixture
def load(tmp_path):
    """Load a CSV file with these contents, text or bytes."""

    def load(contents, target="y"):
        path = tmp_path / "table.csv"
        path.write_bytes(contents.encode() if isinstance(contents, str) else contents)
        return data.load_csv(path, target)

    return load


# Digits


def test_digits_are_the_published_ones():
    digits = data.digits()
    assert digits.X.dtype == np.float64
    assert digits.X.shape == (1797, 64)
    assert digits.y.dtype == np.intp
    pixels = (16 * digits.X).astype(np.uint8)
    assert np.bincount(digits.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    ink = [int(pixels[digits.y == k].sum()) for k in range(10)]
    assert ink == [56415, 57007, 55566, 56151, 56239, 55915, 56336, 54289, 57408, 56392]
    checksum = "8f26b2bd9d135c256808f68f14fdabddde6d9c7f869ae419704b051f0f14b3b3"
    assert hashlib.sha256(pixels.tobytes()).hexdigest() == checksum
    checksum = "8ba4f891220f5e4c9c819638d1602d74b83618f167043c6da52a2a247841ddf0"
    assert hashlib.sha256(digits.y.astype(np.uint8).tobytes()).hexdigest() == checksum


def test_digit_images_are_the_rows_of_X():  # noqa: N802 # X is the mathematics' name
    digits = data.digits()
    assert digits.images.shape == (1797, 8, 8)
    assert (16 * digits.images[0, 2]).tolist() == [0, 3, 15, 2, 0, 11, 8, 0]
    np.testing.assert_array_equal(digits.images[5].ravel(), digits.X[5])
    assert (digits.X.min(), digits.X.max()) == (0, 1)


def test_records_print_briefly_and_stay_as_they_are(load):
    digits, table = data.digits(), load("a,y\n1,2\n")
    assert repr(digits) == f"Digits(source={digits.source!r})"
    assert repr(table) == "Table(features=('a',), target='y')"
    for record in (digits, table):
        with pytest.raises(FrozenInstanceError):
            record.y = 1


def test_every_data_file_states_source_and_licence():
    texts = [path.read_text("utf-8") for path in data._FILES.iterdir() if path.suffix != ".npz"]
    assert len(texts) == 2
    for text in texts:
        assert "# Source: " in text
        assert "# Licence: " in text
    for path in data._FILES.glob("*.npz"):
        assert path.with_suffix(".txt").exists()


# Formulas


def test_line_without_noise_is_the_line():
    x, y = data.line(50, slope=-3.0, intercept=0.5, noise=0)
    assert x.shape == y.shape == (50,)
    np.testing.assert_array_equal(y, -3 * x + 0.5)


def test_line_has_uniform_x_and_noise_of_the_given_size():
    x, y = data.line(20_000, noise=0.3, seed=1)
    assert np.abs(x).max() <= 1
    np.testing.assert_allclose(np.quantile(x, [0.01, 0.25, 0.5, 0.75, 0.99]), [-0.98, -0.5, 0, 0.5, 0.98], atol=0.02)
    error = y - (2 * x + 1)
    assert error.std() == pytest.approx(0.3, rel=0.02)
    assert abs(error.mean()) < 0.01
    assert abs(np.corrcoef(x, error)[0, 1]) < 0.02


@pytest.mark.parametrize(("name", "outputs"), [("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1]), ("xor", [0, 1, 1, 0])])
def test_gates_are_truth_tables(name, outputs):
    X, y = data.gate(name)
    assert X.dtype == np.float64
    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert y.dtype == np.intp
    assert y.tolist() == outputs


def test_moons_without_noise_lie_on_two_half_circles():
    X, y = data.moons(41, noise=0)
    upper, lower = X[y == 0], X[y == 1]
    assert (len(upper), len(lower)) == (21, 20)
    np.testing.assert_allclose(np.linalg.norm(upper, axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(np.linalg.norm(lower - [1, 0.5], axis=1), 1, rtol=1e-14)
    assert upper[:, 1].min() > -1e-15
    assert lower[:, 1].max() < 0.5 + 1e-15
    t = np.sort(np.arctan2(upper[:, 1], upper[:, 0]))
    np.testing.assert_allclose(t, np.linspace(0, np.pi, 21), atol=1e-14)
    t = np.sort(np.arctan2(0.5 - lower[:, 1], 1 - lower[:, 0]))
    np.testing.assert_allclose(t, np.linspace(0, np.pi, 20), atol=1e-14)


@pytest.mark.parametrize(("turns", "classes"), [(1.5, 2), (0.4, 3), (2.0, 5)])
def test_spirals_without_noise_lie_on_their_arms(turns, classes):
    X, y = data.spirals(20 * classes, noise=0, turns=turns, classes=classes)
    for c in range(classes):
        arm = X[y == c]
        r = np.linalg.norm(arm, axis=1)
        np.testing.assert_allclose(np.sort(r), turns * np.sqrt(np.arange(1, 21) / 20), rtol=1e-14)
        angle = 2 * np.pi * (r + c / classes)
        np.testing.assert_allclose(arm, np.column_stack([r * np.cos(angle), r * np.sin(angle)]), atol=1e-13)


@pytest.mark.parametrize("make", [data.moons, data.spirals])
def test_noise_is_a_standard_deviation_and_leaves_the_order_of_the_rows(make):
    (X, y), (clean, labels) = make(20_000, noise=0.2, seed=3), make(20_000, noise=0, seed=3)
    np.testing.assert_array_equal(y, labels)
    np.testing.assert_allclose((X - clean).std(axis=0), 0.2, rtol=0.02)
    np.testing.assert_allclose((X - clean).mean(axis=0), 0, atol=0.01)


@pytest.mark.parametrize("make", [data.moons, data.spirals])
def test_no_straight_line_parts_moons_and_spirals_but_neighbours_do(make):
    (X, y), (other, truth) = make(1000), make(500, seed=1)
    assert not Perceptron(2).fit(X, y).converged
    nearest = np.argmin(((other[:, np.newaxis] - X) ** 2).sum(axis=2), axis=1)
    assert np.mean(y[nearest] == truth) > 0.95


@given(n=st.integers(2, 60), classes=st.integers(2, 6), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_classes_are_equally_frequent_and_shuffled(n, classes, seed):
    for X, y in (data.moons(n, seed=seed), data.spirals(max(n, classes), seed=seed, classes=classes)):
        assert X.shape == (len(y), 2)
        counts = np.bincount(y)
        assert counts.max() - counts.min() <= 1
        assert np.all(np.diff(counts) <= 0)  # what is left over goes to the first classes
    y = data.moons(100, seed=seed)[1]
    assert 20 < np.sum(np.diff(y) != 0) < 80


@pytest.mark.parametrize("make", [data.line, data.moons, data.spirals])
def test_same_seed_same_bits_other_seed_other_data(make):
    for a, b, c in zip(make(seed=4), make(seed=RNG(4)), make(seed=5), strict=True):
        np.testing.assert_array_equal(a, b)
        assert not np.array_equal(a, c)


def test_defaults_are_the_documented_ones():
    for made, same in [
        (data.line(), data.line(100, 2.0, 1.0, 0.2, 0)),
        (data.moons(), data.moons(200, 0.1, 0)),
        (data.spirals(), data.spirals(200, 0.1, 0, 1.5, 2)),
    ]:
        for a, b in zip(made, same, strict=True):
            np.testing.assert_array_equal(a, b)


# CSV files


def test_numbers_with_a_numeric_target(load):
    table = load("a,y,b\n1,10,-2.5\n3e2,20.5,0\n")
    assert table.X.dtype == table.y.dtype == np.float64
    assert table.X.tolist() == [[1, -2.5], [300, 0]]
    assert table.y.tolist() == [10, 20.5]
    assert (table.features, table.target) == (("a", "b"), "y")


def test_one_value_that_is_no_number_makes_all_of_the_target_labels(load):
    table = load("a,y\n1,cat\n2,07\n3,dog\n")
    assert table.y.dtype.kind == "U"
    assert table.y.tolist() == ["cat", "07", "dog"]


@pytest.mark.parametrize(
    "contents",
    [
        "a,y\n1,2\n3,4",
        b"\xef\xbb\xbfa,y\n1,2\n3,4\n",
        "a,y\r\n1,2\r\n3,4\r\n",
        '"a","y"\n"1","2"\n"3","4"\n',
        "\n a , y\n\n1,\t2\n3 , 4 \n\n",
        '"a", "y"\n 1, "2"\n 3, "4"\n',
    ],
    ids=["no last line end", "byte order mark", "Windows line ends", "quotes", "blank lines and spaces", "both"],
)
def test_ways_of_writing_the_same_table(load, contents):
    table = load(contents)
    assert table.features == ("a",)
    assert table.X.tolist() == [[1], [3]]
    assert table.y.tolist() == [2, 4]


def test_quoted_fields_hold_commas_quotes_and_line_ends(load):
    table = load('"size, m²",y\n1,"a ""b"", c"\n2,"d\ne"\n')
    assert table.features == ("size, m²",)
    assert table.y.tolist() == ['a "b", c', "d\ne"]


def test_errors_count_the_lines_of_the_file(load):
    with pytest.raises(ValueError, match=r"line 6, column 'a' of table\.csv, got 'x'"):
        load('a,y\n\n1,"two\nlines"\n\nx,3\n')


def test_path_may_be_a_text(tmp_path, monkeypatch):
    (tmp_path / "here.csv").write_text("a,y\n1,2\n")
    monkeypatch.chdir(tmp_path)
    assert data.load_csv("here.csv", "y").y.tolist() == [2]


@given(rows=st.lists(st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 3), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_numbers_come_back_to_the_same_bits(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("a", "b", "c"), *rows])
    table = data.load_csv(path, "b")
    np.testing.assert_array_equal(table.X, [(a, c) for a, _, c in rows])
    np.testing.assert_array_equal(table.y, [b for _, b, _ in rows])

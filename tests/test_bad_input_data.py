"""Bad input to data, preprocessing, metrics and the perceptron: the error names argument, given and expected."""
# ruff: noqa: E501  # tables, one case a line

from __future__ import annotations

import re

import numpy as np
import pytest

from nnlib import data
from nnlib.metrics import accuracy, confusion_matrix, r2
from nnlib.perceptron import Perceptron
from nnlib.preprocessing import MinMaxScaler, StandardScaler, one_hot, train_validation_test_split

X, Y = np.arange(12.0).reshape(6, 2), np.array([0, 0, 0, 1, 1, 1])
NEURON = Perceptron(2)
NEURON.fit(X, Y, epochs=2)
STANDARD, MINMAX = StandardScaler().fit(X), MinMaxScaler().fit(X)


def with_bad(value):
    array = X.copy()
    array[2, 0] = value
    return array


def split(X=X, y=Y, **settings):
    return train_validation_test_split(X, y, **settings)


CASES = {
    # Made data
    "line n": (lambda: data.line(0), ValueError, "n: expected at least 1, got 0"),
    "line n float": (lambda: data.line(10.0), TypeError, "n: expected an integer, got float 10.0"),
    "line noise": (lambda: data.line(noise=-0.1), ValueError, "noise: expected a finite number of zero or more, got -0.1"),
    "line noise nan": (lambda: data.line(noise=np.nan), ValueError, "noise: expected a finite number of zero or more, got nan"),
    "line noise text": (lambda: data.line(noise="0.1"), TypeError, "noise: expected a number of zero or more, got str '0.1'"),
    "line slope": (lambda: data.line(slope=np.inf), ValueError, "slope: expected finite numbers, got 1 NaN or infinity"),
    "line slope text": (lambda: data.line(slope="2"), TypeError, "slope: expected an array of numbers, got dtype <U1"),
    "line intercept": (lambda: data.line(intercept=[1, 2]), TypeError, "intercept: expected one number, got an array of shape (2,)"),
    "line seed": (lambda: data.line(seed=-1), ValueError, "non-negative"),
    "gate": (lambda: data.gate("xnor"), ValueError, "name: unknown name 'xnor'; did you mean 'xor' or 'or'? valid names are ['and', 'or', 'xor']"),
    "gate number": (lambda: data.gate(2), TypeError, "name: expected a name, one of ['and', 'or', 'xor'], got int 2"),
    "moons n": (lambda: data.moons(1), ValueError, "n: expected at least 2, got 1"),
    "moons noise": (lambda: data.moons(noise=-1), ValueError, "noise: expected a finite number of zero or more, got -1"),
    "spirals n": (lambda: data.spirals(4, classes=5), ValueError, "n: expected at least 5, got 4"),
    "spirals noise": (lambda: data.spirals(noise=np.inf), ValueError, "noise: expected a finite number of zero or more, got inf"),
    "spirals turns": (lambda: data.spirals(turns=0), ValueError, "turns: expected a positive, finite number, got 0.0"),
    "spirals classes": (lambda: data.spirals(classes=1), ValueError, "classes: expected at least 2, got 1"),
    # Scales
    "scaler early": (lambda: MinMaxScaler().transform(X), RuntimeError, "MinMaxScaler: call fit on the training data first"),
    "scaler early inverse": (lambda: StandardScaler().inverse_transform(X), RuntimeError, "StandardScaler: call fit on the training data first"),
    "scaler empty": (lambda: MINMAX.fit(np.ones((0, 2))), ValueError, "values: expected shape (N,) or (N, d) with at least one row, got shape (0, 2)"),
    "scaler images": (lambda: STANDARD.fit(np.ones((2, 2, 2))), ValueError, "values: expected shape (N,) or (N, d) with at least one row, got shape (2, 2, 2)"),
    "scaler nan": (lambda: MINMAX.fit(with_bad(np.nan)), ValueError, "values: expected finite numbers, got 1 NaN or infinity, the first nan at (2, 0)"),
    "scaler text": (lambda: STANDARD.fit(["a", "b"]), TypeError, "values: expected an array of numbers, got dtype <U1"),
    "scaler columns": (lambda: MINMAX.transform(np.ones((2, 3))), ValueError, "values: expected shape (N, 2), as in fit, got shape (2, 3)"),
    "scaler vector": (lambda: STANDARD.inverse_transform([1.0, 2.0]), ValueError, "values: expected shape (N, 2), as in fit, got shape (2,)"),
    # Labels
    "one class": (lambda: one_hot(["a", "a"]), ValueError, "labels: expected at least two classes, got only 'a'"),
    "one class given": (lambda: one_hot([1, 1], classes=[1]), ValueError, "classes: expected at least two classes, got only 1"),
    "class unknown": (lambda: one_hot(["a", "b", "c"], classes=["a", "b"]), ValueError, "labels: expected one of the classes ['a', 'b'], got 'c' at 2"),
    "class of another kind": (lambda: one_hot([0, 1], classes=["0", "1"]), ValueError, "labels: expected one of the classes ['0', '1'], got 0 at 0"),
    "classes no labels": (lambda: one_hot([0, 1], classes=[0.0, 1.0]), TypeError, "classes: expected labels, all integers or all texts, got float 0.0 at 0"),
    "class twice": (lambda: one_hot([0, 1], classes=[0, 1, 0]), ValueError, "classes: expected each class once, got [0, 1, 0]"),
    "labels empty": (lambda: one_hot([]), ValueError, "labels: expected labels, shape (N,) with at least one, got shape (0,)"),
    "labels column": (lambda: one_hot([[0], [1]]), ValueError, "labels: expected labels, shape (N,) with at least one, got shape (2, 1)"),
    "labels one text": (lambda: one_hot("ab"), ValueError, "labels: expected labels, shape (N,) with at least one, got shape ()"),
    "labels floats": (lambda: one_hot(np.array([0.0, 1.0])), TypeError, "labels: expected labels, all integers or all texts, got float 0.0 at 0; turn whole numbers into labels by .astype(int)"),
    "labels mixed": (lambda: one_hot([0, 1, "b"]), TypeError, "labels: expected labels, all integers or all texts, got str 'b' at 2"),
    "labels missing": (lambda: one_hot(np.array(["a", np.nan], object)), TypeError, "labels: expected labels, all integers or all texts, got float nan at 1"),
    # Parts
    "split X vector": (lambda: split(X=X[:, 0]), ValueError, "X: expected shape (N, d), one example a row, got shape (6,); use X.reshape(-1, 1)"),
    "split X nan": (lambda: split(X=with_bad(np.nan)), ValueError, "X: expected finite numbers, got 1 NaN or infinity, the first nan at (2, 0)"),
    "split y short": (lambda: split(y=Y[:5]), ValueError, "y: expected shape (6,) or (6, k), one row for each row of X, got shape (5,)"),
    "split y number": (lambda: split(y=1), ValueError, "y: expected shape (6,) or (6, k), one row for each row of X, got shape ()"),
    "split y nan": (lambda: split(y=with_bad(np.nan)), ValueError, "y: expected finite numbers, got 1 NaN or infinity"),
    "split y mixed": (lambda: split(y=["a", 1, 1, 1, 1, 1]), TypeError, "y: expected labels, all integers or all texts, got int 1 at 1"),
    "split fraction one": (lambda: split(test=1), ValueError, "test: expected a number from 0 to below 1, got 1"),
    "split fraction negative": (lambda: split(validation=-0.1), ValueError, "validation: expected a number from 0 to below 1, got -0.1"),
    "split fraction text": (lambda: split(validation="a half"), TypeError, "validation: expected a number from 0 to below 1, got str 'a half'"),
    "split test empty": (lambda: split(test=0.05), ValueError, "test: expected at least one row, got none, as 0.05 of 6 rows rounds to 0"),
    "split validation empty": (lambda: split(validation=0.01), ValueError, "validation: expected at least one row, got none, as 0.01 of 6 rows rounds to 0"),
    "split no training": (lambda: split(validation=0.5, test=0.5), ValueError, "validation, test: expected at least one row left to train on, got 3 + 3 of 6 rows"),
    # Metrics
    "r2 rows": (lambda: r2(X[:, 0], Y[:5]), ValueError, "y_hat: expected the shape of y, (5,), got shape (6,)"),
    "r2 columns": (lambda: r2(X, X), ValueError, "y: expected shape (N,) or (N, 1), got shape (6, 2)"),
    "r2 constant": (lambda: r2([1.0, 2.0, 3.0], [0.1, 0.1, 0.1]), ValueError, "y: expected at least two different values, got 3 times 0.1"),
    "r2 empty": (lambda: r2([], []), ValueError, "y_hat: expected the shape of y, (0,), got shape (0,)"),
    "accuracy rows": (lambda: accuracy(Y, Y[:5]), ValueError, "predicted: expected the shape of labels, (5,), got shape (6,)"),
    "accuracy probabilities": (lambda: accuracy([0.2, 0.7], [0, 1]), TypeError, "predicted: expected labels, all integers or all texts, got float 0.2 at 0"),
    "accuracy matrix": (lambda: accuracy(np.eye(2, dtype=int), [0, 1]), ValueError, "predicted: expected labels, shape (N,) with at least one, got shape (2, 2)"),
    "accuracy labels": (lambda: accuracy([0, 1], [0.0, 1.0]), TypeError, "labels: expected labels, all integers or all texts, got float 0.0 at 0"),
    "accuracy kinds": (lambda: accuracy(["0", "1"], [0, 1]), TypeError, "predicted: expected integers, as labels, got texts"),
    "confusion kinds": (lambda: confusion_matrix([0, 1], ["0", "1"]), TypeError, "predicted: expected texts, as labels, got integers"),
    "confusion class": (lambda: confusion_matrix([0, 2], [0, 1], classes=[0, 1]), ValueError, "predicted: expected one of the classes [0, 1], got 2 at 1"),
    "confusion labels": (lambda: confusion_matrix([0, 1], [0, 2], classes=[0, 1]), ValueError, "labels: expected one of the classes [0, 1], got 2 at 1"),
    # The perceptron
    "perceptron n_in": (lambda: Perceptron(0), ValueError, "n_in: expected at least 1, got 0"),
    "perceptron rate": (lambda: Perceptron(2, learning_rate=0), ValueError, "learning_rate: expected a positive, finite number, got 0.0"),
    "perceptron columns": (lambda: NEURON.fit(np.ones((6, 3)), Y), ValueError, "X: expected shape (N, 2), one example a row, got shape (6, 3)"),
    "perceptron X nan": (lambda: NEURON.fit(with_bad(np.nan), Y), ValueError, "X: expected finite numbers, got 1 NaN or infinity, the first nan at (2, 0)"),
    "perceptron y short": (lambda: NEURON.fit(X, Y[:5]), ValueError, "y: expected shape (6, 1) or (6,), got shape (5,)"),
    "perceptron y signs": (lambda: NEURON.fit(X, 1 - 2 * Y), ValueError, "y: expected the labels 0 and 1, got -1 at 3"),
    "perceptron y three": (lambda: NEURON.fit(X, [0, 0, 1, 1, 2, 2]), ValueError, "y: expected the labels 0 and 1, got 2 at 4"),
    "perceptron y texts": (lambda: NEURON.fit(X, list("aaabbb")), TypeError, "y: expected an array of numbers, got dtype <U1"),
    "perceptron epochs": (lambda: NEURON.fit(X, 1 - Y, epochs=0), ValueError, "epochs: expected at least 1, got 0"),
    "perceptron predict": (lambda: NEURON.predict([1.0, 2.0]), ValueError, "X: expected shape (N, 2), one example a row, got shape (2,)"),
}  # fmt: skip

# What the file table.csv holds, and the error of load_csv(path, "y").
FILES = {
    "empty": ("", "path: expected a header and rows in table.csv, got an empty file"),
    "blank": ("\n\n", "path: expected a header and rows in table.csv, got an empty file"),
    "header only": ("a,y\n", "path: expected rows below the header of table.csv, got none"),
    "no such target": ("area,yy\n1,2\n", "target in table.csv: unknown name 'y'; did you mean 'yy'? valid names are ['area', 'yy']"),
    "target alone": ("y\n1\n2\n", "path: expected columns besides the target 'y' in table.csv, got none"),
    "column twice": ("a,y,a\n1,2,3\n", "path: expected different names for the columns of table.csv, got 'a' twice"),
    "column without name": (",a,y\n0,1,2\n", "path: expected a name for each column of table.csv, got none for column 1"),
    "short row": ("a,b,y\n1,2,3\n4,5\n", "path: expected 3 values in line 3 of table.csv, as in its header, got 2"),
    "long row": ("a,y\n1,2,3\n", "path: expected 2 values in line 2 of table.csv, as in its header, got 3"),
    "missing: nothing": ("a,b,y\n1,,3\n", "path: expected a value in line 2, column 'b' of table.csv, got '', which stands for a missing one; fill it in or remove the line"),
    "missing: NA": ("a,y\n1,2\nNA,3\n", "path: expected a value in line 3, column 'a' of table.csv, got 'NA'"),
    "missing: nan": ("a,y\nnan,2\n", "path: expected a value in line 2, column 'a' of table.csv, got 'nan'"),
    "missing: ?": ("a,y\n ? ,2\n", "path: expected a value in line 2, column 'a' of table.csv, got '?'"),
    "missing: N/A": ("a,y\nN/A,2\n", "path: expected a value in line 2, column 'a' of table.csv, got 'N/A'"),
    "missing: null": ("a,y\nnull,2\n", "path: expected a value in line 2, column 'a' of table.csv, got 'null'"),
    "missing target": ("a,y\n1,cat\n2,\n", "path: expected a value in line 3, column 'y' of table.csv, got ''"),
    "text": ("a,b,y\n1,2,3\n1,red,3\n", "path: expected a number in line 3, column 'b' of table.csv, got 'red'"),
    "decimal comma": ('a,y\n"1,5",2\n', "path: expected a number in line 2, column 'a' of table.csv, got '1,5'"),
    "infinity": ("a,y\ninf,2\n", "path: expected a finite number in line 2, column 'a' of table.csv, got 'inf'"),
    "too large": ("a,y\n1,2\n1e999,2\n", "path: expected a finite number in line 3, column 'a' of table.csv, got '1e999'"),
    "infinite target": ("a,y\n1,2\n1,-inf\n", "path: expected a finite number in line 3, column 'y' of table.csv, got '-inf'"),
    "semicolons": ("a;y\n1;2\n", "path: expected columns parted by commas in table.csv, got the header 'a;y'"),
    "tabs": ("a\ty\n1\t2\n", "path: expected columns parted by commas in table.csv, got the header 'a\\ty'"),
    "open quote": ('a,y\n1,2\n"3,4\n', "path: expected comma-separated values in line 3 of table.csv, got unexpected end of data"),
    "Latin-1": (b"a,y\n1,caf\xe9\n", "path: expected UTF-8 text in table.csv, got the byte 0xe9"),
    "UTF-16": ("a,y\n1,2\n".encode("utf-16"), "path: expected UTF-8 text in table.csv, got the byte 0x"),
}  # fmt: skip


def state():
    return [X, Y, NEURON.w, NEURON.b, STANDARD.mean, STANDARD.scale, MINMAX.low, MINMAX.scale]


@pytest.mark.parametrize("case", CASES)
def test_error_names_argument_given_and_expected(case):
    call, kind, text = CASES[case]
    before = [np.copy(value) for value in state()]
    with pytest.raises(kind, match=r"(?<!\w)" + re.escape(text)):  # not in the middle of a word
        call()
    for now, then in zip(state(), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("case", FILES)
def test_error_names_file_line_and_column(case, tmp_path):
    contents, text = FILES[case]
    path = tmp_path / "table.csv"
    path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
    with pytest.raises(ValueError) as caught:  # noqa: PT011 # the text is compared below
        data.load_csv(path, "y")
    assert str(caught.value).startswith(text)


def test_file_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError) as caught:
        data.load_csv("flats.csv", "rent")
    assert str(caught.value) == (
        f"path: expected a CSV file, got 'flats.csv', where there is none; the current folder is {tmp_path}"
    )
    with pytest.raises(FileNotFoundError) as caught:
        data.load_csv(tmp_path, "rent")
    assert str(caught.value) == f"path: expected a CSV file, got {str(tmp_path)!r}, where there is none"


def test_path_and_target_of_the_wrong_type(tmp_path):
    with pytest.raises(TypeError) as caught:
        data.load_csv(3, "y")
    assert str(caught.value) == "path: expected the name of a CSV file, got int 3"
    (tmp_path / "table.csv").write_text("a,y\n1,2\n")
    with pytest.raises(TypeError) as caught:
        data.load_csv(tmp_path / "table.csv", 1)
    assert str(caught.value) == "target in table.csv: expected a name, one of ['a', 'y'], got int 1"

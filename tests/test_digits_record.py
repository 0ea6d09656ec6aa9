"""The record of the chapter ``digits`` beside nnlib, and where PyTorch is there, beside PyTorch.

``python -m tests.records.digits_pytorch`` makes the record anew.
"""

from __future__ import annotations

import importlib.util

import pytest

from tests.records import digits_pytorch as record


def test_the_record_is_of_this_network():
    """If this fails alone, NumPy draws other numbers from a seed than when the record was made: make it anew."""
    assert float(record.read()["drawn"]) == pytest.approx(float(record.by_nnlib()["drawn"]), abs=record.COPIED)


def test_nnlib_is_pytorch_of_the_record():
    assert record.worst(record.by_nnlib(), record.read()) <= record.COPIED


def test_the_record_has_something_to_compare():
    """Most hidden neurons have a gradient, and the logits differ."""
    kept = record.read()
    assert kept["logits"].shape == (20, 10)
    assert kept["gradient"].shape == (2410,)
    assert (abs(kept["gradient"]) > 1e-4).mean() > 0.3
    assert kept["logits"].std() > 0.1


def test_the_record_is_small():
    assert record.RECORD.stat().st_size < 30_000


if importlib.util.find_spec("torch"):

    def test_pytorch_makes_the_record_again():
        assert record.worst(record.by_torch(), record.read()) <= record.COPIED

    def test_the_training_that_the_page_shows_runs(capsys):
        """The plain code block: a whole training in PyTorch, which the page itself does not run."""
        exec(record.shown("import torch"), {})
        accuracy = float(capsys.readouterr().out.split()[-1])
        assert 0.95 < accuracy < 0.99

"""What nnlib.to_torch and from_torch do without PyTorch; tests/pytorch has the rest, for `make test-torch`."""

from __future__ import annotations

import sys

import pytest

import nnlib
import nnlib.pytorch


@pytest.mark.parametrize("function", ["to_torch", "from_torch"])
def test_reached_from_nnlib(function):
    assert getattr(nnlib, function) is getattr(nnlib.pytorch, function)


@pytest.mark.parametrize("function", ["to_torch", "from_torch"])
def test_without_pytorch_the_error_says_what_to_install(function, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)  # as Python knows a package that cannot be imported
    with pytest.raises(ImportError, match="need PyTorch, which is not installed: pip install torch"):
        getattr(nnlib, function)(nnlib.mlp([1, 2, 1]))

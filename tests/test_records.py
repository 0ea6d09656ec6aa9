"""nnlib beside PyTorch: gradients, optimisers, schedules and clipping against committed records of what PyTorch made.

``tests/records/make.py`` makes the records; ``make test-torch`` makes them anew, compares, and compares live.
"""

from __future__ import annotations

import numpy as np
import pytest

import nnlib
from tests.records import cases
from tests.records.make import HERE, TOLERANCES, difference, read

RECORDS = {name: read(HERE, name) for name in TOLERANCES}


@pytest.fixture(scope="module")
def ours():
    return cases.by_nnlib()


def test_the_records_are_of_these_cases(ours):
    """If this fails alone, NumPy draws other numbers from a seed than when the records were made: make them anew."""
    for name in ("networks", "optimizers"):
        np.testing.assert_allclose(ours[name]["drawn"], RECORDS[name]["drawn"], rtol=1e-12)
    assert {name: list(arrays) for name, arrays in ours.items()} == {name: list(old) for name, old in RECORDS.items()}


def test_the_records_are_small():
    assert sum((HERE / f"{name}.npz").stat().st_size for name in RECORDS) < 300_000


def test_the_networks_cover_the_library():
    """Every activation with every loss, one to five layers, with and without penalty, dropout and biases."""
    assert set(cases.ACTIVATIONS) == set(nnlib.activations.ACTIVATIONS)
    assert set(cases.LOSSES) == set(nnlib.losses.LOSSES)
    drawn = [cases.network(seed) for seed in cases.NETWORKS]
    assert len(drawn) >= 60
    hidden = {(layer.activation.name, case.loss) for case in drawn for layer in case.net.dense[:-1]}
    assert hidden == {(name, loss) for name in cases.ACTIVATIONS for loss in cases.LOSSES}
    assert {len(case.net.dense) for case in drawn} == {1, 2, 3, 4, 5}
    assert {case.l2 > 0 for case in drawn} == {True, False}
    assert {len(case.net.layers) > len(case.net.dense) for case in drawn} == {True, False}
    assert {case.y.ndim for case in drawn if case.loss == "cross_entropy"} == {1, 2}
    kinds = {type(rule.optimizer) for rule in cases.rules().values()}
    assert kinds == every_kind(nnlib.optimizers.Optimizer)
    assert {type(ours) for ours, _ in cases.SCHEDULES.values()} == every_kind(nnlib.schedules.Schedule)


def every_kind(base):
    """The library's own classes that derive from a base class."""
    kinds = {kind for direct in base.__subclasses__() for kind in {direct} | every_kind(direct)}
    return {kind for kind in kinds if kind.__module__.startswith("nnlib.")}


@pytest.mark.parametrize("seed", cases.NETWORKS)
def test_gradients_are_those_of_autograd(ours, seed):
    gradient = RECORDS["networks"][f"gradient {seed}"]
    assert difference(ours["networks"][f"gradient {seed}"], gradient) <= 1e-10, cases.network(seed)
    assert np.abs(gradient).max() > 1e-4  # there is something to compare


def test_losses_are_those_of_pytorch(ours):
    np.testing.assert_allclose(ours["networks"]["losses"], RECORDS["networks"]["losses"], rtol=1e-12)


@pytest.mark.parametrize("name", cases.rules())
def test_300_steps_of_an_optimizer_are_those_of_pytorch(ours, name):
    walked, recorded = ours["optimizers"][name], RECORDS["optimizers"][name]
    assert recorded.shape == (len(cases.KEPT), 8)
    assert cases.KEPT[-1] == 300
    np.testing.assert_allclose(walked, recorded, rtol=1e-12)


@pytest.mark.parametrize("name", cases.SCHEDULES)
def test_schedules_are_those_of_pytorch(ours, name):
    np.testing.assert_allclose(ours["schedules"][name], RECORDS["schedules"][name], rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("seed", cases.CLIPPED)
def test_clipping_is_that_of_pytorch(ours, seed):
    recorded, norms = RECORDS["clipping"][str(seed)], cases.clip_norms(RECORDS["networks"][f"gradient {seed}"])
    np.testing.assert_allclose(ours["clipping"][str(seed)], recorded, rtol=1e-12, atol=1e-15)
    # PyTorch stays short of the norm by up to 1e-6; nnlib meets it, as test_schedules shows.
    lengths = np.linalg.norm(recorded, axis=1)
    assert (lengths[:3] < norms[:3]).all()
    assert lengths[4] < norms[4]

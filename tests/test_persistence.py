"""Saving and loading: the same bits back, training that continues to the same bits, and files that are never half."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnlib
from nnlib import CosineDecay, Dense, Dropout, MinMaxScaler, Network, StandardScaler, StepDecay, WarmUp, mlp, train
from nnlib.activations import ACTIVATIONS, LeakyReLU
from nnlib.initializers import Constant, Uniform

RNG = np.random.default_rng
OPTIMIZERS = [nnlib.GradientDescent, nnlib.Momentum, nnlib.Nesterov, nnlib.RMSProp, nnlib.Adam, nnlib.AdamW]


@given(
    sizes=st.lists(st.integers(1, 5), min_size=2, max_size=4),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    dtype=st.sampled_from(["float32", "float64"]),
    seed=st.integers(0, 9),
)
def test_any_network_comes_back_to_the_same_bits(tmp_path_factory, sizes, activation, dtype, seed):
    net = mlp(sizes, activation, dropout=0.25, seed=seed, dtype=dtype)
    path = tmp_path_factory.mktemp("model") / "net.npz"
    nnlib.save(path, net)
    again = nnlib.load(path).net
    X = RNG(seed).normal(size=(3, sizes[0]))
    assert repr(again) == repr(net)
    assert again.params.dtype == net.params.dtype
    np.testing.assert_array_equal(again.params, net.params)
    np.testing.assert_array_equal(again.predict(X), net.predict(X))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_continues_to_the_same_bits(tmp_path, optimizer):
    X = RNG(0).normal(size=(30, 2))
    y = np.sin(X[:, 0])
    runs = []
    for pause in (False, True):
        net, rule, rng = mlp([2, 5, 1], dropout=0.2, seed=0), optimizer(WarmUp(3, CosineDecay(0.01, 50))), RNG(7)
        for part in range(2):
            train(net, X, y, optimizer=rule, epochs=4, batch_size=8, seed=rng)
            if pause and part == 0:
                nnlib.save(tmp_path / "pause.npz", net, rule=rule, rng=rng)
                model = nnlib.load(tmp_path / "pause.npz")
                net, rule, rng = model.net, model.rule, model.rng
        runs.append((net.params, rule.iterations, *rule.memory.values()))
    for straight, paused in zip(*runs, strict=True):
        np.testing.assert_array_equal(straight, paused)


def test_settings_come_back(tmp_path):
    net = Network(
        [Dense(2, 3, LeakyReLU(0.3), Uniform(0.2)), Dropout(0.4), Dense(3, 1, initializer=Constant(2))], seed=0
    )
    X = RNG(0).normal(size=(5, 2)) * [3, 50] + 7
    others = {
        "adam": nnlib.AdamW(StepDecay(0.5, every=7, factor=0.25), 0.8, 0.9, 1e-5, 0.3),
        "plain": nnlib.Nesterov(0.25, momentum=0.7),
        "standard": StandardScaler().fit(X),
        "low_high": MinMaxScaler().fit(X[:, 0]),
        "fresh": StandardScaler(),
        "features": ("hour", "now"),
        "unit": "°C",
        "parts": [MinMaxScaler().fit(X[:, 0]), StandardScaler().fit(X[:, 1])],
    }
    nnlib.save(tmp_path / "model.npz", net, **others)
    model = nnlib.load(tmp_path / "model.npz")
    assert model.net.layers[0].activation.slope == 0.3
    assert model.net.layers[0].initializer.limit == 0.2
    assert model.net.layers[1].rate == 0.4
    assert model.net.layers[2].initializer.value == 2
    assert repr(model.adam.learning_rate) == repr(others["adam"].learning_rate)
    for name in ("beta1", "beta2", "epsilon", "weight_decay", "iterations"):
        assert getattr(model.adam, name) == getattr(others["adam"], name)
    assert (model.plain.learning_rate, model.plain.momentum) == (0.25, 0.7)
    np.testing.assert_array_equal(model.standard.transform(X), others["standard"].transform(X))
    np.testing.assert_array_equal(model.low_high.transform(X[:, 0]), others["low_high"].transform(X[:, 0]))
    assert (model.features, model.unit) == (["hour", "now"], "°C")
    for again, scaler, column in zip(model.parts, others["parts"], X.T, strict=True):
        np.testing.assert_array_equal(again.transform(column), scaler.transform(column))
    with pytest.raises(RuntimeError, match="call fit"):
        model.fresh.transform(X)


def saved(tmp_path):
    path = tmp_path / "good.npz"
    nnlib.save(path, mlp([2, 3, 1], seed=0), rule=nnlib.Adam(0.1))
    return path


def rewritten(tmp_path, change):
    """A file whose description or arrays were changed by hand."""
    with np.load(saved(tmp_path)) as file:
        arrays = dict(file)
    header = json.loads(str(arrays.pop("json")))
    change(header, arrays)
    path = tmp_path / "changed.npz"
    np.savez(path, json=np.array(json.dumps(header)), **arrays)
    return path


CHANGES = {
    "another program's format": (lambda h, a: h.update(format="zoo"), "its format is 'zoo'"),
    "a newer version": (lambda h, a: h.update(version=2), "it has version 2, this nnlib reads versions up to 1"),
    "no parameters": (lambda h, a: a.pop("net.params"), "net.params"),
    "too few parameters": (lambda h, a: a.update({"net.params": np.zeros(5)}), "13 parameters described, 5 "),
    "parameters of another type": (lambda h, a: a.update({"net.params": np.zeros(13, "f4")}), "13 float32 there"),
    "an unknown layer": (lambda h, a: h["content"]["net"]["layers"][0].update({"class": "Conv"}), "Conv"),
    "layers that do not fit": (lambda h, a: h["content"]["net"]["layers"][1].update(n_in=4), "expected n_in=3"),
    "a bad setting": (lambda h, a: h["content"]["rule"].update(beta1=2), "beta1: expected a number from 0 to below 1"),
    "an unknown setting": (lambda h, a: h["content"]["rule"].update(gamma=2), "gamma"),
    "no content": (lambda h, a: h.pop("content"), "content"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_file_is_refused(tmp_path, change):
    do, text = CHANGES[change]
    path = rewritten(tmp_path, do)
    with pytest.raises(ValueError, match="path: expected a whole file written by nnlib\\.save, got ") as caught:
        nnlib.load(path)
    assert str(path) in str(caught.value)
    assert text in str(caught.value)


def test_a_file_cut_short_or_damaged_anywhere_is_refused(tmp_path):
    whole = saved(tmp_path).read_bytes()
    bad = tmp_path / "bad.npz"
    for length in range(0, len(whole), 37):
        bad.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="path: expected a whole file"):
            nnlib.load(bad)
    at = whole.index(mlp([2, 3, 1], seed=0).params.tobytes())
    bad.write_bytes(whole[: at + 9] + b"\xff" + whole[at + 10 :])  # one byte of one parameter
    with pytest.raises(ValueError, match="path: expected a whole file"):
        nnlib.load(bad)


def test_foreign_files_are_refused(tmp_path):
    files = {"text.npz": b"a,b\n1,2\n", "empty.npz": b"", "pickle.npz": b"\x80\x04\x95\x05\x00."}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    np.savez(tmp_path / "arrays.npz", a=np.ones(3))
    np.save(tmp_path / "one.npy", np.ones(3))
    np.savez(tmp_path / "objects.npz", json=np.array([{"format": "nnlib model"}], dtype=object))
    for path in sorted(tmp_path.iterdir()):
        with pytest.raises(ValueError, match="path: expected a whole file written by nnlib\\.save"):
            nnlib.load(path)
    with pytest.raises(FileNotFoundError, match="path: expected a file written by nnlib\\.save, found none at"):
        nnlib.load(tmp_path / "missing.npz")


def test_what_cannot_be_saved_is_refused_and_the_old_file_stays(tmp_path):
    class Own(nnlib.activations.Activation):
        name = "own"

        def __call__(self, Z, out=None):
            return Z

        def derivative(self, Z):
            return np.ones_like(Z)

    path = saved(tmp_path)
    before = path.read_bytes()
    net = mlp([1, 1], seed=0)
    for call, text in [
        (lambda: nnlib.save(path, mlp([1, 2, 1], Own())), "net.layers[0].activation: expected something that nnlib"),
        (
            lambda: nnlib.save(path, net, note={1, 2}),
            "note: expected something that nnlib can save, got set",
        ),
        (lambda: nnlib.save(path, net, rng=np.random.Generator(np.random.MT19937(0))), "rng: expected something"),
        (lambda: nnlib.save(path, "net"), "net: expected a Network, got str 'net'"),
    ]:
        with pytest.raises(TypeError) as caught:
            call()
        assert text in str(caught.value)
    with pytest.raises(ValueError, match=r"path: expected a name that ends in \.npz, got 'model\.pkl'"):
        nnlib.save("model.pkl", net)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["good.npz"]


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = saved(tmp_path)
    before = path.read_bytes()

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        nnlib.save(path, mlp([1, 1], seed=0))
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["good.npz"]


KILLED = """
    import os, random, signal, sys, time
    import nnlib

    folder = sys.argv[1]
    path = os.path.join(folder, "model.npz")
    nets = [nnlib.mlp([20, 60, 1], seed=seed) for seed in range(2)]
    nnlib.save(path, nets[0])
    random.seed(0)
    halves = 0
    for kill in range(200):
        ready, say = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(say, b"x")
            turn = kill
            while True:
                turn += 1
                nnlib.save(path, nets[turn % 2])
        os.read(ready, 1)
        time.sleep(random.uniform(0, 0.008))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready), os.close(say)
        net = nnlib.load(path).net
        assert any((net.params == one.params).all() for one in nets), "neither the old nor the new network"
        for name in os.listdir(folder):
            if name.endswith(".partial"):
                halves += 1
                os.unlink(os.path.join(folder, name))
    print(halves)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork and kill a process")
def test_killed_while_saving_200_times_the_file_is_always_whole(tmp_path):
    one_thread = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path)],
        env=one_thread, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    assert int(run.stdout) > 20  # so often the process died in the middle of writing

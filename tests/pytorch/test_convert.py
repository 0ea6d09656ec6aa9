"""Networks to PyTorch and back: the same outputs, to rounding, and a clear error for what has no like."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import nnlib
from nnlib import Dense, Dropout, activations
from nnlib.layers import Layer
from tests.records import cases

WITH_A_MODULE = [name for name in activations.ACTIVATIONS if name != "step"]
PRECISION = {"float64": 1e-12, "float32": 1e-5}


def outputs(module, X):
    with torch.no_grad():
        return module(torch.tensor(X)).numpy()


def away(a, b):
    """The largest difference, relative where numbers are larger than 1."""
    return (abs(a - b) / np.maximum(1, abs(b))).max()


def drawn(net, seed):
    """Random parameters, biases too, and inputs that reach far into every saturation."""
    rng = np.random.default_rng(seed)
    net.params[:] = rng.normal(size=net.params.size)
    return net, (rng.normal(size=(50, net.n_in)) * rng.choice([1, 30], (50, 1))).astype(net.dtype)


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize("output", ["identity", "sigmoid", "softmax"])
@pytest.mark.parametrize("name", WITH_A_MODULE)
def test_there_and_back(name, output, dtype):
    net, X = drawn(nnlib.mlp([3, 8, 5, 2], name, output, dropout=0.3, dtype=dtype), seed=1)
    module = nnlib.to_torch(net)
    assert away(outputs(module, X), net.predict(X)) < PRECISION[dtype]
    again = nnlib.from_torch(module)
    assert repr(again) == repr(net)
    assert again.dtype == net.dtype == outputs(module, X).dtype
    assert np.array_equal(again.params, net.params)
    assert np.array_equal(again.predict(X), net.predict(X))


@pytest.mark.parametrize("seed", range(1000, 1100))
def test_random_networks(seed):
    net = cases.network(seed).net
    _, X = drawn(net, seed)
    assert away(outputs(nnlib.to_torch(net), X), net.predict(X)) < PRECISION["float64"]


@pytest.mark.parametrize("seed", range(10))
def test_gradients_are_the_same(seed):
    net, X = drawn(nnlib.mlp([3, 8, 2], WITH_A_MODULE[seed % len(WITH_A_MODULE)]), seed)
    y = np.random.default_rng(seed).normal(size=(50, 2))
    module = nnlib.to_torch(net)
    nn.functional.mse_loss(module(torch.tensor(X)), torch.tensor(y)).backward()
    linears = [part for part in module if isinstance(part, nn.Linear)]
    theirs = torch.cat([part for p in linears for part in (p.weight.grad.T.ravel(), p.bias.grad)]).numpy()
    ours = net.backward(nnlib.losses.mse.gradient(net.forward(X), y))
    assert away(theirs, ours) < 1e-10


def test_settings_are_kept():
    net = nnlib.Network([Dense(2, 3, activations.LeakyReLU(0.2)), Dropout(0.4), Dense(3, 1, "softplus")], seed=0)
    module = nnlib.to_torch(net)
    assert (module[1].negative_slope, module[2].p) == (0.2, 0.4)
    again = nnlib.from_torch(module)
    assert (again.layers[0].activation.slope, again.layers[1].rate) == (0.2, 0.4)


def test_copies_share_nothing():
    net = nnlib.mlp([2, 3, 1], seed=0)
    module, before = nnlib.to_torch(net), net.params.copy()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()
    assert np.array_equal(net.params, before)
    again = nnlib.from_torch(module)
    again.params[:] = 1
    assert not any(parameter.any() for parameter in module.parameters())


def test_the_module_is_for_prediction_until_told_otherwise():
    module = nnlib.to_torch(nnlib.mlp([2, 30, 1], dropout=0.5, seed=0))
    X = np.ones((1, 2))
    assert not module.training
    assert np.array_equal(outputs(module, X), outputs(module, X))
    module.train()
    torch.manual_seed(0)
    assert not np.array_equal(outputs(module, X), outputs(module, X))


def test_torch_s_own_random_numbers_are_left_alone():
    before = torch.get_rng_state()
    nnlib.to_torch(nnlib.mlp([2, 30, 1], dropout=0.5, seed=0))
    assert torch.equal(torch.get_rng_state(), before)


def test_what_others_build_is_read():
    """Modules as people write them: single precision, named, nested, without bias, with Identity in between."""
    inner = nn.Sequential(nn.Linear(3, 4), nn.Identity(), nn.Tanh())
    whole = nn.Sequential()
    for name, part in (("first", inner), ("drop", nn.Dropout(0.2)), ("last", nn.Linear(4, 2, bias=False))):
        whole.add_module(name, part)
    net = nnlib.from_torch(whole)
    X = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    assert net.dtype == np.float32
    assert away(net.predict(X), outputs(whole.eval(), X)) < PRECISION["float32"]
    assert not net.dense[-1].b.any()


def test_one_activation_may_stand_in_several_places():
    tanh = nn.Tanh()
    module = nn.Sequential(nn.Linear(2, 3), tanh, nn.Linear(3, 3), tanh, nn.Linear(3, 1)).double()
    X = np.random.default_rng(0).normal(size=(20, 2))
    assert away(nnlib.from_torch(module).predict(X), outputs(module, X)) < PRECISION["float64"]


def test_one_linear_may_be_a_module():
    module = nn.Linear(2, 3, dtype=torch.float64)
    X = np.random.default_rng(0).normal(size=(20, 2))
    assert away(nnlib.from_torch(module).predict(X), outputs(module, X)) < PRECISION["float64"]


def test_torch_s_softplus_is_linear_from_20_on():
    module = nn.Sequential(nn.Linear(1, 1), nn.Softplus()).double()
    X = np.linspace(-50, 50, 1001)[:, np.newaxis]
    with torch.no_grad():
        module[0].weight.fill_(1)
        module[0].bias.zero_()
    assert 1e-10 < abs(nnlib.from_torch(module).predict(X) - outputs(module, X)).max() < 2.1e-9


class Doubling(nn.Sequential):
    def forward(self, X):
        return 2 * super().forward(X)


tied = nn.Linear(2, 2)
WRONG = [
    (3, TypeError, "module: expected a torch.nn.Sequential, got int 3"),
    (nn.Linear, TypeError, "module: expected a torch.nn.Sequential, got type"),
    (nn.Sequential(), ValueError, r"module: expected a Linear first, .*, got Sequential\(\)"),
    (nn.Sequential(nn.Linear(1, 2), nn.Conv1d(1, 1, 3)), ValueError, "module.1: expected Linear, .*, got Conv1d"),
    (nn.Sequential(nn.Linear(1, 2), nn.ELU()), ValueError, "module.1: expected .* activation that nnlib has, got ELU"),
    (nn.Sequential(nn.Linear(1, 2), nn.ReLU6()), ValueError, "module.1: .* got ReLU6"),
    (nn.Sequential(nn.Linear(1, 2), nn.GELU()), ValueError, r"module.1: .* got GELU\(approximate='none'\)"),
    (nn.Sequential(nn.Linear(1, 2), nn.Softplus(beta=2)), ValueError, r"module.1: .* got Softplus\(beta=2"),
    (nn.Sequential(nn.Linear(1, 2), nn.Softmax(dim=0)), ValueError, r"module.1: .* got Softmax\(dim=0"),
    (nn.Sequential(nn.Linear(1, 2), nn.LeakyReLU(1.5)), ValueError, r"module.1: .* got LeakyReLU\(negative_slope=1.5"),
    (nn.Sequential(nn.Linear(1, 2), nn.Dropout(1.0), nn.Linear(2, 1)), ValueError, r"module.1: .* got Dropout\(p=1.0"),
    (nn.Sequential(nn.LazyLinear(2)), ValueError, "module.0: expected Linear, .*, got LazyLinear"),
    (Doubling(nn.Linear(1, 2)), ValueError, "module: expected Linear, .*, got Doubling"),
    (nn.Sequential(Doubling(nn.Linear(1, 2))), ValueError, "module.0: expected Linear, .*, got Doubling"),
    (nn.Sequential(nn.Tanh(), nn.Linear(1, 2)), ValueError, r"module.0: .* follow a Linear, got Tanh\(\) at the start"),
    (
        nn.Sequential(nn.Linear(1, 2), nn.Tanh(), nn.ReLU()),
        ValueError,
        r"module.2: .* follow a Linear, got ReLU\(\) after Tanh\(\)",
    ),
    (
        nn.Sequential(nn.Linear(1, 2), nn.Dropout(), nn.ReLU(), nn.Linear(2, 1)),
        ValueError,
        r"module.2: .* got ReLU\(\) after Dropout",
    ),
    (nn.Sequential(nn.Dropout(), nn.Linear(1, 2)), ValueError, "module: expected a Linear first"),
    (nn.Sequential(nn.Linear(1, 2), nn.Dropout()), ValueError, "module: .* no Dropout after the last one"),
    (nn.Sequential(tied, nn.Tanh(), tied), ValueError, "module.2: expected a Linear of its own"),
    (nn.Sequential(nn.Linear(1, 2)).half(), ValueError, r"module: expected parameters .*, got \['float16'\]"),
    (
        nn.Sequential(nn.Linear(1, 2).double(), nn.Linear(2, 1)),
        ValueError,
        r"module: expected .*, got \['float32', 'float64'\]",
    ),
    (nn.Sequential(nn.Linear(1, 2), nn.Linear(3, 1)), ValueError, r"layers\[1\]: expected n_in=2"),
]


@pytest.mark.parametrize(("module", "kind", "message"), WRONG, ids=[str(i) for i in range(len(WRONG))])
@pytest.mark.filterwarnings("ignore:Lazy modules:UserWarning")
def test_from_torch_says_what_it_cannot_convert(module, kind, message):
    with pytest.raises(kind, match=message):
        nnlib.from_torch(module)


class Sine(activations.Activation):
    name = "sine"

    def __call__(self, Z, out=None):
        return np.sin(Z, out=out)

    def derivative(self, Z):
        return np.cos(Z)


class Steeper(activations.Tanh):
    """Computes something else than its parent."""

    name = "steeper"

    def __call__(self, Z, out=None):
        return np.tanh(2 * Z, out=out)


class Reversed(Dense):
    """A layer of its own kind."""

    def __repr__(self):
        return "Reversed"


@pytest.mark.parametrize("activation", ["step", Sine(), Steeper()])
def test_to_torch_names_the_activation(activation):
    name = activation if isinstance(activation, str) else activation.name
    with pytest.raises(ValueError, match=rf"net.layers\[1\]: expected an activation .*, got <activation {name}>"):
        nnlib.to_torch(nnlib.Network([Dense(1, 2), Dense(2, 2, activation), Dense(2, 1)]))


def test_to_torch_names_the_layer():
    with pytest.raises(ValueError, match=r"net.layers\[1\]: expected Dense or Dropout, got Reversed"):
        nnlib.to_torch(nnlib.Network([Dense(1, 2), Reversed(2, 1)]))


@pytest.mark.parametrize("net", [None, "net", nn.Linear(1, 1), Dense(1, 1)])
def test_to_torch_wants_a_network(net):
    with pytest.raises(TypeError, match="net: expected a Network, got"):
        nnlib.to_torch(net)


def test_dense_and_dropout_are_all_layers_there_are():
    """A new layer in nnlib needs its place in to_torch."""
    assert {kind.__name__ for kind in Layer.__subclasses__()} == {"Dense", "Dropout"}

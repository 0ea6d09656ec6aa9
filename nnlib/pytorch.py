"""To PyTorch and back: the same layers with the same weights, and so the same outputs.

PyTorch is imported when a function is called, never before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nnlib import activations
from nnlib.activations import Activation
from nnlib.layers import Dense, Dropout, Layer
from nnlib.network import Network

if TYPE_CHECKING:
    from torch import nn

LINEAR_FROM = 40.0  # PyTorch's softplus is z from there on: less than 1e-17 away, and its e^z fits in a float32


def to_torch(net: Network) -> nn.Sequential:
    r"""Return an ``nn.Sequential`` with copies of the network's parameters, of its type, and the same outputs.

    A dense layer becomes a ``Linear`` and its activation a module of its own. PyTorch keeps weights with one neuron a
    row, so that

    .. math:: A_\text{prev} W + b = A_\text{prev} V^\top + b, \qquad V = W^\top

    The module is in evaluation mode, where dropout lets everything pass, as ``net.predict`` does; call ``.train()`` on
    it before you train it further.

    Parameters
    ----------
    net : Network

    Returns
    -------
    torch.nn.Sequential
        Maps a tensor (N, n_in) to (N, n_out).

    Raises
    ------
    TypeError, ValueError
        For what is no network, and for an activation or a layer that PyTorch has no module for.
    ImportError
        Where PyTorch is not installed.

    Examples
    --------
    >>> from nnlib import mlp
    >>> net, X = mlp([2, 4, 1], seed=0), [[0.5, -1.0], [2.0, 0.1]]
    >>> module = to_torch(net)
    >>> module
    Sequential(
      (0): Linear(in_features=2, out_features=4, bias=True)
      (1): Tanh()
      (2): Linear(in_features=4, out_features=1, bias=True)
    )
    >>> import torch
    >>> y_hat = module(torch.tensor(X, dtype=torch.float64)).detach().numpy()
    >>> bool(abs(y_hat - net.predict(X)).max() < 1e-12)
    True
    """
    _need_pytorch()
    import torch
    from torch import nn

    if not isinstance(net, Network):
        raise TypeError(f"net: expected a Network, got {type(net).__name__} {net!r}")
    parts: list[nn.Module] = []
    for i, layer in enumerate(net.layers):
        if type(layer) is Dense:
            linear = nn.Linear(layer.n_in, layer.n_out, dtype=getattr(torch, net.dtype.name), device="meta")
            linear = linear.to_empty(device="cpu")  # without drawing first weights from PyTorch's random numbers
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(layer.W.T))
                linear.bias.copy_(torch.from_numpy(layer.b))
            parts += [linear, *_module(layer.activation, f"net.layers[{i}]")]
        elif type(layer) is Dropout:
            parts.append(nn.Dropout(layer.rate))
        else:
            raise ValueError(f"net.layers[{i}]: expected Dense or Dropout, got {layer!r}, which PyTorch does not know")
    return nn.Sequential(*parts).eval()


def from_torch(module: nn.Module) -> Network:
    """Return a network with copies of the module's parameters, of their type, and the same outputs.

    Parameters
    ----------
    module : torch.nn.Sequential
        Of ``Linear``, each followed by at most one of ``Tanh``, ``Sigmoid``, ``ReLU``, ``LeakyReLU``, ``Softplus``,
        ``GELU("tanh")``, ``Softmax(dim=-1)``, with ``Dropout`` and ``Identity`` between; it may hold others of its
        kind. Outputs are the same as in its evaluation mode. A ``Linear`` without bias gets one of zeros. PyTorch's
        ``Softplus`` is linear above its threshold, 2e-9 from the smooth one that nnlib has.

    Returns
    -------
    Network

    Raises
    ------
    TypeError, ValueError
        For what is no module, and for one that nnlib has nothing like; the message says which part, by the name it has
        in ``module.state_dict()``.
    ImportError
        Where PyTorch is not installed.

    Examples
    --------
    >>> from torch import nn
    >>> from_torch(nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Dropout(0.1), nn.Linear(4, 1)))
    Network 2 -> 4 -> 1, 17 parameters
      layer 1  Dense(2, 4, 'relu')      W (2, 4)  b (4,)  12 parameters
      layer 2  Dropout(0.1)                               no parameters
      layer 3  Dense(4, 1, 'identity')  W (4, 1)  b (1,)   5 parameters
    >>> from_torch(nn.Sequential(nn.Linear(2, 4), nn.LSTM(4, 1)))
    Traceback (most recent call last):
        ...
    ValueError: module.1: expected Linear, Dropout or an activation that nnlib has, got LSTM(4, 1)
    """
    _need_pytorch()
    from torch import nn

    if not isinstance(module, nn.Module):
        raise TypeError(f"module: expected a torch.nn.Sequential, got {type(module).__name__} {module!r}")
    layers: list[Layer] = []
    linears: list[nn.Linear] = []
    last: nn.Module | None = None
    for where, part in _parts(module, "module"):
        if isinstance(part, nn.Linear) and not isinstance(part, nn.LazyLinear):
            if any(part is other for other in linears):
                raise ValueError(f"{where}: expected a Linear of its own, got one that stands in the module twice")
            linears.append(part)
            layers.append(Dense(part.in_features, part.out_features))
        elif isinstance(part, nn.Dropout) and part.p < 1:
            layers.append(Dropout(part.p))
        else:
            activation = _activation(part, where)
            if not isinstance(last, nn.Linear):
                after = "at the start" if last is None else f"after {last!r}"
                raise ValueError(f"{where}: expected an activation to follow a Linear, got {part!r} {after}")
            layers[-1] = Dense(layers[-1].n_in, layers[-1].n_out, activation)
        last = part
    for end in (layers[:1], layers[-1:]):
        if not end or not isinstance(end[0], Dense):
            raise ValueError(f"module: expected a Linear first, and no Dropout after the last one, got {module!r}")

    dtypes = {str(parameter.dtype).removeprefix("torch.") for linear in linears for parameter in linear.parameters()}
    if dtypes not in ({"float32"}, {"float64"}):
        raise ValueError(f"module: expected parameters all float64 or all float32, got {sorted(dtypes)}")
    net = Network(layers, dtype=dtypes.pop())
    for layer, linear in zip(net.dense, linears, strict=True):
        layer.W[:] = linear.weight.detach().cpu().numpy().T
        layer.b[:] = 0 if linear.bias is None else linear.bias.detach().cpu().numpy()
    return net


def _need_pytorch() -> None:
    """ImportError with what to install, where PyTorch is not there."""
    try:
        import torch  # noqa: F401 # only whether it is there
    except ImportError:
        raise ImportError(
            "to_torch and from_torch need PyTorch, which is not installed: pip install torch (https://pytorch.org)"
        ) from None


def _module(activation: Activation, where: str) -> list[nn.Module]:
    """The activation as a module; none for the identity. Exact types: a subclass may compute something else."""
    from torch import nn

    makes: dict[type[Activation], Callable[[Any], list[nn.Module]]] = {
        activations.Identity: lambda f: [],
        activations.Tanh: lambda f: [nn.Tanh()],
        activations.Sigmoid: lambda f: [nn.Sigmoid()],
        activations.ReLU: lambda f: [nn.ReLU()],
        activations.LeakyReLU: lambda f: [nn.LeakyReLU(f.slope)],
        activations.Softplus: lambda f: [nn.Softplus(threshold=LINEAR_FROM)],
        activations.GELU: lambda f: [nn.GELU("tanh")],
        activations.Softmax: lambda f: [nn.Softmax(dim=-1)],
    }
    if type(activation) not in makes:
        known = ", ".join(sorted(kind.name for kind in makes))
        raise ValueError(f"{where}: expected an activation that PyTorch has as a module, {known}, got {activation!r}")
    return makes[type(activation)](activation)


def _activation(part: nn.Module, where: str) -> Activation:
    """The module as an activation."""
    from torch import nn

    match part:
        case nn.Tanh():
            return activations.tanh
        case nn.Sigmoid():
            return activations.sigmoid
        case nn.ReLU():
            return activations.relu
        case nn.LeakyReLU(negative_slope=slope) if 0 <= slope < 1:
            return activations.LeakyReLU(slope)
        case nn.Softplus(beta=1):
            return activations.softplus
        case nn.GELU(approximate="tanh"):
            return activations.gelu_tanh
        case nn.Softmax(dim=1 | -1):
            return activations.softmax
    raise ValueError(f"{where}: expected Linear, Dropout or an activation that nnlib has, got {part!r}")


def _parts(module: nn.Module, where: str) -> list[tuple[str, nn.Module]]:
    """The modules that compute something, with their names, in order; a Sequential inside is opened.

    (``named_children`` would leave out what stands there a second time.)
    """
    from torch import nn

    if isinstance(module, nn.Identity):
        return []
    if not isinstance(module, nn.Sequential) or type(module).forward is not nn.Sequential.forward:
        return [(where, module)]
    return [pair for name, part in module._modules.items() for pair in _parts(part, f"{where}.{name}")]

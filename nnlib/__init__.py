"""nnlib: small neural networks in NumPy, written to be read.

The companion library of the course *Neural networks from scratch*. One concept a module:

=================== ============================================================
activations         functions applied to each pre-activation, with derivatives
initializers        the first values of a layer's weights
layers              the dense layer: ``A = f(A_prev @ W + b)``
losses              how far predictions lie from targets, as one number
network             layers in a row: ``forward``, ``backward``, ``predict``
optimizers          the update of the parameters from their gradient
training            the loop, its history, and what it says when it diverges
gradient_check      backpropagation against central differences
preprocessing       standardising inputs and targets
metrics             errors in the units of the targets
data                measured data that come with the library
plot, interactive   figures (Matplotlib) and sliders (ipywidgets), loaded when used
=================== ============================================================
"""

from nnlib import activations, data, initializers, losses, metrics
from nnlib.gradient_check import GradientReport, check_gradients
from nnlib.layers import Dense
from nnlib.losses import MeanSquaredError
from nnlib.network import Network, mlp
from nnlib.optimizers import Adam, AdamW, GradientDescent, Momentum, Nesterov, RMSProp
from nnlib.preprocessing import StandardScaler
from nnlib.training import DivergenceWarning, History, train

__version__ = "0.1.0"

__all__ = [
    "Adam",
    "AdamW",
    "Dense",
    "DivergenceWarning",
    "GradientDescent",
    "GradientReport",
    "History",
    "MeanSquaredError",
    "Momentum",
    "Nesterov",
    "Network",
    "RMSProp",
    "StandardScaler",
    "activations",
    "check_gradients",
    "data",
    "explore",
    "initializers",
    "losses",
    "metrics",
    "mlp",
    "plot",
    "train",
]


def __getattr__(name: str) -> object:
    """Load Matplotlib and ipywidgets only when a figure is asked for."""
    if name == "explore":
        from nnlib.interactive import explore

        return explore
    if name == "plot":
        import nnlib.plot

        return nnlib.plot
    raise AttributeError(f"module 'nnlib' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

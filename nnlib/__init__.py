"""nnlib: small neural networks in NumPy, written to be read.

The companion library of the course *Neural networks from scratch*. One concept a module:

=================== ============================================================
activations         functions applied to each pre-activation, with derivatives
initializers        the first values of a layer's weights
layers              the dense layer, ``A = f(A_prev @ W + b)``, and dropout
losses              how far predictions lie from targets, as one number
network             layers in a row: ``forward``, ``backward``, ``predict``
optimizers          the update of the parameters from their gradient
schedules           learning rates that change from step to step
training, history   the loop, what it records, and what it says when it diverges
many                many networks trained at once
gradient_check      backpropagation against central differences
perceptron          the perceptron of 1958 and its rule
persistence         networks, optimisers and scalers saved to one file
preprocessing       scaling inputs and targets, splitting data, one-hot rows
metrics             how good predictions are, in units that a reader knows
data                measured and made data that come with the library
plot, interactive   figures (Matplotlib) and sliders (ipywidgets), loaded when used
estimators          networks as scikit-learn estimators, loaded when used
pytorch             networks to PyTorch and back, loaded when used
=================== ============================================================
"""

from nnlib import activations, data, initializers, losses, metrics
from nnlib.gradient_check import GradientReport, check_gradients
from nnlib.history import DivergenceWarning, History
from nnlib.layers import Dense, Dropout
from nnlib.losses import MeanSquaredError
from nnlib.many import train_many
from nnlib.network import Network, mlp
from nnlib.optimizers import Adam, AdamW, GradientDescent, Momentum, Nesterov, RMSProp
from nnlib.perceptron import Perceptron
from nnlib.persistence import load, save
from nnlib.preprocessing import MinMaxScaler, StandardScaler, one_hot, train_validation_test_split
from nnlib.schedules import CosineDecay, StepDecay, WarmUp
from nnlib.training import train

__version__ = "0.1.0"

__all__ = [
    "Adam",
    "AdamW",
    "CosineDecay",
    "Dense",
    "DivergenceWarning",
    "Dropout",
    "GradientDescent",
    "GradientReport",
    "History",
    "MeanSquaredError",
    "MinMaxScaler",
    "Momentum",
    "Nesterov",
    "Network",
    "Perceptron",
    "RMSProp",
    "StandardScaler",
    "StepDecay",
    "WarmUp",
    "activations",
    "check_gradients",
    "data",
    "estimators",
    "explore",
    "from_torch",
    "initializers",
    "load",
    "losses",
    "metrics",
    "mlp",
    "one_hot",
    "plot",
    "save",
    "to_torch",
    "train",
    "train_many",
    "train_validation_test_split",
]


def __getattr__(name: str) -> object:
    """Load Matplotlib, ipywidgets, scikit-learn and PyTorch only when they are asked for."""
    if name == "explore":
        from nnlib.interactive import explore

        return explore
    if name == "plot":
        import nnlib.plot

        return nnlib.plot
    if name == "estimators":
        import nnlib.estimators

        return nnlib.estimators
    if name in ("from_torch", "to_torch"):
        from nnlib import pytorch

        return getattr(pytorch, name)
    raise AttributeError(f"module 'nnlib' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

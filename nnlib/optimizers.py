"""Optimisers: how parameters change, given their gradient. The change is made in place, in ``params``.

All of them keep what they remember in arrays as long as ``params``, allocated at the first step and used again.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from nnlib.schedules import Schedule, rate
from nnlib.validation import Array, fraction, positive


class Optimizer(ABC):
    """One update rule with its settings, and whatever it remembers between steps.

    Attributes
    ----------
    learning_rate : float or Schedule
        η, or what gives it for each step. It may be changed between steps.
    rate : float
        η of the last step (of the first one, before it).
    iterations : int
        How many steps have been made.
    memory : dict of str to ndarray
        What the rule remembers, by name; empty before the first step. An optimiser that is given other parameters of
        the same number goes on with it: for a new network take a new optimiser.

    Examples
    --------
    An optimiser of your own is one method, which changes ``params`` in place:

    >>> class SignDescent(Optimizer):
    ...     def update(self, params, grads, change):
    ...         params -= self.rate * np.sign(grads)
    >>> params = np.array([1.0, 1.0])
    >>> SignDescent(0.1).step(params, np.array([0.001, -1000.0]))
    >>> params.round(6).tolist()
    [0.9, 1.1]
    """

    remembers: tuple[str, ...] = ()

    def __init__(self, learning_rate: float | Schedule) -> None:
        scheduled = isinstance(learning_rate, Schedule)
        self.learning_rate = learning_rate if scheduled else positive("learning_rate", learning_rate)
        self.rate = rate(self.learning_rate, 0)
        self.iterations = 0
        self.memory: dict[str, Array] = {}
        self.begun: tuple[int, DTypeLike] | None = None  # number and type of the parameters that it has worked on
        self._params: Array = np.empty(0)
        self._scratch: Array = np.empty(0)

    def step(self, params: Array, grads: Array) -> None:
        """Change ``params`` (n_params,) in place, given ``grads`` of the same shape; ``grads`` stay as they are."""
        if params is not self._params and self.begun != (params.size, params.dtype):
            self.begin(params)
        self._params = params
        self.rate = rate(self.learning_rate, self.iterations)
        self.iterations += 1
        self.update(params, grads, self._scratch)

    def begin(self, params: Array, iterations: int = 0, memory: Mapping[str, Array] | None = None) -> None:
        """Make ready for parameters of that shape and type: as at the first step, or with what was remembered."""
        self.iterations, self.begun = iterations, (params.size, params.dtype)
        self.memory = {name: np.zeros_like(params) for name in self.remembers} | dict(memory or {})
        self._scratch = np.empty_like(params)

    def settings(self) -> dict[str, Any]:
        """What tells optimisers of one kind apart, all but the learning rate."""
        others = ("learning_rate", "rate", "iterations", "memory", "begun", "_params", "_scratch")
        return {name: value for name, value in vars(self).items() if name not in others}

    @abstractmethod
    def update(self, params: Array, grads: Array, change: Array) -> None:
        """The rule itself; ``change`` is a scratch array of the same shape."""

    def __repr__(self) -> str:
        shown = self.learning_rate if isinstance(self.learning_rate, Schedule) else f"{self.learning_rate:g}"
        return f"{type(self).__name__}({shown})"


class GradientDescent(Optimizer):
    r"""Plain gradient descent: :math:`\theta \leftarrow \theta - \eta g` with :math:`g = \partial L / \partial \theta`.

    Parameters
    ----------
    learning_rate : float or Schedule
        η, above zero.

    Raises
    ------
    ValueError, TypeError
        For a learning rate that is not a positive, finite number.

    Examples
    --------
    >>> params = np.array([1.0, 2.0])
    >>> GradientDescent(0.1).step(params, np.array([10.0, -10.0]))
    >>> params.tolist()
    [0.0, 3.0]
    """

    def update(self, params: Array, grads: Array, change: Array) -> None:
        np.multiply(grads, self.rate, out=change)
        np.subtract(params, change, out=params)


class Momentum(Optimizer):
    r"""Gradient descent with a velocity: :math:`v \leftarrow \mu v + g`, :math:`\theta \leftarrow \theta - \eta v`.

    Polyak (1964), in the form that PyTorch uses: η multiplies the velocity, so that it can change between steps.

    Parameters
    ----------
    learning_rate : float or Schedule
        η, above zero.
    momentum : float
        μ, from 0 to below 1: how much of the velocity is kept. Steady gradients add up to steps of η / (1 - μ).

    Raises
    ------
    ValueError, TypeError
        For numbers out of these ranges.

    Examples
    --------
    >>> params, rule = np.array([1.0]), Momentum(0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     rule.step(params, np.array([1.0]))
    >>> params.round(6).tolist()  # 1 - 0.1 * 1 - 0.1 * 1.5
    [0.75]
    """

    remembers = ("velocity",)

    def __init__(self, learning_rate: float | Schedule, momentum: float = 0.9) -> None:
        super().__init__(learning_rate)
        self.momentum = fraction("momentum", momentum)

    def update(self, params: Array, grads: Array, change: Array) -> None:
        velocity = self.memory["velocity"]
        velocity *= self.momentum
        velocity += grads
        np.multiply(velocity, self.rate, out=change)
        np.subtract(params, change, out=params)


class Nesterov(Momentum):
    r"""Momentum that looks ahead: :math:`v \leftarrow \mu v + g`, :math:`\theta \leftarrow \theta - \eta (g + \mu v)`.

    Nesterov (1983), in the form of Sutskever et al. (2013) that PyTorch uses.
    Parameters and errors as :class:`Momentum`.

    Examples
    --------
    >>> params = np.array([1.0])
    >>> Nesterov(0.1, momentum=0.5).step(params, np.array([1.0]))
    >>> params.round(6).tolist()  # 1 - 0.1 * (1 + 0.5 * 1)
    [0.85]
    """

    def update(self, params: Array, grads: Array, change: Array) -> None:
        velocity = self.memory["velocity"]
        velocity *= self.momentum
        velocity += grads
        np.multiply(velocity, self.momentum, out=change)
        change += grads
        change *= self.rate
        np.subtract(params, change, out=params)


class RMSProp(Optimizer):
    r"""Steps scaled by the recent size of each gradient:

    .. math:: s \leftarrow \rho s + (1 - \rho) g^2, \qquad \theta \leftarrow \theta - \eta \frac{g}{\sqrt{s} + \epsilon}

    Tieleman and Hinton (2012, lecture notes), as in PyTorch.

    Parameters
    ----------
    learning_rate : float or Schedule
        η, above zero.
    decay : float
        ρ, from 0 to below 1.
    epsilon : float
        ε, above zero: keeps the division finite.

    Raises
    ------
    ValueError, TypeError
        For numbers out of these ranges.

    Examples
    --------
    >>> params = np.array([1.0, 1.0])
    >>> RMSProp(0.1, decay=0.75).step(params, np.array([1.0, 1000.0]))
    >>> params.round(6).tolist()  # the same step, whatever the size of the gradient
    [0.8, 0.8]
    """

    remembers = ("square",)

    def __init__(self, learning_rate: float | Schedule, decay: float = 0.99, epsilon: float = 1e-8) -> None:
        super().__init__(learning_rate)
        self.decay, self.epsilon = fraction("decay", decay), positive("epsilon", epsilon)

    def update(self, params: Array, grads: Array, change: Array) -> None:
        square = self.memory["square"]
        np.multiply(grads, grads, out=change)
        change *= 1 - self.decay
        square *= self.decay
        square += change
        np.sqrt(square, out=change)
        change += self.epsilon
        np.divide(grads, change, out=change)
        change *= self.rate
        np.subtract(params, change, out=params)


class Adam(Optimizer):
    r"""Momentum and RMSProp together, each corrected for its start at zero:

    .. math:: m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad s \leftarrow \beta_2 s + (1 - \beta_2) g^2, \qquad
              \theta \leftarrow \theta - \eta \, \frac{m / (1 - \beta_1^t)}{\sqrt{s / (1 - \beta_2^t)} + \epsilon}

    Kingma and Ba (2015), algorithm 1; t counts the steps from 1.

    Parameters
    ----------
    learning_rate : float or Schedule
        η, above zero.
    beta1, beta2 : float
        From 0 to below 1: how much of the mean and of the mean square is kept.
    epsilon : float
        ε, above zero.

    Raises
    ------
    ValueError, TypeError
        For numbers out of these ranges.

    Examples
    --------
    >>> params = np.array([1.0, 1.0])
    >>> Adam(0.1).step(params, np.array([0.001, -1000.0]))
    >>> params.round(4).tolist()  # the first step is η, against the sign of the gradient
    [0.9, 1.1]
    """

    remembers = ("mean", "square")

    def __init__(
        self, learning_rate: float | Schedule = 1e-3, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
    ) -> None:
        super().__init__(learning_rate)
        self.beta1, self.beta2 = fraction("beta1", beta1), fraction("beta2", beta2)
        self.epsilon = positive("epsilon", epsilon)

    def update(self, params: Array, grads: Array, change: Array) -> None:
        # The memory holds m / (1 - β₁) and s / (1 - β₂), two multiplications less for each; so the step is
        # η m' / (√s' + ε') with the factors that are the same for all parameters drawn out of the fraction.
        mean, square = self.memory["mean"], self.memory["square"]
        mean *= self.beta1
        mean += grads
        square *= self.beta2
        np.multiply(grads, grads, out=change)
        square += change
        root = math.sqrt((1 - self.beta2) / (1 - self.beta2**self.iterations))
        np.sqrt(square, out=change)
        change += self.epsilon / root
        np.divide(mean, change, out=change)
        change *= self.rate * ((1 - self.beta1) / (1 - self.beta1**self.iterations) / root)
        np.subtract(params, change, out=params)


class AdamW(Adam):
    r"""Adam with decoupled weight decay: first :math:`\theta \leftarrow (1 - \eta \lambda) \theta`, then Adam's step.

    Loshchilov and Hutter (2019). The decay applies to all parameters, biases too, as in PyTorch.

    Parameters
    ----------
    weight_decay : float
        λ, above zero. The others, and the errors, as :class:`Adam`.

    Examples
    --------
    >>> params = np.array([1.0])
    >>> AdamW(0.1, weight_decay=0.5).step(params, np.array([1.0]))
    >>> params.round(6).tolist()  # 1 * (1 - 0.1 * 0.5) - 0.1
    [0.85]
    """

    def __init__(
        self,
        learning_rate: float | Schedule = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon)
        self.weight_decay = positive("weight_decay", weight_decay)

    def update(self, params: Array, grads: Array, change: Array) -> None:
        params *= 1 - self.rate * self.weight_decay
        super().update(params, grads, change)

"""Learning-rate schedules: η as a function of the number of steps made so far. A plain number is the constant one.

Each is given to an optimiser in place of its learning rate: ``Adam(CosineDecay(1e-2, steps=1000))``.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

from nnlib.validation import count, fraction, positive


class Schedule(ABC):
    """η for each step.

    Examples
    --------
    A schedule of your own is one method:

    >>> class InverseTime(Schedule):
    ...     def __call__(self, step):
    ...         return 0.1 / (1 + 0.01 * step)
    >>> [round(InverseTime()(t), 6) for t in (0, 100, 900)]
    [0.1, 0.05, 0.01]
    """

    @abstractmethod
    def __call__(self, step: int) -> float:
        """Return the learning rate of the update after ``step`` updates; the first one has ``step`` 0."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value:g}' for name, value in vars(self).items())})"


class StepDecay(Schedule):
    r"""Multiply the rate by a factor every so many steps: :math:`\eta_t = \eta_0 \gamma^{\lfloor t / s \rfloor}`.

    Parameters
    ----------
    initial : float
        η₀, above zero.
    every : int
        s, at least 1.
    factor : float
        γ, above zero.

    Raises
    ------
    ValueError, TypeError
        For numbers out of these ranges.

    Examples
    --------
    >>> rate = StepDecay(0.8, every=10, factor=0.5)
    >>> [rate(t) for t in (0, 9, 10, 25)]
    [0.8, 0.8, 0.4, 0.2]
    """

    def __init__(self, initial: float, every: int, factor: float = 0.1) -> None:
        self.initial = positive("initial", initial)
        self.every = count("every", every)
        self.factor = positive("factor", factor)

    def __call__(self, step: int) -> float:
        return self.initial * self.factor ** (step // self.every)


class CosineDecay(Schedule):
    r"""Half a cosine from the initial to the final rate, which is then kept; for :math:`t \le T`

    .. math:: \eta_t = \eta_T + \tfrac12 (\eta_0 - \eta_T) \big(1 + \cos(\pi t / T)\big)

    Loshchilov and Hutter (2017), without restarts.

    Parameters
    ----------
    initial : float
        η₀, above zero.
    steps : int
        T, at least 1: updates, not epochs.
    final : float
        η_T as a fraction of η₀, from 0 to below 1.

    Raises
    ------
    ValueError, TypeError
        For numbers out of these ranges.

    Examples
    --------
    >>> rate = CosineDecay(0.4, steps=100)
    >>> [round(rate(t), 6) for t in (0, 50, 100, 200)]
    [0.4, 0.2, 0.0, 0.0]
    """

    def __init__(self, initial: float, steps: int, final: float = 0.0) -> None:
        self.initial = positive("initial", initial)
        self.steps = count("steps", steps)
        self.final = fraction("final", final)

    def __call__(self, step: int) -> float:
        down = (1 + math.cos(math.pi * min(step, self.steps) / self.steps)) / 2
        return self.initial * (self.final + (1 - self.final) * down)


class WarmUp(Schedule):
    r"""Rise in a straight line over the first T steps, :math:`\eta_t = \tfrac{t + 1}{T} \eta`, then go on as told.

    Goyal et al. (2017). The first step is made with η / T, not with 0. ``then`` is asked for its step t - T.

    Parameters
    ----------
    steps : int
        T, at least 1.
    then : float or Schedule
        What follows; the line rises to its first rate η.

    Raises
    ------
    ValueError, TypeError
        For numbers out of these ranges, and for what is neither a number nor a schedule.

    Examples
    --------
    >>> rate = WarmUp(4, then=0.8)
    >>> [round(rate(t), 6) for t in (0, 1, 3, 4, 100)]
    [0.2, 0.4, 0.8, 0.8, 0.8]
    """

    def __init__(self, steps: int, then: float | Schedule) -> None:
        self.steps = count("steps", steps)
        self.then = then if isinstance(then, Schedule) else positive("then", then)

    def __call__(self, step: int) -> float:
        if step < self.steps:
            return (step + 1) / self.steps * rate(self.then, 0)
        return rate(self.then, step - self.steps)

    def __repr__(self) -> str:
        return f"WarmUp(steps={self.steps}, then={self.then!r})"


def rate(learning_rate: float | Schedule, step: int) -> float:
    """The learning rate of a step: the schedule's, or the number itself.

    Examples
    --------
    >>> rate(0.1, step=10), rate(StepDecay(0.8, every=10, factor=0.5), step=10)
    (0.1, 0.4)
    """
    return learning_rate(step) if callable(learning_rate) else learning_rate

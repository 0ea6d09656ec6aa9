"""Initialisers: the first values of a layer's weights. Biases always start at zero."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from nnlib.validation import Array, lookup, positive


class Initializer(ABC):
    """Draws the weights of a layer with ``n_in`` inputs and ``n_out`` neurons.

    Examples
    --------
    An initialiser of your own is one method:

    >>> class Normal(Initializer):
    ...     def __call__(self, n_in, n_out, rng):
    ...         return rng.normal(0, 0.1, (n_in, n_out))
    >>> Normal()(1, 4, np.random.default_rng(0)).shape
    (1, 4)
    """

    @abstractmethod
    def __call__(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        """Return the weights, shape (n_in, n_out)."""


class Glorot(Initializer):
    r"""Uniform on :math:`\pm\sqrt{6 / (n_\text{in} + n_\text{out})}`: keeps the size of signals and gradients alike.

    Glorot and Bengio (2010), equation 16.

    Examples
    --------
    >>> Glorot()(1, 4, np.random.default_rng(0)).shape
    (1, 4)
    """

    def __call__(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        limit = np.sqrt(6 / (n_in + n_out))
        return rng.uniform(-limit, limit, (n_in, n_out))

    def __repr__(self) -> str:
        return "Glorot()"


class He(Initializer):
    r"""Normal with standard deviation :math:`\sqrt{2 / n_\text{in}}`: for ReLU, which lets half of its inputs through.

    He et al. (2015), equation 10.

    Examples
    --------
    >>> He()(100, 4, np.random.default_rng(0)).shape
    (100, 4)
    """

    gain = 2.0

    def __call__(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        return rng.normal(0, np.sqrt(self.gain / n_in), (n_in, n_out))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class LeCun(He):
    r"""Normal with standard deviation :math:`\sqrt{1 / n_\text{in}}`: a weighted sum stays as large as its inputs.

    LeCun et al. (1998), section 4.6.

    Examples
    --------
    >>> LeCun()(100, 4, np.random.default_rng(0)).shape
    (100, 4)
    """

    gain = 1.0


class Uniform(Initializer):
    """Uniform on (-limit, limit), whatever the size of the layer.

    Parameters
    ----------
    limit : float
        Above zero.

    Raises
    ------
    ValueError, TypeError
        For another limit.

    Examples
    --------
    >>> float(np.abs(Uniform(0.5)(100, 100, np.random.default_rng(0))).max()) < 0.5
    True
    """

    def __init__(self, limit: float = 1.0) -> None:
        self.limit = positive("limit", limit)

    def __call__(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        return rng.uniform(-self.limit, self.limit, (n_in, n_out))

    def __repr__(self) -> str:
        return f"Uniform({self.limit:g})"


class Constant(Initializer):
    """The same value everywhere: what not to do, since equal neurons stay equal.

    Parameters
    ----------
    value : float

    Examples
    --------
    >>> Constant(0.5)(1, 2, np.random.default_rng(0)).tolist()
    [[0.5, 0.5]]
    """

    def __init__(self, value: float = 0.0) -> None:
        self.value = float(value)

    def __call__(self, n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        return np.full((n_in, n_out), self.value)

    def __repr__(self) -> str:
        return f"Constant({self.value:g})"


INITIALIZERS: dict[str, Initializer] = {
    "glorot": Glorot(),
    "he": He(),
    "lecun": LeCun(),
    "uniform": Uniform(),
    "zeros": Constant(0.0),
}


def get(initializer: str | Initializer) -> Initializer:
    """The initialiser of that name, or the initialiser itself; ValueError names the valid ones.

    Examples
    --------
    >>> get("he"), get(Constant(0.5))
    (He(), Constant(0.5))
    """
    if isinstance(initializer, Initializer):
        return initializer
    return lookup("initializer", initializer, INITIALIZERS)

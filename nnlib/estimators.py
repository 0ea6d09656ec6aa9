"""Networks as scikit-learn estimators: in pipelines, cross-validation and searches, on one core or on many machines.

Needs scikit-learn. ``import nnlib`` does not load this module; ``nnlib.estimators`` does, when it is first used.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from nnlib import optimizers
from nnlib.activations import Activation, sigmoid, softmax
from nnlib.initializers import Initializer
from nnlib.losses import Loss
from nnlib.network import Network, mlp
from nnlib.optimizers import Optimizer
from nnlib.preprocessing import class_positions
from nnlib.schedules import Schedule
from nnlib.training import train
from nnlib.validation import Array, count, fraction, lookup, positive

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.model_selection import train_test_split
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(
        f"nnlib.estimators needs scikit-learn 1.6 or newer; install it with: pip install 'scikit-learn>=1.6' ({error})"
    ) from error

OPTIMIZERS: dict[str, type[Optimizer]] = {
    "gradient_descent": optimizers.GradientDescent,
    "momentum": optimizers.Momentum,
    "nesterov": optimizers.Nesterov,
    "rmsprop": optimizers.RMSProp,
    "adam": optimizers.Adam,
    "adamw": optimizers.AdamW,
}


@dataclass(repr=False, eq=False)
class _NetworkEstimator(BaseEstimator):
    """What both estimators share: the parameters, training, and the network's outputs."""

    neurons: int | Sequence[int] = 16
    _: KW_ONLY
    activation: str | Activation = "tanh"
    initializer: str | Initializer = "glorot"
    dropout: float = 0.0
    learning_rate: float | Schedule = 0.01
    optimizer: str = "adam"
    l2: float = 0.0
    epochs: int = 200
    batch_size: int | None = None
    patience: int | None = None
    validation_fraction: float = 0.1
    warm_start: bool = False
    random_state: int | np.random.RandomState | np.random.Generator | None = None
    dtype: DTypeLike = "float64"

    @abstractmethod
    def _read(
        self, X: ArrayLike, y: ArrayLike, first: bool, classes: ArrayLike | None
    ) -> tuple[Array, NDArray[Any], int]:
        """Check data; return X, the targets to train on, and how many outputs they need."""

    @property
    @abstractmethod
    def _minimised(self) -> str | Loss:
        """The loss of this task."""

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train a new network, or with ``warm_start`` the one of the last call.

        Parameters
        ----------
        X : array_like, shape (N, d)
        y : array_like, shape (N,); for regression also (N, k)
        sample_weight : array_like, shape (N,), optional
            How much each row counts, zero or more. A weight of 2 is the same as the row twice, and 0 as no such row,
            as long as batches are full and nothing is random but the first weights: no dropout, no patience.

        Returns
        -------
        self
        """
        first = not (self.warm_start and hasattr(self, "network_"))
        X, y, n_out = self._read(X, y, first, None)
        net, rng = self._network(X.shape[1], n_out, first)
        data, held_out = [X, y] if sample_weight is None else [X, y, sample_weight], None
        if self.patience is not None:
            parts = train_test_split(
                *data,
                test_size=positive("validation_fraction", fraction("validation_fraction", self.validation_fraction)),
                random_state=int(rng.integers(2**31)),
                stratify=y if isinstance(self, ClassifierMixin) else None,
            )
            data, held_out = parts[::2], tuple(parts[1::2])
        self._train(net, rng, self._new_optimizer(), data, self.epochs, first, held_out)
        return self

    def _partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, classes: Any = None) -> Self:
        """One more epoch, on these rows."""
        first = not hasattr(self, "network_")
        if first and classes is None and isinstance(self, ClassifierMixin):
            raise ValueError("classes: expected all labels that will ever come, in the first call to partial_fit")
        X, y, n_out = self._read(X, y, first, classes)
        net, rng = self._network(X.shape[1], n_out, first)
        optimizer = self._new_optimizer() if first else self._optimizer
        self._train(net, rng, optimizer, [X, y] if sample_weight is None else [X, y, sample_weight], 1, first)
        return self

    def _network(self, n_in: int, n_out: int, first: bool) -> tuple[Network, np.random.Generator]:
        """A new network and its generator, or those of the last call."""
        given = self.neurons if isinstance(self.neurons, Sequence | np.ndarray) else [self.neurons]
        sizes = [n_in, *(count("neurons", n) for n in given), n_out]
        if first:
            rng = _generator(self.random_state)
            net = mlp(
                sizes,
                self.activation,
                initializer=self.initializer,
                dropout=self.dropout,
                seed=rng,
                dtype=self.dtype,
            )
            return net, rng
        trained = [self.network_.n_in, *(layer.n_out for layer in self.network_.dense)]
        if trained != sizes:
            raise ValueError(f"expected data and neurons for a network {trained}, as in the last call, got {sizes}")
        return self.network_, self._rng

    def _new_optimizer(self) -> Optimizer:
        return lookup("optimizer", self.optimizer, OPTIMIZERS)(self.learning_rate)

    def _train(
        self,
        net: Network,
        rng: np.random.Generator,
        optimizer: Optimizer,
        data: Sequence[Any],
        epochs: int,
        first: bool,
        held_out: tuple[Any, ...] | None = None,
    ) -> None:
        X, y, *weights = data
        history = train(
            net,
            X,
            y,
            optimizer=optimizer,
            epochs=epochs,
            loss=self._minimised,
            sample_weight=weights[0] if weights else None,
            l2=self.l2,
            batch_size=None if self.batch_size is None else min(count("batch_size", self.batch_size), len(X)),
            seed=rng,
            validation=held_out,
            patience=self.patience if held_out else None,
        )
        self.network_, self._rng, self._optimizer, self.history_ = net, rng, optimizer, history
        self.loss_curve_: list[float] = [*([] if first else self.loss_curve_), *history.loss.tolist()]
        if history.interrupted:  # what was learned is kept; whoever called, a search for example, ends too
            raise KeyboardInterrupt

    @property
    def n_iter_(self) -> int:
        """How many epochs the network has been trained, as ``loss_curve_`` is long."""
        return len(self.loss_curve_)

    def _outputs(self, X: ArrayLike) -> Array:
        """The network's outputs (N, n_out), for classes the logits."""
        check_is_fitted(self, "network_")
        return self.network_.predict(validate_data(self, X, reset=False, dtype=self.network_.dtype))


@dataclass(repr=False, eq=False, kw_only=True)
class NetworkRegressor(RegressorMixin, _NetworkEstimator):
    r"""A multilayer perceptron for regression, with scikit-learn's API.

    ``fit`` is ``nnlib.mlp`` followed by ``nnlib.train``: the same numbers to the bit, from the seed ``random_state``.
    Neither X nor y is scaled, as in scikit-learn's own networks: put a ``StandardScaler`` before it in a pipeline, and
    where y is far from the range -1 to 1 wrap it in a ``TransformedTargetRegressor``.

    Parameters
    ----------
    neurons : int or sequence of int
        Of the hidden layers: 16 for one layer of 16, (32, 16) for two, () for a linear model.
    activation, initializer, dropout
        Of the hidden layers, as for :func:`nnlib.mlp`.
    learning_rate : float or Schedule
    optimizer : {"gradient_descent", "momentum", "nesterov", "rmsprop", "adam", "adamw"}
    l2 : float
        Strength of the penalty on the weights, zero or more.
    epochs : int
        Passes over the data in ``fit``.
    batch_size : int, optional
        Examples in one update; all of them where there are fewer. None means full batches.
    patience : int, optional
        Hold out ``validation_fraction`` of the rows in ``fit``, stop when their loss has not improved for so many
        epochs, and take the parameters with the lowest one. None: train for all ``epochs``, on all rows.
    validation_fraction : float
        Between 0 and 1; without ``patience`` it is not used.
    warm_start : bool
        Whether ``fit`` goes on with the network of the last call.
    random_state : int, RandomState, Generator or None
        For the first weights, the order of the rows, dropout and what is held out. None takes NumPy's global one.
    dtype : {"float64", "float32"}
    loss : {"mse", "mae", "huber"} or Loss

    Attributes
    ----------
    network_ : Network
    history_ : History
        What the last training recorded.
    loss_curve_ : list of float
        The loss of each epoch since the network was new, of all calls.
    n_iter_ : int
        How many epochs that were.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        When X had names, as a pandas data frame has.

    Raises
    ------
    ValueError, TypeError
        For bad parameters and data. Predictions before ``fit`` raise scikit-learn's ``NotFittedError``, a ValueError.

    Examples
    --------
    >>> X = np.linspace(-1, 1, 41).reshape(-1, 1)
    >>> regressor = NetworkRegressor(8, epochs=500, random_state=0).fit(X, X[:, 0] ** 2)
    >>> regressor.predict([[0.6]]).round(1).tolist()
    [0.4]
    >>> regressor.network_
    Network 1 -> 8 -> 1, 25 parameters
      layer 1  Dense(1, 8, 'tanh')      W (1, 8)  b (8,)  16 parameters
      layer 2  Dense(8, 1, 'identity')  W (8, 1)  b (1,)   9 parameters

    Learning rate and number of neurons found by cross-validation, with scaling where it belongs:

    >>> from sklearn.compose import TransformedTargetRegressor
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> network = NetworkRegressor(epochs=50, l2=0.01, random_state=0)
    >>> model = make_pipeline(
    ...     StandardScaler(), TransformedTargetRegressor(network, transformer=StandardScaler())
    ... )
    >>> grid = {
    ...     "transformedtargetregressor__regressor__learning_rate": [0.001, 0.01],
    ...     "transformedtargetregressor__regressor__neurons": [4, 16],
    ... }
    >>> X, y = load_diabetes(return_X_y=True)
    >>> search = GridSearchCV(model, grid, cv=3).fit(X, y)
    >>> search.best_params_["transformedtargetregressor__regressor__learning_rate"]
    0.01
    """

    loss: str | Loss = "mse"

    def partial_fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train for one more epoch on these rows alone, which may be one chunk of a file that is larger than memory.

        The optimiser goes on where it was; ``patience`` is not used. Arguments as in :meth:`fit`.
        """
        return self._partial_fit(X, y, sample_weight)

    def predict(self, X: ArrayLike) -> Array:
        """Return predictions for X (N, d), shape (N,) or (N, k) as y had in ``fit``."""
        y_hat = self._outputs(X)
        return y_hat[:, 0] if self._y_ndim == 1 else y_hat

    @property
    def _minimised(self) -> str | Loss:
        return self.loss

    def _read(self, X: Any, y: Any, first: bool, classes: Any) -> tuple[Array, Array, int]:
        X, y = validate_data(self, X, y, reset=first, dtype=self.dtype, multi_output=True, y_numeric=True)
        if first:
            self._y_ndim = y.ndim
        return X, y, 1 if y.ndim == 1 else y.shape[1]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


@dataclass(repr=False, eq=False)
class NetworkClassifier(ClassifierMixin, _NetworkEstimator):
    r"""A multilayer perceptron for two or more classes, with scikit-learn's API.

    Two classes: one output, the logit of the second one, and binary cross-entropy. More: one output each, and
    cross-entropy. X is not scaled, as in scikit-learn's own networks: put a ``StandardScaler`` before it in a pipeline.

    Parameters
    ----------
    neurons, activation, initializer, dropout, learning_rate, optimizer, l2, epochs, batch_size
        As for :class:`NetworkRegressor`.
    patience, validation_fraction, warm_start, random_state, dtype
        As for :class:`NetworkRegressor`. What ``patience`` holds out has the classes in proportion.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        The labels, sorted: integers, texts or whatever y holds.
    network_, history_, loss_curve_, n_iter_, n_features_in_, feature_names_in_
        As for :class:`NetworkRegressor`.

    Raises
    ------
    ValueError, TypeError
        As :class:`NetworkRegressor`, and for a single class.

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> y = ["same", "different", "different", "same"]
    >>> classifier = NetworkClassifier(8, learning_rate=0.1, random_state=0).fit(X, y)
    >>> classifier.predict(X).tolist()
    ['same', 'different', 'different', 'same']
    >>> classifier.classes_.tolist(), classifier.predict_proba(X[:1]).round(1).tolist()
    (['different', 'same'], [[0.0, 1.0]])

    Cross-validation, with scaling inside of it:

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> X, y = load_iris(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), NetworkClassifier(8, epochs=100, random_state=0))
    >>> bool(cross_val_score(model, X, y).mean() > 0.9)
    True
    """

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train for one more epoch on these rows alone, which may be one chunk of a file that is larger than memory.

        The optimiser goes on where it was; ``patience`` is not used. ``classes`` are all labels that will ever come,
        needed in the first call. The other arguments as in :meth:`fit`.
        """
        return self._partial_fit(X, y, sample_weight, classes)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the most probable label for each row of X (N, d), shape (N,)."""
        z = self._outputs(X)
        labels: NDArray[Any] = self.classes_[z.argmax(axis=1) if z.shape[1] > 1 else (z[:, 0] > 0).astype(int)]
        return labels

    def predict_proba(self, X: ArrayLike) -> Array:
        """Return the probability of each class for each row of X (N, d), shape (N, n_classes)."""
        z = self._outputs(X)
        return softmax(z) if z.shape[1] > 1 else np.column_stack([sigmoid(-z), sigmoid(z)])

    def decision_function(self, X: ArrayLike) -> Array:
        """Return the logits for X (N, d): shape (N, n_classes), for two classes (N,), that of the second one."""
        z = self._outputs(X)
        return z if z.shape[1] > 1 else z[:, 0]

    @property
    def _minimised(self) -> str:
        return "binary_cross_entropy" if len(self.classes_) == 2 else "cross_entropy"

    def _read(self, X: Any, y: Any, first: bool, classes: Any) -> tuple[Array, NDArray[Any], int]:
        X, y = validate_data(self, X, y, reset=first, dtype=self.dtype)
        check_classification_targets(y)
        known = np.unique(y if classes is None else classes)
        if not first:
            if classes is not None and not np.array_equal(known, self.classes_):
                raise ValueError(f"classes: expected {self.classes_.tolist()}, as in the first call, got {classes!r}")
            known = self.classes_
        if len(known) < 2:
            raise ValueError(f"y: expected at least two classes, got one class, {known.tolist()}")
        positions = class_positions("y", y, known)
        self.classes_: NDArray[Any] = known
        return X, positions, 1 if len(known) == 2 else len(known)


def _generator(random_state: Any) -> np.random.Generator:
    """The generator that scikit-learn's ``random_state`` stands for; of an integer the one with that seed."""
    if isinstance(random_state, Integral | np.random.Generator):
        return np.random.default_rng(random_state)  # type: ignore[arg-type]  # an Integral is an int
    return np.random.default_rng(check_random_state(random_state).randint(2**31, size=4))

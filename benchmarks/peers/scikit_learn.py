"""scikit-learn's MLPRegressor and MLPClassifier."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor
from task import Task


def fit(task: Task) -> tuple[MLPRegressor | MLPClassifier, np.ndarray]:
    """Train; return the model and the losses."""
    classify = task.loss == "cross_entropy"
    half = 1 if classify else 2  # its squared loss is half the mean square, and so is its gradient
    settings = {
        "hidden_layer_sizes": task.sizes[1:-1],
        "activation": task.hidden,
        "alpha": 0,
        "batch_size": task.batch_size or len(task.X),
        "shuffle": task.batch_size is not None,
        "max_iter": task.epochs,
        "tol": 0,
        "n_iter_no_change": task.epochs,
        "random_state": task.seed,
    }
    if task.optimizer == "adam":
        settings |= {"solver": "adam", "learning_rate_init": task.learning_rate}
    else:
        settings |= {"solver": "sgd", "learning_rate_init": half * task.learning_rate, "momentum": 0}
    model = (MLPClassifier if classify else MLPRegressor)(**settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has not converged, and that one example is no batch
        # Initial weights can only be given to a model that has trained already: one example makes it.
        if classify:
            model.partial_fit(task.X[:1], task.y[:1], classes=np.unique(task.y))
        else:
            model.partial_fit(task.X[:1], task.y[:1].ravel())
        model.coefs_ = [W.copy() for W, _ in task.start]
        model.intercepts_ = [b.copy() for _, b in task.start]
        model.set_params(warm_start=True).fit(task.X, task.y.ravel())
    return model, half * np.array(model.loss_curve_[1:])


def train(task: Task) -> np.ndarray:
    return fit(task)[1]

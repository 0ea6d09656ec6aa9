"""Networks as scikit-learn estimators."""

from __future__ import annotations

from sklearn.utils.estimator_checks import parametrize_with_checks

from nnlib.estimators import NetworkClassifier, NetworkRegressor


@parametrize_with_checks([NetworkRegressor(), NetworkClassifier()])
def test_scikit_learn_checks(estimator, check):
    check(estimator)

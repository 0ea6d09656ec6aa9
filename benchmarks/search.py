"""Searches over learning rate and neurons: `make bench-search`.

First nnlib's estimators beside scikit-learn's own networks, in the same GridSearchCV on one core: same grid, folds,
epochs and batches. Then one search in four ways, unchanged but for where it runs: on one core, on all cores (joblib),
on a Dask cluster of local workers, and all networks of a fold at once (`nnlib.train_many`).
Prints two Markdown tables and writes search.json beside this file.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from dask.distributed import Client, LocalCluster
from sklearn.base import BaseEstimator
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_diabetes, load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV, KFold, ParameterGrid, StratifiedKFold
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from timing import interleave, ratio, say

import nnlib
from nnlib.estimators import NetworkClassifier, NetworkRegressor

HERE = Path(__file__).parent
CORES = os.cpu_count() or 1
AT_LEAST = 3  # times faster than scikit-learn

# Beside scikit-learn


def own(kind: type, epochs: int, batch_size: int) -> BaseEstimator:
    return kind(activation="relu", epochs=epochs, batch_size=batch_size, random_state=0)


def peer(kind: type, epochs: int, batch_size: int) -> BaseEstimator:
    """The same training: Adam, no penalty, no stopping before the last epoch."""
    return kind(
        activation="relu", solver="adam", alpha=0, batch_size=batch_size, max_iter=epochs, n_iter_no_change=epochs,
        tol=0, random_state=0,
    )  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """Two searches that differ in the network alone."""

    title: str
    X: np.ndarray
    y: np.ndarray
    own: GridSearchCV
    peer: GridSearchCV


def digits() -> Comparison:
    X, y = load_digits(return_X_y=True)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    rates, neurons = [0.001, 0.003, 0.01, 0.03], [8, 16, 32, 64]
    return Comparison(
        "digits, 1,797 rows of 64, batch 32, 30 epochs",
        X / 16,
        y,
        GridSearchCV(own(NetworkClassifier, 30, 32), {"learning_rate": rates, "neurons": neurons}, cv=folds),
        GridSearchCV(
            peer(MLPClassifier, 30, 32), {"learning_rate_init": rates, "hidden_layer_sizes": [(n,) for n in neurons]},
            cv=folds,
        ),
    )  # fmt: skip


def diabetes() -> Comparison:
    X, y = load_diabetes(return_X_y=True)
    folds = KFold(5, shuffle=True, random_state=0)
    rates, neurons = [0.0003, 0.001, 0.003, 0.01], [2, 4, 8, 16]

    def search(network: BaseEstimator, rate: str, size: str, sizes: list[Any]) -> GridSearchCV:
        model = make_pipeline(StandardScaler(), TransformedTargetRegressor(network, transformer=StandardScaler()))
        path = "transformedtargetregressor__regressor__"
        return GridSearchCV(model, {path + rate: rates, path + size: sizes}, cv=folds)

    return Comparison(
        "diabetes, 442 rows of 10, batch 32, 50 epochs",
        X,
        y,
        search(own(NetworkRegressor, 50, 32), "learning_rate", "neurons", neurons),
        search(peer(MLPRegressor, 50, 32), "learning_rate_init", "hidden_layer_sizes", [(n,) for n in neurons]),
    )


def best(search: GridSearchCV) -> dict[str, Any]:
    """The best mean score over the folds, its standard error, and where it was found."""
    results, i = search.cv_results_, search.best_index_
    names = {name.rpartition("__")[2]: value for name, value in search.best_params_.items()}
    error = results["std_test_score"][i] / np.sqrt(search.n_splits_ - 1)
    return {"score": float(results["mean_test_score"][i]), "standard_error": float(error), "at": str(names)}


def beside_scikit_learn(rounds: int) -> list[dict[str, Any]]:
    records = []
    for comparison in (digits(), diabetes()):
        searches = {"nnlib": comparison.own, "scikit-learn": comparison.peer}
        runs = {name: lambda s=search, c=comparison: s.fit(c.X, c.y) for name, search in searches.items()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the epochs are few on purpose
            seconds = interleave(runs, rounds)
        found = {name: best(search) for name, search in searches.items()}
        fits = len(ParameterGrid(comparison.own.param_grid)) * comparison.own.n_splits_ + 1
        records.append(
            {
                "search": comparison.title,
                "fits": fits,
                "seconds": {name: statistics.median(values) for name, values in seconds.items()},
                **ratio(seconds["scikit-learn"], seconds["nnlib"]),
                "best": found,
                "as_good": found["nnlib"]["score"]
                >= found["scikit-learn"]["score"] - found["scikit-learn"]["standard_error"],
            }
        )
        say(f"{comparison.title}: {records[-1]['ratio']:.1f} times as fast")
    return records


def peer_table(records: Iterable[dict[str, Any]]) -> str:
    lines = [
        "| search on one core | fits | nnlib | scikit-learn | ratio | best score, nnlib | scikit-learn "
        "| ≥ 3, as good within one standard error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for r in records:
        scores = [f"{one['score']:.3f} ± {one['standard_error']:.3f}" for one in r["best"].values()]
        met = "yes" if r["ratio"] >= AT_LEAST and r["as_good"] else "**no**"
        lines.append(
            f"| {r['search']} | {r['fits']} | {r['seconds']['nnlib']:.2f} s | {r['seconds']['scikit-learn']:.2f} s "
            f"| {r['ratio']:.1f} ({r['minimum']:.1f} to {r['maximum']:.1f}) | {scores[0]} | {scores[1]} | {met} |"
        )
    return "\n".join(lines)


# One search in four ways

SEEDS = [0, 1, 2]


@dataclass(frozen=True)
class Search:
    """A search over learning rate x neurons x seed with full batches, which training them at once needs."""

    title: str
    X: np.ndarray
    y: np.ndarray
    estimator: BaseEstimator
    grid: dict[str, list[Any]]
    folds: Any

    def scores(self, n_jobs: int | None = None) -> np.ndarray:
        """By GridSearchCV, wherever joblib runs it: one mean score a candidate."""
        search = GridSearchCV(self.estimator, self.grid, cv=self.folds, n_jobs=n_jobs, refit=False)
        return search.fit(self.X, self.y).cv_results_["mean_test_score"]

    def scores_at_once(self) -> np.ndarray:
        """By ``nnlib.train_many``: all candidates of a fold side by side."""
        candidates, classify = list(ParameterGrid(self.grid)), isinstance(self.estimator, NetworkClassifier)
        n_out = len(np.unique(self.y)) if classify else 1
        scores = []
        for train, test in self.folds.split(self.X, self.y):
            nets = [
                nnlib.mlp([self.X.shape[1], c["neurons"], n_out], self.estimator.activation, seed=c["random_state"])
                for c in candidates
            ]
            nnlib.train_many(
                nets,
                self.X[train],
                self.y[train],
                optimizers=[nnlib.Adam(c["learning_rate"]) for c in candidates],
                epochs=self.estimator.epochs,
                loss="cross_entropy" if classify else "mse",
            )
            outputs = [net.predict(self.X[test]) for net in nets]
            scores.append(
                [accuracy_score(self.y[test], z.argmax(axis=1)) for z in outputs]
                if classify
                else [r2_score(self.y[test], z) for z in outputs]
            )
        return np.mean(scores, axis=0)


def day() -> Search:
    measured = nnlib.data.temperatures("1981-07-05")
    X, y = (nnlib.StandardScaler().fit(v).transform(v) for v in (measured.hours, measured.celsius))
    grid = {"learning_rate": [0.003, 0.01, 0.03, 0.1], "neurons": [2, 4, 8, 16], "random_state": SEEDS}
    estimator = NetworkRegressor(activation="tanh", epochs=500)
    return Search(
        "a day of 24 hours, 500 epochs", X[:, np.newaxis], y, estimator, grid, KFold(3, shuffle=True, random_state=0)
    )


def images() -> Search:
    X, y = load_digits(return_X_y=True)
    grid = {"learning_rate": [0.003, 0.01, 0.03], "neurons": [16, 32, 64], "random_state": SEEDS}
    estimator = NetworkClassifier(activation="relu", epochs=30)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    return Search("digits, 1,797 rows of 64, 30 epochs", X / 16, y, estimator, grid, folds)


def four_ways(rounds: int) -> list[dict[str, Any]]:
    searches = (day(), images())
    records = []
    first: dict[str, float] = {}

    def timed(way: str, call: Callable[[], object]) -> None:
        before = time.perf_counter()
        call()
        first[way] = time.perf_counter() - before

    def on_dask(search: Search) -> np.ndarray:
        with joblib.parallel_config(backend="dask"):
            return search.scores(n_jobs=-1)

    timed("joblib", lambda: joblib.Parallel(n_jobs=CORES)(joblib.delayed(_ready)() for _ in range(CORES)))
    before = time.perf_counter()
    with LocalCluster(n_workers=CORES, threads_per_worker=1, dashboard_address=":0") as cluster, Client(cluster):
        with joblib.parallel_config(backend="dask"):
            joblib.Parallel(n_jobs=CORES)(joblib.delayed(_ready)() for _ in range(CORES))
        first["Dask"] = time.perf_counter() - before
        for search in searches:
            ways = {
                "one core": search.scores,
                "all cores, joblib": lambda s=search: s.scores(n_jobs=CORES),
                "Dask, local workers": lambda s=search: on_dask(s),
                "all at once": search.scores_at_once,
            }
            scores = {name: way() for name, way in ways.items()}
            apart = {name: float(np.abs(score - scores["one core"]).max()) for name, score in scores.items()}
            seconds = interleave(ways, rounds)
            records.append(
                {
                    "search": search.title,
                    "fits": len(ParameterGrid(search.grid)) * search.folds.get_n_splits(),
                    "seconds": {name: statistics.median(values) for name, values in seconds.items()},
                    "ratios": {name: ratio(seconds["one core"], values) for name, values in seconds.items()},
                    "scores_differ_by": apart,
                    "workers": CORES,
                    "seconds_to_start_workers": first,
                }
            )
            say(f"{search.title}: {records[-1]['seconds']}")
    return records


def _ready() -> None:
    """What a worker does first: load the library."""
    import nnlib.estimators  # noqa: F401 # to have it loaded


def ways_table(records: Iterable[dict[str, Any]]) -> str:
    lines = [
        "| search | fits | where | seconds | milliseconds a fit | times as fast as one core | scores differ by |",
        "|---|---|---|---|---|---|---|",
    ]
    for r in records:
        name = r["search"]
        for way, seconds in r["seconds"].items():
            of = r["ratios"][way]
            spread = f"{of['ratio']:.2f} ({of['minimum']:.2f} to {of['maximum']:.2f})"
            lines.append(
                f"| {name} | {r['fits']} | {way} | {seconds:.2f} | {1000 * seconds / r['fits']:.1f} | {spread} "
                f"| {r['scores_differ_by'][way]:.0e} |"
            )
            name = ""
    return "\n".join(lines)


def main() -> None:
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":  # read when NumPy is loaded, here and in the workers
        sys.exit("search: one thread each is compared; run it by: make bench-search")
    if os.getloadavg()[0] > 0.5:
        say("other programs are running; wait for them, or do not trust the figures")
    peers = beside_scikit_learn(rounds=3)
    ways = four_ways(rounds=3)
    versions = {name: version(name) for name in ("numpy", "scikit-learn", "joblib", "dask", "distributed")}
    machine = f"{CORES} cores, {platform.machine()}, Python {platform.python_version()}"
    content = {"beside scikit-learn": peers, "ways": ways, "machine": machine, "versions": versions}
    (HERE / "search.json").write_text(json.dumps(content, indent=1) + "\n")
    starts = ways[0]["seconds_to_start_workers"]
    print(peer_table(peers), ways_table(ways), sep="\n\n")
    print(f"\nWorkers start once, before: {', '.join(f'{name} {s:.1f} s' for name, s in starts.items())}.")
    print(f"{machine}, one thread each; {', '.join(f'{name} {v}' for name, v in versions.items())}")


if __name__ == "__main__":
    main()

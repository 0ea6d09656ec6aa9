"""A search on a real Dask cluster of two processes: the scores of one core, also when one of the two is killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path

import joblib
import numpy as np
import psutil
import pytest
from dask.distributed import Client, LocalCluster
from sklearn.model_selection import GridSearchCV, KFold

from nnlib.estimators import NetworkClassifier, NetworkRegressor

ROWS = 150
GRID = {"learning_rate": [0.003, 0.03], "neurons": [2, 8], "random_state": [0, 1]}


def data(classes: bool = False):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(ROWS, 3))
    y = np.sin(2 * X[:, 0]) + 0.1 * rng.normal(size=ROWS)
    folds = list(KFold(3).split(X))
    return X, np.array(["no", "yes"])[(y > 0).astype(int)] if classes else y, folds


def score(model, X, y, folder: Path | None = None) -> float:
    """The scorer of the searches; leaves a note of each call, with the process, in a folder."""
    if folder is not None:
        (folder / f"{time.time_ns()}-{os.getpid()}").touch()
        time.sleep(0.05)  # so that the search takes long enough to be hit in the middle
    return model.score(X, y)


def search(estimator, X, y, folds, scoring=score, **backend) -> GridSearchCV:
    with joblib.parallel_config(**backend):
        return GridSearchCV(estimator, GRID, cv=folds, scoring=scoring, error_score="raise").fit(X, y)


def split_scores(found: GridSearchCV) -> np.ndarray:
    """Of each setting (rows) in each fold (columns)."""
    return np.column_stack([found.cv_results_[f"split{i}_test_score"] for i in range(3)])


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Two worker processes; afterwards neither they nor others that Dask started in their place are left."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        assert len(set(client.run(os.getpid).values()) | {os.getpid()}) == 3
        yield client
    workers = [
        child for child in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(child.cmdline())
    ]
    assert not psutil.wait_procs(workers, timeout=10)[1]


@pytest.mark.parametrize("classes", [False, True])
def test_same_scores_as_on_one_core(client, classes):
    X, y, folds = data(classes)
    estimator = NetworkClassifier(epochs=20) if classes else NetworkRegressor(epochs=20)
    here = search(estimator, X, y, folds, n_jobs=1)
    there = search(estimator, X, y, folds, backend="dask")
    assert len(set(split_scores(here).ravel())) > 10
    assert np.abs(split_scores(here) - split_scores(there)).max() <= 1e-12
    assert here.best_params_ == there.best_params_
    assert here.best_score_ == pytest.approx(there.best_score_, abs=1e-12)
    assert np.array_equal(here.predict(X), there.predict(X))


def test_the_work_was_done_by_both_workers(client, tmp_path):
    X, y, folds = data()
    search(NetworkRegressor(epochs=20), X, y, folds, partial(score, folder=tmp_path), backend="dask")
    did = {int(note.name.partition("-")[2]) for note in tmp_path.iterdir()}
    assert did == set(client.run(os.getpid).values())


def test_a_worker_killed_in_the_middle_changes_nothing(client, tmp_path):
    """All that the tasks read lies on both workers: what lay on one of them alone would be lost with it."""
    client.amm.stop()  # Dask tidies second copies away
    X, y, folds = data()
    victim, done = next(iter(client.run(os.getpid).values())), []

    def kill() -> None:
        while len(list(tmp_path.iterdir())) < 4:
            time.sleep(0.005)
        os.kill(victim, signal.SIGKILL)
        done.append(len(list(tmp_path.iterdir())))

    watch = threading.Thread(target=kill)
    watch.start()
    scatter = [X, y, *chain(*folds)]
    there = search(
        NetworkRegressor(epochs=20),
        X,
        y,
        folds,
        partial(score, folder=tmp_path),
        backend="dask",
        scatter=scatter,
    )
    watch.join()
    here = search(NetworkRegressor(epochs=20), X, y, folds, n_jobs=1)
    assert not psutil.pid_exists(victim)
    assert done[0] < 20  # of 24 fits
    assert split_scores(there).shape == (8, 3)
    assert np.abs(split_scores(here) - split_scores(there)).max() <= 1e-12
    assert here.best_params_ == there.best_params_

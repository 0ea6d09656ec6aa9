"""A training set of 2 GB, fitted from its file with little memory: `make out-of-core`.

The rows are made in a temporary folder, as two .npy files in single precision, and read back as memory-mapped arrays:
pages come from the disk as they are touched, and the kernel may drop them again. `partial_fit` takes one chunk after
the other. What the process itself holds, its anonymous memory, must grow by less than 200 MB at any time, and the
network must have learned from what it was shown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap

from nnlib.estimators import NetworkRegressor

FEATURES = 100
CHUNK = 20_000  # rows, 8 MB of them


def anonymous_memory() -> float:
    """Megabytes that this process holds and no file backs, from the kernel (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    raise OSError("/proc/self/status: no line RssAnon")


def write(folder: Path, megabytes: float) -> tuple[np.memmap, np.memmap]:
    """Rows of noise in files of about that size, and a target that depends on them; open for reading."""
    rows = int(megabytes * 2**20) // (4 * FEATURES)
    rng = np.random.default_rng(0)
    direction = rng.standard_normal(FEATURES, dtype=np.float32) / np.sqrt(FEATURES, dtype=np.float32)
    X = open_memmap(folder / "X.npy", "w+", np.float32, (rows, FEATURES))
    y = open_memmap(folder / "y.npy", "w+", np.float32, (rows,))
    for start in range(0, rows, CHUNK):
        part = X[start : start + CHUNK]
        rng.standard_normal(out=part, dtype=np.float32)
        y[start : start + CHUNK] = np.tanh(part @ direction)
    for array in (X, y):
        array.flush()
    del X, y
    return np.load(folder / "X.npy", mmap_mode="r"), np.load(folder / "y.npy", mmap_mode="r")


def fit(X: np.memmap, y: np.memmap) -> tuple[NetworkRegressor, float]:
    """One pass over all rows but the last chunk; the estimator, and by how many MB anonymous memory grew at most."""
    network = NetworkRegressor(
        32, activation="relu", learning_rate=0.003, batch_size=512, random_state=0, dtype="float32"
    )
    before = most = anonymous_memory()
    done = threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(0.01):  # seconds
            most = max(most, anonymous_memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for start in range(0, len(X) - CHUNK, CHUNK):
            rows = slice(start, min(start + CHUNK, len(X) - CHUNK))
            network.partial_fit(X[rows], y[rows])
    finally:
        done.set()
        watcher.join()
    return network, most - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=2048, help="size of the training set (default: 2048)")
    parser.add_argument("--at-most", type=float, default=200, help="MB by which memory may grow (default: 200)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        X, y = write(Path(folder), given.megabytes)
        before = time.perf_counter()
        network, growth = fit(X, y)
        seconds, r2 = time.perf_counter() - before, network.score(X[-CHUNK:], y[-CHUNK:])
        size = (X.nbytes + y.nbytes) / 2**20
    print(
        f"{size:,.0f} MB in {len(X):,} rows of {FEATURES}, {network.n_iter_} chunks, {seconds:.0f} s: "
        f"anonymous memory grew by {growth:.1f} MB, R² on rows not trained on {r2:.3f}"
    )
    if growth >= given.at_most or r2 < 0.9:
        sys.exit(f"out_of_core: expected growth below {given.at_most:g} MB and R² of at least 0.9")


if __name__ == "__main__":
    main()

"""Two processes of ``torch.distributed``: makes the record that the chapter ``scaling_out`` compares itself with.

    python -m tests.records.data_parallel            writes book/_data/data_parallel.npz
    python -m tests.records.data_parallel --check    compares a new record with that, and with nnlib

PyTorch runs the script that the page shows, read from the page: what is shown is what was run.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import nnlib
from tests.records.digits_pytorch import BOOK, shown

RECORD = BOOK / "_data" / "data_parallel.npz"  # beside the chapter, which runs where tests/ is not
BOUNDS = {"logits": 1e-12, "gradient": 1e-10}


def by_torch() -> dict[str, np.ndarray]:
    """What two processes of PyTorch make: outputs, and the mean of the gradients of their shards."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "data_parallel.py"
        script.write_text(shown("# Run with: torchrun", "scaling_out"), "utf-8")
        command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", script.name]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"the script failed:\n{done.stderr}")
        return read(script.with_suffix(".npz"))


def by_nnlib() -> dict[str, np.ndarray]:
    """The same from nnlib, on the whole batch."""
    data = nnlib.data.digits()
    net = nnlib.mlp([64, 32, 10], "relu", initializer="he", seed=0)
    logits = net.forward(data.X[:1000])
    gradient = net.backward(nnlib.losses.cross_entropy.gradient(logits, data.y[:1000]))
    return {"logits": net.predict(data.X[:20]), "gradient": gradient}


def read(path: Path = RECORD) -> dict[str, np.ndarray]:
    """The committed record, or another one."""
    with np.load(path, allow_pickle=False) as record:
        return dict(record)


def differences(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> dict[str, float]:
    """The largest difference of each of the two arrays."""
    return {
        name: float(np.abs(a[name] - b[name]).max()) if a[name].shape == b[name].shape else np.inf for name in BOUNDS
    }


if __name__ == "__main__":
    made = by_torch()
    if sys.argv[1:] == ["--check"]:
        good = True
        for other, record in {"the record": read(), "nnlib": by_nnlib()}.items():
            for name, away in differences(made, record).items():
                print(f"two processes now beside {other:10}  {name:8} {away:.1e}, at most {BOUNDS[name]:.0e}")
                good &= away <= BOUNDS[name]
        sys.exit(not good)
    made["torch"] = np.array(str(made["torch"]).partition("+")[0])
    np.savez_compressed(RECORD, allow_pickle=False, **made)

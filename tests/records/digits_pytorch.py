"""The network of the chapter ``digits`` in PyTorch: makes the record that the page compares itself with.

    python -m tests.records.digits_pytorch            writes book/_data/digits_pytorch.npz
    python -m tests.records.digits_pytorch --check    compares a new record with that

PyTorch runs the function ``in_pytorch`` that the page shows, read from the page: what is shown is what was run.
Nothing is trained, so that the record is the same on every processor but for rounding.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np

import nnlib

BOOK = Path(__file__).parents[2] / "book"
RECORD = BOOK / "_data" / "digits_pytorch.npz"  # beside the chapter, which runs where tests/ is not
COPIED = 1e-12  # between one making of the record and another, and between nnlib and PyTorch


def case() -> tuple[nnlib.Network, np.ndarray, np.ndarray]:
    """The network before training, and the first 20 images, as on the page."""
    data = nnlib.data.digits()
    return nnlib.mlp([64, 32, 10], "relu", initializer="he", seed=0), data.X[:20], data.y[:20]


def shown(beginning: str, page: str = "digits") -> str:
    """The code block of the page that begins so."""
    text = (BOOK / f"{page}.md").read_text("utf-8")
    blocks = re.findall(r"^```(?:python|\{code-cell\} ipython3)\n(.+?)^```$", text, re.DOTALL | re.MULTILINE)
    (found,) = (block for block in blocks if block.startswith(beginning))
    return found


def by_torch() -> dict[str, np.ndarray]:
    """What the record holds: PyTorch's logits, loss and gradient, and what they were made of."""
    import torch

    net, X, y = case()
    names: dict[str, Any] = {"np": np}
    exec(shown("def in_pytorch"), names)
    drawn = np.abs(net.params).sum()
    return {**names["in_pytorch"](net, X, y), "drawn": drawn, "torch": np.array(torch.__version__.partition("+")[0])}


def by_nnlib() -> dict[str, np.ndarray]:
    """The same from nnlib."""
    net, X, y = case()
    logits = net.forward(X)
    gradient = net.backward(nnlib.losses.cross_entropy.gradient(logits, y))
    loss = np.array(nnlib.losses.cross_entropy(logits, y))
    return {"logits": logits, "loss": loss, "gradient": gradient, "drawn": np.abs(net.params).sum()}


def read() -> dict[str, np.ndarray]:
    """The committed record."""
    with np.load(RECORD, allow_pickle=False) as record:
        return dict(record)


def worst(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> float:
    """The largest difference of any number in two records; the gradients are about as large as 1."""
    names = ("logits", "loss", "gradient", "drawn")
    if any(a[name].shape != b[name].shape for name in names):
        return float("inf")
    return max(float(np.abs(a[name] - b[name]).max()) for name in names)


if __name__ == "__main__":
    made = by_torch()
    if sys.argv[1:] == ["--check"]:
        away = {"the record": worst(made, read()), "nnlib": worst(made, by_nnlib())}
        for name, difference in away.items():
            print(f"digits: PyTorch now beside {name:10} {difference:.1e}, at most {COPIED:.0e}")
        sys.exit(max(away.values()) > COPIED)
    RECORD.parent.mkdir(exist_ok=True)
    np.savez_compressed(RECORD, allow_pickle=False, **made)

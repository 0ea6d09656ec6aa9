"""What a benchmark trains: one network, its data and how. A peer needs nothing else, nnlib least of all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Task:
    """One network to train.

    ``start`` holds the initial (W, b) of each layer, W with one neuron a column: every peer starts from the same
    numbers. ``y`` is (N, 1) for ``"mse"``, class labels (N,) for ``"cross_entropy"``. ``hidden`` is the activation
    ``"tanh"`` or ``"relu"``, ``optimizer`` is ``"gradient_descent"`` or ``"adam"``; no ``batch_size`` means full batch.
    """

    X: np.ndarray
    y: np.ndarray
    start: tuple[tuple[np.ndarray, np.ndarray], ...]
    hidden: str
    loss: str
    optimizer: str
    learning_rate: float
    epochs: int
    batch_size: int | None = None
    seed: int = 0

    @property
    def sizes(self) -> list[int]:
        """Number of inputs, of neurons in each hidden layer, and of outputs."""
        return [len(self.start[0][0]), *(len(b) for _, b in self.start)]

    @property
    def updates(self) -> int:
        """How often the parameters change in one epoch."""
        return -(-len(self.X) // (self.batch_size or len(self.X)))

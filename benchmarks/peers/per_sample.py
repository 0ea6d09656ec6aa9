"""Backpropagation one example after the other, with column vectors and a list entry for each layer.

The style of widely read tutorials: any number of layers, np.dot, lists of weights and biases and of their gradients.
The gradients of all examples are added up, and one update is made in each epoch.
"""

from __future__ import annotations

import numpy as np
from task import Task


class Network:
    """tanh in the hidden layers, identity in the last; weights (n_out, n_in), biases (n_out, 1)."""

    def __init__(self, weights: list[np.ndarray], biases: list[np.ndarray]) -> None:
        self.weights, self.biases = weights, biases

    def gradient(self, x: np.ndarray, y: np.ndarray) -> tuple[float, list[np.ndarray], list[np.ndarray]]:
        """The squared error of one example, and its gradient by weights and biases."""
        a, activations = x, [x]
        for w, b in zip(self.weights[:-1], self.biases[:-1], strict=True):
            a = np.tanh(np.dot(w, a) + b)
            activations.append(a)
        error = np.dot(self.weights[-1], a) + self.biases[-1] - y

        by_weights = [np.zeros(w.shape) for w in self.weights]
        by_biases = [np.zeros(b.shape) for b in self.biases]
        delta = 2 * error
        for i in range(len(self.weights) - 1, -1, -1):
            by_weights[i] = np.dot(delta, activations[i].T)
            by_biases[i] = delta
            if i > 0:
                delta = np.dot(self.weights[i].T, delta) * (1 - activations[i] ** 2)
        return float(np.sum(error**2)), by_weights, by_biases

    def epoch(self, examples: list[tuple[np.ndarray, np.ndarray]], rate: float) -> float:
        """One update from the mean gradient; returns the mean squared error before it."""
        sum_weights = [np.zeros(w.shape) for w in self.weights]
        sum_biases = [np.zeros(b.shape) for b in self.biases]
        total = 0.0
        for x, y in examples:
            loss, by_weights, by_biases = self.gradient(x, y)
            sum_weights = [s + g for s, g in zip(sum_weights, by_weights, strict=True)]
            sum_biases = [s + g for s, g in zip(sum_biases, by_biases, strict=True)]
            total += loss
        share = rate / len(examples)
        self.weights = [w - share * s for w, s in zip(self.weights, sum_weights, strict=True)]
        self.biases = [b - share * s for b, s in zip(self.biases, sum_biases, strict=True)]
        return total / len(examples)


def train(task: Task) -> np.ndarray:
    net = Network([W.T.copy() for W, _ in task.start], [b[:, np.newaxis].copy() for _, b in task.start])
    examples = [(x[:, np.newaxis], y[:, np.newaxis]) for x, y in zip(task.X, task.y, strict=True)]
    return np.array([net.epoch(examples, task.learning_rate) for _ in range(task.epochs)])

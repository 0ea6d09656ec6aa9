"""What nnlib is compared with PyTorch in, and nnlib's side of it; ``make.py`` has PyTorch's side, in the same order.

Parameters, data and gradients are drawn from seeds, so that the records hold no more than what PyTorch made of them.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

import nnlib
from nnlib import CosineDecay, Dense, Dropout, StepDecay, WarmUp, losses
from nnlib.schedules import Schedule

# The names are written out, in a fixed order: what a seed draws must not change when the library gets another one.
ACTIVATIONS = ["identity", "tanh", "sigmoid", "relu", "leaky_relu", "softplus", "gelu_tanh", "step", "softmax"]
SLOPING = [name for name in ACTIVATIONS if name != "step"]  # step lets no gradient through to what is before it
LOSSES = ["mse", "mae", "huber", "binary_cross_entropy", "cross_entropy"]
NETWORKS = range(72)
FURTHER_NETWORKS = range(1000, 1200)  # compared live only


class Case(NamedTuple):
    """A network with random parameters, biases too, and data for it. ``seed`` is that of its dropout masks."""

    net: nnlib.Network
    X: np.ndarray
    y: np.ndarray
    loss: str
    l2: float
    seed: int


def network(seed: int) -> Case:
    """Seeds 0 to 44: each activation with each loss, in all hidden layers. From 45 on layer by layer at random."""
    rng, each = np.random.default_rng(seed), seed < 45
    loss, depth = LOSSES[seed % 5], int(rng.integers(2 if each else 1, 6))
    names = [ACTIVATIONS[seed % 9]] * (depth - 1) if each else rng.choice(SLOPING, depth - 1).tolist()
    names.append("identity" if "cross_entropy" in loss else str(rng.choice(SLOPING)))
    n_in, *hidden, n_out = rng.integers(1, 8, depth + 1).tolist()
    least = 2 if loss == "cross_entropy" or names[-1] == "softmax" else 1  # softmax of one number is 1, whatever it is
    sizes = [n_in, *(max(2, n) for n in hidden), max(least, n_out)]
    layers: list[Any] = [Dense(*pair, name) for pair, name in zip(pairwise(sizes), names, strict=True)]
    if seed % 3 == 0 and len(layers) > 1:
        layers.insert(1, Dropout(0.4))

    net = nnlib.Network(layers)
    net.params[:] = rng.normal(size=net.params.size)
    rows = int(rng.integers(1, 9))
    X, y = rng.normal(size=(rows, net.n_in)), rng.normal(size=(rows, net.n_out)) * 2
    if loss == "binary_cross_entropy":
        y = (y > 0).astype(float)
    if loss == "cross_entropy":
        y = rng.integers(0, net.n_out, rows).astype(float) if seed % 2 else rng.dirichlet(np.ones(net.n_out), rows)
    return Case(net, X, y, loss, l2=(0.0, 0.1)[seed % 2], seed=seed)


def loss_and_gradient(case: Case) -> tuple[float, np.ndarray]:
    """nnlib's loss, with the penalty, and its gradient with respect to all parameters."""
    net, X, y, loss, l2, seed = case
    y_hat, penalty = net.forward(X, np.random.default_rng(seed)), losses.Penalty(net, l2)
    value = losses.get(loss)(y_hat, y) + penalty.value(net.params)
    gradient = net.backward(losses.get(loss).gradient(y_hat, y))
    penalty.add_gradient(net.params, gradient)
    return value, gradient


def drawn(case: Case) -> float:
    """One number that changes when NumPy draws other numbers from the seed: then the records are to be made anew."""
    return float(np.abs(case.net.params).sum() + np.abs(case.X).sum() + np.abs(case.y).sum())


class Rule(NamedTuple):
    """An optimiser of nnlib, and PyTorch's by name with its arguments: for the optimiser, and for its schedule."""

    optimizer: nnlib.optimizers.Optimizer
    torch_name: str
    torch_arguments: dict[str, Any]
    torch_schedule: Any = None


def rules() -> dict[str, Rule]:
    """Each optimiser as it comes and with other settings; three of them with a schedule."""
    n, ten = nnlib, {"lr": 0.1}
    return {
        "gradient descent": Rule(n.GradientDescent(0.03), "SGD", {"lr": 0.03}),
        "momentum": Rule(n.Momentum(0.03), "SGD", {"lr": 0.03, "momentum": 0.9}),
        "momentum, other": Rule(n.Momentum(0.1, momentum=0.5), "SGD", {"lr": 0.1, "momentum": 0.5}),
        "nesterov": Rule(n.Nesterov(0.03), "SGD", {"lr": 0.03, "momentum": 0.9, "nesterov": True}),
        "nesterov, other": Rule(n.Nesterov(0.1, 0.5), "SGD", {"lr": 0.1, "momentum": 0.5, "nesterov": True}),
        "rmsprop": Rule(n.RMSProp(0.01), "RMSprop", {"lr": 0.01}),
        "rmsprop, other": Rule(n.RMSProp(0.1, 0.9, 1e-2), "RMSprop", {"lr": 0.1, "alpha": 0.9, "eps": 1e-2}),
        "adam": Rule(n.Adam(), "Adam", {}),
        "adam, other": Rule(n.Adam(0.1, 0.8, 0.95, 1e-2), "Adam", {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-2}),
        "adamw": Rule(n.AdamW(), "AdamW", {}),
        "adamw, other": Rule(
            n.AdamW(0.1, 0.8, 0.95, 1e-2, weight_decay=0.3),
            "AdamW",
            {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-2, "weight_decay": 0.3},
        ),
        "momentum, step decay": Rule(
            n.Momentum(StepDecay(0.1, every=50, factor=0.5)),
            "SGD",
            ten | {"momentum": 0.9},
            ("StepLR", {"step_size": 50, "gamma": 0.5}),
        ),
        "adam, cosine": Rule(
            n.Adam(CosineDecay(0.1, steps=300, final=0.05)),
            "Adam",
            ten,
            ("CosineAnnealingLR", {"T_max": 300, "eta_min": 0.005}),
        ),
        "adamw, warm-up": Rule(
            n.AdamW(WarmUp(20, then=0.1)), "AdamW", ten, ("LinearLR", {"start_factor": 1 / 20, "total_iters": 19})
        ),
    }


STEPS, KEPT = 300, [1, 2, 3, 10, 30, 100, 200, 300]  # the parameters after these steps are compared


def gradients() -> tuple[np.ndarray, np.ndarray]:
    """Eight parameters and 300 gradients of them, of very different sizes, some steps without any."""
    rng = np.random.default_rng(1)
    grads = (rng.normal(size=(STEPS, 8)) + rng.normal(size=8)) * 10.0 ** np.arange(-5, 3)
    grads[100:110] = 0
    return rng.normal(size=8), grads


def walk(optimizer: nnlib.optimizers.Optimizer) -> np.ndarray:
    """The parameters after the steps that are kept, one row each."""
    params, grads = gradients()
    rows = []
    for step, g in enumerate(grads, 1):
        optimizer.step(params, g)
        if step in KEPT:
            rows.append(params.copy())
    return np.array(rows)


# nnlib's schedule beside PyTorch's, which starts from the rate 0.4; a list: one after the other, from step 10 on.
SCHEDULES: dict[str, tuple[Schedule, Any]] = {
    "step decay": (StepDecay(0.4, every=7), ("StepLR", {"step_size": 7, "gamma": 0.1})),
    "step decay, slower": (StepDecay(0.4, every=3, factor=0.9), ("StepLR", {"step_size": 3, "gamma": 0.9})),
    "cosine": (CosineDecay(0.4, steps=40), ("CosineAnnealingLR", {"T_max": 40})),
    "cosine to a tenth": (CosineDecay(0.4, steps=40, final=0.1), ("CosineAnnealingLR", {"T_max": 40, "eta_min": 0.04})),
    "warm-up": (WarmUp(10, then=0.4), ("LinearLR", {"start_factor": 0.1, "total_iters": 9})),
    "warm-up, then cosine": (
        WarmUp(10, then=CosineDecay(0.4, steps=31)),
        [("LinearLR", {"start_factor": 0.1, "total_iters": 9}), ("CosineAnnealingLR", {"T_max": 31})],
    ),
}
RATES = 41  # steps compared; PyTorch's cosine rises again after T_max, nnlib's stays


CLIPPED = (1, 12, 28, 45)  # of the networks above
FRACTIONS = (0.01, 0.5, 0.999, 2.0)


def clip_norms(gradient: np.ndarray) -> list[float]:
    """Norms to shorten a gradient to: fractions of its length, and one in the gap of 1e-6 that is described below."""
    length = float(np.linalg.norm(gradient))
    return [*(fraction * length for fraction in FRACTIONS), length + 5e-7]


class Watching(nnlib.GradientDescent):
    """Keeps the gradient that it is given, and changes nothing."""

    def step(self, params: np.ndarray, grads: np.ndarray) -> None:
        self.seen = grads.copy()


def clipped(case: Case) -> np.ndarray:
    """The clipped gradients that ``train`` hands to the optimiser, one row a norm.

    PyTorch shortens by ``norm / (length + 1e-6)``, nnlib to the norm itself. The ratio of the two factors is put in
    here, so that all else must agree; where the length is below the norm by less than 1e-6, only PyTorch shortens.
    """
    net, X, y, loss, l2, seed = case
    _, gradient = loss_and_gradient(case)
    length, rows = np.linalg.norm(gradient), []
    for norm in clip_norms(gradient):
        rule = Watching(1.0)
        nnlib.train(net, X, y, optimizer=rule, epochs=1, loss=loss, l2=l2, seed=seed, clip_norm=norm)
        rows.append(rule.seen * min(1, norm / (length + 1e-6)) / min(1, norm / length))
    return np.array(rows)


def by_nnlib() -> dict[str, dict[str, np.ndarray]]:
    """All that the records hold, as nnlib has it: for each record its arrays by name."""
    cases = {seed: network(seed) for seed in NETWORKS}
    both = {seed: loss_and_gradient(case) for seed, case in cases.items()}
    return {
        "networks": {
            "drawn": np.array([drawn(case) for case in cases.values()]),
            "losses": np.array([value for value, _ in both.values()]),
            **{f"gradient {seed}": gradient for seed, (_, gradient) in both.items()},
        },
        "optimizers": {
            "drawn": np.array([np.abs(numbers).sum() for numbers in gradients()]),
            **{name: walk(rule.optimizer) for name, rule in rules().items()},
        },
        "schedules": {name: np.array([ours(step) for step in range(RATES)]) for name, (ours, _) in SCHEDULES.items()},
        "clipping": {str(seed): clipped(cases[seed]) for seed in CLIPPED},
    }

"""PyTorch's side of the comparison: makes the records, or makes them anew and compares.

    python -m tests.records.make            writes tests/records/*.npz
    python -m tests.records.make --check    compares new records with those, and nnlib with PyTorch live

PyTorch is imported where it is used, so that the test that reads the records needs none.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from nnlib import Dense
from tests.records import cases
from tests.records.cases import Case

HERE = Path(__file__).parent
TOLERANCES = {"networks": 1e-10, "optimizers": 1e-12, "schedules": 1e-12, "clipping": 1e-12}
COPIED = 1e-12  # between one making of the records and another


def loss_and_gradient(case: Case) -> tuple[float, np.ndarray]:
    """PyTorch's loss, with the penalty, and by autograd its gradient with respect to all parameters."""
    import torch
    from torch.nn import functional

    activations = {
        "identity": lambda Z: Z,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "relu": torch.relu,
        "leaky_relu": lambda Z: functional.leaky_relu(Z, 0.01),
        "softplus": lambda Z: functional.softplus(Z, threshold=100),  # by default linear from 20 on
        "gelu_tanh": lambda Z: functional.gelu(Z, approximate="tanh"),
        "step": lambda Z: (Z > 0).to(Z.dtype),
        "softmax": lambda Z: torch.softmax(Z, dim=1),
    }
    losses = {
        "mse": functional.mse_loss,
        "mae": functional.l1_loss,
        "huber": functional.huber_loss,
        "binary_cross_entropy": functional.binary_cross_entropy_with_logits,
        "cross_entropy": functional.cross_entropy,
    }
    rng, params = np.random.default_rng(case.seed), []
    A, y = torch.tensor(case.X), torch.tensor(case.y)
    penalty = torch.zeros((), dtype=torch.float64)
    for layer in case.net.layers:
        if isinstance(layer, Dense):
            W, b = (torch.tensor(p, requires_grad=True) for p in (layer.W, layer.b))
            params += [W, b]
            penalty = penalty + case.l2 / 2 * (W**2).sum()
            A = activations[layer.activation.name](A @ W + b)
        else:
            A = A * torch.tensor((rng.random(A.shape) >= layer.rate) / (1 - layer.rate))
    labels = case.loss == "cross_entropy" and y.ndim == 1
    value = losses[case.loss](A, y.long() if labels else y) + penalty
    if value.requires_grad:
        value.backward()
    grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in params]
    return value.item(), torch.cat([grad.ravel() for grad in grads]).numpy()


def schedule(optimizer: Any, kind: Any) -> Any:
    """PyTorch's schedule of that name, or several one after the other from step 10 on."""
    from torch.optim import lr_scheduler

    if isinstance(kind, list):
        parts = [schedule(optimizer, part) for part in kind]
        return lr_scheduler.SequentialLR(optimizer, parts, milestones=[10])
    name, arguments = kind
    return getattr(lr_scheduler, name)(optimizer, **arguments)


def walk(rule: cases.Rule) -> np.ndarray:
    """The parameters after the steps that are kept, one row each."""
    import torch

    params, grads = cases.gradients()
    theta = torch.nn.Parameter(torch.tensor(params))
    optimizer = getattr(torch.optim, rule.torch_name)([theta], **rule.torch_arguments)
    rates, rows = rule.torch_schedule and schedule(optimizer, rule.torch_schedule), []
    for step, g in enumerate(grads, 1):
        theta.grad = torch.tensor(g)
        optimizer.step()
        if rates:
            rates.step()
        if step in cases.KEPT:
            rows.append(theta.detach().numpy().copy())
    return np.array(rows)


def rates(kind: Any) -> np.ndarray:
    """The learning rate of each step."""
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.4)
    schedule_, values = schedule(optimizer, kind), []
    for _ in range(cases.RATES):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule_.step()
    return np.array(values)


def clipped(case: Case) -> np.ndarray:
    """The gradient shortened to each norm, one row each."""
    import torch

    _, gradient = loss_and_gradient(case)
    rows = []
    for norm in cases.clip_norms(gradient):
        theta = torch.nn.Parameter(torch.zeros(len(gradient), dtype=torch.float64))
        theta.grad = torch.tensor(gradient)
        torch.nn.utils.clip_grad_norm_([theta], norm)
        rows.append(theta.grad.numpy())
    return np.array(rows)


def by_torch() -> dict[str, dict[str, np.ndarray]]:
    """All that the records hold, as :func:`tests.records.cases.by_nnlib` has it."""
    drawn = {seed: cases.network(seed) for seed in cases.NETWORKS}
    both = {seed: loss_and_gradient(case) for seed, case in drawn.items()}
    return {
        "networks": {
            "drawn": np.array([cases.drawn(case) for case in drawn.values()]),
            "losses": np.array([value for value, _ in both.values()]),
            **{f"gradient {seed}": gradient for seed, (_, gradient) in both.items()},
        },
        "optimizers": {
            "drawn": np.array([np.abs(numbers).sum() for numbers in cases.gradients()]),
            **{name: walk(rule) for name, rule in cases.rules().items()},
        },
        "schedules": {name: rates(kind) for name, (_, kind) in cases.SCHEDULES.items()},
        "clipping": {str(seed): clipped(drawn[seed]) for seed in cases.CLIPPED},
    }


def write(folder: Path) -> None:
    """Make the records, in a folder."""
    for name, arrays in by_torch().items():
        np.savez(folder / f"{name}.npz", **arrays)


def read(folder: Path, name: str) -> dict[str, np.ndarray]:
    """The arrays of one record."""
    with np.load(folder / f"{name}.npz") as record:
        return dict(record)


def difference(ours: np.ndarray, recorded: np.ndarray) -> float:
    """The largest relative difference of two arrays; numbers below a thousandth of the largest count as that."""
    if ours.shape != recorded.shape:
        return float("inf")
    size = np.maximum(np.abs(recorded), 1e-3 * np.abs(recorded).max())
    return float((np.abs(ours - recorded) / np.where(size > 0, size, 1)).max())


def check() -> bool:
    """Print and judge: new records beside the committed ones, nnlib beside the new ones, and on further networks."""
    ok = True

    def judge(what: str, worst: float, tolerance: float) -> None:
        nonlocal ok
        ok &= worst <= tolerance
        print(f"{what:50} {worst:.1e}  {'ok, at most' if worst <= tolerance else 'WRONG, above'} {tolerance:.0e}")

    ours = cases.by_nnlib()
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        for name, tolerance in TOLERANCES.items():
            new, old = read(Path(folder), name), read(HERE, name)
            copied = max(
                difference(new[key], old[key]) if key in new.keys() & old.keys() else np.inf for key in new | old
            )
            judge(f"{name}: PyTorch now beside the record", copied, COPIED)
            worst = max(difference(ours[name][key], new[key]) for key in new)
            judge(f"{name}: nnlib beside PyTorch now", worst, tolerance)
    worst = 0.0
    for seed in cases.FURTHER_NETWORKS:
        case = cases.network(seed)
        (a, da), (b, db) = cases.loss_and_gradient(case), loss_and_gradient(case)
        worst = max(worst, difference(np.append(da, a), np.append(db, b)))
    judge(f"{len(cases.FURTHER_NETWORKS)} further networks: nnlib beside PyTorch now", worst, TOLERANCES["networks"])
    return ok


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(not check())
    write(HERE)

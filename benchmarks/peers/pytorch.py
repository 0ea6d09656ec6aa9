"""PyTorch on the CPU, eager: nn.Sequential, torch.optim, and a training loop as its tutorials teach it."""

from __future__ import annotations

import numpy as np
import torch
from task import Task
from torch import nn

ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU}


def build(task: Task) -> nn.Sequential:
    """The task's network with its initial weights; nn.Linear holds them transposed."""
    layers: list[nn.Module] = []
    for W, b in task.start:
        linear = nn.Linear(*W.shape, dtype=torch.from_numpy(W).dtype)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W.T))
            linear.bias.copy_(torch.from_numpy(b))
        layers += [linear, ACTIVATIONS[task.hidden]()]
    return nn.Sequential(*layers[:-1])


def train(task: Task, fused: bool = False) -> np.ndarray:
    """``fused`` asks for Adam in one kernel, which is not the default."""
    model = build(task)
    if task.optimizer == "adam":
        optimizer: torch.optim.Optimizer = torch.optim.Adam(model.parameters(), task.learning_rate, fused=fused)
    else:
        optimizer = torch.optim.SGD(model.parameters(), task.learning_rate)
    criterion = nn.CrossEntropyLoss() if task.loss == "cross_entropy" else nn.MSELoss()
    X, y = torch.from_numpy(task.X), torch.from_numpy(task.y)
    torch.manual_seed(task.seed)
    losses = []
    for _ in range(task.epochs):
        if task.batch_size is None:
            batches = [(X, y)]
        else:
            batches = ((X[rows], y[rows]) for rows in torch.randperm(len(X)).split(task.batch_size))
        total = 0.0
        for X_batch, y_batch in batches:
            optimizer.zero_grad()
            loss = criterion(model(X_batch), y_batch)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X_batch)
        losses.append(total / len(X))
    return np.array(losses)

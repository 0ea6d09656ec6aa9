"""Two processes of torch.distributed over gloo: the mean of their gradients is nnlib's on the whole batch."""

from __future__ import annotations

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing
from torch import nn

import nnlib
from tests.records import data_parallel as record

ROWS = 100


def test_the_script_of_the_page():
    made = record.by_torch()
    for other in (record.by_nnlib(), record.read()):
        away = record.differences(made, other)
        assert all(away[name] <= bound for name, bound in record.BOUNDS.items()), away


def case():
    rng = np.random.default_rng(0)
    return nnlib.mlp([3, 8, 2], "tanh", seed=0), rng.normal(size=(ROWS, 3)), rng.normal(size=(ROWS, 2))


def one_process(rank, processes, folder):
    """DistributedDataParallel, which averages during ``backward``, on this process's shard."""
    dist.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=processes)
    net, X, y = case()
    module = nn.parallel.DistributedDataParallel(nnlib.to_torch(net))
    X, y = torch.tensor(X[rank::processes]), torch.tensor(y[rank::processes])
    nn.functional.mse_loss(module(X), y).backward()
    linears = [part for part in module.module if isinstance(part, nn.Linear)]
    parts = [part for p in linears for part in (p.weight.grad.T.ravel(), p.bias.grad)]
    np.save(f"{folder}/gradient{rank}.npy", torch.cat(parts).numpy())
    dist.destroy_process_group()


def test_distributed_data_parallel(tmp_path):
    torch.multiprocessing.spawn(one_process, (2, str(tmp_path)), nprocs=2)
    net, X, y = case()
    whole = net.backward(nnlib.losses.mse.gradient(net.forward(X), y))
    for rank in range(2):
        assert np.abs(np.load(tmp_path / f"gradient{rank}.npy") - whole).max() < 1e-10

"""The record of the chapter ``scaling_out``, made by two processes of PyTorch, beside nnlib in one."""

from __future__ import annotations

import numpy as np

from tests.records import data_parallel as record


def test_two_shards_of_pytorch_are_nnlib_s_whole_batch():
    away = record.differences(record.by_nnlib(), record.read())
    assert all(away[name] <= bound for name, bound in record.BOUNDS.items())


def test_the_record_has_something_to_compare():
    kept = record.read()
    assert kept["gradient"].shape == (2410,)
    assert (np.abs(kept["gradient"]) > 1e-4).mean() > 0.3
    assert kept["logits"].std() > 0.1
    assert record.RECORD.stat().st_size < 30_000

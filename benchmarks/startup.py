"""Fresh processes: what `import nnlib` costs after `import numpy`, and W1 from the start of Python to its end."""

from __future__ import annotations

import os
import pickle
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from task import Task
from timing import interleave, ratio, say

HERE = Path(__file__).parent
IMPORT = "import time, numpy; start = time.perf_counter(); import nnlib; print(time.perf_counter() - start)"
TRAIN = "import pickle; from peers.{} import train; train(pickle.load(open({!r}, 'rb')))"
PEERS = {"nnlib": "nnlib_", "scikit-learn": "scikit_learn", "PyTorch eager": "pytorch"}


def process(code: str) -> str:
    """Run code in a new process, with compiled modules kept for the next one, as Python does by default; its output."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=HERE, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def imports(rounds: int) -> dict[str, Any]:
    """Milliseconds of `import nnlib` where NumPy is imported already, each in a new process.

    Taken inside the process: the difference between two whole processes drowns in what their starts differ by.
    """
    say("import nnlib")
    milliseconds = [1000 * float(process(IMPORT)) for _ in range(rounds + 1)][1:]  # the first one compiles
    return {
        "workload": "import", "peer": "import numpy", "value": statistics.median(milliseconds), "unit": "ms",
        "minimum": min(milliseconds), "maximum": max(milliseconds), "rounds": rounds,
    }  # fmt: skip


def fresh(task: Task, rounds: int) -> list[dict[str, Any]]:
    """W1 in a process that starts, imports, builds and trains; the task comes as a file, so that none loads nnlib."""
    say("W1 in fresh processes")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "task.pickle"
        path.write_bytes(pickle.dumps(task))
        code = {name: TRAIN.format(module, str(path)) for name, module in PEERS.items()}
        seconds = interleave({name: lambda c=c: process(c) for name, c in code.items()}, rounds)
    own = {"nnlib": statistics.median(seconds["nnlib"]), "unit": "s"}
    return [
        {"workload": "W1 fresh", "peer": name, **ratio(seconds[name], seconds["nnlib"]), **own}
        for name in list(PEERS)[1:]
    ]

"""Fresh processes: what `import nnlib` costs beyond `import numpy`, and W1 from the start of Python to its end."""

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
TRAIN = "import pickle; from peers.{} import train; train(pickle.load(open({!r}, 'rb')))"
PEERS = {"nnlib": "nnlib_", "scikit-learn": "scikit_learn", "PyTorch eager": "pytorch"}


def process(code: str) -> None:
    """Run code in a new process, with compiled modules kept for the next one, as Python does by default."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, "-c", code], cwd=HERE, env=environment, check=True)


def imports(rounds: int) -> dict[str, Any]:
    """Milliseconds of `import nnlib` minus those of `import numpy`."""
    say("import nnlib")
    seconds = interleave({name: lambda name=name: process(f"import {name}") for name in ("nnlib", "numpy")}, rounds)
    differences = [1000 * (a - b) for a, b in zip(seconds["nnlib"], seconds["numpy"], strict=True)]
    value = 1000 * (statistics.median(seconds["nnlib"]) - statistics.median(seconds["numpy"]))
    return {
        "workload": "import", "peer": "import numpy", "value": value, "unit": "ms",
        "minimum": min(differences), "maximum": max(differences), "rounds": rounds,
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

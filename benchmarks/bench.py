"""nnlib's speed beside its peers: `make bench`.

Starts `measure.py` once with one thread and once with two, since the number is set before NumPy is loaded. Prints one
Markdown table, and writes results.json, chart.svg and growth.svg beside this file. A ratio is a peer's time divided by
nnlib's in the same round; the table gives the median over the rounds, and the smallest and the largest in brackets.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
THREADS = (1, 2)
NEEDED = {"numpy": "numpy", "sklearn": "scikit-learn", "torch": "torch", "jax": "jax", "matplotlib": "matplotlib"}

TITLES = {
    "W1": "1-4-1 tanh, 24 rows, full batch, gradient descent, 10,000 epochs",
    "W2": "2-16-16-1 tanh, 400 rows, batch 32, Adam, 200 epochs",
    "W3": "digits, 64-32-10 ReLU, batch 32, Adam, 30 epochs",
    "W4": "784-128-64-10 ReLU, 60,000 rows, float32, batch 128, Adam, 1 epoch",
    "W5": "prediction with W4's network, batches of 10,000",
    "W6": "6 learning rates x 5 widths of W1, 2,000 epochs, all at once",
    "import": "`import nnlib` after `import numpy`",
    "W1 fresh": "in a fresh process, from its start to its end",
    "growth in rows": "time a row in an epoch at 10^6, 1-4-1, batch 128",
    "growth in parameters": "time a parameter in an update at 10^6, two square layers, batch 128, Adam, float32",
}
AT_LEAST = {
    ("W1", "scikit-learn"): 5,
    ("W1", "PyTorch eager"): 18,
    ("W1", "JAX, compiled step"): 1,
    ("W1", "per-sample loop"): 22,
    ("W1", "class style"): 2,
    ("W2", "scikit-learn"): 5.5,
    ("W2", "PyTorch eager"): 14,
    ("W2", "JAX, compiled step"): 1,
    ("W3", "scikit-learn"): 3.5,
    ("W3", "PyTorch eager"): 8,
    ("W3", "JAX, compiled step"): 1,
    ("W3", "test accuracy"): 0.955,
    ("W3", "test accuracy less scikit-learn's"): -0.005,
    ("W4", "scikit-learn"): 1.4,
    ("W4", "PyTorch eager"): 1.35,
    ("W4", "matrix products alone"): 0.6,
    ("W5", "matrix products alone"): 0.85,
    ("W6", "one after the other"): 6,
    ("W1 fresh", "scikit-learn"): 6,
    ("W1 fresh", "PyTorch eager"): 15,
}
AT_MOST = {
    ("W4", "memory, arrays"): 10,
    ("W4", "memory, resident"): 10,
    ("import", "import numpy"): 25,
    ("growth in rows", "itself at 10^4"): 1.3,
    ("growth in parameters", "itself at 10^4"): 1.3,
}
ONE_THREAD = {("W4", "matrix products alone")}  # the aim is for one thread

Record = dict[str, Any]


def measure(threads: int) -> list[Record]:
    """All records with this number of threads."""
    number = str(threads)
    variables = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC")  # the last is JAX's
    environment = os.environ | dict.fromkeys(variables, number)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.json"
        subprocess.run([sys.executable, str(HERE / "measure.py"), str(path)], env=environment, check=True)
        records: list[Record] = json.loads(path.read_text("utf-8"))
    return records


def number(value: float) -> str:
    """Three significant digits, without an exponent."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def cell(record: Record | None) -> str:
    """What was measured, with its spread."""
    if record is None:
        return ""
    middle = number(record.get("ratio", record.get("value")))
    unit = "" if "ratio" in record else f" {record['unit']}".rstrip()
    spread = f" ({number(record['minimum'])} to {number(record['maximum'])})" if "minimum" in record else ""
    return middle + unit + spread


def verdict(workload: str, peer: str, found: list[Record | None]) -> tuple[str, str]:
    """The aim, and whether it was met with every number of threads that it is for."""
    key = workload, peer
    judged = [r.get("ratio", r.get("value")) for r in found if r and (r["threads"] == 1 or key not in ONE_THREAD)]
    if key in AT_LEAST:
        aim = AT_LEAST[key]
        return f"≥ {aim:g}" if aim != 1 else "> 1", "yes" if all(v >= aim for v in judged) else "**no**"
    if key in AT_MOST:
        return f"≤ {AT_MOST[key]:g}", "yes" if all(v <= AT_MOST[key] for v in judged) else "**no**"
    return "", ""


def table(records: list[Record]) -> str:
    """The Markdown table; a workload is described in its first row."""
    by_place = {(r["workload"], r["peer"], r["threads"]): r for r in records if "size" not in r}
    lines = ["| workload | beside | one thread | two threads | to reach | met |", "|---|---|---|---|---|---|"]
    for workload, title in TITLES.items():
        name = f"{workload}: {title}"
        for peer in dict.fromkeys(peer for w, peer, _ in by_place if w == workload):
            found = [by_place.get((workload, peer, threads)) for threads in THREADS]
            if name != workload and found[0] and "nnlib" in found[0]:
                own = " | ".join(f"{number(r['nnlib'])} {r['unit']}" if r else "" for r in found)
                lines.append(f"| {name} | nnlib itself | {own} | | |")
                name = workload
            lines.append(
                f"| {name} | {peer} | {' | '.join(map(cell, found))} | {' | '.join(verdict(workload, peer, found))} |"
            )
            name = workload
    return "\n".join(lines)


def main() -> None:
    missing = [name for module, name in NEEDED.items() if importlib.util.find_spec(module) is None]
    if missing:
        sys.exit(f"benchmarks: {', '.join(missing)} not installed; install the extra: pip install -e '.[bench]'")
    if os.getloadavg()[0] > 0.5:
        print("benchmarks: other programs are running; wait for them, or do not trust the figures", file=sys.stderr)
    records = [record for threads in THREADS for record in measure(threads)]
    (HERE / "results.json").write_text(json.dumps(records, indent=1) + "\n")
    print(table(records))
    versions = ", ".join(f"{name} {version(name)}" for name in NEEDED.values())
    print(f"\n{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {versions}")

    import charts

    charts.draw(records)


if __name__ == "__main__":
    main()

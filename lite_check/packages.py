"""Pyodide's core and NumPy for it from npm, and the pure Python wheels that it needs from PyPI."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from audit.node import NODE

FOLDER = NODE / "lite"
MODULES = FOLDER / "node_modules"
PYODIDE = MODULES / "pyodide"
TESTS = [  # the newest of hypothesis that is pure Python
    "hypothesis==6.155.7", "iniconfig==2.3.1", "packaging==26.3", "pluggy==1.7.0", "pygments==2.21.0",
    "pytest==9.2.0", "sortedcontainers==2.4.0", "tqdm==4.67.3",
]  # fmt: skip


def numpy() -> Path:
    """The wheel of NumPy for this Pyodide, which a package of another purpose carries."""
    return next((MODULES / "@bentopdf" / "pymupdf-wasm" / "assets").glob("numpy-*.whl"))


def wheels(name: str, requirements: list[str]) -> Path:
    """A folder with the wheels of ``requirements``, downloaded when they are not there."""
    folder = FOLDER / name
    if len(list(folder.glob("*.whl"))) < len(requirements):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
        pure = ["--only-binary", ":all:", "--platform", "any", "--python-version", "3.13"]
        subprocess.run([*command, *pure, *requirements], check=True)
    return folder

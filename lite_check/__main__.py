"""Run nnlib's unit tests under Pyodide in Node, then JupyterLite's kernel in Chromium: ``python -m lite_check``.

``python -m lite_check --online`` runs all chapters in JupyterLite instead, as a reader's browser would.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from audit.node import install
from lite_check import kernel
from lite_check.packages import FOLDER, MODULES, TESTS, wheels
from tests.conftest import ROOT

# Not at hand: Matplotlib, scikit-learn, PyTorch, and Jupytext for the book's loop; and Pyodide has no processes.
LEFT_OUT = [
    *(f"--ignore=nnlib/{name}.py" for name in ("estimators", "frames", "interactive", "plot", "pytorch", "svg")),
    "--deselect=tests/test_persistence.py::test_killed_while_saving_200_times_the_file_is_always_whole",
    "--deselect=tests/test_training.py::test_history_plots_itself",
    "--deselect=tests/test_properties.py::test_the_book_s_loop_is_nnlib_after_1000_epochs",
    "--deselect=tests/test_properties.py::test_the_book_s_loop_is_nnlib_for_any_width",
]


def unit_tests() -> None:
    """Those that `make mutate` uses, too."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
    tests = [*settings["pytest_add_cli_args_test_selection"], "tests/test_data.py", "tests/test_digits_record.py"]
    options = ["-q", "--noconftest", "-o", "addopts=--doctest-modules", "-p", "no:cacheprovider"]
    script = Path(__file__).with_name("unit_tests.mjs")
    command = ["node", str(script), str(MODULES), str(wheels("tests", TESTS)), str(ROOT)]
    if subprocess.run([*command, *options, *tests, *LEFT_OUT], check=False).returncode:
        raise SystemExit("nnlib's tests fail under Pyodide")


def main() -> None:
    if sys.argv[1:] == ["--online"]:
        kernel.check_chapters()
        return
    install(Path(__file__).with_name("package.json"), FOLDER)
    unit_tests()
    kernel.check()


if __name__ == "__main__":
    main()

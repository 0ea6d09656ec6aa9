"""How many of the mutants of nnlib's core the fast unit tests kill: `make mutate` prints it after mutmut ran.

A mutant is a copy of a function with one small change. One that no test notices has survived: either a test is
missing, or the change changes nothing. Lines that only make up the text of an error are left out (pyproject.toml);
what is equivalent counts as survived.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

AT_LEAST = 0.9
NOTICED = {"killed", "timeout", "segfault", "suspicious"}


def results() -> dict[str, str]:
    """What became of each mutant, by its name."""
    command = [str(Path(sys.executable).with_name("mutmut")), "results", "--all", "true"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return dict(line.strip().split(": ", 1) for line in lines if "__mutmut_" in line)


def main() -> None:
    found = results()
    if unchecked := Counter(found.values())["not checked"]:
        sys.exit(f"mutmut did not finish: {unchecked} mutants not checked")
    by_module: dict[str, list[str]] = {}
    for name, state in found.items():
        by_module.setdefault(name.split(".")[1], []).append(state)
    alive = sorted(name for name, state in found.items() if state not in NOTICED)
    print("not killed:", *alive, sep="\n  ")
    for module, states in [*sorted(by_module.items()), ("all", list(found.values()))]:
        killed = sum(state in NOTICED for state in states)
        print(f"{module:16} {killed:4} of {len(states):4} killed, {killed / len(states):6.1%}")
    if len(alive) > (1 - AT_LEAST) * len(found):
        sys.exit(f"fewer than {AT_LEAST:.0%} are killed")


if __name__ == "__main__":
    main()

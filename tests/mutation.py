"""How many of the mutants of nnlib's core the fast unit tests kill: `make mutate` prints the score after mutmut ran.

A mutant is a copy of a function with one small change. One that no test notices has survived: either a test is
missing, or the change changes nothing (equivalent_mutants.txt names those, each with its reason; they do not count).
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

EQUIVALENT = Path(__file__).with_name("equivalent_mutants.txt")
AT_LEAST = 0.9
NOTICED = {"killed", "timeout", "segfault", "suspicious"}


def results() -> dict[str, str]:
    """What became of each mutant, by its name."""
    command = [str(Path(sys.executable).with_name("mutmut")), "results", "--all", "true"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return dict(line.strip().split(": ", 1) for line in lines if "__mutmut_" in line)


def equivalent() -> set[str]:
    """Names of the mutants argued equivalent: the first word of each line, the reason after it."""
    lines = [line.split(maxsplit=1) for line in EQUIVALENT.read_text("utf-8").splitlines() if line[:1] not in ("", "#")]
    without = [line[0] for line in lines if len(line) < 2]
    if without:
        sys.exit(f"{EQUIVALENT.name}: no reason given for {', '.join(without)}")
    return {name for name, _ in lines}


def main() -> None:
    found, same = results(), equivalent()
    if unchecked := Counter(found.values())["not checked"]:
        sys.exit(f"mutmut did not finish: {unchecked} mutants not checked")
    stale = sorted(name for name in same if found.get(name) != "survived")
    if stale:
        sys.exit(f"{EQUIVALENT.name} names mutants that did not survive, or are not there: {', '.join(stale)}")
    counted = {name: state for name, state in found.items() if name not in same}
    alive = sorted(name for name, state in counted.items() if state not in NOTICED)
    by_module: dict[str, list[bool]] = {}
    for name, state in counted.items():
        by_module.setdefault(name.split(".")[1], []).append(state in NOTICED)
    for module, noticed in sorted(by_module.items()):
        print(f"{module:16} {sum(noticed):4} of {len(noticed):4} killed, {sum(noticed) / len(noticed):6.1%}")
    score = 1 - len(alive) / len(counted)
    print(f"{'all':16} {len(counted) - len(alive):4} of {len(counted):4} killed, {score:6.1%}; {len(same)} equivalent")
    print("not killed:", *alive, sep="\n  ")
    if score < AT_LEAST:
        sys.exit(f"fewer than {AT_LEAST:.0%} are killed")


if __name__ == "__main__":
    main()

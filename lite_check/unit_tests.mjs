// nnlib's unit tests under Pyodide: node unit_tests.mjs NODE_MODULES WHEELS REPOSITORY ARGUMENT...
// Integers have 32 bits there, and there is one thread, no process, no socket.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, wheels, repository, ...pytest] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(modules, "pyodide", "pyodide.mjs")));
const python = await loadPyodide();

const packages = python.runPython("import sys; sys.path[-1]"); // site-packages
const numpy = join(modules, "@bentopdf", "pymupdf-wasm", "assets");
for (const [folder, name] of [[numpy, /^numpy-.*\.whl$/], [wheels, /\.whl$/]])
  for (const file of readdirSync(folder).filter((file) => name.test(file)))
    python.unpackArchive(new Uint8Array(readFileSync(join(folder, file))), "wheel", { extractDir: packages });

python.FS.mkdirTree("/repository");
python.FS.mount(python.FS.filesystems.NODEFS, { root: repository }, "/repository");
python.globals.set("arguments", python.toPy(pytest));
process.exitCode = python.runPython(`
import os, sys
import numpy, pytest

os.chdir("/repository")
sys.path.insert(0, "/repository")
sys.dont_write_bytecode = True
print(f"Python {sys.version.split()[0]} on {sys.platform}, NumPy {numpy.__version__}, integers of {numpy.intp().itemsize * 8} bits")
int(pytest.main(list(arguments)))
`);

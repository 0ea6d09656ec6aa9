"""Binder, tried here: `make binder-check` takes repo2docker's steps in a fresh virtual environment, and opens chapters.

What its Python buildpack (jupyter-repo2docker 2026.4.0) does with the files of this repository, in order:

1. a base environment with the Python of runtime.txt and the packages of BASE (there by conda, here by pip),
2. `pip install --no-cache-dir -r requirements.txt`,
3. `pip install --no-cache-dir .`, because pyproject.toml makes the repository a package,
4. `./postBuild`.

BinderHub then starts `jupyter-lab` under a base path of the user's. The launch link's path must open a notebook, whose
cells all run and whose sliders move the figure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

from tests import lab
from tests.conftest import ARGUMENTS, CHROMIUM, ROOT
from tests.memory import pss

BASE = [  # repo2docker/buildpacks/conda/environment.yml
    "ipywidgets==8.*", "jupyter-offlinenotebook==0.3.*", "jupyter-resource-usage==1.*", "jupyter_server==2.*",
    "jupyterhub==5.*", "jupyterlab==4.*", "notebook==7.*",
]  # fmt: skip
CHAPTERS = ("linear_neuron", "training", "multilayer")  # one of each part


@contextmanager
def timed(what: str):
    start = time.perf_counter()
    yield
    print(f"{what:48} {time.perf_counter() - start:6.1f} s", flush=True)


def interpreter() -> str:
    """The Python that runtime.txt asks for."""
    name = (ROOT / "runtime.txt").read_text("utf-8").strip()
    version = name.removeprefix("python-")
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{version}")
    if not found:
        raise SystemExit(f"runtime.txt asks for {name}, and no python{version} was found")
    return found


def copy_repository(to: Path) -> None:
    """What a clone would hold, with the changes that are not committed yet."""
    listed = subprocess.check_output(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT)
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def build(repository: Path, environment: Path) -> str:
    """Make the environment as repo2docker does; return its Python."""
    subprocess.run([interpreter(), "-m", "venv", environment], check=True)
    python = environment / "bin" / "python"
    path = f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def run(*command: str | Path) -> None:
        done = subprocess.run(
            command, cwd=repository, env=os.environ | {"PATH": path}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, encoding="utf-8",
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stdout}")

    pip = (python, "-m", "pip", "install", "--quiet", "--no-cache-dir")
    with timed("repo2docker's own packages"):
        run(*pip, *BASE)
    with timed("requirements.txt"):
        run(*pip, "-r", "requirements.txt")
    with timed("this repository as a package"):
        run(*pip, ".")
    with timed("postBuild"):
        run("./postBuild")
    run(python, "-m", "pip", "check")  # the lock and repo2docker's packages agree
    return str(python)


def size(folder: Path) -> float:
    """The size of all files in a folder, in MB."""
    return sum(file.lstat().st_size for file in folder.rglob("*")) / 1e6


def try_chapter(browser, address: str, chapter: str, started: float) -> None:
    print(f"{chapter}:", flush=True)
    page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    with timed("  page opened, to its notebook and kernel"):
        lab.open_chapter(page, address, chapter)
    with timed("  to the first cell's output"):
        lab.run_all(page)
        lab.wait_for_first_output(page)
    if started:
        print(f"{'  since the server was started':48} {time.perf_counter() - started:6.1f} s")
    with timed("  to the last cell"):
        lab.wait_for_last_cell(page)
    sliders = lab.drag_every_slider(page)
    print(f"  no error, {sliders} slider{'s' * (sliders > 1)} dragged, each changed the figure", flush=True)
    page.context.close()


def main() -> None:
    if CHROMIUM is None:
        raise SystemExit("no Chromium found: install it (Debian: apt-get install chromium)")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        repository, environment = Path(folder, "home"), Path(folder, "environment")
        copy_repository(repository)
        python = build(repository, environment)
        print(f"{'the environment':48} {size(environment):6.0f} MB")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        started = time.perf_counter()
        with lab.lab_server(python, repository, Path(folder, "settings")) as server:
            print(f"{'the server answers after':48} {time.perf_counter() - started:6.1f} s")
            for chapter in CHAPTERS:
                try_chapter(browser, server.address, chapter, started if chapter == CHAPTERS[0] else 0.0)
            whole = psutil.Process(server.pid)
            kernels = [pss(child) for child in whole.children()]
            print(f"{'memory (PSS) of the server':48} {pss(whole):6.0f} MB")
            print(f"{'and of its kernels':48} {', '.join(f'{kernel:.0f}' for kernel in kernels):>6} MB")
        browser.close()


if __name__ == "__main__":
    main()

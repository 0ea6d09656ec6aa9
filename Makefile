# The whole project from Python (>= 3.11, with venv) and make: each target makes what it needs and repeats nothing.
#   make book    the website, in _build/html          make serve   the same, shown at http://localhost:8000
#   make lab     the chapters in JupyterLab           make test    all tests
#   make lint    style and types                      make bench   nnlib's speed beside its peers
#   make reference  the chapters' text output anew    make lock    requirements*.txt anew    make clean
#   make notebooks  the chapters as plain notebooks, in _build/notebooks; a JupyterLite with them is part of the website
#   make lite-check  nnlib's tests under Pyodide, and that JupyterLite's kernel starts (needs Node, and PyPI and npm)
#   make lite-online  all chapters in JupyterLite, with Pyodide and its packages from the network
#   make pdf      the book as one PDF, in _build, printed from the website; needs Chromium
#   make audit   every page of the website measured (Lighthouse, weight, axe, HTML; needs Node; AUDIT="training --runs 1")
#   make contract   what each chapter holds, counted; fails where one falls short
#   make mutate   how many small changes in the library its tests notice (an hour)
#   make bench-search  searches over learning rate and neurons: beside scikit-learn's networks, and in four ways
#   make out-of-core   2 GB of rows from a file, with little memory
#   make student  the chapters as notebooks without solutions, in _build/student (STUDENT=--run executes them)
#   make binder-check   repo2docker's steps in a fresh environment, chapters opened in it; needs Chromium
#   make memory   what the kernel of each chapter needs (on Linux)
#   make workflows   the workflows of GitHub Actions, linted (needs Node)    make links   the book's links to other sites
#   make test-torch  nnlib beside PyTorch, live: tests/records made anew and compared, networks there and back
.DELETE_ON_ERROR:
.PHONY: book notebooks lite-check lite-online pdf serve lab test test-torch audit contract mutate lint reference lock clean
.PHONY: bench bench-search out-of-core student binder-check memory workflows links

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

LIBRARY := $(wildcard nnlib/*.py nnlib/data_files/*)
CHAPTERS := $(wildcard book/*.md)
SITE := $(shell find book/_data book/_ext book/_static book/_templates book/_vendor -type f -not -name '*.pyc') _config.yml _toc.yml

book: _build/html/lite/index.html
notebooks: book

# The notebooks that the site offers and the JupyterLite it carries, with the numbers that the pages have.
_build/html/lite/index.html: .venv/lite _build/html/index.html $(wildcard book/_notebooks/*.py)
	$(BIN)/python -m book._notebooks
	@touch $@

_build/html/index.html: .venv/book _build/library $(CHAPTERS) $(SITE)
	NNLIB_FRAMES=1 $(BIN)/jupyter-book build . -W -n --keep-going
	@touch $@

# The cache of executed chapters knows only their text: when the library changes, everything is run again.
_build/library: $(LIBRARY)
	rm -rf _build
	mkdir -p _build
	@touch $@

pdf: .venv/pdf book
	$(BIN)/python -m book._print

serve: book
	$(BIN)/python -m http.server --directory _build/html --bind 127.0.0.1 $(PORT)

lab: .venv/book
	$(BIN)/jupyter lab --notebook-dir=. book/index.md

test: .venv/test book
	$(BIN)/pytest -n 2

# `make test` reads records of what PyTorch made; `python -m tests.records.make` writes them.
test-torch: .venv/torch
	$(BIN)/python -m tests.records.make --check
	$(BIN)/python -m tests.records.digits_pytorch --check
	$(BIN)/python -m tests.records.data_parallel --check
	$(BIN)/pytest nnlib/pytorch.py tests/pytorch

lite-check: .venv/test book
	$(BIN)/python -m lite_check

lite-online: .venv/test book
	$(BIN)/python -m lite_check --online

# One thread: a process that OpenBLAS's threads were started in cannot be copied safely.
mutate: .venv/mutate
	OPENBLAS_NUM_THREADS=1 $(BIN)/mutmut run --max-children 2
	$(BIN)/python -m tests.mutation

audit: .venv/test book
	$(BIN)/python -m audit $(AUDIT)

contract: .venv/test book
	$(BIN)/python -m tests.contract

student: .venv/book
	$(BIN)/python -m book._student $(STUDENT)

binder-check: .venv/test
	$(BIN)/python -m tests.binder

memory: .venv/test
	$(BIN)/python -m tests.memory

workflows: .venv/test
	$(BIN)/python -m audit.workflows

links: .venv/book
	$(BIN)/jupyter-book build . --builder linkcheck --keep-going

reference: .venv/test
	$(BIN)/pytest book -n 2 --renew-reference

lint: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/bench book
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/moves.py

bench-search: .venv/book
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/python benchmarks/search.py

out-of-core: .venv/book
	$(BIN)/python benchmarks/out_of_core.py

# Virtual environments are complete when their stamp is written.
.venv/book: requirements.txt pyproject.toml book/_lab/default_setting_overrides.json
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet -r requirements.txt
	$(BIN)/pip install --quiet --no-deps --editable .
	mkdir -p .venv/etc/jupyter/labconfig # in this environment's JupyterLab, chapters open as notebooks
	cp book/_lab/default_setting_overrides.json .venv/etc/jupyter/labconfig/
	@touch $@

.venv/lite: requirements-lite.txt .venv/book
	$(BIN)/pip install --quiet -r requirements-lite.txt
	@touch $@

.venv/test: requirements-test.txt .venv/book
	$(BIN)/pip install --quiet -r requirements-test.txt
	@touch $@

.venv/pdf: .venv/book
	$(BIN)/pip install --quiet --editable .[pdf]
	@touch $@

.venv/bench: .venv/test
	$(BIN)/pip install --quiet --editable .[bench]
	@touch $@

.venv/mutate: .venv/test
	$(BIN)/pip install --quiet --editable .[mutate]
	@touch $@

.venv/torch: .venv/test
	$(BIN)/pip install --quiet --editable .[torch]
	@touch $@

lock: .venv/book
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra book pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra lite -c requirements.txt pyproject.toml -o requirements-lite.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra test -c requirements.txt pyproject.toml -o requirements-test.txt

clean:
	rm -rf _build build mutants .venv .node nnlib_course.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

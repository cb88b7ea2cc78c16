# Everything runs in .venv, which `make setup` builds from pyproject.toml and constraints.txt.
# It needs Python 3.11 or newer, pip and make. Another interpreter: make setup PYTHON=python3.12
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.setup-done
MINIMUM := import sys; sys.version_info >= (3, 11) or sys.exit( \
	"Neural MMO needs Python 3.11 or newer, but $(PYTHON) is %d.%d. Name another: make PYTHON=/path/to/python3" % sys.version_info[:2])

.DEFAULT_GOAL := help
.PHONY: help setup test soak bits check client browser demo examples bench docs clean

help:  ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

setup: $(STAMP)  ## build .venv; does nothing when it is up to date

test: check docs client browser  ## what CI runs: check, docs and every test
	$(BIN)/python client/toolchain.py test
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadscope --durations 40 --durations-min 5

soak: setup  ## 5,000 damaged files for every reader, random systems, grown worlds, tests that compile long: some minutes
	$(BIN)/python -m tests.fuzz
	$(BIN)/python -m tests.outside
	$(BIN)/python -m tests.reference.grown
	$(BIN)/python -m tests.blade.grown
	$(BIN)/python -m pytest -m soak --numprocesses logical --maxprocesses 4

bits: setup  ## whether a change keeps every bit of training: make bits BASE=COMMIT
	$(BIN)/python -m tests.bits $(or $(BASE),HEAD)

check: setup  ## lint, format and types, of Python and of the client
	$(BIN)/ruff check && $(BIN)/ruff format --check && $(BIN)/mypy
	$(BIN)/python client/toolchain.py lint

client: setup  ## build the viewer's page if its sources have changed
	$(BIN)/python client/toolchain.py build

browser: setup  ## find the Chromium that tests drive, or install Debian's
	@$(BIN)/python tests/chromium.py

demo: setup  ## a small run from training to a result you can look at
	$(BIN)/forge demo

examples: setup  ## run every example, those with libraries of their own each in an environment of its own, and the tutorials
	$(BIN)/python examples/run.py
	$(BIN)/python -m tests.docs.learned

bench: setup  ## speed of the world and of training on this machine
	$(BIN)/forge bench world && $(BIN)/forge bench train

docs: setup  ## build the documentation into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

clean:  ## remove everything that the other commands build
	rm -rf .venv examples/*/.venv site .mypy_cache .ruff_cache .pytest_cache .hypothesis client/node_modules src/forge/embyr/_client

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c '$(MINIMUM)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt --editable '.[all,dev]'
	@touch $@

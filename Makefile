# Everything runs in an environment that is made from the lock, and made again when the lock changes.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV ?= .venv
BIN := $(VENV)/bin
# git merge-tree --write-tree
GIT_FLOOR := 2.38
# RETURNING, which the engine of durable workflows uses
SQLITE_FLOOR := 3.35
# Stories mostly wait for each other: one more than there are processors of a small machine.
WORKERS ?= 4
# Each covers what it tests to the last branch. Measuring takes a third more time, so all other tests run without it.
PURE := tests/core tests/gates tests/handlers
# The first Python of this machine that is new enough; PYTHON=... names another.
PYTHON ?= $(shell for python in python3 python3.15 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)
# Named by content, since a checkout changes the times of files that it leaves alone.
STAMP := $(VENV)/installed-$(shell cksum < requirements-dev.lock | cut -d ' ' -f 1)
# What the demo needs is a part of what the tests need: an environment for the tests will do.
RUNTIME := $(or $(wildcard $(STAMP)),$(VENV)/runtime-$(shell cksum < requirements.lock | cut -d ' ' -f 1))
# What an editable install is built with, as the lock for development has it.
BUILD := editables|hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: help demo test check bench soak lock clean floors

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 8

demo: $(RUNTIME) ## a label becomes a pull request, on this machine, in the browser
	@$(BIN)/charrette demo $(SCENARIO)

# Some hundred processes of the tests read the bytecode, so it is kept, whatever the environment says of it.
test soak: export PYTHONDONTWRITEBYTECODE :=

test: $(STAMP) ## the tests; those of the pure parts with the coverage that they must have
	$(BIN)/pytest -n $(WORKERS) $(PURE) --cov
	$(BIN)/pytest -n $(WORKERS) $(PURE:%=--ignore=%)

check: $(STAMP) ## format, lint, types, imports, definitions
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/charrette check workflows

bench: $(STAMP) ## figures of this machine
	$(BIN)/python -m tests.bench

# Status 5 says that no test was selected. CHARRETTE_TEST_SOAK_SECONDS is the budget of all of them, none if it is not set.
soak: $(STAMP) ## kills and random orders, for minutes
	$(BIN)/pytest -o faulthandler_timeout=1200 -m soak $(SOAK) || [ $$? -eq 5 ]

lock: $(STAMP) ## both locks, from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-header --no-annotate --no-strip-extras \
	  --python-version 3.11 pyproject.toml --output-file requirements.lock
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-header --no-annotate --no-strip-extras \
	  --python-version 3.11 pyproject.toml --extra dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove the environment and what the tools left
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage build dist

floors:
	@[ -n "$(PYTHON)" ] || { echo "Charrette needs Python 3.11 or newer; none was found. Install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@have=$$($(PYTHON) -c 'import sqlite3; print(sqlite3.sqlite_version)' 2>/dev/null || echo none); \
	  printf '%s\n' $(SQLITE_FLOOR) "$$have" | sort -V -C && [ "$$have" != none ] || { echo "Charrette needs a Python with SQLite $(SQLITE_FLOOR) or newer; $(PYTHON) has $$have. Name another: make PYTHON=/path/to/python3" >&2; exit 1; }
	@command -v git >/dev/null || { echo "Charrette needs git $(GIT_FLOOR) or newer; none was found." >&2; exit 1; }
	@have=$$(git --version | sed 's/[^0-9]*\([0-9]*\.[0-9]*\).*/\1/'); \
	  printf '%s\n' $(GIT_FLOOR) "$$have" | sort -V -C || { echo "Charrette needs git $(GIT_FLOOR) or newer; this is $$have." >&2; exit 1; }

# The environment of the demo grows into that of the tests; one from another lock is made anew.
$(STAMP): | floors
	@echo "Installing the locked dependencies, those for development too, into $(VENV): a few minutes, once ..."
	@[ -e "$(RUNTIME)" ] || rm -rf $(VENV)
	@[ -d $(VENV) ] || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

ifneq ($(RUNTIME),$(STAMP))
$(RUNTIME): | floors
	@echo "Installing the locked dependencies into $(VENV): a minute or two, once ..."
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@awk '/^[^ ]/ { on = /^($(BUILD))==/ } on' requirements-dev.lock > $(VENV)/build.lock
	@$(PIP) install --require-hashes --requirement requirements.lock --requirement $(VENV)/build.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
endif

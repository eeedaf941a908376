# Everything the README spells, in two commands: make demo, make test.
# PYTHON=python3.12 make test   uses another interpreter.

PYTHON ?= python3
VENV ?= .venv
ifeq ($(OS),Windows_NT)
  BIN := $(VENV)/Scripts
else
  BIN := $(VENV)/bin
endif
READY := $(VENV)/.ready

.PHONY: demo test test-browser test-site test-long site lint lock clean

demo: $(READY)
	$(BIN)/python -m grader demo

test: $(READY)
	$(BIN)/python -m ruff check --quiet .
	$(BIN)/python -m mypy
	$(BIN)/python -m pytest

test-browser: $(READY)
	$(BIN)/python -m pytest -m browser tests/browser

# Builds what has changed of the reading site: build/site/html/index.html
site: $(READY)
	$(BIN)/python -m docs.site

test-site: site
	$(BIN)/python -m pytest -m browser tests/site

test-long: $(READY)
	$(BIN)/python -m pytest -m long tests/chaos tests/pages

# Installs what the lock names, byte for byte, then this folder.
$(READY): pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

# Makes both locks anew from pyproject.toml, for every supported Python and system; no host is written into them.
# requirements.lock is for this folder, requirements-student.lock goes into a student's ZIP.
COMPILE = $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-header pyproject.toml
lock: $(READY)
	$(COMPILE) --extra dev --output-file requirements.lock
	$(COMPILE) --constraint requirements.lock --no-annotate --output-file requirements-student.lock

clean:
	rm -rf $(VENV) build .mypy_cache .pytest_cache .ruff_cache

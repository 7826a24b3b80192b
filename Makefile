# `make run` and `make test` need Python 3.11 or newer and make, nothing else.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
SHARED ?= ../shared
HOST ?= 127.0.0.1
PORT ?= 8000

.PHONY: help run test check lint types imports format lock docs examples notebooks vignettes bench clean

help:  ## what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# A stamp for each set of packages: set up again only when its lock or the project file changed.
$(VENV)/run.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "adscribe needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": set PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

run: $(VENV)/run.stamp  ## set up and serve on 127.0.0.1:8000, with events to look at
	$(BIN)/adscribe serve --demo --host $(HOST) --port $(PORT)

test: $(VENV)/dev.stamp  ## set up and run the tests
	$(BIN)/python -m pytest -n auto

check: test lint types imports  ## the tests and everything else that must be clean

lint: $(VENV)/dev.stamp  ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp  ## mypy --strict
	$(BIN)/mypy

imports: $(VENV)/dev.stamp  ## rooms import only from rooms above them
	$(BIN)/lint-imports

format: $(VENV)/dev.stamp  ## rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/dev.stamp  ## pin the packages again
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra charts pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra charts --extra train --extra postgresql --group dev pyproject.toml -o requirements-dev.lock

clean:  ## remove what make set up
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

vignettes: $(VENV)/run.stamp  ## score the codebook on the annotated vignettes, write docs/vignettes.md
	$(BIN)/python pipelines/vignettes.py $(SHARED)/vignettes --write docs/vignettes.md

docs: $(VENV)/run.stamp  ## write the generated pages again
	$(BIN)/python -m adscribe.codebook.guide docs/methods
	$(BIN)/python -m adscribe.features.guide docs/features.md
	$(BIN)/python -m adscribe.sensors.flowmon.reference > docs/sensors/flowmon-details.md

notebooks: $(VENV)/dev.stamp  ## execute the evaluation notebooks, write them to build/notebooks
	$(BIN)/python -m pipelines.notebooks

examples: $(VENV)/dev.stamp  ## write the outputs that README and examples show again
	$(BIN)/python -m tests.shown

# Everything here runs from nothing: each target makes the environment it needs in .venv. Only Python
# 3.11 or later (with venv), make and git have to be there. `make PYTHON=/path/to/python3.12` chooses.

PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# hatchling first, so that no build makes an environment of its own with versions of its own.
INSTALL := $(PIP) install --constraint constraints.txt
RUN_READY := $(VENV)/.ready-run
DEV_READY := $(VENV)/.ready-dev
CODE := $(wildcard src tests benchmarks)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test format format-check lint types layers generate generated-check unit wheel bench \
	docs constraints clean

help:  ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUN_READY)  ## Execute 2,000 runs against the emulator and follow them, live
	$(BIN)/python -m actionruns.cli demo

test:  ## Check everything, as CI does
	@$(MAKE) --no-print-directory format-check lint types layers wheel unit

format: $(DEV_READY)  ## Rewrite the code in the project's format
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

format-check: $(DEV_READY)  ## Check the format
	$(BIN)/ruff format --check $(CODE)

lint: $(DEV_READY)  ## Check with ruff
	$(BIN)/ruff check $(CODE)

types: $(DEV_READY)  ## Check with mypy --strict
	$(BIN)/mypy $(CODE)

layers: $(DEV_READY)  ## Check that imports go downwards only
	$(BIN)/lint-imports --no-cache

generate: $(DEV_READY)  ## Write the generated code anew from the specs
	$(BIN)/python -m actionruns.codegen generate

generated-check: $(DEV_READY)  ## Check that the generated code is what the specs give
	$(BIN)/python -m actionruns.codegen check

unit: $(DEV_READY)  ## Run the tests, with branch coverage
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(PYTEST_ARGS)
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

wheel: $(DEV_READY)  ## Build the wheel and use it in a clean environment
	$(BIN)/python -m tests.project.wheel

bench: $(DEV_READY)  ## Measure against raw aiohttp and pydantic, side by side
	$(BIN)/python -m benchmarks

docs: $(DEV_READY)  ## Build the documentation into site/
	$(BIN)/mkdocs build --strict

constraints: ## Choose the newest versions of all dependencies anew
	$(BIN)/python -m tests.project.pin

clean:  ## Remove everything that was made, .venv included
	rm -rf $(VENV) build dist site htmlcov .coverage .coverage.* .hypothesis .mypy_cache \
		.pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

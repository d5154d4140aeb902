# Everything here runs from nothing: each target makes the environment it needs in .venv. Only Python
# 3.11 or later (with venv), make and git have to be there; `make PYTHON=python3.12 ...` chooses one.

VENV := .venv
BIN := $(VENV)/bin
# Extras that users have, and those that the project is made with.
RUN_EXTRAS := all
DEV_EXTRAS := all,bench,dev,docs
RUN_READY := $(VENV)/.ready-run
DEV_READY := $(VENV)/.ready-dev
# A process for each core; whoever has nothing left takes over from the others. PYTEST_ARGS="-n 0"
# runs all tests in one process, as a debugger needs it.
WORKERS := -n auto --dist worksteal
CODE := $(wildcard src tests benchmarks)
INSPECTOR := build/inspector/node_modules/.bin/mcp-inspector
INSPECTOR_VERSION := 2.12.0

# The floor first: it is what the pins are made with.
PYTHONS := $(or $(PYTHON),python3.11 python3 python3.12 python3.13 python3.14 python)
IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
VENV_HELP := This Python has no venv: install it (Debian, Ubuntu: apt install python3-venv) or choose \
	another one: make PYTHON=...

# $(call make-venv,FOLDER): a venv of the first suitable Python, or one clear message and nothing left.
define make-venv
@for python in $(PYTHONS); do \
	if "$$python" -c '$(IS_NEW_ENOUGH)' 2>/dev/null; then found="$$python"; break; fi; \
done; \
if [ -z "$$found" ]; then \
	echo "No Python 3.11 or later among: $(PYTHONS). Choose one: make PYTHON=/path/to/python3.11" >&2; exit 1; \
fi; \
echo "Making $(1) with $$found"; \
"$$found" -m venv --clear $(1) || { rm -rf $(1); echo "$(VENV_HELP)" >&2; exit 1; }
endef

# $(call install,FOLDER,EXTRAS,PIP OPTIONS): the project, editable. hatchling comes first, so that the
# build doesn't fetch another version of it into an environment of its own.
define install
$(1)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade $(3) pip hatchling
$(1)/bin/python -m pip install --quiet --no-build-isolation $(3) --editable '.[$(2)]'
endef

.DEFAULT_GOAL := help
.PHONY: help demo test format format-check lint types layers generate generated-check unit \
	gateway-inspect wheel bench bench-watch docs constraints clean

help:  ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUN_READY)  ## Follow 2,000 runs of three emulated services, live
	$(BIN)/python -m actionruns.cli demo

# The tests come last, so that their summary closes the log. One check after the other, whatever -j
# says: their output would mix, and two cores are soon full. `docs` is not among them: tests/docs builds
# the same site, as strictly.
test:  ## Check everything, as CI does
	@for check in format-check lint types layers generated-check wheel unit; do \
		echo "== $$check"; $(MAKE) --no-print-directory $$check || exit 1; \
	done

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
	$(BIN)/python -m actionruns.codegen write

generated-check: $(DEV_READY)  ## Check that the generated code is what the specs give
	$(BIN)/python -m actionruns.codegen check

unit: $(DEV_READY)  ## Run the tests with branch coverage (PYTEST_ARGS=... for a part of them)
	@$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(WORKERS) $(PYTEST_ARGS)
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# Another project's client, of another language, as its users start it. Not a part of `make test`:
# that needs no Node.js.
gateway-inspect: $(DEV_READY) $(INSPECTOR)  ## Ask the gateway by the MCP Inspector (needs npm)
	$(BIN)/python -m pytest tests/gateway/test_inspector.py

wheel: $(DEV_READY)  ## Build the wheel and use it in a clean environment
	$(BIN)/python -m tests.project.check_wheel

bench: $(DEV_READY)  ## Measure against raw aiohttp and pydantic, side by side
	$(BIN)/python -m benchmarks

# One server of the two is nginx. Debian has it where only administrators look.
bench-watch: export PATH := $(PATH):/usr/sbin
bench-watch: $(DEV_READY)  ## Measure how runs are followed, into docs/ (some minutes; root: installs nginx)
	@if ! command -v nginx >/dev/null && command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && apt-get install -qq -y --no-install-recommends nginx-light; \
	fi
	$(BIN)/python -m benchmarks.watch --write

docs: export NO_MKDOCS_2_WARNING = 1
docs: $(DEV_READY)  ## Build the documentation into site/
	$(BIN)/mkdocs build --strict

# With Python 3.11: what is pinned has to install there. A test looks whether 3.11.0 would do too.
constraints:  ## Pin the newest versions of all dependencies anew
	$(call make-venv,build/pin)
	$(call install,build/pin,$(DEV_EXTRAS))
	@echo '# The versions that make and CI install. Made by `make constraints`; not edited by hand.' \
		>build/pin/constraints.txt
	build/pin/bin/python -m pip freeze --all --exclude-editable --exclude setuptools \
		>>build/pin/constraints.txt
	mv build/pin/constraints.txt constraints.txt
	rm -rf build/pin

clean:  ## Remove everything that was made, .venv included
	rm -rf $(VENV) build dist site htmlcov .coverage .coverage.* .hypothesis .mypy_cache \
		.pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	$(call make-venv,$(VENV))

# The demo needs no more than users do; the rest comes with the first check.
$(RUN_READY): pyproject.toml constraints.txt | $(BIN)/python
	$(call install,$(VENV),$(RUN_EXTRAS),--constraint constraints.txt)
	@touch $@

$(DEV_READY): pyproject.toml constraints.txt | $(BIN)/python
	$(call install,$(VENV),$(DEV_EXTRAS),--constraint constraints.txt)
	@touch $@ $(RUN_READY)

$(INSPECTOR):
	npm install --prefix build/inspector --no-audit --no-fund --ignore-scripts \
		@modelcontextprotocol/inspector@$(INSPECTOR_VERSION)

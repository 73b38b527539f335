# SPDX-FileCopyrightText: 2026 The harvester authors
# SPDX-License-Identifier: EUPL-1.2

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 2
COVERAGE_FLOOR := 95
# Hundreds of crawls for one promise each: what they reach, shorter tests reach too, and counting
# lines would take them three quarters longer.
BROAD := tests/outcomes tests/year tests/kill tests/daemon/test_soak.py

.DEFAULT_GOAL := help
.PHONY: help install demo test lint unit test-integration test-long format requirements build clean

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | \
		while IFS='|' read -r name text; do printf '  make %-18s %s\n' "$$name" "$$text"; done

install: $(STAMP) ## Install everything into .venv; .venv/bin/harvester is ready then

$(STAMP): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: install ## Crawl the stand-in forges into .demo/, offline, and show what came of it
	@$(BIN)/python -m tests.demo

test: lint unit ## Check style, types, structure and licences, and run the tests

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: install
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(WORKERS) -m "not integration and not long" \
		$(addprefix --ignore=,$(BROAD))
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=$(COVERAGE_FLOOR)
	$(BIN)/python -m pytest -n $(WORKERS) -m "not integration and not long" $(BROAD)

test-integration: install ## Run the tests that need Debian packages, npm, schemathesis or the reference data
	tests/integration/prepare
	$(BIN)/reuse lint --quiet || $(BIN)/reuse lint
	$(BIN)/python -m pytest -n $(WORKERS) -m integration

test-long: install ## Run what takes long: years of the daemon and of a forge, hundreds of kills
	$(BIN)/python -m pytest -n $(WORKERS) -m long

format: install ## Put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

requirements: ## Pin the dependencies anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		pyproject.toml -o requirements/runtime.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		pyproject.toml --group test -o requirements/dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--group contract -o requirements/contract.txt

build: install ## Build the wheel into dist/
	$(BIN)/python -m build --no-isolation --wheel

clean: ## Remove what make made
	rm -rf $(VENV) .contract .demo build dist .coverage .coverage.* .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache

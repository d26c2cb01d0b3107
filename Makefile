# The two commands: `make run` (the demo company's night) and `make test` (every check).
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
SPARK_VENV := .venv-spark
DATE ?= 2026-06-30
SCALE ?= 1
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help run test dev bench lint format lock docs clean setup setup-dev setup-spark

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

# The pyproject and the locks decide what stands in the environment; nothing else does.
$(VENV)/.runtime: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what Sales Daybook needs into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@echo "Installing what the tests need into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

$(SPARK_VENV)/.ready: requirements-spark.lock
	@test -x $(SPARK_VENV)/bin/python || $(PYTHON) -m venv $(SPARK_VENV)
	@echo "Installing Spark into $(SPARK_VENV) ..."
	@$(SPARK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-spark.lock
	@touch $@

setup: $(VENV)/.runtime ## Set up the environment and read the dbt project once
	@$(BIN)/python -m orchestration.dbt

setup-dev: $(VENV)/.dev
setup-spark: $(if $(shell command -v java),$(SPARK_VENV)/.ready) ## Set up Spark for the test that builds on it; needs Java


run: setup ## Write the demo company's source files and run one night on them
	@$(BIN)/python -m ingestion.demo --to var/demo --date $(DATE) --scale $(SCALE)
	@$(BIN)/daybook run --date $(DATE)

test: setup-dev lint ## Every check: lint, types, layers, SQL, dbt, pytest with coverage
	@$(BIN)/python -m pytest -n 3 --dist loadgroup --cov --cov-report=term:skip-covered

lint: setup-dev ## Style, types, layers, SQL style, generated files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 dbt_project/models dbt_project/tests
	@$(BIN)/python -m quality.dbt_sources --check
	@$(BIN)/python -m quality.contract_docs --check
	@$(BIN)/python -m quality.mart_docs --check

format: setup-dev ## Put the code into its style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

dev: setup ## Open the Dagster page on http://127.0.0.1:3000
	@$(BIN)/daybook dev

bench: setup-dev ## Measure against named peers; writes benchmarks/RESULTS.md
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bench.lock
	@$(BIN)/python -m benchmarks

docs: setup-dev ## Regenerate the generated pages
	@$(BIN)/python -m quality.dbt_sources
	@$(BIN)/python -m quality.contract_docs
	@$(BIN)/python -m quality.mart_docs

# Spark has an environment of its own: beside pyspark, great_expectations ends the process at import.
lock: setup-dev ## Lock every dependency with its hashes
	@$(COMPILE) pyproject.toml --group dev --group bench -o requirements-all.tmp
	@$(COMPILE) pyproject.toml --constraints requirements-all.tmp -o requirements.lock
	@$(COMPILE) pyproject.toml --group dev --constraints requirements-all.tmp -o requirements-dev.lock
	@$(COMPILE) pyproject.toml --group bench --constraints requirements-all.tmp -o requirements-bench.lock
	@$(COMPILE) --group spark --constraints requirements.lock -o requirements-spark.lock
	@rm requirements-all.tmp

clean: ## Remove the environment and all state
	rm -rf $(VENV) $(SPARK_VENV) var dbt_project/target dbt_project/target.lock dbt_project/logs .pytest_cache .mypy_cache .ruff_cache

# `make` tells what there is. Everything runs in .venv, which the first target makes.
.DEFAULT_GOAL := help
.PHONY: help demo run test check static ruff mypy imports bench unused reference lock clean
.NOTPARALLEL:
BIN := .venv/bin
CONFIG ?= tocsin.yaml
ARGS ?=
BENCH_SECONDS ?= 1200
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header \
	--generate-hashes pyproject.toml --group build --extra postgres

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: ## a simulated exchange and Tocsin beside it, until Ctrl-C; ARGS="--once" plays one story
	@.ci/setup core
	@$(BIN)/tocsin demo $(ARGS)

run: ## the service: make run CONFIG=tocsin.yaml
	@.ci/setup core
	@$(BIN)/tocsin run --config $(CONFIG) $(ARGS)

test: ## pytest on all cores; ARGS="tests/incidents -k flapping" for a part, TOCSIN_REQUIRE=all so that nothing is skipped
	@.ci/setup dev
	@$(BIN)/pytest -n auto $(ARGS)

check: static ## everything that must hold: ruff, mypy --strict, import-linter, then the tests
	@$(BIN)/pytest -n auto $(ARGS)

static: ruff mypy imports ## the part of check that runs no code of ours

ruff:
	@.ci/setup dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

mypy:
	@.ci/setup dev
	$(BIN)/mypy

imports:
	@.ci/setup dev
	$(BIN)/lint-imports

bench: ## every benchmarks/bench_*.py, each against a peer, a floor or an aim; ends with 1 where an aim is missed
	@.ci/setup dev
	@status=0; found=$$(mktemp); export TOCSIN_BENCH_RESULTS=$$found OMP_NUM_THREADS=1; \
	for file in benchmarks/bench_*.py; do name=$$(basename $$file .py); echo "== $$name"; \
		timeout $(BENCH_SECONDS) $(BIN)/python -m benchmarks.$$name $(ARGS) || { status=1; echo "$$name failed"; }; done; \
	$(BIN)/python -m benchmarks.aims $$found || status=1; rm -f $$found; exit $$status

unused: ## public names that only tests use
	@.ci/setup dev
	@$(BIN)/python -m tests.unused

reference: ## what is made from the configuration's declarations again: its schema and its page
	@.ci/setup dev
	@$(BIN)/python -m tocsin.config.reference

lock: ## the requirements again from pyproject.toml, with hashes
	@.ci/setup dev
	$(LOCK) -o requirements/core.txt
	$(LOCK) --extra test --group dev -o requirements/dev.txt

clean: ## without .venv and the caches, as after a fresh clone
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist node_modules

# make run     sets up whatever is missing and starts the application (ARGS="--open clip.mp4")
# make test    lint, types, import contracts and all tests, offscreen
# make bench   the benchmark: a table on the screen and build/bench.json
# make lint    the checks that need no tests
# make package a wheel in dist/
PYTHON ?=
ARGS ?=
BIN := .venv/bin

.PHONY: run test lint bench package setup setup-dev clean

run: setup
	@$(BIN)/fer-desktop $(ARGS)

test: lint
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup-dev
	@$(BIN)/python -m tests.benchmarks $(ARGS)

package: setup-dev
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

setup:
	@PYTHON=$(PYTHON) packaging/set_up.sh run

setup-dev:
	@PYTHON=$(PYTHON) packaging/set_up.sh dev

clean:
	rm -rf build dist .venv

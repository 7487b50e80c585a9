# make run     sets up whatever is missing and starts the application (ARGS="--open clip.mp4")
# make test    lint, types, import contracts and all tests, offscreen (ARGS=--durations=25)
# make quick   the unit tests alone, in less than a minute (ARGS="-k crop")
# make lint    the checks that need no tests
# make bench   the benchmark: a table on the screen and build/bench.json
# make docs    the API reference in build/docs, from the docstrings
# make package a wheel in dist/
PYTHON ?=
ARGS ?=
BIN := .venv/bin
# Compiled files are kept, even where the environment says not to: each of some hundred programs
# that the tests start would compile the project again.
TEST := PYTHONDONTWRITEBYTECODE= QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest
# A process for each core, four at most; the tests of a file stay together. ARGS=-n0 uses none.
PARALLEL := -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: run test quick lint bench docs package setup setup-dev clean

run: setup
	@$(BIN)/fer-desktop $(ARGS)

test: lint
	@$(TEST) $(PARALLEL) $(ARGS)

quick: setup-dev
	@$(TEST) -m unit $(PARALLEL) $(ARGS)

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup-dev
	@$(BIN)/python -m tests.benchmarks $(ARGS)

docs: setup-dev
	@$(BIN)/python packaging/make_docs.py build/docs

package: setup-dev
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

setup:
	@PYTHON=$(PYTHON) packaging/set_up.sh run

setup-dev:
	@PYTHON=$(PYTHON) packaging/set_up.sh dev

clean:
	rm -rf build dist .venv

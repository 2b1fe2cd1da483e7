# The two commands a newcomer needs: make demo, make test. Both set up .venv by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev

.PHONY: demo test lint format bench cluster-test browser-test pictures lock clean
.DELETE_ON_ERROR:

demo: $(RUNTIME)
	$(BIN)/steward demo

test: $(DEV)
	$(BIN)/python -m pytest tests -n 4 --dist worksteal --ignore=tests/cluster --ignore=tests/browser

cluster-test: $(DEV)
	$(BIN)/python -m pytest tests/cluster

# Needs Debian's chromium, fonts-noto-cjk and fonts-noto-color-emoji.
browser-test: $(DEV)
	$(BIN)/python -m pytest tests/browser

pictures: $(DEV)
	$(BIN)/python -m tests.pictures

bench: $(DEV)
	$(BIN)/python -m tests.bench

lint: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Rewrites the lock files from pyproject.toml; the only target that needs uv on the PATH.
COMPILE := uv pip compile -q -U --universal -p 3.11 --generate-hashes --no-header --no-annotate \
  --no-emit-index-url --no-emit-find-links
lock:
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --group build -c requirements.lock -o requirements-build.lock
	$(COMPILE) pyproject.toml --group dev -c requirements.lock -c requirements-build.lock -o requirements-dev.lock

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Steward needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

PIP := $(BIN)/pip install --quiet --disable-pip-version-check

$(RUNTIME): requirements.lock requirements-build.lock pyproject.toml $(VENV)/bin/python
	$(PIP) --require-hashes --only-binary :all: -r requirements.lock -r requirements-build.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	$(PIP) --require-hashes -r requirements-dev.lock
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache dist

# Two commands to begin with: `make demo` and `make test`. Each sets up .venv by itself.

PYTHON ?= python3
BIN := .venv/bin
PIP := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip
TESTS ?=
ROWS := package:palmerpenguins/data/penguins.csv

# Say a command as one would type it, then run it.
define show
@printf '\n$$ %s\n' '$(1)'
@PATH="$(CURDIR)/$(BIN):$$PATH" $(1)
endef

.DEFAULT_GOAL := help
.PHONY: help demo test quick check format clean

help: ## show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-8s %s\n", $$1, $$2 }'

demo: .venv/.demo ## plan, run and predict with a recipe on real data
	$(call show,engine plan penguins)
	$(call show,engine run penguins)
	$(call show,engine predict penguins $(ROWS) -o outputs/demo_predictions.csv)
	$(call show,head -5 outputs/demo_predictions.csv)
	@printf '\nFor a file of your own, type:\n\n'
	@printf '    $(BIN)/engine init your.csv --target COLUMN\n    $(BIN)/engine run your\n'

test: .venv/.dev ## all tests of the core; TESTS="tests/recipe -k ranges" for some of them
	$(BIN)/python -m pytest -n auto $(TESTS)

quick: .venv/.dev ## the tests without those marked slow or chaos
	$(BIN)/python -m pytest -n auto -m "not slow and not chaos" $(TESTS)

check: .venv/.dev ## ruff, mypy, import-linter, sizes of files and functions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python tests/house/sizes.py

format: .venv/.dev ## put the code into the house's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove the environment and all caches; outputs stay
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3 ...' >&2; exit 1; }
	@echo 'Setting up .venv, once: about a gigabyte to download.'
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo 'On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }

.venv/.demo: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) install $(if $(CI),--quiet) -c constraints.txt -e '.[joblib,examples]'
	@touch $@

.venv/.dev: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) install $(if $(CI),--quiet) -c constraints.txt -e '.[boosting,excel,http,s3,sql,postgres,dask,joblib,dashboard,examples,test,dev]'
	@touch $@ .venv/.demo

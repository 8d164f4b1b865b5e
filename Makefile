.PHONY: demo test types sql-style setup lock format
PYTHON ?= python3
BIN := .venv/bin

demo: setup  ## set up, then run the whole job three times on the sandbox servers
	$(BIN)/exact-optiply demo

test: setup  ## set up, then run what CI runs: format, lint, types, SQL style, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(MAKE) --no-print-directory -j 2 types sql-style
	$(BIN)/pytest -n 2 --dist loadgroup

types: setup
	$(BIN)/mypy

sql-style: setup
	$(BIN)/sqlfluff lint --processes 2 dbt_project

setup: .venv/installed  ## the virtual environment, from the lock file

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix dbt_project

lock:  ## needs uv; hashes for every platform, no index address
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-strip-extras \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate --output-file requirements.lock

PYTHON ?= python3
UV ?= uv
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format docs bench soak golden lock

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.ready ## make .venv with everything the lock names

# The lock is for 3.11 and later; `make setup PYTHON=python3.12` chooses another.
.venv/.ready: pyproject.toml requirements/dev.lock tools/venv.sh
	@PYTHON="$(PYTHON)" sh tools/venv.sh
	@touch $@

demo: .venv/.ready ## segment the bundled orders and say where the dashboard is
	@.venv/bin/regulars demo

test: .venv/.ready ## run every test but the slow ones (and get Chromium and a small language model for them)
	@sh tools/browser.sh
	@$(PY) tools/model.py
	$(PY) -m pytest -n auto --dist loadfile $(TESTS)

check: .venv/.ready ## ruff, mypy, import-linter, sqlfluff, links in the docs, banned calls, stray paths
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/sqlfluff lint --disable-progress-bar src
	$(PY) tools/docs_links.py
	$(PY) tools/banned_calls.py src
	$(PY) tools/stray_paths.py

format: .venv/.ready ## let the formatters have their way
	.venv/bin/ruff check --fix --exit-zero
	.venv/bin/ruff format
	.venv/bin/sqlfluff fix --disable-progress-bar src

docs: .venv/.ready ## hold the docs to account: every link and every example
	$(PY) tools/docs_links.py
	$(PY) -m pytest -q src

bench: .venv/.ready ## measure speed and memory
	@for each in bench/*.py; do [ ! -e "$$each" ] || $(PY) "$$each" || exit 1; done

soak: .venv/.ready ## run the tests that take minutes (and get a larger language model for them)
	@$(PY) tools/model.py large
	$(PY) -m pytest -m soak -n auto -o faulthandler_timeout=14400 tests || [ $$? = 5 ]

golden: .venv/.ready ## write the golden SQL scripts anew; read the diff of each dialect
	$(PY) -m tests.golden_scripts

lock: ## pin the dependencies again, with hashes (needs uv; UPGRADE=--upgrade takes the newest)
	$(UV) pip compile $(LOCKING) -o requirements/core.lock
	$(UV) pip compile $(LOCKING) --group dev -c requirements/core.lock -o requirements/dev.lock

LOCKING = -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
          $(UPGRADE) pyproject.toml

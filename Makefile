# `make help` lists everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
POSTGRES_URL ?= postgres://$(shell id -un)@127.0.0.1:5432/postgres
TEST_REDIS_URL ?= redis://127.0.0.1:6379/0
TEST_PROCESSES ?= auto
# Files stay whole and in their order: those that wait much come before the many quick ones.
PYTEST := $(BIN)/python -m pytest -q -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder
LEFT_OUT := $(CURDIR)/.pytest_cache/left-out
REACT := clients/mcsreact
REACT_INSTALLED := $(REACT)/node_modules/.installed

.DEFAULT_GOAL := help
.PHONY: help install install-dev run seed lint test test-timing test-sqlite test-postgresql test-browser test-js install-react test-react lock bench clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-18s %s\n", $$1, $$2}'

install: $(VENV)/.installed ## Make the environment: .venv with pinned and hashed packages
install-dev: $(VENV)/.installed-dev ## The same with what tests and checks need

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "MissionScope needs Python 3.11 or newer: make install PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: install ## Start MissionScope in the foreground (http://127.0.0.1:8700)
	@exec $(BIN)/python manage.py up

seed: install ## Send the sample missions to the running MissionScope; print URL, login and a key
	@$(BIN)/python manage.py seed

lint: install-dev ## Style, types and the order of packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

test: lint ## Everything: lint, both databases, browser, JavaScript
	@mkdir -p $(dir $(LEFT_OUT)) && : > $(LEFT_OUT)
	@ended=0; MISSIONSCOPE_TEST_LEFT_OUT=$(LEFT_OUT) $(MAKE) --no-print-directory \
		test-timing test-sqlite test-postgresql test-browser test-js test-react || ended=$$?; \
	if [ -s $(LEFT_OUT) ]; then echo "Left out of the whole:"; cat $(LEFT_OUT); else echo "Nothing was left out."; fi; \
	exit $$ended

test-timing: install-dev ## Tests of how long something takes, one by one with nothing beside them
	$(BIN)/python -m pytest -q -m timing

test-sqlite: install-dev ## Tests on SQLite
	$(PYTEST) -m "not browser and not timing"

test-postgresql: install-dev ## Tests that touch a database or a server, on PostgreSQL and Redis
	@if $(BIN)/python -c 'import sys, psycopg; psycopg.connect(sys.argv[1], connect_timeout=5).close()' \
		"$(POSTGRES_URL)" 2>/dev/null; then DATABASE_URL=$(POSTGRES_URL) REDIS_URL=$(TEST_REDIS_URL) \
		$(PYTEST) -m "not browser and not timing" --database-only; \
	elif [ "$$MISSIONSCOPE_TEST_REQUIRE" = all ]; then echo "left out, and nothing may be: PostgreSQL (POSTGRES_URL)"; exit 1; \
	else echo "left out: everything on PostgreSQL (POSTGRES_URL)" | tee -a "$${MISSIONSCOPE_TEST_LEFT_OUT:-/dev/null}"; fi

test-browser: install-dev install-react ## Tests in a real browser
	$(PYTEST) -m browser --dist worksteal

test-js: ## Tests of the pure functions in static/js, by node
	@if [ -z "$$(find tests/js -name "*.test.*")" ]; then echo "no tests in tests/js"; exit 1; \
	elif command -v node >/dev/null; then node --test tests/js/; \
	elif [ "$$MISSIONSCOPE_TEST_REQUIRE" = all ]; then echo "left out, and nothing may be: tests/js (node)"; exit 1; \
	else echo "left out: tests/js (node)" | tee -a "$${MISSIONSCOPE_TEST_LEFT_OUT:-/dev/null}"; fi

$(REACT_INSTALLED): $(REACT)/package.json $(REACT)/package-lock.json
	cd $(REACT) && npm ci --prefer-offline --no-progress --loglevel=error
	@touch $@

install-react: ## The pinned packages that build and test the React component, where there is npm
	@if ! command -v npm >/dev/null; then echo "no npm: the React component is not tested"; \
	else $(MAKE) --no-print-directory $(REACT_INSTALLED) || echo "the React component's packages could not be had"; fi

test-react: install-react ## Types and tests of the React component, by node
	@if command -v npm >/dev/null && [ $(REACT_INSTALLED) -nt $(REACT)/package-lock.json ]; then cd $(REACT) && npm run --silent check && npm test --silent; \
	elif [ "$$MISSIONSCOPE_TEST_REQUIRE" = all ]; then echo "left out, and nothing may be: $(REACT) (npm)"; exit 1; \
	else echo "left out: $(REACT) (npm)" | tee -a "$${MISSIONSCOPE_TEST_LEFT_OUT:-/dev/null}"; fi

$(VENV)/lock/bin/uv: | $(BIN)/python
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check uv

lock: $(VENV)/lock/bin/uv ## Compile the pinned requirements from requirements*.in
	$< pip compile --quiet --no-header --universal --generate-hashes --python-version 3.11 -o requirements.txt requirements.in
	$< pip compile --quiet --no-header --universal --generate-hashes --python-version 3.11 -o requirements-dev.txt requirements-dev.in

bench: install-dev ## Measure
	$(BIN)/python -m bench

clean: ## Remove caches (not data)
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results

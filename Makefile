# `make` lists the verbs. Needed beforehand: make, git and Python 3.11 or newer with venv; everything else is fetched.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

HOST ?= 127.0.0.1
PORT ?= 8000
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
B := .venv/bin
DEMO = SANWEI_MODE=demo SANWEI_DATA_DIR=var/demo SANWEI_HOST=$(HOST) SANWEI_PORT=$(PORT)
export PATH := $(CURDIR)/$(B):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1
unexport PYTHONDONTWRITEBYTECODE  # a server that starts without its bytecode takes three times as long
export NPM_CONFIG_UPDATE_NOTIFIER := false

# uv reads no pip.conf: hand it the mirror the user gave to pip.
MIRROR = $(or $(UV_DEFAULT_INDEX),$(PIP_INDEX_URL),$(shell $(B)/pip config get global.index-url 2>/dev/null))
# uv is quick; where it is not to be had, or cannot reach what pip can, pip does the same from the same hashes.
install = $(if $(MIRROR),UV_DEFAULT_INDEX=$(MIRROR)) $(B)/uv pip install -q --python $(B)/python --require-hashes -r $(1) 2>/dev/null \
	|| $(B)/pip install -q --require-hashes --no-deps -r $(1)
quietly = report=$$($(1) 2>&1) || { echo "$$report"; exit 1; }
CLIENT_SOURCES := $(shell find clients shared -type f -not -path '*/node_modules/*' -not -path '*/gql/*' 2>/dev/null)

.PHONY: help
help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

## --- set-up: each stamp says that what it names is in place ---

.venv/.run: requirements/run.lock
	@test -n "$(PYTHON)" || { echo "Sanwei needs Python 3.11 or newer with venv. On Debian: apt-get install python3 python3-venv" >&2; exit 2; }
	@echo "Installing the server's packages ..."
	@test -x $(B)/python || $(PYTHON) -m venv .venv
	@$(B)/pip install -q uv==0.13.9 2>/dev/null || true
	@$(call install,$<)
	@$(B)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.run requirements/dev.lock
	@echo "Installing the test packages ..."
	@$(call install,requirements/dev.lock)
	@touch $@

node_modules/.all: package-lock.json | .venv/.run
	@echo "Installing the clients' packages ..."
	@npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

server/web/static/.built: $(CLIENT_SOURCES) package.json node_modules/.all
	@echo "Building the three apps ..."
	@$(call quietly,npm run --silent build)
	@touch $@

## --- verbs ---

.PHONY: run
run: .venv/.run ## set up, build, and start the demo at http://HOST:PORT (keeps its data)
	@test -e server/web/static/.built || $(MAKE) -j2 server/web/static/.built demo-told
	@$(MAKE) -s server/web/static/.built
	@$(DEMO) exec $(B)/sanwei run

# Before the first start the demo is told while the apps are built: `run` finds it there.
.PHONY: demo-told
demo-told: .venv/.run
	@echo "Telling the demo ..."
	@$(DEMO) $(B)/sanwei prepare >/dev/null

.PHONY: demo
demo: demo-reset ## the demo from its beginning: demo-reset, then run
	@$(MAKE) run

.PHONY: demo-reset
demo-reset: ## forget the demo's data; the next `make run` starts over
	rm -rf var/demo

# Whole servers that are killed, flooded or timed want the machine to themselves; `check` has run the contract.
ALONE := tests/edge tests/faults tests/processes tests/watch

.PHONY: test
test: check server/web/static/.built ## set up, then everything: check, unit tests, SQLite, PostgreSQL, Redis, Chromium
	@sh scripts/need.sh
	npm run --silent test
	$(B)/python -m pytest -n 2 --dist worksteal $(addprefix --ignore=,$(ALONE) tests/contract)
	$(B)/python -m pytest $(ALONE)

.PHONY: screens
screens: .venv/.dev server/web/static/.built ## a picture of every page in every mode, and what axe finds: make screens [APPS="citizen"]
	@sh scripts/need.sh
	@$(B)/python -m tests.screens $(APPS)

.PHONY: coverage
coverage: .venv/.dev server/web/static/.built ## run the server's tests and list the lines none of them reaches
	$(B)/python -m pytest --cov --cov-report=term

.PHONY: check
check: .venv/.dev node_modules/.all ## the fast half: format, lint, types, arrows between rooms, SDL and documents
	@$(MAKE) -j3 -O check-contract check-server check-clients

.PHONY: check-server
check-server:
	$(B)/ruff format --check -q
	$(B)/ruff check -q
	@$(call quietly,$(B)/lint-imports --no-logo)
	$(B)/mypy --no-error-summary

.PHONY: check-contract
check-contract:
	$(B)/python -m pytest tests/contract

.PHONY: check-clients
check-clients:
	@$(call quietly,npm run --silent codegen)
	npm run --silent typecheck
	npm run --silent lint

.PHONY: format
format: .venv/.dev node_modules/.all ## put Python, TypeScript and Vue into house style
	$(B)/ruff check -q --fix
	$(B)/ruff format -q
	npm run --silent format

.PHONY: schema
schema: .venv/.dev ## write shared/schema/*.graphql from the server's types
	$(B)/python -m server.schemas

.PHONY: docs
docs: .venv/.dev ## draw docs/flows/ from the transition tables
	$(B)/python -m scripts.flows

.PHONY: migration
migration: .venv/.dev ## write the revision that brings the store to today's tables: make migration m="orders: add …"
	@test -n "$(m)" || { echo 'Say what changes: make migration m="orders: add a closing date"' >&2; exit 2; }
	@mkdir -p var && rm -f var/migration.db
	SANWEI_DATABASE_URL=sqlite+aiosqlite:///var/migration.db $(B)/alembic upgrade head
	SANWEI_DATABASE_URL=sqlite+aiosqlite:///var/migration.db $(B)/alembic revision --autogenerate -m "$(m)"
	@rm -f var/migration.db
	$(B)/ruff format -q server/migrations/versions

tests/bench/peers/node_modules/.all: tests/bench/peers/package-lock.json | .venv/.run
	@echo "Installing what the benchmarks compare with ..."
	@cd tests/bench/peers && npm ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

BENCH = $(B)/python -m tests.bench.run $(if $(ONLY),--only $(ONLY))

.PHONY: bench
bench: .venv/.dev tests/bench/peers/node_modules/.all ## measure against the targets, up to 10 million orders (some: make bench ONLY=P1,P5)
	@$(BENCH)

.PHONY: bench-quick
bench-quick: .venv/.dev tests/bench/peers/node_modules/.all ## the same, up to 100 thousand orders, in five minutes
	@$(BENCH) --quick

.PHONY: bench-peak
bench-peak: .venv/.dev ## ten times a district's busiest hour, against one server
	@$(B)/python -m tests.bench.peak

.PHONY: bench-fresh
bench-fresh: .venv/.dev ## how long `make run` takes in a fresh clone
	@$(B)/python -m tests.bench.fresh

.PHONY: bench-clean
bench-clean: ## forget the benchmarks' data, up to 40 GB
	rm -rf var/bench tests/bench/peers/node_modules

.PHONY: lock
lock: .venv/.dev ## resolve the dependencies anew and write the hash-pinned lists
	$(B)/uv lock --upgrade
	$(B)/uv export -q --no-emit-project --no-annotate --no-header --no-default-groups --group build -o requirements/run.lock
	$(B)/uv export -q --no-emit-project --no-annotate --no-header --no-default-groups --group build --group dev -o requirements/dev.lock
	npm update --package-lock-only --no-audit --no-fund

.PHONY: clean
clean: ## remove everything that can be made again; keeps var/
	rm -rf .venv node_modules clients/*/node_modules shared/web/node_modules server/web/static shared/web/gql *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage test-results

# Lineside. `make demo` and `make test` need nothing before them but a clone and a Python from 3.11 to 3.14.

.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
CANDIDATES := python3 python3.13 python3.12 python3.11 python3.14
SUITABLE := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))
DEVELOPS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))

# The first Python that really runs, is new enough and can make a venv; else one that lacks only python3-venv.
define BOOTSTRAP
for test in "$(SUITABLE)" "$(DEVELOPS)"; do \
  for python in $(if $(PYTHON),"$(PYTHON)",$(CANDIDATES)); do \
    if "$$python" -c "$$test" >/dev/null 2>&1; then exec "$$python" packaging/dev/bootstrap.py $(1); fi; \
  done; \
done; \
echo "No suitable Python among: $(or $(PYTHON),$(CANDIDATES)). Lineside needs Python 3.11 to 3.14:" \
  "install one, or name it with 'make ... PYTHON=/path/to/python3'." >&2; exit 1
endef

# Options of the demo: make demo ERP=tryton SMOKE=20 REPLAY=file SPEED=60 SEED=7 PLANT=plant.toml ARGS="--data /tmp/d"
DEMO := $(if $(STATIONS),--stations $(STATIONS)) $(if $(ERP),--erp $(ERP)) $(if $(SMOKE),--smoke $(SMOKE) --screenshots .demo/screenshots --report .demo/report.json) \
  $(if $(REPLAY),--replay "$(REPLAY)") $(if $(SPEED),--speed $(SPEED)) $(if $(SEED),--seed $(SEED)) \
  $(if $(PLANT),--plant "$(PLANT)") $(ARGS)

.PHONY: help setup setup-test demo run test lint format lock bench faults screens manual bundle package test-package audit clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: ## make .venv and install the locked dependencies
	@$(call BOOTSTRAP,run)

setup-test: ## the same, with what the tests need beside it (Xvfb, Postgres, Node, Tryton)
	@$(call BOOTSTRAP,test)

demo: setup ## open Lineside on a simulated plant (STATIONS= ERP= SMOKE= REPLAY= SPEED= SEED= PLANT= ARGS=)
	@$(if $(SMOKE),mkdir -p .demo/screenshots)
	@$(if $(filter tryton,$(ERP)),$(BIN)/python -m drivers.demo_tryton --prepare)
	@$(BIN)/lineside demo $(DEMO)

run: setup ## open Lineside: the guide asks what, or make run PLANT=plant.toml
	@$(BIN)/lineside $(if $(PLANT),run --plant "$(PLANT)") $(ARGS)

test: setup-test ## pass every check and every test (ARGS= goes to pytest)
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest $(ARGS)

lint: setup ## ruff, mypy strict, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy app drivers ui
	$(BIN)/lint-imports

format: setup ## put the code into the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

LOCK := pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock"

lock: ## renew every lock from pyproject.toml and packaging/ (needs uv on the PATH, or UV=path; ARGS=--upgrade)
	$(or $(UV),uv) $(LOCK) --extra dev --output-file requirements.lock pyproject.toml $(ARGS)
	$(or $(UV),uv) $(LOCK) --constraint requirements.lock --output-file packaging/pyinstaller/requirements.lock \
	  pyproject.toml packaging/pyinstaller/requirements.in $(ARGS)
	$(or $(UV),uv) $(LOCK) --output-file packaging/supply/requirements.lock packaging/supply/requirements.in $(ARGS)

bench: setup ## run every benchmark
	@$(BIN)/python -m tests.bench

bench-%: setup ## run one benchmark: make bench-demo
	@$(BIN)/python -m tests.bench.$(subst -,_,$*)

faults: setup-test ## cut, kill and confuse controllers at nightly size; fails unless every goal is met (ARGS=--short)
	@$(BIN)/python -m tests.faults $(ARGS)

screens: setup ## draw every screen of the demo in both themes into .demo/screenshots
	@$(MAKE) --no-print-directory demo SMOKE=30

manual: setup ## write the manual's pages that are made from tables, its drawings and its pictures
	@$(BIN)/python -m app.manual resources/manual
	@$(BIN)/python -m tests.ui.manual_pictures resources/manual/pictures

bundle: setup ## make the executable with everything it needs in build/dist/lineside, with its licences
	@$(BIN)/python packaging/bundle.py

package: bundle ## build the .deb and its bill of materials under dist/ (takes minutes)
	@$(BIN)/python packaging/linux/deb.py

test-package: setup-test ## install dist/*.deb in a clean Debian root, smoke-test, remove it (nightly; needs root, make package)
	@$(BIN)/python -m pytest -rP tests/packaging/install.py $(ARGS)

audit: setup ## look for known faults in every locked dependency (needs the network)
	@$(BIN)/python packaging/supply/audit.py

clean: ## remove .venv, caches, what was built and what demos left here
	rm -rf .venv .demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf tests/system/rig/node_modules

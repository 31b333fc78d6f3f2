# Everything a person or a build machine runs. Each target works from a fresh clone and makes its environment first.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# uv of the machine when it works, or one of our own in .uv; nobody's Python is touched.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .uv/bin/uv)
READY := .venv/.ready
PYTHON := .venv/bin/python
# The tests with generated TypeScript clients, with the Postman collection and with the connect window need npm, the last
# also Debian's chromium; without them they are skipped.
NODES := tests/api/clients tests/link/page
NODE_READY := $(if $(shell command -v npm),$(NODES:=/node_modules/.ready))
# Two processes: the suite starts a PostgreSQL in each, and most machines that build have two cores.
WORKERS ?= 2

# `make faults ROUNDS=20 SEED=7` plays other rounds.
ROUNDS ?= 200

.PHONY: help run test check fix bench faults real postman new clean

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## Start Crossdock on http://127.0.0.1:8000, database and sandboxes included
	@exec .venv/bin/crossdock serve

test: $(READY) $(NODE_READY) ## Run everything the build runs: format, lint, types, layers, generated files, tests
	@$(PYTHON) scripts/check.py
	@$(PYTHON) -m pytest -n $(WORKERS)

ifdef NAME
check: $(READY) ## The same as test; with NAME=tryton only the tests of that integration
	@$(PYTHON) scripts/check.py --integration '$(NAME)'
else
check: test
endif

fix: $(READY) ## Repair what can be repaired: format, lint, generated files
	@$(PYTHON) scripts/check.py --fix

bench: $(READY) ## Measure, as ratios in one run
	@$(UV) sync --quiet --locked --group bench
	@$(PYTHON) -m bench

faults: $(READY) ## Kill, freeze and restart real processes for 200 rounds, and check what they promise
	@$(PYTHON) -m faults --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED))

real: $(READY) $(NODE_READY) ## Install and start Tryton and Vendure, and run the example against both
	@PATH="$(CURDIR)/.uv/bin:$$PATH" $(PYTHON) -m real

postman: $(READY) $(NODE_READY) ## Run the Postman collection against a fresh server (needs npm)
	@$(PYTHON) scripts/postman.py

new: $(READY) ## Write the folder of a new integration: make new NAME=acme TYPE=wms
	@$(PYTHON) -m crossdock.scaffold '$(NAME)' '$(TYPE)'
	@$(PYTHON) scripts/generate_docs.py

clean: ## Remove the environment and caches; data folders stay
	rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .grimp_cache

$(READY): pyproject.toml uv.lock $(filter .uv/bin/uv,$(UV))
	@$(UV) sync --quiet --locked
	@touch $@

$(NODES:=/node_modules/.ready): %/node_modules/.ready: %/package-lock.json
	@npm ci --silent --no-fund --no-audit --prefix $*
	@touch $@

# Where Debian's python3-venv is missing, pip can still put uv into a folder.
.uv/bin/uv:
	@echo "uv is not installed; putting it into .uv"
	@(python3 -m venv .uv && .uv/bin/python -m pip install --quiet uv) >/dev/null 2>&1 \
	  || (rm -rf .uv && python3 -m pip install --quiet --target .uv uv)
	@echo "*" > .uv/.gitignore

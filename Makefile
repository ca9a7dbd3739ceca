# The commands of this repository; `make` or `make help` lists them.
# Needs Python 3.11 or newer and make; everything else is installed into .venv, tests/*/node_modules and
# examples/node_modules.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# The first Python that is new enough; `make PYTHON=…` overrides.
PYTHON = $(shell .ci/find-python)
BIN := .venv/bin
RUN_READY := .venv/.installed-run
DEV_READY := .venv/.installed-dev
SUPERVISED = INSTANCE_PATH=$${INSTANCE_PATH:-$(CURDIR)/instance} \
	METRICS_PORT_PREFIX=$${METRICS_PORT_PREFIX:-91} PYTHON=$(BIN)/python WORKERS=$(WORKERS) \
	exec $(BIN)/supervisord -c deploy/supervisord.conf
NODE_READY := $(patsubst %/package-lock.json,%/node_modules/.package-lock.json,$(wildcard tests/*/package-lock.json examples/package-lock.json))

.PHONY: help run setup dev test soak bench bench-scale check format docs screenshots clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup  ## Serve on http://127.0.0.1:8000 (HOST, PORT, … : docs/settings.md); WORKERS=4 from four processes
	@$(if $(WORKERS),$(SUPERVISED),exec $(BIN)/python wsgi.py)

setup: $(RUN_READY)  ## Migrate the database and make the first administrator (`run` does)
	@$(BIN)/flask --app wsgi setup

dev: $(DEV_READY) $(NODE_READY)  ## Install what tests and checks need

test: dev  ## Run every test; ARGS goes to pytest: make test ARGS='-k restart'
	@.ci/need chromium firefox node npm nginx gcc
	@$(BIN)/python -m pytest -n auto --dist loadscope --no-loadscope-reorder $(ARGS)

soak: dev  ## Faults at random under load, MINUTES=30, and what came of it
	@$(BIN)/python -m tests.faults.soak --minutes $(or $(MINUTES),30)

bench: dev  ## Measure beside other servers; ARGS go to it: make bench ARGS='--only ours,c --connections 1000'
	@$(BIN)/python -m benchmarks $(ARGS)

bench-scale: dev  ## Measure six processes full of tabs, and their restart; ARGS='--processes 2 --tabs 1000'
	@$(BIN)/python -m benchmarks.scale $(ARGS)

check: dev  ## Lint, formatting and strict types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(DEV_READY)  ## Format the code and fix what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: dev  ## Write anew what is generated: docs/settings.md, docs/cli.md, the client's types, recipes and sizes
	$(BIN)/flask --app wsgi reference settings > docs/settings.md
	$(BIN)/flask --app wsgi reference cli > docs/cli.md
	$(BIN)/python -m tests.package.packing
	$(BIN)/python -m tests.package.snippets
	$(BIN)/python -m tests.package.sizes

screenshots: dev  ## Take the pictures in docs/images anew; look at each
	@.ci/need chromium
	@$(BIN)/python -m tests.screenshots

clean:  ## Remove what was installed and cached; the data in instance/ stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .make tests/*/node_modules examples/node_modules examples/build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)"
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; \
	  echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(RUN_READY): requirements.txt | $(BIN)/python
	@echo "Installing requirements.txt into .venv …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(DEV_READY): requirements-dev.txt requirements.txt | $(BIN)/python
	@echo "Installing requirements-dev.txt into .venv …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(RUN_READY)

%/node_modules/.package-lock.json: %/package-lock.json
	@.ci/need node npm
	@npm ci --prefix $(dir $<) --no-audit --no-fund --loglevel=error
	@touch $@

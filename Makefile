# Everything a developer does with the mall. Needs Python 3.11 or newer and make; `make` alone shows what there is.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(firstword $(foreach name,python3 python3.13 python3.12 python3.11 python3.14,\
	$(if $(shell $(name) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null),$(name))))
UV_VERSION := 0.13.9

RUN := .venv/bin/python
LOCAL := $(RUN) -m infra.local

export PYTHONPATH := layers/mall/python
export UV_PYTHON_DOWNLOADS := never
export SAM_CLI_TELEMETRY := 0
export UV := $(CURDIR)/.venv-uv/bin/uv
# Credentials of nobody: tools that only look at templates ask for some, and none of these commands may touch AWS.
AS_NOBODY := AWS_ACCESS_KEY_ID=nobody AWS_SECRET_ACCESS_KEY=nobody AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^## /{printf "\n%s\n", substr($$0, 4)} /^[a-z-]+:.*## /{printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

## Running the mall on this machine
.PHONY: up down clean deploy pages status story logs redrive
up: .venv/.ready .venv-emulator/.ready ## Start the mall, deploy what changed, print addresses and accounts
	@$(LOCAL) up

deploy: .venv/.ready ## Deploy what changed to the running mall
	@$(LOCAL) deploy

pages: .venv/.ready ## Render and publish every page of the running mall
	@$(LOCAL) publish

status: .venv/.ready ## Print addresses and accounts again
	@$(LOCAL) status

story: .venv/.ready ## Play one whole purchase in the running mall, step by step
	@$(LOCAL) story

logs: .venv/.ready ## Show what functions log: make logs FUNCTION=users
	@$(LOCAL) logs --follow $(FUNCTION)

redrive: .venv/.ready ## Send dead letters back to their queues: make redrive QUEUE=orders
	@$(LOCAL) redrive $(QUEUE)

down: .venv/.ready ## Stop the mall and keep its data
	@$(LOCAL) down

clean: .venv/.ready ## Stop the mall and wipe its data
	@$(LOCAL) clean

## Changing it
.PHONY: check format requirements api assets
# Two at a time, each one's output in one piece.
check: .venv/.ready .venv-sam/.ready ## Format, lint, types, who imports whom, stale files, migrations, templates
	@$(MAKE) -j 2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) check-templates check-types check-build check-style check-files

format: .venv/.ready ## Format the code and repair what can be repaired
	.venv/bin/ruff check --fix --quiet . || true
	.venv/bin/ruff format .

api: .venv/.ready ## Write infra/api/openapi.yaml from the routes
	$(RUN) -m infra.api

assets: .venv/.ready ## Write the addresses of the storefront's assets after one changed
	$(RUN) -m infra.web

requirements: .venv/.ready ## Write the layers' lists of packages from uv.lock
	$(RUN) -m infra.local.vendor

.PHONY: check-style check-types check-files check-templates check-build
check-style:
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports

check-types:
	.venv/bin/mypy layers/mall/python

check-files:
	$(RUN) -m infra.local.vendor --check
	$(RUN) -m infra.api --check
	$(RUN) -m infra.web --check
	$(RUN) -m mall.sql lint

check-templates:
	.venv/bin/cfn-lint template.yaml infra/stacks/*.yaml infra/modules/*.yaml

check-build:
	@$(AS_NOBODY) .venv-sam/bin/sam validate --lint
	@echo "sam build"; mkdir -p .aws-sam; $(AS_NOBODY) .venv-sam/bin/sam build --cached --parallel >.aws-sam/build.log 2>&1 || { cat .aws-sam/build.log; exit 1; }

## Testing it
.PHONY: test test-unit test-functional test-sagas test-infra test-browser test-local bench bench-purchase bench-shoppers storefront lighthouse
test: .venv/.ready .venv-emulator/.ready .venv-sam/.ready ## Run every test
	@# Hundreds of processes that the tests start find the code compiled.
	@$(RUN) -m compileall -q -j 0 layers/mall/python functions infra tests
	.venv/bin/pytest -n auto --dist loadgroup tests

test-unit: .venv/.ready ## Rules without any store; no sockets
	.venv/bin/pytest tests/unit

test-functional: .venv/.ready ## Each function through its handler, with fakes of AWS and a real PostgreSQL
	.venv/bin/pytest -n auto tests/functional

test-sagas: .venv/.ready ## State machines in process
	.venv/bin/pytest tests/sagas

test-infra: .venv/.ready .venv-sam/.ready ## House rules, templates and permissions
	.venv/bin/pytest tests/infra

test-browser: .venv/.ready ## The storefront in Chromium, with an API that stands in
	.venv/bin/pytest tests/browser

test-local: .venv/.ready .venv-emulator/.ready ## The deployed mall, over HTTP
	.venv/bin/pytest tests/local

bench: .venv/.ready ## Measure against the goals; figures go to .mall/bench.json
	$(RUN) -m tests.bench

bench-purchase: .venv/.ready ## What one purchase costs, step by step and in dollars
	$(RUN) -m tests.bench.purchase

bench-shoppers: .venv/.ready ## Eight shoppers at once in the running mall; figures go to .mall/bench.json
	$(RUN) -m tests.bench.shoppers

storefront: .venv/.ready ## The storefront without the mall, with an API that stands in: make storefront [PORT=…]
	@$(RUN) -m tests.browser $(PORT)

lighthouse: .venv/.ready ## Measure the storefront's pages; needs Chromium and npm
	$(RUN) -m tests.browser.lighthouse

## AWS
.PHONY: build site
build: .venv-sam/.ready ## Build what `.venv-sam/bin/sam deploy --guided` then deploys
	.venv-sam/bin/sam build --parallel
	@echo "Now: .venv-sam/bin/sam deploy --guided --capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND"

site: .venv/.ready ## Put the site into the bucket of a deployed mall: make site BUCKET=…
	$(RUN) -m infra.local.site $(BUCKET)

## In a shell: `source .venv/bin/activate`, then `pytest tests/unit -k money`, `python -m infra.local logs users`

# ── Environments: made once, and again when uv.lock changes ─────────────────────────────────────────────────────────
.venv-uv/.ready: Makefile
	@[ -n "$(PYTHON)" ] || { echo "The mall needs Python 3.11 or newer, and this machine has $$(python3 --version 2>/dev/null || echo none)." >&2; exit 1; }
	@[ -x $(UV) ] && [ "$$($(UV) --version | cut -d' ' -f2)" = $(UV_VERSION) ] || { \
	  $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv." >&2; exit 1; }; \
	  echo "Installing uv $(UV_VERSION) into .venv-uv"; \
	  $(PYTHON) -m venv .venv-uv; \
	  .venv-uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); }
	@touch $@

SYNC = $(UV) sync --frozen --compile-bytecode --quiet --python $(PYTHON)

.venv/.ready: uv.lock pyproject.toml .venv-uv/.ready
	@echo "Installing the mall's packages into .venv"
	@$(SYNC)
	@touch $@

.venv-emulator/.ready: uv.lock pyproject.toml .venv-uv/.ready
	@echo "Installing the emulator into .venv-emulator"
	@UV_PROJECT_ENVIRONMENT=.venv-emulator $(SYNC) --only-group emulator
	@touch $@

.venv-sam/.ready: uv.lock pyproject.toml .venv-uv/.ready
	@echo "Installing the SAM command line into .venv-sam"
	@UV_PROJECT_ENVIRONMENT=.venv-sam $(SYNC) --only-group sam
	@touch $@

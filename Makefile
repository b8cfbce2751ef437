# Polydesk's commands. `make run` and `make test` work from a fresh clone; they need Python 3.11 or newer, and make.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
export PORT DATA FRESH FULL
# Some environments forbid Python to keep what it compiles; each process of the tests would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test replay e2e chaos machine bench deploy dead destroy account setup lint format lock clean

help:   ## this list
	@grep -E '^[a-z0-9]+: .*##' $(MAKEFILE_LIST) | sed 's/: .*## /\t/'

# Two steps, because a desk runs without what its tests need: the second adds to the first. Each has its lock, which says what every
# file must hash to; nothing else is installed, and nothing is built here.
INSTALL := $(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --only-binary :all: --require-hashes
$(VENV)/run: requirements-local.lock
	@test ! -L $(VENV) || { echo "$(VENV) is a link: what it leads to belongs to another checkout, and would be emptied" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(INSTALL) -r requirements-local.lock
	touch $@

$(VENV)/ready: $(VENV)/run requirements-dev.lock
	$(INSTALL) -r requirements-dev.lock
	touch $@

# Node and npm are in the environment. Nothing that a package brings is run to install it.
NPM := $(BIN)/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --prefix
# The libraries of the pages, put where they are served from. A desk that has them needs no network.
WEB := infra/web
LIBRARIES := chalicelib/pages/libraries
$(LIBRARIES)/licenses.txt.gz: $(WEB)/package-lock.json infra/libraries.py | $(VENV)/run
	$(NPM) $(WEB)
	$(BIN)/python -m infra.libraries

# tsc and eslint, for the widget's script and the pages' modules.
JS := tests/javascript
$(JS)/node_modules/.package-lock.json: $(JS)/package-lock.json | $(VENV)/ready
	$(NPM) $(JS)
	touch $@

run: $(VENV)/run $(LIBRARIES)/licenses.txt.gz   ## all of it on this machine: PORT=8000 DATA=.local FRESH=1
	@exec $(BIN)/python -m infra.local

test: lint   ## format, lint, types, import rules, all tests and what they reach
	$(BIN)/python -m pytest -p tests.coverage

e2e: $(VENV)/ready $(LIBRARIES)/licenses.txt.gz   ## deploys the real zip to an emulator that runs it, talks to it; asks all it describes; deploys, breaks, resumes, destroys
	$(BIN)/python -m pytest -o addopts= --verbose tests/e2e

chaos: $(VENV)/ready $(LIBRARIES)/licenses.txt.gz   ## the local desk under chats, killed at random, then recounted: MINUTES=5 SEED=…
	@$(BIN)/python -m tests.chaos --minutes "$(or $(MINUTES),5)" $(if $(SEED),--seed "$(SEED)")

machine: $(VENV)/ready   ## a desk whose events come in any order and twice, and whose processes die, for longer than `make test`: RUNS=1000
	MACHINE_EXAMPLES="$(or $(RUNS),1000)" $(BIN)/python -m pytest -n 0 tests/machine

lint: $(VENV)/ready $(JS)/node_modules/.package-lock.json $(LIBRARIES)/licenses.txt.gz   ## format, lint, types, import rules, the templates, the widget's script
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/cfn-lint infra/template.yaml infra/watch.yaml
	@$(BIN)/node $(JS)/node_modules/.bin/tsc --project $(JS)
	@$(BIN)/node $(JS)/node_modules/.bin/tsc --project $(JS)/tsconfig.pages.json
	@$(BIN)/node $(JS)/node_modules/.bin/eslint --config $(JS)/eslint.config.js chalicelib

format: $(VENV)/ready   ## writes the format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

replay: $(VENV)/run   ## real chats into a running desk: FILE=… LIMIT=n
	@$(BIN)/python -m infra.replay "$(FILE)" --limit "$(or $(LIMIT),100)"

deploy: $(VENV)/run $(LIBRARIES)/licenses.txt.gz   ## onto AWS, safe to repeat: STAGE=… AWS_REGION=… WATCH=who.is@told.of.alarms
	@$(BIN)/python -m infra.deploy "$(STAGE)" $(if $(WATCH),--watch "$(WATCH)")

dead: $(VENV)/run   ## dead letters: STAGE=local DO=list|show|replay|drop QUEUE=… ID=… ALL=1
	@$(BIN)/python -m infra.dead "$(or $(STAGE),local)" "$(or $(DO),list)" $(if $(QUEUE),--queue "$(QUEUE)") $(if $(ID),--id "$(ID)") $(if $(ALL),--all)

destroy: $(VENV)/run   ## the code of a stage, not its data: STAGE=… DATA_TOO=yes
	@$(BIN)/python -m infra.destroy "$(STAGE)" --data-too "$(or $(DATA_TOO),no)"

account: $(VENV)/run   ## an account on a deployed desk, its secrets told once: STAGE=… NAME=… EMAIL=…
	@POLYDESK_STAGE="$(STAGE)" $(BIN)/python -m infra.account "$(NAME)" "$(EMAIL)"

setup: $(VENV)/run   ## a link with which a company opens an account on a deployed desk, once: STAGE=… ADDRESS=https://…
	@POLYDESK_STAGE="$(STAGE)" $(BIN)/python -m infra.setup --address "$(ADDRESS)"

bench: $(VENV)/ready   ## the budgets, measured: SECTIONS="capacity search webhooks privacy cpu cold cost peer burst importing" FULL=1; needs npm, for an emulator of true units
	@$(BIN)/python -m tests.bench $(SECTIONS)

# For every platform and each Python from 3.11 on. What is pinned already stays, unless UPGRADE=1.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --only-binary :all: \
  --no-header --no-annotate --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)
lock: $(VENV)/ready   ## resolves requirements*.txt into the locks, with hashes: UPGRADE=1 takes the newest
	$(LOCK) requirements-dev.txt --output-file requirements-dev.lock
	$(LOCK) requirements-local.txt --constraint requirements-dev.lock --output-file requirements-local.lock
	$(LOCK) requirements-opensearch.txt --constraint requirements-dev.lock --output-file requirements-opensearch.lock

clean:  ## removes the environment and the local data
	rm -rf $(VENV) $(JS)/node_modules $(WEB)/node_modules $(LIBRARIES) .local .mypy_cache .pytest_cache .ruff_cache .hypothesis

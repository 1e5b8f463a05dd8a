# make chat   set up once, index seeds/ if there is no index, open the chat page
# make test   set up once, run the whole suite
# Works with GNU make 3.81 (macOS) and later. PIP_ARGS goes to pip as it is.

PYTHON   ?= python3
VENV     ?= .venv
PIP_ARGS ?=
ARGS     ?=

VPYTHON := $(VENV)/bin/python
READY   := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

.PHONY: help venv chat test check format eval need-sets train reader calibrate clean

help:
	@echo 'make chat       open the chat page on 127.0.0.1:7860 (first start: sets up and indexes seeds/)'
	@echo 'make test       run the whole test suite'
	@echo 'make check      ruff, mypy --strict, import contracts'
	@echo 'make eval       FILE=questions.jsonl [ARGS="--contexts --limit 500"]: measure answers'
	@echo 'make train      SETS=folder: train the reader; run again to go on after a stop'
	@echo 'make reader     SETS=folder: export the trained reader, measure it, put it in its place'
	@echo 'make calibrate  SETS=folder: fit ranking, confidence and thresholds again'
	@echo 'make clean      remove the environment and all caches; the index stays'
	@echo 'PYTHON=python3.12 and PIP_ARGS="..." choose the interpreter and what pip is told'

venv: $(READY)

# A stamp is written only when its step went well, so that a broken set-up is done again.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "qa_bot needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "Name one that is: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "The environment could not be made. On Debian and Ubuntu: apt install python3-venv" >&2; \
	  exit 1; }
	@touch $@

$(READY): pyproject.toml $(VENV)/.made
	$(VPYTHON) -m pip install --disable-pip-version-check $(PIP_ARGS) -e .
	@touch $@

$(READY_DEV): pyproject.toml $(VENV)/.made
	$(VPYTHON) -m pip install --disable-pip-version-check $(PIP_ARGS) -e '.[dev,train]'
	@touch $@ $(READY)

chat: $(READY)
	@$(VPYTHON) app.py

test: $(READY_DEV)
	$(VPYTHON) -m pytest $(ARGS)

check: $(READY_DEV)
	$(VPYTHON) -m ruff check .
	$(VPYTHON) -m ruff format --check .
	$(VPYTHON) -m mypy
	$(VENV)/bin/lint-imports

format: $(READY_DEV)
	$(VPYTHON) -m ruff check --fix .
	$(VPYTHON) -m ruff format .

eval: $(READY)
	@test -n "$(FILE)" || { echo 'Name a file: make eval FILE=questions.jsonl ARGS=--contexts' >&2; exit 2; }
	@$(VPYTHON) -m qa_bot eval "$(FILE)" $(ARGS)

# SETS names a folder of sets (.jsonl.gz); it may have subfolders.
need-sets:
	@test -n "$(SETS)" || { echo 'Name the folder of sets: make $(MAKECMDGOALS) SETS=folder' >&2; exit 2; }

train: need-sets $(READY_DEV)
	$(VPYTHON) -m qa_bot.training.train_reader "$(SETS)" $(ARGS)

reader: need-sets $(READY_DEV)
	$(VPYTHON) -m qa_bot.training.export_reader "$(SETS)" $(ARGS)

calibrate: need-sets $(READY_DEV)
	$(VPYTHON) -m qa_bot.training.calibrate "$(SETS)" $(ARGS)

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

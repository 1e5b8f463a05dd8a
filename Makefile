# make chat   set up once, index seeds/ if there is no index, open the chat page
# make test   set up once, run the whole suite
# Works with GNU make 3.81 (macOS) and later. PIP_ARGS goes to pip as it is.

PYTHON   ?= python3
VENV     ?= .venv
PIP_ARGS ?=
ARGS     ?=
BASE     ?= minilm
TEACHER  ?=
DEVICE   ?= cpu
RUNS     ?= runs
PASSES   ?= 1

VPYTHON := $(VENV)/bin/python
READY   := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

.PHONY: help venv chat test check format eval need-eval-data need-sets train reader calibrate clean

help:
	@echo 'make chat       open the chat page on 127.0.0.1:7860 (first start: sets up and indexes seeds/)'
	@echo 'make test       run the whole test suite'
	@echo 'make check      ruff, mypy --strict, import contracts'
	@echo 'make eval       QA_BOT_EVAL_DATA=folder: measure all sets, write docs/evaluation.md, check the gate'
	@echo '                [ARGS=--quick]; or FILE=questions.jsonl [ARGS="--contexts --limit 500"]: one file'
	@echo 'make train      SETS=folder [BASE= TEACHER= DEVICE= PASSES=]: train the reader; goes on after a stop'
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

# One file needs the package alone; the whole evaluation draws, which takes matplotlib.
eval: need-eval-data $(if $(FILE),$(READY),$(READY_DEV))
ifdef FILE
	@$(VPYTHON) -m qa_bot eval "$(FILE)" $(ARGS)
else
	@$(VPYTHON) -m qa_bot.evaluation "$(QA_BOT_EVAL_DATA)" $(ARGS)
endif

need-eval-data:
	@test -n "$(FILE)$(QA_BOT_EVAL_DATA)" || { \
	  echo 'Name the folder of evaluation sets: make eval QA_BOT_EVAL_DATA=folder' >&2; \
	  echo 'or one file of questions: make eval FILE=questions.jsonl ARGS=--contexts' >&2; exit 2; }

# SETS names a folder of sets (.jsonl.gz); it may have subfolders.
need-sets:
	@test -n "$(SETS)" || { echo 'Name the folder of sets: make $(MAKECMDGOALS) SETS=folder' >&2; exit 2; }

# BASE is minilm or the path of gte-small's fp32 ONNX; TEACHER, if given, the folder of
# all-mpnet-base-v2. DEVICE=cuda where there is one. Each step goes on where it stopped.
train: need-sets $(READY_DEV)
	$(VPYTHON) -m qa_bot.training.make_tables "$(SETS)" --out "$(RUNS)/tables"
ifneq ($(TEACHER),)
	test -f "$(RUNS)/teacher/summary.json" || $(VPYTHON) -m qa_bot.training.train_reader \
	  "$(RUNS)/tables/tables.npz" --base "$(TEACHER)" --out "$(RUNS)/teacher" --device $(DEVICE) \
	  --compiled --learning-rate 6e-5 --rows 160 --others 2 --passes 2
	test -f "$(RUNS)/teacher/logits.npz" || $(VPYTHON) -m qa_bot.training.teach \
	  "$(RUNS)/tables/tables.npz" --base "$(TEACHER)" --run "$(RUNS)/teacher" \
	  --out "$(RUNS)/teacher/logits.npz" --device $(DEVICE) --compiled
endif
	$(VPYTHON) -m qa_bot.training.train_reader "$(RUNS)/tables/tables.npz" --base "$(BASE)" \
	  --out "$(RUNS)/reader" --device $(DEVICE) --compiled --learning-rate 2e-4 --rows 256 \
	  --passes $(PASSES) \
	  $(if $(TEACHER),--teacher "$(RUNS)/teacher/logits.npz") $(ARGS)

reader: need-sets $(READY_DEV)
	$(VPYTHON) -m qa_bot.training.export_reader "$(SETS)" --run "$(RUNS)/reader" --base "$(BASE)" $(ARGS)

calibrate: need-sets $(READY_DEV)
	$(VPYTHON) -m qa_bot.training.calibrate "$(SETS)" $(ARGS)

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

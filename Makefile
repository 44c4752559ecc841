# `make` says what there is. The virtual environment is built on first use and again when what it is built from changes.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test test-all proof bench bench-quick check accuracy weights screenshots tour clean

SYSTEM_PYTHON ?= python3
PYTHON := .venv/bin/python
READY := .venv/.ready
# Where to get torch from, if not from the default index (the README says why). Used when the environment is built.
TORCH_INDEX ?=
WORKERS ?= 3
# options of `cnnviz app` for `make run`
ARGS :=
# what is installed is compiled when it is imported first; whoever asks Python to keep nothing compiled would compile it
# again in each of the hundreds of processes that the tests start
export PYTHONDONTWRITEBYTECODE :=
# real images to measure and test on, if they lie beside the clone
export CNNVIZ_SHARED ?= $(abspath $(wildcard ../shared))
# in order of the files: the browser's few long tests begin early, so that no worker waits for them at the end
PYTEST := $(PYTHON) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## start the lectures in a browser; ARGS="--port 8080" for more
	$(PYTHON) -m cnnviz app $(ARGS)

test: $(READY) ## all tests but the slow ones
	$(PYTEST)

test-all: $(READY) ## all tests
	$(PYTEST) -m "not alone"
	$(PYTHON) -m pytest -m alone

proof: $(READY) ## all tests of promises in full, and RELIABILITY.md from what they measured
	mkdir -p .cache
	$(PYTEST) -m "promise and not alone" --figures .cache/together.jsonl
	$(PYTHON) -m pytest -m alone --figures .cache/alone.jsonl
	$(PYTHON) -m tools.reliability .cache/alone.jsonl .cache/together.jsonl

check: $(READY) ## ruff, mypy in strict mode, and the static gates
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -m tools.gates

audit: $(READY) ## known vulnerabilities, pins and licences of what it stands on
	$(PYTHON) -m tools.audit

bench: $(READY) ## measure everything beside the peers and the limit, and write PERFORMANCE.md (half an hour)
	-$(PYTHON) -c "import lucent" 2>/dev/null || $(PYTHON) -m pip install --quiet -c constraints.txt -e ".[test,bench]"
	$(PYTHON) -m bench --write

bench-quick: $(READY) ## a few rounds of the short cases, about two minutes
	$(PYTHON) -m bench --quick

accuracy: $(READY) ## accuracy of the networks that ship, on their test images
	$(PYTHON) -m cnnviz accuracy

weights: $(READY) ## train the networks that ship again (hours)
	for recipe in $$($(PYTHON) -c "from cnnviz.training.recipes import RECIPES; print(*(name for name, recipe in RECIPES.items() if name == recipe.network))"); do \
		$(PYTHON) -m cnnviz train $$recipe || exit 1; \
	done

screenshots: $(READY) ## pictures of every page at several sizes, to look at
	$(PYTHON) -m tools.screenshots

tour: $(READY) ## pictures of the lectures for the README, into docs/tour
	$(PYTHON) -m tools.tour

clean: ## remove the environment and everything that was built
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .cache screenshots
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Python's files are not compiled here: Python compiles what is imported, when it is, and most of it never is; but the
# loops of a training are, where the processor can use them: ten seconds that the first training would take longer
$(READY): pyproject.toml constraints.txt
	test -x $(PYTHON) || $(SYSTEM_PYTHON) -m venv .venv
	$(if $(TORCH_INDEX),$(PYTHON) -m pip install --quiet --no-compile --no-deps -c constraints.txt torch torchvision --index-url "$(TORCH_INDEX)")
	$(PYTHON) -m pip install --quiet --no-compile -c constraints.txt -e ".[test]"
	$(PYTHON) -c "from cnnviz.training.passes import prepare; prepare()"
	touch $(READY)

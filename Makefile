# Every target sets up what it needs: `make demo` and `make test` work on a machine with Python,
# git and make. Everything stays in this checkout, except the caches of uv, Maven and the embedded
# broker (~/.calfkit).
PYTHON ?= python3
# The bound in every pyproject.toml. faust-streaming does not run on 3.14 (its issue 676).
PYTHONS := >=3.11,<3.14
# Tests mostly wait for other processes, and each worker has its own broker.
TEST_WORKERS ?= 4
# Drawn for each run and printed. CHAOS_SEED=… repeats the disturbances of a run.
CHAOS_SEED ?= $(shell date +%s)
export CHAOS_SEED
PYTEST = $(RUN)/pytest
# In the order of the files: chaos and crashes first, and the many short tests fill the rest.
SIDE_BY_SIDE = -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder
UV_VERSION := 0.13.9
UV := .bootstrap/bin/uv
RUN := .venv/bin
# Only `setup` makes an exception, if it finds no Python within PYTHONS.
export UV_PYTHON_DOWNLOADS := never
export UV_PYTHON_INSTALL_DIR := $(CURDIR)/.bootstrap/python
export PATH := $(CURDIR)/.tools:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup demo test unit contract integration e2e manifests tools chaos bench images \
  containers-test cluster-test sbom audit lint fmt type check clean

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | \
	  awk -F ':.*## ' '{printf "  %-16s %s\n", $$1, $$2}'

# uv itself runs on any Python that makes environments.
$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 8))' || { $(NO_PYTHON); }
	$(PYTHON) -m venv .bootstrap
	.bootstrap/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

NO_PYTHON = echo "Found no Python $(PYTHONS):" \
  "set PYTHON, e.g. make PYTHON=/path/to/python3.13" >&2; exit 1
IS_WITHIN = $(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'
FIND = $(UV) python find --system '$(PYTHONS)' 2>/dev/null
FETCH = UV_PYTHON_DOWNLOADS=automatic $(UV) python install --quiet 3.13

# PYTHON if it is within PYTHONS, else another Python on this machine, else 3.13, which uv fetches.
.venv/.synced: $(UV) uv.lock pyproject.toml $(wildcard */pyproject.toml services/*/pyproject.toml)
	@python=$(PYTHON); \
	$(IS_WITHIN) || python=$$($(FIND) || { $(FETCH) && $(FIND); }) || { $(NO_PYTHON); }; \
	$(UV) sync --locked --all-packages --all-extras --python "$$python" --quiet
	@touch $@

setup: .venv/.synced ## Install everything into .venv

demo: setup ## Run the connector against simulated systems and check the sums; a minute
	$(RUN)/invoices demo

test: setup ## Run all tests, with a short chaos; 20 minutes on two cores
	@echo "chaos: CHAOS_SEED=$(CHAOS_SEED)"
	$(PYTEST) $(SIDE_BY_SIDE) tests

unit: setup ## Run the unit tests, without a broker or network; a minute
	$(PYTEST) tests/unit

contract: setup ## Run one suite per port, on the fake and on the real adapter
	$(PYTEST) tests/contract

integration: setup ## Test one service with one real neighbour: Kafka, S3, a provider
	$(PYTEST) $(SIDE_BY_SIDE) tests/integration

e2e: setup ## Run the four services as processes, killed and restarted
	$(PYTEST) $(SIDE_BY_SIDE) tests/e2e

manifests: setup ## Check manifests, images, settings and licences; a minute
	$(PYTEST) tests/manifests

tools: ## Build kube-score and cyclonus, for some manifest tests; 3 minutes, needs Go
	GOBIN=$(CURDIR)/.tools go install github.com/zegl/kube-score/cmd/kube-score@v1.20.0
	GOBIN=$(CURDIR)/.tools go install github.com/mattfenwick/cyclonus/cmd/cyclonus@v0.5.6

chaos: setup ## Kill, cut off and replay everything, as CHAOS_SEED draws it; 10 minutes at most
	CHAOS_SECONDS=$(or $(CHAOS_SECONDS),180) $(PYTEST) tests/chaos -s

bench: setup ## Measure against prototypes, and check the goals; 20 minutes
	$(RUN)/python -m bench

images: ## Build the seven images; about 8 minutes the first time, needs Docker
	k8s/images build

containers-test: setup ## Check the images, and run the demo through them; 1 to 3 minutes, needs images
	INVOICES_TEST_CONTAINERS=yes $(PYTEST) tests/manifests/test_containers.py

cluster-test: setup ## Run demo and rolling restart in the cluster of KUBECONFIG; 4 minutes, needs loaded images
	INVOICES_TEST_CLUSTER=yes $(PYTEST) tests/manifests/test_in_a_cluster.py

sbom: setup ## Write the CycloneDX of each image and all licences into dist/sbom; seconds
	k8s/supply-chain sbom
	k8s/supply-chain licences

audit: setup ## Find known vulnerabilities of the lock; seconds, skipped without osv.dev
	k8s/supply-chain audit

lint: setup ## Check style, import contracts and the lock
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/lint-imports
	$(UV) lock --check --quiet

type: setup ## Run mypy --strict over code and tests
	$(RUN)/mypy

check: lint type ## Run lint and type

fmt: setup ## Format, and fix what can be fixed
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .

clean: ## Remove what make has made
	rm -rf .venv .bootstrap .tools .kafka .bench dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

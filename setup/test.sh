#!/usr/bin/env bash
# `make test`: makes sure of all that the tests need, then runs them. The tests boot stacks of their
# own on free ports, so a stack that is running is left alone.
#
#   setup/test.sh [arguments of pytest]
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

step "Checks" setup/preflight.sh python disk engine
step "Docker engine" setup/engine.sh
step "Base images" setup/images.sh
step "Python environment" setup/venv.sh
step "Browser" setup/browser.sh
# A training for tests is logged beside the tests' own data, not in the MLflow that a person uses.
# What is stale or missing there, make up trains and logs again.
mkdir -p "$LOCAL/test-runs"
export MLFLOW_TRACKING_URI="sqlite:///$LOCAL/test-runs/mlflow.db"
step "Model" setup/train.sh
unset MLFLOW_TRACKING_URI
# Two at a time: a browser waits more than it works. They share one stack.
step "Tests" .venv/bin/pytest -n 2 "$@"

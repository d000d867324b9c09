#!/usr/bin/env bash
# Prepares all that the tests need: engine, images, environment, browser, a trained model.
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
# `make up` trains and logs again what is stale or missing there.
mkdir -p "$LOCAL/test-runs"
export MLFLOW_TRACKING_URI="sqlite:///$LOCAL/test-runs/mlflow.db"
step "Model" setup/train.sh

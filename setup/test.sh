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
step "Model" setup/train.sh
step "Tests" .venv/bin/pytest "$@"

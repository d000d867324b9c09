#!/usr/bin/env bash
# `make soak`: the gate's verdict on every awkward dataset that tests/datasets/ draws.
#
#   setup/soak.sh [SHAPE...]
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

setup/for_tests.sh
say "==> Soak"
# Replaces this shell, so that a signal to it ends the stack too.
exec .venv/bin/python -m tests.datasets "$@"

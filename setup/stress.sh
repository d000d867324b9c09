#!/usr/bin/env bash
# `make stress`: runs the browser checks, the boot of a stack and the fault checks in rounds, beside
# twice as many busy processes as there are processors.
#
#   setup/stress.sh [--rounds N] [--only boot,browser,faults] [--busy N] [-- OPTION OF PYTEST...]
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

setup/for_tests.sh
say "==> Stress"
# Replaces this shell, so that a signal to it ends the rounds too.
exec .venv/bin/python -m tests.stress "$@"

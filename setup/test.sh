#!/usr/bin/env bash
# `make test`: prepares all that the tests need, then runs them. The tests boot stacks of their own
# on free ports and leave a running stack alone.
#
#   setup/test.sh [arguments of pytest]
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

setup/for_tests.sh
# Two at a time, for the two processors of a small machine: a browser keeps one busy by itself.
step "Tests" .venv/bin/pytest -n 2 "$@"

#!/usr/bin/env bash
# `make mutants`, `make stress`, `make soak`: makes sure of all that the tests need, then runs the
# program of tests/ that proves something of the gate itself.
#
#   setup/prove.sh mutants [--busy] [NAME...]
#   setup/prove.sh stress [--rounds N] [--only boot,browser,faults] [--busy N] [-- OPTION OF PYTEST...]
#   setup/prove.sh datasets [SHAPE or FOLDER...]
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

setup/for_tests.sh
say "==> tests/$1"
# In place of this shell, so that whoever ends it ends the stacks of that program too.
exec .venv/bin/python -m "tests.$1" "${@:2}"

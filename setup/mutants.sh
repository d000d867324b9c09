#!/usr/bin/env bash
# `make mutants`: breaks copies of the project in every way that tests/mutants/ knows, and shows that
# the gate notices each.
#
#   setup/mutants.sh [--busy] [NAME...]
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

setup/for_tests.sh
step "Mutants" .venv/bin/python -m tests.mutants "$@"

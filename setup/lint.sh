#!/usr/bin/env bash
# `make lint`: runs every checker, even after one has failed; fails when any did.
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

setup/venv.sh
PATH="$ROOT/.venv/bin:$PATH"
FAILED=()

check() {
    local name="$1"
    shift
    say "==> $name"
    "$@" || FAILED+=("$name")
}

# In its own folder, as it runs: there, app.py is the form and not our package app.
form_types() { (cd streamlit_app && mypy --strict .); }

shell_scripts() {
    git ls-files --cached --others --exclude-standard '*.sh' .ci/run | xargs shellcheck --external-sources
}

check "style" ruff check .
check "format" ruff format --check .
check "types" mypy
check "types of the form" form_types
check "import arrows" lint-imports
check "shell scripts" shell_scripts
check "compose file" compose-lint docker-compose.yml

((${#FAILED[@]} == 0)) || fail "make lint: see above for: ${FAILED[*]}"

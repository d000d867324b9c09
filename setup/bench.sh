#!/usr/bin/env bash
# `make bench`: measures how fast the API of this checkout's running stack answers.
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

refuse_others "nothing measured" "make bench"
[[ -x .venv/bin/python ]] || fail "there is no .venv yet: run make up first"
address="$(docker compose port fastapi 8000 2>/dev/null)" ||
    fail "no stack of this checkout runs, so there is nothing to measure: run make up first"
API_URL="http://localhost:${address##*:}" exec .venv/bin/python -P benchmarks/serving.py

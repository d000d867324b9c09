#!/usr/bin/env bash
# `make down`: stops this checkout's stack; runs, models and images stay.
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

refuse_others "nothing stopped" "make down"
docker compose down

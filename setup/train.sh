#!/usr/bin/env bash
# Trains only when the bundle is not what training would make now. FORCE=1 trains anyway; another
# dataset: ./run_pipeline.sh --dataset FOLDER, which later calls of this script then stay with.
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if compgen -G "$ROOT/artifacts/.runs/*/run.json" >/dev/null; then
    "$ROOT/run_pipeline.sh" --finish
fi
if answer="$("$ROOT/.venv/bin/python" -P "$ROOT/setup/freshness.py" check)"; then
    note "the model is up to date, training skipped (FORCE=1 trains anyway)"
    exit 0
fi
[[ -n "$answer" ]] || exit 1 # the check itself failed and has said why
{
    read -r reason
    set --
    while IFS= read -r argument; do set -- "$@" "$argument"; done
} <<<"$answer"
note "training: $reason"
"$ROOT/run_pipeline.sh" "$@"

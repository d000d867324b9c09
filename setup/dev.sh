#!/usr/bin/env bash
# `make dev`: runs the services of docker-compose.yml as plain processes at the same addresses, with
# reload (see Procfile). For editing, and for machines without a Docker engine.
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

export MLFLOW_PORT="${MLFLOW_PORT:-5555}" API_PORT="${API_PORT:-8000}" UI_PORT="${UI_PORT:-8501}"
export MLFLOW_TRACKING_URI="http://localhost:$MLFLOW_PORT" API_URL="http://localhost:$API_PORT"
export MLFLOW_PUBLIC_URL="$MLFLOW_TRACKING_URI"
export MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false MLFLOW_DISABLE_TELEMETRY=true PYTHONUNBUFFERED=1
# The store that the pipeline uses by default on a machine without an engine.
export STORE="$LOCAL/mlflow"

mlflow_answers() {
    .venv/bin/python -c "from urllib.request import urlopen
urlopen('$MLFLOW_TRACKING_URI/api/2.0/mlflow/experiments/search?max_results=1', timeout=2)"
}

# The API needs a model and training needs a tracking server, so the first training starts MLflow only.
first_model() {
    honcho start mlflow >"$LOCAL/logs/dev-mlflow.log" 2>&1 &
    local mlflow=$!
    # shellcheck disable=SC2064 # this process, not whatever the variable holds later
    trap "kill $mlflow" EXIT
    wait_until 60 mlflow_answers || fail "MLflow did not start: see $LOCAL/logs/dev-mlflow.log"
    ./run_pipeline.sh
    kill "$mlflow"
    trap - EXIT
    wait "$mlflow" || : # stopped by a signal, which is no failure
}

step "Checks" setup/preflight.sh python disk free-ports
step "Python environment" setup/venv.sh
mkdir -p "$STORE"
PATH="$ROOT/.venv/bin:$PATH"
if [[ ! -f artifacts/bundle/manifest.json ]]; then
    step "Model" first_model
fi
say "
    Form    http://localhost:$UI_PORT
    API     http://localhost:$API_PORT/docs
    MLflow  http://localhost:$MLFLOW_PORT
    Ctrl-C stops all three; a changed file or a new model restarts its service.
"
exec honcho start

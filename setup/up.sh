#!/usr/bin/env bash
# `make up`: prepares this machine, trains when needed, and starts three healthy services.
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

# Runs the two longest downloads in parallel and waits for both, so that neither continues in the
# background after the other has failed.
images_and_environment() {
    local status=0 images
    setup/images.sh 2>&1 | while IFS= read -r line; do say "    images: ${line#    }"; done &
    images=$!
    setup/venv.sh || status=$?
    wait "$images" || status=$?
    return "$status"
}

# compose_up [SERVICE...]: waits until healthy; on failure prints the services' last log lines.
compose_up() {
    quietly "docker compose up${*:+ $*}" \
        docker compose up --build --detach --wait --wait-timeout 180 "$@" || {
        docker compose logs --no-color --tail 15 >&2
        fail "not all services became healthy: their last lines are above, all of them: make logs"
    }
}

train() {
    # With port 0 Docker chooses a free port, so ask Docker which one it is.
    if [[ "${MLFLOW_PORT:-}" == 0 && -z "${MLFLOW_TRACKING_URI:-}" ]]; then
        MLFLOW_TRACKING_URI="http://localhost:$(docker compose port mlflow 5555 | sed 's/.*://')"
        export MLFLOW_TRACKING_URI
    fi
    setup/train.sh
}

# A port whose forwarding has ended, as when Docker ran out of files, is refused for good while its
# container is healthy: only another container opens it again.
reopen_ports() {
    local service inside port
    while read -r service inside; do
        port="$(docker compose port "$service" "$inside" | sed 's/.*://')"
        ! listening "$port" || continue
        note "port $port is refused although $service is healthy: Docker no longer forwards it, so the container is made anew"
        compose_up --no-deps --force-recreate "$service"
    done <<<$'mlflow 5555\nfastapi 8000\nstreamlit 8501'
}

step "Checks" setup/preflight.sh python disk engine name ports
step "Docker engine" setup/engine.sh
step "Base images and Python environment" images_and_environment
step "MLflow" compose_up mlflow # first, so that training finds it and it need not start twice
step "Model" train
step "All services" compose_up
reopen_ports
# Removes images that this build replaced; otherwise every build would leave one behind.
docker image prune --force --filter "label=com.docker.compose.project=$(project_name)" >/dev/null
.venv/bin/python -P setup/summary.py
say "make up took $SECONDS s. Next: make test, make logs, make down (keeps data), make help"

#!/usr/bin/env bash
# Makes sure that the two public images exist here: the base of both Dockerfiles and MLflow.
# Keeps an image that is present and pulls one that is missing. Only when the registry refuses does
# it build a stand-in from Debian and PyPI packages, and it labels and announces it as a stand-in.
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=setup/public_images.sh
source "$ROOT/setup/public_images.sh"

REGISTRY_TIMEOUT_S=25 # until a pull must have begun
PULL_TIMEOUT_S=900

present() { docker image inspect "$1" >/dev/null 2>&1; }

begun_or_over() { grep -qi pull "$1" || ! kill -0 "$2"; }

over() { ! kill -0 "$1"; }

# Gives up on a registry that does not answer long before it gives up on a slow download.
pull_or_notice() {
    local image="$1" progress job status=0
    progress="$(mktemp)"
    docker pull "$image" >"$progress" 2>&1 &
    job=$!
    if ! wait_until "$REGISTRY_TIMEOUT_S" begun_or_over "$progress" "$job"; then
        say "the registry did not answer within $REGISTRY_TIMEOUT_S s" >>"$progress"
        kill "$job"
    elif ! wait_until "$PULL_TIMEOUT_S" over "$job"; then
        say "the download was not complete after $PULL_TIMEOUT_S s" >>"$progress"
        kill "$job"
    fi
    wait "$job" || status=$?
    cat "$progress"
    rm "$progress"
    return "$status"
}

# ensure IMAGE SCRIPT: SCRIPT builds the stand-in when the image is missing and cannot be pulled.
ensure() {
    local image="$1" build_stand_in="$2"
    if ! present "$image"; then
        if logged "pulling $image" pull_or_notice "$image"; then
            return 0
        fi
        note "cannot pull $image: $(tail -n 1 "$LOG")"
        note "building a STAND-IN for $image instead (Debian and PyPI packages)"
        "$build_stand_in" "$image"
    fi
    if is_stand_in "$image"; then
        note "STAND-IN: $image was built here, it is not the published image"
    fi
}

ensure "$PYTHON_IMAGE" "$ROOT/setup/stand_ins/python.sh"
ensure "$MLFLOW_IMAGE" "$ROOT/setup/stand_ins/mlflow.sh"

#!/usr/bin/env bash
# Makes sure that the two public images exist here: the base of both Dockerfiles and MLflow.
# An image that is there is left alone; one that is missing is pulled; only when the registry
# refuses is a stand-in built from Debian and PyPI packages, labelled and announced as one.
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=setup/public_images.sh
source "$ROOT/setup/public_images.sh"

REGISTRY_ANSWERS_WITHIN=25 # seconds until a pull must have begun
PULL_WITHIN=900

present() { docker image inspect "$1" >/dev/null 2>&1; }

begun_or_over() { grep -qi pull "$1" || ! kill -0 "$2"; }

over() { ! kill -0 "$1"; }

# A registry that drops packets must be noticed long before a slow download is given up.
pull_or_notice() {
    local image="$1" progress job status=0
    progress="$(mktemp)"
    docker pull "$image" >"$progress" 2>&1 &
    job=$!
    if ! wait_until "$REGISTRY_ANSWERS_WITHIN" begun_or_over "$progress" "$job"; then
        say "the registry did not answer within $REGISTRY_ANSWERS_WITHIN s" >>"$progress"
        kill "$job"
    elif ! wait_until "$PULL_WITHIN" over "$job"; then
        say "the download was not complete after $PULL_WITHIN s" >>"$progress"
        kill "$job"
    fi
    wait "$job" || status=$?
    cat "$progress"
    rm "$progress"
    return "$status"
}

# ensure IMAGE SCRIPT: SCRIPT builds the stand-in when the image is neither here nor to be had.
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

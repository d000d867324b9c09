#!/usr/bin/env bash
# setup/stand_ins/mlflow.sh IMAGE: builds a stand-in for MLflow's image: the Python base plus
# requirements/mlflow.txt, which is the client's version and its hash-locked dependencies.
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=setup/public_images.sh
source "$ROOT/setup/public_images.sh"

IMAGE="$1"
LOCK="$ROOT/requirements/mlflow.txt"

build() {
    docker build --tag "$IMAGE" --label "$STAND_IN_LABEL=$IMAGE" \
        --build-arg BASE="$PYTHON_IMAGE" --file "$ROOT/setup/stand_ins/mlflow.Dockerfile" "$ROOT/requirements"
}

grep -q "^mlflow==${IMAGE##*:v} " "$LOCK" ||
    fail "$LOCK and $IMAGE name different versions of MLflow: change requirements/mlflow.in, then run: make lock"

quietly "building $IMAGE" build

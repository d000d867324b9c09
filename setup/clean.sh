#!/usr/bin/env bash
# `make clean`: deletes what the project made on this machine, after saying what that is.
# Asks on a terminal; elsewhere it needs YES=1. The Docker engine, its build cache, system
# packages and pulled public images stay.
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=setup/public_images.sh
source "$ROOT/setup/public_images.sh"
cd "$ROOT"

FOLDERS=(.venv .local artifacts test-results .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache)

engine_answers() { have docker && docker info >/dev/null 2>&1; }
list() { sed "s/^/    $1 /"; }
project_images() { docker images --filter "label=com.docker.compose.project=$PROJECT" "$@"; }

# What the confirmation is about: every container, volume, image and folder by name.
announce() {
    say "make clean deletes:"
    if engine_answers; then
        PROJECT="$(project_name)"
        docker compose ps --all --format '{{.Name}}' | list container
        docker volume ls --filter "label=com.docker.compose.project=$PROJECT" \
            --format '{{.Name}} (all runs and models in MLflow)' | list volume
        project_images --format '{{.Repository}}:{{.Tag}}' | list image
        stand_ins | list "image (stand-in)"
    else
        note "(no Docker engine answers, so containers, volumes and images stay; to delete them too,"
        note "run make up, which starts the engine, then make clean again)"
    fi
    local folder
    for folder in "${FOLDERS[@]}"; do
        [[ ! -e "$folder" ]] || note "folder $folder"
    done
}

confirmed() {
    local answer=''
    [[ "${YES:-}" != 1 ]] || return 0
    [[ -t 0 ]] || fail "nothing deleted: this is not a terminal, so confirm in advance: make clean YES=1"
    read -r -p "Delete all this? [y/N] " answer
    [[ "$answer" == [yY]* ]]
}

delete() {
    if engine_answers; then
        docker compose down --volumes --remove-orphans
        project_images --quiet | sort -u | xargs -r docker rmi --force
        local image
        for image in $(stand_ins); do
            docker rmi "$image" || note "$image stays: another stack on this machine runs it"
        done
    fi
    rm -rf "${FOLDERS[@]}"
}

refuse_others "nothing deleted" "make clean"
announce
if confirmed; then
    delete
    say "deleted"
else
    say "nothing deleted"
fi

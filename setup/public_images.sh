# shellcheck shell=bash
# The two public images: their names, and whether the one that is here is a stand-in. Sourced.

# The names live in the files that use them.
PYTHON_IMAGE="$(sed -n 's/^FROM \([^ ]*\).*/\1/p' "$ROOT/Dockerfile" | head -n 1)"
MLFLOW_IMAGE="$(sed -n 's/^ *image: *\(.*\/mlflow:.*\)$/\1/p' "$ROOT/docker-compose.yml")"

# Its value is the name that the stand-in stands in for, because images built on it inherit it.
STAND_IN_LABEL=house-price.stand-in

is_stand_in() {
    [[ "$(docker image inspect --format "{{index .Config.Labels \"$STAND_IN_LABEL\"}}" "$1" 2>/dev/null)" == "$1" ]]
}

stand_ins() {
    local image
    for image in "$MLFLOW_IMAGE" "$PYTHON_IMAGE"; do
        ! is_stand_in "$image" || say "$image"
    done
}

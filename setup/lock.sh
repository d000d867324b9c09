#!/usr/bin/env bash
# Compiles requirements/*.in into hash-locked requirements: `make lock`.
#
# dev.txt is solved first and constrains the others, so that the pipeline, both images and the
# tests hold the same versions, on every Python from 3.11 on (--fork-strategy fewest).
# Versions in a lock stay until their .in asks for another; `setup/lock.sh --upgrade` moves all.
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$ROOT/setup/venv.sh"
cd "$ROOT"
# Only the main index: an extra one may hold a few files of a version, and a lock made from it would
# lack the hashes of all the others.
INDEX="$(.venv/bin/python setup/pip_settings.py index-url)"

compile() {
    local name="$1"
    shift
    # No header, no index: a lock names versions and hashes, never a machine or an address.
    env ${INDEX:+UV_DEFAULT_INDEX="$INDEX"} .venv/bin/uv pip compile --quiet \
        --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links \
        "$@" --output-file "$name.txt" "$name.in"
    note "$name.txt: $(grep -c '==' "$name.txt") packages"
}

compile requirements/uv "$@"
compile requirements/dev "$@"
for subset in requirements/training requirements/api requirements/mlflow streamlit_app/requirements; do
    compile "$subset" --constraints requirements/dev.txt "$@"
done

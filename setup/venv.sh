#!/usr/bin/env bash
# Makes .venv hold exactly requirements/dev.txt, every file checked against the lock's hashes.
# Does nothing when neither the lock nor the Python version has changed.
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=setup/packages.sh
source "$ROOT/setup/packages.sh"

VENV="$ROOT/.venv"
STAMP="$VENV/.made-from"
LOCK="$ROOT/requirements/dev.txt"

# What the environment is made from: the lock and the Python.
fingerprint() {
    "$1" -c 'import hashlib, sys
print(sys.version, hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$LOCK"
}

same_python() {
    [[ -x "$VENV/bin/pip" && "$(fingerprint "$VENV/bin/python")" == "$(fingerprint "$1")" ]]
}

create() {
    local package
    package="$(missing_venv_package "$1")"
    [[ -z "$package" ]] || install_packages "$package" ||
        fail "$1 cannot make a virtual environment: as root run 'apt-get install $package'"
    rm -rf "$VENV"
    quietly "creating .venv" "$1" -m venv "$VENV"
}

# uv is three times as fast as pip here, but does not read pip's configuration.
install_with_uv() {
    local settings name value
    "$VENV/bin/pip" install --quiet --disable-pip-version-check --require-hashes \
        --requirement "$ROOT/requirements/uv.txt" || return
    settings="$("$VENV/bin/python" "$ROOT/setup/pip_settings.py" --uv)" || return
    while IFS='=' read -r name value; do
        [[ -z "$name" ]] || export "$name=$value"
    done <<<"$settings"
    # Compile once, now: with PYTHONDONTWRITEBYTECODE set, every start would compile again.
    "$VENV/bin/uv" pip sync --python "$VENV/bin/python" --require-hashes --compile-bytecode "$LOCK"
}

install_with_pip() {
    "$VENV/bin/pip" install --disable-pip-version-check --require-hashes --requirement "$LOCK"
}

main() {
    local python
    python="$(find_python)" || fail "no Python $MIN_PYTHON or later on the PATH: install one, or set PYTHON=/path/to/python3"
    lock venv
    if [[ -f "$STAMP" && "$(<"$STAMP")" == "$(fingerprint "$python")" ]]; then
        return 0
    fi
    note "$(grep -c '==' "$LOCK") packages for $("$python" --version) into .venv"
    rm -f "$STAMP" # written at the end: without it, a killed installation counts as unfinished
    same_python "$python" || create "$python"
    if ! quietly "installing with uv" install_with_uv; then
        note "uv cannot install here; trying pip, which takes about three times as long"
        create "$python"
        quietly "installing with pip" install_with_pip
    fi
    fingerprint "$python" >"$STAMP"
}

main "$@"

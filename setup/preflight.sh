#!/usr/bin/env bash
# Finds everything that would stop a make target later, within seconds. Prints all problems at once,
# one per line, with cause and fix. Changes nothing.
#
#   setup/preflight.sh python disk engine name ports   for make up; our own running stack may use the ports
#   setup/preflight.sh python disk free-ports          for make dev; all ports must be free
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=setup/packages.sh
source "$ROOT/setup/packages.sh"

FIRST_NEED_GB="${MIN_DISK_GB:-8}" # images, .venv, build cache
LATER_NEED_GB="${MIN_DISK_GB:-2}" # with images and .venv already present

PROBLEMS=()
problem() { PROBLEMS+=("$*"); }

check_python() {
    local python package
    python="$(find_python)" || {
        problem "no Python $MIN_PYTHON or later on the PATH: install one, or set PYTHON=/path/to/python3"
        return
    }
    package="$(missing_venv_package "$python")"
    [[ -z "$package" ]] || may_install ||
        problem "$python cannot make a virtual environment: as root run 'apt-get install $package'"
}

check_disk() {
    local need="$FIRST_NEED_GB" place free
    [[ ! -f "$ROOT/.venv/.made-from" ]] || need="$LATER_NEED_GB"
    for place in "$ROOT" /var/lib; do
        [[ -d "$place" ]] || continue
        free="$(df -Pk "$place" | awk 'NR == 2 { printf "%d", $4 / 1024 / 1024 }')"
        if ((free < need)); then
            problem "$place has $free GB of free disk, $need GB are needed: delete something ('docker system prune' frees Docker's share)"
            return
        fi
    done
}

check_engine() {
    local why
    why="$("$ROOT/setup/engine.sh" --check 2>&1)" || problem "${why#error: }"
}

check_name() {
    local why
    why="$(refuse_others "no stack of its own" "make down" 2>&1)" || problem "${why#error: }"
}

holder() {
    local found='' other
    ! have ss || found="$(ss -ltnHp "sport = :$1" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1, pid \2/p' | head -n 1)"
    have docker && other="$(other_checkout 2>/dev/null)" && [[ -n "$other" ]] && found="the stack of $other"
    say "${found:-another program}"
}

ours() {
    local address
    address="$(cd "$ROOT" && docker compose port "$1" "$2" 2>/dev/null)" || return 1
    [[ -z "$(other_checkout)" ]] || return 1
    [[ "$address" == *":$3" ]]
}

# check_port VARIABLE SERVICE CONTAINER_PORT
check_port() {
    local variable="$1" service="$2" inside="$3" port="${!1:-$3}"
    if ! [[ "$port" =~ ^[0-9]{1,5}$ ]] || ((10#$port > 65535)); then
        problem "$variable=$port is no port: use a number from 0 (a free one) to 65535"
    elif ! listening "$port"; then
        return 0
    elif ! ours "$service" "$inside" "$port"; then
        problem "port $port ($service) is taken by $(holder "$port"): stop it, or choose another: $variable=$((port + 1))"
    elif [[ "$OUR_STACK" != may-run ]]; then
        problem "port $port ($service) is taken by the stack of 'make up': run 'make down' first (it keeps the data)"
    fi
}

check_ports() {
    OUR_STACK="$1"
    check_port MLFLOW_PORT mlflow 5555
    check_port API_PORT fastapi 8000
    check_port UI_PORT streamlit 8501
}

for check in "$@"; do
    case "$check" in
        python) check_python ;;
        disk) check_disk ;;
        engine) check_engine ;;
        name) check_name ;;
        ports) check_ports may-run ;;
        free-ports) check_ports may-not-run ;;
        *) fail "setup/preflight.sh knows no check '$check'" ;;
    esac
done
((${#PROBLEMS[@]} == 0)) && exit 0
printf 'error: %s\n' "${PROBLEMS[@]}" >&2
exit 1

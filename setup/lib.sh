# shellcheck shell=bash
# What every set-up script shares: messages, timing, and a heartbeat for slow commands.
# Sourced, never run. The sourcing script sets `set -euo pipefail` itself.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
LOCAL="$ROOT/.local" # state that only this machine needs: logs, sockets, stores. Never committed.
mkdir -p "$LOCAL/logs"
# The proxy of the environment is for the internet: what runs on this machine is asked directly.
no_proxy="${no_proxy:-${NO_PROXY:-}}"
export no_proxy="${no_proxy:+$no_proxy,}localhost,127.0.0.1,::1"
export NO_PROXY="$no_proxy"
# Compose reads the ports in .env by itself; all else hears of them here. What is exported wins.
for name in MLFLOW_PORT API_PORT UI_PORT; do
    if [[ -z "${!name+set}" && -f "$ROOT/.env" ]]; then
        value="$(sed -nE "s/^[[:space:]]*(export[[:space:]]+)?${name}[[:space:]]*=[[:space:]]*[\"']?([0-9A-Za-z]*).*/\2/p" "$ROOT/.env" | tail -n 1)"
        [[ -z "$value" ]] || export "$name=$value"
    fi
done
unset name value
# When this is set, pytest recompiles its plugins at every start, which takes seconds.
unset PYTHONDONTWRITEBYTECODE

say() { printf '%s\n' "$*"; }
note() { printf '    %s\n' "$*"; }

# One line that names the cause and the fix, then the end.
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# step "Name" command...: run a command under a heading and say how long it took.
step() {
    local name="$1" begun=$SECONDS
    shift
    say "==> $name"
    "$@"
    say "    $name: $((SECONDS - begun)) s"
}

# logged "what" command...: run a chatty command with its output in the file $LOG. Prints a line every
# ten seconds to show that it is still running.
logged() {
    local what="$1" status=0 begun=$SECONDS beat=10 job
    shift
    LOG="$LOCAL/logs/$(tr -cs '[:alnum:]' '-' <<<"$what" | sed 's/-$//').log"
    "$@" >"$LOG" 2>&1 9>&- & # a daemon that it leaves behind must not keep lock's descriptor
    job=$!
    while kill -0 "$job" 2>/dev/null; do
        sleep 0.2
        if ((SECONDS - begun >= beat)); then
            note "$what ... $((SECONDS - begun)) s"
            beat=$((beat + 10))
        fi
    done
    wait "$job" || status=$?
    ((status != 0)) || note "$what: $((SECONDS - begun)) s"
    return "$status"
}

# Like logged, for a command that must succeed: when it fails, prints the end of its log.
quietly() {
    logged "$@" || {
        local status=$?
        tail -n 25 "$LOG" >&2
        printf 'error: %s failed (whole log: %s)\n' "$1" "$LOG" >&2
        return "$status"
    }
}

# wait_until SECONDS command...: poll until the command succeeds; return 1 when time runs out.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < deadline)) || return 1
        sleep 0.2
    done
}

# version_at_least 2.26.1-4 2.24: compares the leading numbers only.
version_at_least() {
    [[ "$(printf '%s\n%s\n' "$2" "${1%%[-+ ]*}" | sort -V | head -n 1)" == "$2" ]]
}

# The name under which compose keeps this stack's containers, images and volumes.
project_name() { (cd "$ROOT" && docker compose config --format json) | sed -n 's/^  "name": "\(.*\)",$/\1/p'; }

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

MIN_PYTHON=3.11

# Prints the first Python on the PATH that is recent enough; 1 when there is none.
find_python() {
    local name
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        # Run it, because version managers put names on the PATH that do not work. Inside an active
        # .venv, print the Python that created it, so that .venv is not rebuilt from itself.
        if "$name" -c "import sys
if sys.version_info < (${MIN_PYTHON/./, }): sys.exit(1)
print(getattr(sys, '_base_executable', sys.executable))" 2>/dev/null; then
            return
        fi
    done
    return 1
}

# lock NAME: lets one script with this lock run at a time. The kernel releases the lock when the
# script ends, even if it is killed. Long-lived children must close descriptor 9.
lock() {
    exec 9>"$LOCAL/$1.lock"
    if have flock && ! flock --nonblock 9; then
        note "waiting for another setup/$1.sh"
        flock 9
    fi
}

# Fails when the environment leads compose to other files, or gives this stack no usable name.
refuse_settings() {
    local part parts=() found=''
    if [[ -n "${COMPOSE_FILE:-}" ]]; then
        IFS="${COMPOSE_PATH_SEPARATOR:-:}" read -ra parts <<<"$COMPOSE_FILE"
        for part in "${parts[@]}"; do
            ! (cd "$ROOT" && [[ "$part" -ef docker-compose.yml ]]) || found=yes
        done
        [[ -n "$found" ]] ||
            fail "$1: COMPOSE_FILE=$COMPOSE_FILE leaves out this project's docker-compose.yml: unset COMPOSE_FILE, or name that file first"
    fi
    [[ "${COMPOSE_PROJECT_NAME:-x}" =~ ^[a-z0-9][a-z0-9_-]*$ ]] ||
        fail "$1: COMPOSE_PROJECT_NAME=$COMPOSE_PROJECT_NAME is no name for a stack: use small letters, digits, - and _, and begin with a letter or digit"
}

# Fails when another checkout runs a stack of the same name: our commands would replace or stop it.
refuse_others() {
    local other=''
    refuse_settings "$1"
    ! have docker || ! docker info >/dev/null 2>&1 || other="$(other_checkout)"
    [[ -z "$other" ]] ||
        fail "$1: the stack is that of $other. Run $2 there, or give this checkout's a name of its own: export COMPOSE_PROJECT_NAME=another-name"
}

# Folder of another checkout whose stack has this project's name; empty when there is none.
other_checkout() {
    docker ps --all --filter "label=com.docker.compose.project=$(cd "$ROOT" && project_name)" \
        --format '{{.Label "com.docker.compose.project.working_dir"}}' | { grep -vxF "$ROOT" || :; } | head -n 1
}

#!/usr/bin/env bash
# Makes sure that a Docker engine with compose and buildx answers.
#
#   setup/engine.sh          install and start what is missing
#   setup/engine.sh --check  change nothing; exit 1 with one line when an engine is out of reach
#
# Installs only as root on Debian 12, 13 or Ubuntu, announces it first, and never when NO_ENGINE=1.
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=setup/packages.sh
source "$ROOT/setup/packages.sh"

MIN_ENGINE=25.0 # healthcheck start_interval
MIN_COMPOSE=2.24
DAEMON_SETTINGS=/etc/docker/daemon.json
DOCKERD_LOG=/var/log/dockerd.log # not in the project: the daemon outlives a checkout
INSTEAD="without Docker, run: make dev"

engine_answers() { docker info >/dev/null 2>&1; }

# Prints where the engine is when that is another machine, which would open the ports over there.
elsewhere() {
    local host="${DOCKER_HOST:-}"
    [[ -n "$host" ]] || host="$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null)" || host=''
    case "$host" in
        '' | unix://* | npipe://* | tcp://localhost* | tcp://127.* | tcp://\[::1\]*) ;;
        *) say "$host" ;;
    esac
}

compose_is_recent() {
    local version
    version="$(docker compose version --short 2>/dev/null)" || return 1
    version_at_least "${version#v}" "$MIN_COMPOSE"
}

has_buildx() { docker buildx version >/dev/null 2>&1; }

tools_complete() { have docker && compose_is_recent && has_buildx; }

# Prints the packages to install: the daemon and the client only when they are missing.
wanted_packages() {
    local names=() suite=''
    have dockerd || names+=(docker.io)
    if [[ "$(supported_system)" == ubuntu ]]; then
        names+=(docker-compose-v2 docker-buildx)
    else
        have docker || names+=(docker-cli)
        names+=(docker-compose docker-buildx)
    fi
    if [[ "$(supported_system)" == debian-12 ]]; then
        suite="/$NEXT_SUITE"
    fi
    say "${names[@]/%/$suite}"
}

install_engine() {
    local names
    read -ra names <<<"$(wanted_packages)"
    [[ "$(supported_system)" != debian-12 ]] || add_next_suite
    ! systemd_runs || have dockerd || configure_service
    install_packages "${names[@]}"
}

# Prints why this script may not install or start an engine, with the fix; nothing when it may.
obstacle() {
    local wanted="Docker engine $MIN_ENGINE+, compose $MIN_COMPOSE+ and buildx"
    if [[ "${NO_ENGINE:-}" == 1 ]]; then
        say "$wanted are not ready and NO_ENGINE=1 forbids preparing them: unset it, or $INSTEAD"
    elif [[ -n "${DOCKER_HOST:-}" ]] && ! engine_answers; then
        say "no engine answers at DOCKER_HOST=$DOCKER_HOST: start it or unset DOCKER_HOST; $INSTEAD"
    elif [[ "$(uname -s)" != Linux ]]; then
        say "no recent Docker engine answers: start Docker Desktop (compose $MIN_COMPOSE+), or $INSTEAD"
    elif ((EUID != 0)) && tools_complete && [[ "$(docker info 2>&1)" == *[Pp]'ermission denied'* ]]; then
        say "user $(id -un) may not use Docker: run 'sudo usermod -aG docker $(id -un)' and log in again, or $INSTEAD"
    elif [[ -n "$(supported_system)" ]] && ((EUID != 0)); then
        say "$wanted are not ready: run 'sudo setup/engine.sh' once (it installs $(wanted_packages)), or $INSTEAD"
    elif tools_complete && have dockerd && ((EUID == 0)); then
        return 0 # only the daemon has to be started
    elif package_installed docker-ce; then
        say "Docker is too old or lacks plugins: run 'apt-get install --only-upgrade docker-ce docker-compose-plugin docker-buildx-plugin', or $INSTEAD"
    elif [[ -z "$(supported_system)" ]]; then
        say "$wanted are not ready: install them and start Docker (docs.docker.com/engine/install), or $INSTEAD"
    fi
}

systemd_runs() { [[ -d /run/systemd/system ]]; }

# Prints the MTU of the default route when it is below Docker's default of 1500: the network would
# silently drop larger packets. Prints nothing when Docker is already configured.
small_mtu() {
    local device mtu=1500
    [[ ! -e "$DAEMON_SETTINGS" ]] || return 0
    device="$(awk '$2 == "00000000" { print $1; exit }' /proc/net/route)"
    [[ -z "$device" ]] || mtu="$(cat "/sys/class/net/$device/mtu")"
    ((mtu >= 1500)) || say "$mtu"
}

# Under systemd, the daemon reads its MTU from the settings file. Runs before its first start only.
configure_service() {
    local mtu
    mtu="$(small_mtu)"
    [[ -n "$mtu" ]] || return 0
    note "writing $DAEMON_SETTINGS (MTU $mtu, that of this machine's network)"
    mkdir -p "$(dirname "$DAEMON_SETTINGS")"
    printf '{"mtu": %s, "default-network-opts": {"bridge": {"com.docker.network.driver.mtu": "%s"}}}\n' \
        "$mtu" "$mtu" >"$DAEMON_SETTINGS"
}

# Without systemd the daemon gets a session of its own, so that it outlives this terminal.
start_dockerd_alone() {
    local flags=() mtu
    mtu="$(small_mtu)"
    if [[ -n "$mtu" ]]; then
        flags=(--mtu "$mtu" --default-network-opt "bridge=com.docker.network.driver.mtu=$mtu")
    fi
    note "starting dockerd ${flags[*]} (log: $DOCKERD_LOG)"
    # Each connection to a published port takes two: at the shell's 20,000 the port dies for good.
    ulimit -n 1048576 2>/dev/null || ulimit -n "$(ulimit -Hn)"
    # The daemon must not inherit the lock (descriptor 9).
    setsid dockerd "${flags[@]}" >"$DOCKERD_LOG" 2>&1 </dev/null 9>&- &
    if ! wait_until 60 docker info; then
        tail -n 25 "$DOCKERD_LOG" >&2
        fail "dockerd did not answer within 60 s: its log is above; $INSTEAD"
    fi
}

start_engine() {
    if systemd_runs; then
        note "starting the service: systemctl start docker"
        systemctl start docker
        wait_until 60 docker info || fail "docker.service does not answer: see 'journalctl -u docker'; $INSTEAD"
    elif [[ -e /var/run/docker.pid ]] && wait_until 20 docker info; then
        note "dockerd was already starting"
    else
        start_dockerd_alone
    fi
}

ready() {
    tools_complete && engine_answers &&
        version_at_least "$(docker version --format '{{.Server.Version}}')" "$MIN_ENGINE"
}

main() {
    local why
    if ready; then
        why="$(elsewhere)"
        [[ -z "$why" ]] || fail "the Docker engine at $why is on another machine, where the ports would open and not here: unset DOCKER_HOST or run 'docker context use default'; $INSTEAD"
        return 0
    fi
    why="$(obstacle)"
    [[ -z "$why" ]] || fail "$why"
    [[ "${1:-}" != --check ]] || return 0

    lock engine # two make calls at once must not install or start twice
    if ! { tools_complete && have dockerd; }; then
        install_engine
    fi
    engine_answers || start_engine
    ready || fail "Docker answers, but engine $MIN_ENGINE+, compose $MIN_COMPOSE+ or buildx is missing: see 'docker version' and 'docker compose version'; $INSTEAD"
    note "Docker $(docker version --format '{{.Server.Version}}'), compose $(docker compose version --short)"
}

main "$@"

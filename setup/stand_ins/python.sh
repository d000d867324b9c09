#!/usr/bin/env bash
# setup/stand_ins/python.sh IMAGE: builds a stand-in for the official Python image from Debian 13,
# whose own Python is 3.13. It has this machine's CA certificates and pip settings.
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=setup/packages.sh
source "$ROOT/setup/packages.sh"
# shellcheck source=setup/public_images.sh
source "$ROOT/setup/public_images.sh"

IMAGE="$1"
CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt
# Not in /tmp, which may be mounted noexec: the bootstrap runs programs.
export TMPDIR=/var/tmp
WORK="$(mktemp -d)"
trap 'rm -rf "$WORK"' EXIT

build_root() {
    mmdebstrap --variant=minbase --mode=root --quiet \
        --include=ca-certificates,python3,python3-pip-whl \
        --aptopt='Acquire::Languages "none"' \
        --keyring="$DEBIAN_KEYRING" \
        --customize-hook="$ROOT/setup/stand_ins/customize_python.sh" \
        --customize-hook="copy-in '$CA_BUNDLE' /etc/ssl/certs" \
        trixie "$WORK/root.tar" "$(debian_mirror)"
}

# Debian's Python cannot see the host's trust or package index by itself.
import_root() {
    local changes=(
        --change "LABEL $STAND_IN_LABEL=$IMAGE"
        --change 'CMD ["python3"]'
        --change "ENV SSL_CERT_FILE=$CA_BUNDLE PIP_CERT=$CA_BUNDLE"
        --change 'ENV LANG=C.UTF-8 PIP_ROOT_USER_ACTION=ignore'
    )
    local index
    index="$("$(find_python)" "$ROOT/setup/pip_settings.py" index-url)"
    # A folder on this machine does not exist inside a container.
    [[ "$index" != http* ]] || changes+=(--change "ENV PIP_INDEX_URL=$index")
    docker import "${changes[@]}" "$WORK/root.tar" "$IMAGE"
}

[[ "$(supported_system)" == debian-* ]] ||
    fail "a stand-in for $IMAGE needs Debian 12 or 13: allow this machine to pull it, or run: make dev"
have mmdebstrap || install_packages mmdebstrap ||
    fail "a stand-in for $IMAGE needs the package mmdebstrap: install it, or run: make dev"
know_mirrors
quietly "bootstrapping Debian 13 with Python" build_root
quietly "importing $IMAGE" import_root

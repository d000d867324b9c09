# shellcheck shell=bash
# System packages: which Debian or Ubuntu this is, where its mirror is, and the one function that
# installs. Sourced.

NEXT_SUITE=trixie # Debian 13; Debian 12 itself has no compose v2
APT_SOURCE=/etc/apt/sources.list.d/house-price-docker.sources
APT_PIN=/etc/apt/preferences.d/house-price-docker
DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

package_installed() {
    [[ "$(dpkg-query --show --showformat '${db:Status-Abbrev}' "$1" 2>/dev/null)" == ii* ]]
}

# debian-12, debian-13, ubuntu, or nothing when these scripts know no packages for the system.
supported_system() {
    have apt-get || return 0
    (
        # shellcheck source=/dev/null
        source "${OS_RELEASE:-/etc/os-release}"
        case "$ID-${VERSION_ID:-}" in
            debian-12 | debian-13) say "$ID-$VERSION_ID" ;;
            ubuntu-*) say ubuntu ;;
        esac
    )
}

# Packages are installed only as root on a system that is known here, and never with NO_ENGINE=1.
may_install() { [[ "${NO_ENGINE:-}" != 1 && -n "$(supported_system)" ]] && ((EUID == 0)); }

# install_packages PACKAGE...: says what it installs. Returns 1 when it may not; the caller then says
# what to do.
install_packages() {
    may_install || return 1
    note "Installing system packages as root: $* (NO_ENGINE=1 prevents this)"
    (
        lock packages # apt fails while another runs; the subshell keeps the caller's own lock
        # Chained: `set -e` is off where a caller tests the result.
        quietly "apt-get update" apt-get update &&
            quietly "apt-get install $1" env DEBIAN_FRONTEND=noninteractive \
                apt-get install --yes --no-install-recommends "$@"
    ) && hash -r
}

# missing_venv_package PYTHON: prints the package that Debian's Python lacks for `python -m venv`;
# nothing when it lacks none.
missing_venv_package() {
    "$1" -c 'import ensurepip' 2>/dev/null ||
        "$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
}

# apt knows its mirrors only after it has read their lists.
know_mirrors() { [[ -n "$(debian_mirror)" ]] || quietly "apt-get update" apt-get update; }

# mirror_of SUITE: the address this machine's apt already uses for that suite.
mirror_of() {
    # shellcheck disable=SC2016 # apt fills in these names, not the shell
    apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
        awk -v suite="$1" '$1 == suite { print $2; exit }'
}

# The mirror of Debian itself, on any Debian; empty when apt has none.
debian_mirror() {
    local suite mirror
    for suite in trixie bookworm; do
        mirror="$(mirror_of "$suite")"
        [[ -z "$mirror" ]] || break
    done
    say "$mirror"
}

# Takes some packages on Debian 12 from Debian 13. Priority 100 keeps everything else on Debian 12,
# and still gives those packages their security updates.
add_next_suite() {
    local main security
    know_mirrors
    main="$(mirror_of bookworm)"
    security="$(mirror_of bookworm-security)"
    [[ -n "$main" ]] || fail "apt knows no Debian 12 mirror: add one to /etc/apt/sources.list.d, or run: make dev"
    note "adding the apt source $APT_SOURCE (Debian 13, for these packages only)"
    note "adding the apt preference $APT_PIN (priority 100, so nothing else is upgraded)"
    {
        source_stanza "$main" "$NEXT_SUITE"
        [[ -z "$security" ]] || source_stanza "$security" "$NEXT_SUITE-security"
    } >"$APT_SOURCE"
    printf 'Package: *\nPin: release n=%s\nPin-Priority: 100\n\n' \
        "$NEXT_SUITE" "$NEXT_SUITE-security" >"$APT_PIN"
}

source_stanza() {
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n' "$1" "$2"
    printf 'Signed-By: %s\n\n' "$DEBIAN_KEYRING"
}

#!/usr/bin/env bash
# Gives the browser tests a Chromium that runs: one already here, else Playwright's download, else
# Debian's package. Installs Xvfb for `pytest --headed` where there is no screen.
set -euo pipefail
# shellcheck source=setup/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=setup/packages.sh
source "$ROOT/setup/packages.sh"

PLAYWRIGHT="$ROOT/.venv/bin/playwright"

# Sets OWN to where Playwright puts its own Chromium; fails when Playwright does not start.
find_own() {
    OWN="$("$ROOT/.venv/bin/python" -c 'from playwright.sync_api import sync_playwright
with sync_playwright() as playwright: print(playwright.chromium.executable_path)' 2>/dev/null)"
}

# Prints the Chromium that the harness would use (harness/browser/fixtures.py); 1 when there is none.
find_chromium() {
    local name
    for name in "$OWN" chromium chromium-browser google-chrome; do
        command -v "$name" && return
    done
    return 1
}

# Playwright's own runtime needs a library that a bare Debian lacks.
ensure_driver() {
    find_own && return
    if ! install_packages libatomic1 || ! find_own; then
        fail "Playwright does not start ('$PLAYWRIGHT --version' says why): as root run 'apt-get install libatomic1'"
    fi
}

runs() { "$1" --headless --no-sandbox --disable-gpu --dump-dom about:blank >/dev/null 2>&1; }

# Playwright's build needs libraries that a bare system lacks; Playwright knows which.
install_libraries() {
    may_install ||
        fail "Chromium lacks system libraries: as root run '$PLAYWRIGHT install-deps chromium'"
    note "Installing system packages as root: Chromium's libraries (NO_ENGINE=1 prevents this)"
    quietly "installing Chromium's libraries" "$PLAYWRIGHT" install-deps chromium
}

get_chromium() {
    if logged "downloading Playwright's Chromium" "$PLAYWRIGHT" install chromium; then
        runs "$(find_chromium)" || install_libraries
        return
    fi
    note "cannot download Playwright's Chromium: $(grep -m 1 '^Error' "$LOG" || tail -n 1 "$LOG")"
    if [[ "$(supported_system)" != debian-* ]] || ! install_packages chromium chromium-headless-shell fonts-liberation; then
        fail "the browser tests need Chromium: install it so that 'chromium' is on the PATH"
    fi
}

main() {
    ensure_driver
    find_chromium >/dev/null || get_chromium
    runs "$(find_chromium)" || fail "$(find_chromium) does not start: try '$(find_chromium) --headless --no-sandbox about:blank'"
    if [[ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]] && [[ "$(uname -s)" == Linux ]] && ! have Xvfb; then
        install_packages xvfb || note "no Xvfb, so 'pytest --headed' has no screen"
    fi
}

main "$@"

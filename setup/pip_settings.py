"""Where this machine's pip gets packages from, for tools that do not read pip's configuration.

``python setup/pip_settings.py index-url`` prints the value of one option, or nothing.
``python setup/pip_settings.py --uv`` prints NAME=value lines that make uv look in the same places.
"""

import ast
import subprocess
import sys

UV_NAME = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "timeout": "UV_HTTP_TIMEOUT",
}
# From weakest to strongest, as pip applies them to `pip install`.
SECTIONS = ("global.", "install.", ":env:.")


def effective_options(config_list: str) -> dict[str, str]:
    """Return the options that `pip install` uses, from the output of `pip config list`."""
    found: dict[str, str] = {}
    entries = [line.partition("=") for line in config_list.splitlines()]
    for section in SECTIONS:
        for key, _, quoted in entries:
            if key.startswith(section):
                # pip prints repr(value); several values are one string with blanks between
                found[key.removeprefix(section)] = " ".join(str(ast.literal_eval(quoted)).split())
    return found


def uv_environment(options: dict[str, str]) -> dict[str, str]:
    """Return the environment variables that make uv look where pip would."""
    env = {UV_NAME[key]: value for key, value in options.items() if key in UV_NAME}
    if "UV_FIND_LINKS" in env:
        env["UV_FIND_LINKS"] = env["UV_FIND_LINKS"].replace(" ", ",")
    if "UV_INDEX" in env:
        # pip takes the best version from all indexes; the locks' hashes make that safe.
        env["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return env


def main(wanted: str) -> None:
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    options = effective_options(listing)
    if wanted == "--uv":
        for name, value in uv_environment(options).items():
            print(f"{name}={value}")
    elif wanted in options:
        print(options[wanted])


if __name__ == "__main__":
    main(sys.argv[1])

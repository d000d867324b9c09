"""What images are made of: their Dockerfiles, their locks, and the packages that are in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.stack.running import ComposeStack
from tests.houses.containers import python

LOCKS = {"fastapi": "requirements/api.txt", "streamlit": "streamlit_app/requirements.txt"}
# A version with at least two numbers: v3.17.2 and 3.13-slim, but not 3, latest, slim or a branch.
# The third number of Python's is left open, for the fixes that Debian and Python give it.
_VERSION = re.compile(r"v?\d+\.\d+(\.\d+)*([-.][a-z0-9.]+)*")
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
# What brings files from elsewhere into an image, but for pip.
_FETCHES = re.compile(
    r"\b(curl|wget|apt|apt-get|apk|dnf|yum|npm|conda|git|uv|pipx|poetry|easy_install|urlopen|urlretrieve)\b|https?://|git\+"
)
_PIP = re.compile(r"\bpip[\d.]*\s+(install|download|wheel)\b")

# Prints the markers' environment, and each package with its version, as JSON.
_INSTALLED = """
import json, os, platform, sys
from importlib.metadata import distributions
found = [(d.metadata["Name"], d.version) for d in distributions()]
environment = {
    "implementation_name": sys.implementation.name,
    "os_name": os.name,
    "platform_machine": platform.machine(),
    "platform_python_implementation": platform.python_implementation(),
    "platform_system": platform.system(),
    "python_full_version": platform.python_version(),
    "python_version": ".".join(platform.python_version_tuple()[:2]),
    "sys_platform": sys.platform,
}
print(json.dumps({"packages": found, "environment": environment}))
"""

# Prints every file of a package that is not as it was when it was installed, as JSON.
_CHANGED = """
import base64, hashlib, json
from importlib.metadata import distributions
changed = []
for package in distributions():
    for file in package.files or ():
        if file.hash is None:
            continue
        try:
            content = file.locate().read_bytes()
        except OSError:
            changed.append(f"{file} is missing")
            continue
        digest = hashlib.new(file.hash.mode, content).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            changed.append(str(file))
print(json.dumps(changed))
"""


@dataclass(frozen=True)
class Installed:
    """What a container holds.

    Attributes:
        packages: name -> version, of Python's.
        environment: what the markers of requirements are about.
    """

    packages: dict[str, str]
    environment: dict[str, str]

    @classmethod
    def of(cls, stack: ComposeStack, service: str) -> Installed:
        found = json.loads(python(stack, service, _INSTALLED))
        packages: dict[str, str] = {}
        for name, version in found["packages"]:
            key = canonicalize_name(name)
            assert packages.setdefault(key, version) == version, f"{service} has two of {key}"
        return cls(packages, found["environment"])


def changed_files(stack: ComposeStack, service: str) -> list[str]:
    """Files of the service's packages that were changed after they had been installed."""
    found: list[str] = json.loads(python(stack, service, _CHANGED))
    return found


def locked(lock: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """What a lock has installed in ``environment``: name -> version."""
    versions: dict[str, str] = {}
    for requirement in requirements(lock):
        if requirement.marker is None or requirement.marker.evaluate(dict(environment)):
            [version] = requirement.specifier
            assert version.operator == "==", f"{lock}: {requirement} is not pinned"
            versions[canonicalize_name(requirement.name)] = version.version
    return versions


def requirements(lock: Path) -> list[Requirement]:
    """The requirements of a lock; its hashes are left out."""
    lines = (line.partition(" --hash")[0].rstrip(" \\") for line in lock.read_text().splitlines())
    return [
        Requirement(line) for line in lines if line and not line.lstrip().startswith(("#", "-"))
    ]


def unhashed(lock: Path) -> list[str]:
    """Requirements of a lock that any file would satisfy, and lines that lead elsewhere."""
    blocks = re.split(r"\n(?=\S)", re.sub(r"(?m)^ *#.*\n", "", lock.read_text()))
    return [block for block in blocks if block.strip() and "--hash=sha256:" not in block]


def unpinned_reason(image: str) -> str | None:
    """Why ``image`` may be another one tomorrow, or None."""
    if _DIGEST.search(image):
        return None
    name, colon, tag = image.rpartition(":")
    if not colon or "/" in tag:
        return f"{image or 'an image'} has no version"
    if "$" in image or not _VERSION.fullmatch(tag):
        return f"{name}:{tag} is no fixed version"
    return None


class Dockerfile:
    """The instructions of a Dockerfile, each on one line and with its arguments filled in."""

    def __init__(self, file: Path) -> None:
        self.file = file
        text = file.read_text()
        # Lines that start with # are comments, between the lines of an instruction too.
        self.directives = re.findall(r"(?im)\A(?:\s*#\s*\w+\s*=.*\n)*", text)[0].splitlines()
        joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", text))
        self.instructions = list(self._resolved(joined))

    def _resolved(self, text: str) -> Iterator[tuple[str, str]]:
        values: dict[str, str] = {}
        for line in text.splitlines():
            word, _, rest = line.strip().partition(" ")
            if word.upper() == "ARG":
                name, _, default = rest.partition("=")
                values[name.strip()] = default.strip().strip("\"'")
            if word:
                for name, value in values.items():
                    rest = re.sub(rf"\$\{{{name}(:?-[^}}]*)?\}}|\${name}\b", value, rest)
                yield word.upper(), rest.strip()

    def images(self) -> list[str]:
        """All images that it starts from or copies from, but for its own stages."""
        stages: set[str] = set()
        found = [line.partition("=")[2].strip() for line in self.directives if "syntax" in line]
        for word, rest in self.instructions:
            plain = re.sub(r"--\w+=\S+\s+", "", rest).split()
            if word == "FROM":
                if plain[0] not in stages:
                    found.append(plain[0])
                stages |= {plain[2]} if len(plain) > 2 else set()
            sources = re.findall(r"(?:--from=|\bfrom=)([^\s,]+)", rest)
            found += [name for name in sources if name not in stages and not name.isdecimal()]
        return found

    def fetched(self) -> list[str]:
        """Instructions that bring what no lock names into the image."""
        loose = []
        for word, rest in self.instructions:
            if word == "ADD" and re.search(r"https?://|git@|\.git\b|ftp://", rest):
                loose.append(rest)
            if word in ("RUN", "ONBUILD", "CMD", "ENTRYPOINT") and self._is_loose(rest):
                loose.append(rest)
        return loose

    @staticmethod
    def _is_loose(command: str) -> bool:
        for part in re.split(r"&&|\|\||;|\|", command):
            if _PIP.search(part):
                words = part.split()
                named = [word for word in words[words.index("install") + 1 :] if word[0] != "-"]
                locks = all(word.endswith(".txt") for word in named)
                if "--require-hashes" not in words or not locks or not named:
                    return True
            elif _FETCHES.search(part) or re.search(r"\bpip[\d.]*\b", part):
                return True
        return False


@dataclass(frozen=True)
class Built:
    """A service whose image is built here."""

    service: str
    context: Path
    dockerfile: Dockerfile


def compose_file(file: Path) -> dict[str, Any]:
    """The compose file as it is written: all services, also those of profiles."""
    content: dict[str, Any] = yaml.safe_load(file.read_text())
    return content


def built(root: Path, services: Mapping[str, Mapping[str, Any]]) -> list[Built]:
    """The services that are built, with what they are built from."""
    found = []
    for name, service in services.items():
        if build := service.get("build"):
            build = {"context": build} if isinstance(build, str) else build
            assert "dockerfile_inline" not in build, f"{name} is built from no file"
            context = root / build["context"]
            file = context / build.get("dockerfile", "Dockerfile")
            found.append(Built(name, context, Dockerfile(file)))
    return found

"""A display for a browser with a window, on a machine that has none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from harness.errors import HarnessError

SCREEN = "1400x1000x24"


@contextmanager
def virtual_display() -> Iterator[dict[str, str]]:
    """The environment that a browser with a window needs beyond this process's: often nothing.

    Starts Xvfb where Linux has no display.

    Raises:
        HarnessError: there is no display and no Xvfb.
    """
    if sys.platform != "linux" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        yield {}
        return
    server = shutil.which("Xvfb")
    if server is None:
        raise HarnessError(
            "--headed: this machine has no display. Fix: apt-get install xvfb (the tests start it "
            "themselves then), or leave --headed out."
        )
    read, write = os.pipe()
    # Xvfb chooses a free display and writes its number once it accepts clients.
    command = [server, "-displayfd", str(write), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            command, pass_fds=[write], stdin=subprocess.DEVNULL, stdout=said, stderr=said
        ) as running,
    ):
        os.close(write)
        with os.fdopen(read) as chosen:
            number = chosen.readline().strip()
        if not number:
            said.seek(0)
            why = said.read().decode(errors="replace").strip()
            raise HarnessError(f"--headed: Xvfb did not start ({why}). Fix: leave --headed out.")
        try:
            yield {"DISPLAY": f":{number}"}
        finally:
            running.terminate()

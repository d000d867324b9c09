"""Listens to the engine while a stack starts, and knows at once when it cannot come up.

``docker compose up --wait`` waits on where a service ends and is started again and again.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from harness.errors import HarnessError
from harness.stack import diagnosis
from harness.stack.diagnosis import PROJECT, SERVICE, SIDECAR


class Watch:
    """Ends the command given to :meth:`on_start` when a service of ``project`` is beyond hope.

    Attributes:
        cause: why, by the name of the service; None as long as there is hope.
        ends: service -> how it ended last, where the engine has started it again since. Known
            only here: a container that runs does not tell how it ended before.
    """

    def __init__(self, project: str) -> None:
        self.cause: str | None = None
        self.ends: dict[str, str] = {}
        self._deaths: Counter[str] = Counter()
        self._end: Callable[[], None] | None = None
        filters = ["type=container", f"label={PROJECT}={project}", f"label={SIDECAR}=False"]
        # Since long ago: a project is new, and nothing of it may happen before this listens.
        self._command = ["docker", "events", "--since", "1h", "--format", "{{json .}}"]
        self._command += [word for wanted in filters for word in ("--filter", wanted)]

    def __enter__(self) -> Self:
        self._events = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end = None
        self._events.kill()
        self._listener.join()  # it reads what was said before that
        self._events.wait()

    def on_start(self, end: Callable[[], None]) -> None:
        """A command has started, and ``end`` ends it."""
        self._end = end
        if self.cause:
            end()

    def _listen(self) -> None:
        assert self._events.stdout is not None
        with self._events.stdout as events:
            for line in events:
                # Where the engine does not answer, whoever waits for it will say so.
                with suppress(HarnessError):
                    self.cause = self.cause or self._judge(json.loads(line))
                if self.cause and (end := self._end) is not None:
                    end()

    def _judge(self, event: dict[str, Any]) -> str | None:
        """What makes ``event`` the end, in a few words."""
        action, id_ = event["Action"], event["Actor"]["ID"]
        if action not in ("oom", "die", "health_status: unhealthy"):
            return None
        service, code = (event["Actor"]["Attributes"].get(key) for key in (SERVICE, "exitCode"))
        container = diagnosis.inspect(id_)
        if action == "oom":
            return f"{service} {diagnosis.out_of_memory(container)}"
        if action == "die":
            self._deaths[id_] += 1
            if diagnosis.is_restarted(container):
                self.ends[service] = f"ended with exit code {code} and was started again"
                # The engine may be at its next start by now, so the state does not tell.
                loops = self._deaths[id_] >= diagnosis.LOOP
                said = f"{service} ends again and again (crash loop, last exit code {code})"
                return said if loops else None
            if code == "0":
                return None  # whether it may end is for compose to judge
        return f"{service} {diagnosis.what_ails(container)}"

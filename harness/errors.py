"""What the harness says when it cannot do its work."""

from __future__ import annotations


class HarnessError(Exception):
    """The stack cannot be tested. The first line names the cause and the fix; more may follow."""


class NotInTimeError(HarnessError):
    """A condition that was awaited did not come true."""

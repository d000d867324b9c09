"""Which tests run: what ``--check`` names, and the words where nothing is left to run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

import pytest

from harness.verdict.checks import OTHER, Check, check_of

FEW = 3  # names that an error lists


@dataclass(frozen=True)
class Choice:
    """What there was to choose from, and how it was narrowed before ``--check`` did.

    Attributes:
        offered: all tests that were collected.
        given: the files and folders that they were collected from.
        elsewhere: the project's folders of tests that this run does not collect.
        keyword: what ``-k`` was given, if it was.
        markers: what ``-m`` was given, if it was.
    """

    offered: Sequence[pytest.Item]
    given: Sequence[str] = ()
    elsewhere: Sequence[str] = ()
    keyword: str = ""
    markers: str = ""

    @property
    def narrowed_by(self) -> str:
        texts = {"-k": self.keyword, "-m": self.markers}
        options = [f'{option} "{text}"' for option, text in texts.items() if text]
        return " ".join(options) or "the choice"


def select(
    items: Sequence[pytest.Item], wanted: Sequence[str], choice: Choice
) -> list[pytest.Item]:
    """The items that ``wanted`` names: by group, by check without parameters, or by pattern.

    Args:
        items: what is left of those that were offered.
        wanted: all of them where it is empty.
        choice: for the words of an error.

    Raises:
        pytest.UsageError: something wanted is the name of none, nothing is left, or two tests have
            one id.
    """
    checks: dict[Check, pytest.Item] = {}
    by_id: dict[str, pytest.Item] = {}
    for item in items:
        check = check_of(item)
        if (other := by_id.setdefault(check.id, item)) is not item:
            raise pytest.UsageError(f"{other.nodeid} and {item.nodeid} are both {check.id}")
        checks[check] = item
    chosen: set[Check] = set()
    for name in wanted:
        found = {check for check in checks if _is_meant(check, name)}
        if not found:
            raise _not_found(name, choice)
        chosen |= found
    if choice.offered and not items:
        raise _none_left(choice)
    return [item for check, item in checks.items() if not wanted or check in chosen]


def _not_found(name: str, choice: Choice) -> pytest.UsageError:
    checks = [check_of(item) for item in choice.offered]
    if count := sum(_is_meant(check, name) for check in checks):
        checks_of_it = f"none of the {count} checks" if count > 1 else "nothing"
        return pytest.UsageError(
            f"--check {name}: {choice.narrowed_by} leaves {checks_of_it} that it names. "
            "Fix: leave out one of the two"
        )
    if "," in name:
        fix = f"Fix: {' '.join(f'--check {part.strip()}' for part in name.split(',') if part)}"
        return pytest.UsageError(f"--check {name}: give --check once for each. {fix}")
    shown = name or '""'
    among, fix = "", ""
    if choice.elsewhere:
        among = f" in {' '.join(choice.given)}"
        fix = f". Tests are also in {', '.join(choice.elsewhere)}"
    return pytest.UsageError(f"--check {shown}: no such check{among}; {_known(checks, name)}{fix}")


def _none_left(choice: Choice) -> pytest.UsageError:
    checks = [check_of(item) for item in choice.offered]
    return pytest.UsageError(
        f"{choice.narrowed_by} leaves none of the {len(checks)} checks that were collected; "
        f"{_known(checks, choice.keyword)}. Fix: --check GROUP, or another choice"
    )


def none_elsewhere(
    chosen: Sequence[pytest.Item], possible: Sequence[pytest.Item]
) -> pytest.UsageError:
    """The error where a stack that runs elsewhere cannot be asked any check that was chosen.

    Args:
        chosen: all of them.
        possible: what was collected and can be asked of it.
    """
    names = list(dict.fromkeys(check_of(item).id.partition("[")[0] for item in chosen))
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    there_is = _known([check_of(item) for item in possible], names[0]) if possible else "is none"
    return pytest.UsageError(
        f"{', '.join(names[:FEW])}{more}: needs containers, which a stack that runs elsewhere "
        f"does not show; of the {len(possible)} checks that can be asked of it, {there_is}. "
        "Fix: choose some of these, or leave the addresses out to have a stack booted"
    )


def _known(checks: Collection[Check], wanted: str) -> str:
    """What there is, that most like ``wanted`` first."""
    groups = ", ".join(sorted({check.group for check in checks}))
    names = {check.id.partition("[")[0] for check in checks if check.group != OTHER}
    near = get_close_matches(wanted, names | {check.group for check in checks}, n=FEW)
    meant = f"did you mean {' or '.join(near)}? " if near else ""
    return f"{meant}the groups are {groups}"


def _is_meant(check: Check, wanted: str) -> bool:
    plain = check.id.partition("[")[0]
    # Not as a pattern where brackets are meant as they stand.
    return wanted in (check.id, plain, check.group) or fnmatchcase(plain, wanted)

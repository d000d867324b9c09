"""The small parts of the harness: ports, owners, waiting, sharing."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from harness.errors import HarnessError, NotInTimeError
from harness.stack import ports
from harness.stack.compose_files import ComposeFiles, Port
from harness.stack.layout import Layout
from harness.stack.once import Once
from harness.stack.owner import KEPT, Owner
from harness.stack.plan import Plan
from harness.stack.ports import free_ports
from harness.stack.wait import wait_until

ROOT = Path(__file__).resolve().parents[3]


def test_free_ports_are_different_and_can_be_listened_on() -> None:
    found = free_ports(5)

    assert len(set(found)) == 5
    for port in found:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))


def test_a_port_that_is_taken_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    [taken, free] = free_ports(2)
    monkeypatch.setattr(ports, "FIRST", min(taken, free))
    monkeypatch.setattr(ports, "LAST", max(taken, free))
    monkeypatch.setattr(random, "sample", lambda *_: [taken, free])

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", taken))
        holder.listen()

        assert ports.free_ports(1) == [free]


def test_ports_are_below_those_that_the_kernel_hands_out() -> None:
    handed_out = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first = int(handed_out.read_text().split()[0]) if handed_out.exists() else 32768

    assert first > ports.LAST


def test_too_few_free_ports_are_an_error_with_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "FIRST", ports.LAST)

    with pytest.raises(HarnessError, match="Fix: end what holds them"):
        ports.free_ports(2)


def test_a_running_process_is_not_gone() -> None:
    me = Owner.this_process()

    assert not me.is_gone()
    assert Owner.parse(str(me)) == me


def test_a_process_that_ended_is_gone() -> None:
    code = "from harness.stack.owner import Owner; print(Owner.this_process())"
    command = [sys.executable, "-c", code]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    owner = Owner.parse(printed.stdout.strip())

    assert owner is not None
    assert owner.is_gone()


def test_another_process_with_the_same_number_is_not_the_owner() -> None:
    me = Owner.this_process()

    assert Owner(me.place, me.pid, started="at some other time").is_gone()


def test_a_process_of_another_machine_may_run_for_all_that_is_known() -> None:
    assert not Owner("another machine pid:[1]", pid=2**22, started="then").is_gone()


@pytest.mark.parametrize("text", [KEPT, "", "here|not-a-number|then"])
def test_other_marks_name_no_process(text: str) -> None:
    assert Owner.parse(text) is None


def test_waiting_ends_with_the_condition() -> None:
    problems = iter(["not yet", "nearly"])

    wait_until(lambda: next(problems, None), what="it", hint="none", pause=0)

    assert next(problems, None) is None


def test_waiting_too_long_says_for_what_what_was_seen_last_and_a_hint() -> None:
    with pytest.raises(NotInTimeError) as caught:
        wait_until(lambda: "it sleeps", what="the cat wakes", seconds=0, hint="try fish", pause=0)

    assert str(caught.value) == (
        "the cat wakes: not within 0 s. Last seen: it sleeps. Hint: try fish"
    )


def test_waiting_too_long_says_where_and_shows_the_evidence() -> None:
    with pytest.raises(NotInTimeError) as caught:
        wait_until(
            lambda: "HTTP 503",
            what="the API answers",
            seconds=0,
            hint="see its log",
            address="http://127.0.0.1:1/",
            evidence=lambda: "--- its log ---",
        )

    assert str(caught.value) == (
        "the API answers (http://127.0.0.1:1/): not within 0 s. Last seen: HTTP 503. "
        "Hint: see its log\n--- its log ---"
    )


def test_a_thing_is_made_once_and_then_remembered(tmp_path: Path) -> None:
    made: list[int] = []

    def make() -> dict[str, int]:
        made.append(1)
        return {"answer": 42}

    results = [Once(tmp_path).get("thing", make) for _ in range(3)]

    assert results == [{"answer": 42}] * 3
    assert len(made) == 1


def test_processes_that_ask_at_once_get_the_same_thing(tmp_path: Path) -> None:
    code = """
import os, sys, pathlib
from harness.stack.once import Once
print(Once(pathlib.Path(sys.argv[1])).get("thing", os.getpid))
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    running = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]

    answers = {process.communicate()[0] for process in running}

    assert len(answers) == 1
    assert answers.pop().strip().isdecimal()


def test_a_failure_is_remembered_too(tmp_path: Path) -> None:
    def fail() -> None:
        raise HarnessError("it burns. Fix: water")

    with pytest.raises(HarnessError, match="it burns"):
        Once(tmp_path).get("thing", fail)
    with pytest.raises(HarnessError, match=r"failed before: it burns\. Fix: water"):
        Once(tmp_path).get("thing", lambda: None)


def test_only_one_is_alone_with_a_thing(tmp_path: Path) -> None:
    entered = threading.Event()

    def enter() -> None:
        with Once(tmp_path).alone_with("thing"):
            entered.set()

    other = threading.Thread(target=enter)
    with Once(tmp_path).alone_with("thing"):
        other.start()
        assert not entered.wait(0.2)
    other.join()
    assert entered.is_set()


def test_a_plan_can_be_handed_to_another_process(tmp_path: Path) -> None:
    source = ComposeFiles(("compose.yml",), {"web": (Port(80, 20_001, "::1"),)}, {"PORT": "20001"})
    plan = Plan.new(Layout(tmp_path), source, folder=tmp_path, logs=tmp_path / "logs", owner=KEPT)

    assert Plan.from_json(plan.to_json()) == plan

"""What training asks for before it begins: a tracker that is one, and settings that it has."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from harness.wire import HANG_TIMEOUT_S
from training.__main__ import main
from training.tracking_server import TrackingStore, tracking_store, why_silent

FLATS = Path(__file__).parents[3] / "datasets" / "synthetic_flats"


@pytest.mark.parametrize(
    ("uri", "text"),
    [
        ("localhost:5555", "no tracking URI"),
        ("ftp://localhost", "no tracking URI"),
        ("sqlite:////nowhere/at/all/mlflow.db", "no folder /nowhere/at/all"),
    ],
)
def test_a_wrong_tracking_uri_is_refused_before_training(
    tmp_path: Path, uri: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--output", str(tmp_path / "b"), "--tracking-uri", uri]
    assert main(["--dataset", str(FLATS), *where]) == 4
    assert text in capsys.readouterr().err


@pytest.mark.parametrize("answer", [b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\n\r\n[]"])
def test_another_server_is_not_taken_for_mlflow(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        other = threading.Thread(target=answers_once, args=(listening, answer))
        other.start()
        problem = why_silent(
            f"http://127.0.0.1:{listening.getsockname()[1]}", seconds=HANG_TIMEOUT_S
        )
        other.join()

    assert problem is not None


def test_a_server_that_answers_as_mlflow_does_is_used_and_decides_where_artifacts_go() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = threading.Thread(target=answers_once, args=(listening, answer))
        server.start()
        with tracking_store(address) as store:
            assert store == TrackingStore(address)
        server.join()


def answers_once(listening: socket.socket, answer: bytes) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(answer)


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("depth=3", "unknown. Fix: use one of: seed, folds"),
        ("fold=3", 'did you mean "folds"?'),
        ("folds=two", "folds=two: folds is a whole number from 3 to 50. Fix: --set folds=10"),
        ("folds", "--set folds: no value. Fix: --set key=value"),
        ("coverage=1.5", "coverage=1.5: coverage is a number from 0.5 to 0.98. Fix: --set cov"),
        ("coverage=90%", "coverage=90%: coverage is a number from 0.5 to 0.98."),
        ("holdout_share=1/3", "holdout_share is a number from 0.1 and below 0.5. Fix"),
    ],
)
def test_wrong_settings_are_refused(
    tmp_path: Path, option: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--dataset", str(FLATS), "--output", str(tmp_path / "b"), "--set", option]) == 2
    assert text in capsys.readouterr().err


def test_a_tracker_that_does_not_answer_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    uri = "http://127.0.0.1:9"
    assert (
        main(["--dataset", str(FLATS), "--output", str(tmp_path / "b"), "--tracking-uri", uri]) == 4
    )
    assert f"{uri}: no MLflow server answers there" in capsys.readouterr().err


def test_a_dataset_can_be_looked_at_without_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "b"

    assert main(["--check", "--dataset", str(FLATS), "--output", str(output)]) == 0

    told = capsys.readouterr().out
    assert 'surface: 21.8 to 196.7, median 67.7 (number; "45.2" is read as 45.2)' in told
    assert "Nothing wrong was found." in told
    assert list(tmp_path.iterdir()) == []

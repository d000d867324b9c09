"""Runs the ONNX model of a verified bundle, one house at a time.

One at a time also in a batch: ONNX Runtime rounds differently when it computes several rows
together (its vectorised ``Exp`` differs in the last bit for one row in seven), and a house must not
have another price because of its neighbours in the request.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import numpy as np
import onnxruntime as ort

from app.bundle import Bundle, BundleError
from app.contract import Input, Kind
from app.golden import GoldenRow, Value
from app.manifest import CONTRACT, GOLDEN, MODEL

OUTPUTS = ("price", "lower", "upper")
TOLERANCE = 1e-6  # relative: another processor may round otherwise
_FATAL_ONLY = 4  # ONNX Runtime's own log; what it raises is reported by us


class Estimate(NamedTuple):
    """A price and the interval around it, in the contract's currency."""

    price: float
    lower: float
    upper: float


class PredictionError(Exception):
    """The model failed, or answered something that is not a price. Never served."""


class Predictor:
    """The model, loaded from the bytes that were verified, with its golden rows reproduced.

    Safe to call from several threads.

    Raises:
        BundleError: the model cannot be loaded, has other inputs or outputs than the contract, or
            does not reproduce the golden rows.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._golden = bundle.golden.rows
        self._next_golden = 0
        self._columns = [(field.name, _dtype(field)) for field in bundle.contract.inputs]
        self._session = _session(bundle)
        _check_interface(self._session, bundle)
        for number, row in enumerate(self._golden):
            if problem := self._deviation(row):
                raise BundleError(
                    f"{bundle.named(MODEL)} does not reproduce {bundle.named(GOLDEN)}: "
                    f"row {number}: {problem}"
                )

    def predict(self, houses: Iterable[Mapping[str, Value]]) -> list[Estimate]:
        """Estimates houses whose values the contract accepts, in their order.

        Raises:
            PredictionError: the model failed, or its answer is not finite or outside its own
                interval.
        """
        return [self._predict_one(house) for house in houses]

    def self_check(self) -> str | None:
        """Predicts the next golden row (about 0.1 ms); says what is wrong, or None."""
        row = self._golden[self._next_golden % len(self._golden)]
        self._next_golden += 1
        return self._deviation(row)

    def _predict_one(self, house: Mapping[str, Value]) -> Estimate:
        feeds: dict[str, np.ndarray[Any, Any]] = {
            name: np.array([[house[name]]], dtype=dtype) for name, dtype in self._columns
        }
        try:
            outputs = self._session.run(OUTPUTS, feeds)
        except Exception as error:  # ONNX Runtime raises bare subclasses of Exception
            raise PredictionError(f"the model cannot be run: {error}") from error
        estimate = Estimate(*(float(output.item()) for output in outputs))
        # Without the numbers: this is logged, and they tell of the house.
        for name, value in zip(OUTPUTS, estimate, strict=True):
            if not math.isfinite(value):
                raise PredictionError(f"the model answered a {name} that is not finite")
        if not estimate.lower <= estimate.price <= estimate.upper:
            raise PredictionError("the model answered a price outside its interval")
        return estimate

    def _deviation(self, row: GoldenRow) -> str | None:
        try:
            found = self._predict_one(row.inputs)
        except PredictionError as error:
            return str(error)
        for name, value in zip(OUTPUTS, found, strict=True):
            expected = getattr(row, name)
            if abs(value - expected) > TOLERANCE * abs(expected):
                return f"{name}: expected {expected!r}, found {value!r}"
        return None


def _dtype(field: Input) -> type:
    if field.kind is Kind.CHOICE:
        return object  # numpy's own string type would be cut to one length
    return np.bool_ if field.kind is Kind.YES_NO else np.float64


def _session(bundle: Bundle) -> ort.InferenceSession:
    """One thread, in order: requests are many and small, and the result must not depend on luck."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = _FATAL_ONLY
    try:
        return ort.InferenceSession(bundle.model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises bare subclasses of Exception
        raise BundleError(f"{bundle.named(MODEL)} cannot be loaded: {error}") from error


def _check_interface(session: ort.InferenceSession, bundle: Bundle) -> None:
    """Names, types, shapes and order of the model's inputs and outputs."""
    types = {Kind.CHOICE: "tensor(string)", Kind.YES_NO: "tensor(bool)"}
    inputs = [
        (field.name, types.get(field.kind, "tensor(double)")) for field in bundle.contract.inputs
    ]
    outputs = [(name, "tensor(double)") for name in OUTPUTS]
    sides = (
        ("input", inputs, session.get_inputs()),
        ("output", outputs, session.get_outputs()),
    )
    for side, wanted, present in sides:
        expected = [f"{name} {kind} [N,1]" for name, kind in wanted]
        found = [f"{arg.name} {arg.type} {_shape(arg.shape)}" for arg in present]
        for number, (one, other) in enumerate(zip_longest(expected, found, fillvalue="none"), 1):
            if one != other:
                raise BundleError(
                    f"{bundle.named(MODEL)} does not fit {bundle.named(CONTRACT)}: "
                    f"{side} number {number}: expected {one}, found {other}"
                )


def _shape(shape: Sequence[int | str | None]) -> str:
    """``[N,1]`` for any number of rows of one value each, whatever the rows are called."""
    rows, *rest = shape or [0]
    return f"[{rows if isinstance(rows, int) else 'N'},{','.join(map(str, rest))}]"

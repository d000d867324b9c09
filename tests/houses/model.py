"""The bundle's own model, run beside the gate with ONNX Runtime: no code of the system takes part.

What to feed it is read from the names and types of the graph's inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidArgument

from tests.houses.api import House

OUTPUTS = ["price", "lower", "upper"]
DTYPES: dict[str, Any] = {
    "tensor(string)": object,
    "tensor(bool)": np.bool_,
    "tensor(double)": np.float64,
    "tensor(float)": np.float32,
    "tensor(int64)": np.int64,
}

Figures = tuple[float, float, float]
"""Price, lower and upper bound."""


class LocalModel:
    """The model in ``file``."""

    def __init__(self, file: Path) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(
            file.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        self._dtypes = {arg.name: DTYPES[arg.type] for arg in self._session.get_inputs()}

    def figures(self, house: House) -> Figures:
        """Price and interval of one house, to the last bit."""
        price, lower, upper = self._run([house])
        return float(price[0]), float(lower[0]), float(upper[0])

    def refuses(self, house: House) -> bool:
        """Whether the model gives no figures, because ``house`` has a value that it never learnt.

        ONNX Runtime prints an error then.
        """
        try:
            self._run([house])
        except InvalidArgument:
            return True
        return False

    def prices(self, houses: Sequence[House]) -> list[float]:
        """For searching only: run together, the last bit may differ from one house at a time."""
        return [float(price) for price in self._run(houses)[0]]

    def _run(self, houses: Sequence[House]) -> list[Any]:
        feeds = {
            name: np.array([[house[name]] for house in houses], dtype=dtype)
            for name, dtype in self._dtypes.items()
        }
        return [output.reshape(-1) for output in self._session.run(OUTPUTS, feeds)]

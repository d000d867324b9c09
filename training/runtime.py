"""Runs an exported model as the API does: through ONNX Runtime, one thread, no Python objects."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pandas as pd

from app.contract import Contract, Kind

OUTPUTS = ["price", "lower", "upper"]
TYPES = {Kind.CHOICE: np.object_, Kind.YES_NO: np.bool_}


class ExportedModel:
    """``model.onnx``, loaded."""

    def __init__(self, content: bytes, contract: Contract) -> None:
        options = onnxruntime.SessionOptions()
        # One thread: sums are then taken in one order, and the same house has one price.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"]
        )
        self._contract = contract

    def predict(self, inputs: pd.DataFrame) -> pd.DataFrame:
        """Prices of houses.

        Args:
            inputs: shape (n, inputs), wire values.

        Returns:
            shape (n, 3): price, lower and upper in the target's currency.
        """
        columns = {
            field.name: inputs[field.name]
            .to_numpy(TYPES.get(field.kind, np.float64))
            .reshape(-1, 1)
            for field in self._contract.inputs
        }
        # One by one, as the API does: in a batch some prices differ in the last bit.
        rows = [
            np.ravel(
                self._session.run(
                    OUTPUTS, {name: column[[row]] for name, column in columns.items()}
                )
            )
            for row in range(len(inputs))
        ]
        return pd.DataFrame(np.array(rows).reshape(-1, len(OUTPUTS)), columns=OUTPUTS)

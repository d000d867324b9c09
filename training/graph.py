"""Builds an ONNX graph node by node, with stable names, in double precision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper


class Graph:
    """Nodes and constants so far. Values are handed around by name."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []
        self._known: dict[tuple[object, ...], str] = {}

    def node(self, kind: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """Adds a node with one output and returns the output's name."""
        output = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=output, **attributes))
        return output

    def constant(self, value: float | np.ndarray) -> str:
        """A constant of doubles; equal ones are stored once."""
        return self._constant(np.asarray(value, dtype=np.float64))

    def index(self, positions: Sequence[int]) -> str:
        """A constant of whole numbers: positions, axes or a shape."""
        return self._constant(np.asarray(positions, dtype=np.int64))

    def concat(self, parts: Sequence[str]) -> str:
        """Columns side by side: [N, sum of widths]."""
        return parts[0] if len(parts) == 1 else self.node("Concat", *parts, axis=1)

    def columns(self, values: str, positions: Sequence[int]) -> str:
        """[N, len(positions)]: some columns of [N, any]."""
        return self.node("Gather", values, self.index(positions), axis=1)

    def _constant(self, array: Any) -> str:
        array = np.asarray(array)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._known:
            self._known[key] = f"constant_{len(self.constants)}"
            self.constants.append(numpy_helper.from_array(array, self._known[key]))
        return self._known[key]

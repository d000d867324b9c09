"""Decision trees as one ONNX TreeEnsemble node, thresholds and leaves in double precision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from onnx import numpy_helper

from training.graph import Graph


class Node(NamedTuple):
    """A leaf with its value, or a question: is ``feature`` <= ``threshold``? Yes goes left."""

    leaf: bool
    feature: int
    threshold: float
    left: int
    right: int
    value: float


def histogram_tree(nodes: np.ndarray) -> Iterator[Node]:
    """The nodes of a tree of histogram gradient boosting."""
    for node in nodes:
        yield Node(
            bool(node["is_leaf"]), int(node["feature_idx"]), float(node["num_threshold"]),
            int(node["left"]), int(node["right"]), float(node["value"]),
        )  # fmt: skip


def tree(fitted: Any) -> Iterator[Node]:
    """The nodes of a tree of a forest; its leaves hold one value each."""
    for at in range(fitted.node_count):
        left, right = int(fitted.children_left[at]), int(fitted.children_right[at])
        feature, threshold = int(fitted.feature[at]), float(fitted.threshold[at])
        yield Node(left < 0, feature, threshold, left, right, float(fitted.value[at, 0, 0]))


def sum_of_trees(trees: Iterable[Iterable[Node]], graph: Graph, values: str) -> str:
    """Adds a node that sums what the trees say of ``values`` [N, any]; returns its name: [N, 1]."""
    roots: list[int] = []
    splits: list[Node] = []
    branches: dict[str, Any] = {
        key: [] for key in ("truenodeids", "trueleafs", "falsenodeids", "falseleafs")
    }
    weights: list[float] = []
    for tree_nodes in trees:
        nodes = list(tree_nodes)
        if nodes[0].leaf:  # a tree that found nothing to split still needs one split here
            nodes = [Node(False, 0, 0.0, 1, 2, 0.0), nodes[0], nodes[0]]
        place: dict[int, int] = {}
        next_split, next_leaf = len(splits), len(weights)
        for at, node in enumerate(nodes):
            place[at] = next_leaf if node.leaf else next_split
            next_leaf, next_split = next_leaf + node.leaf, next_split + (not node.leaf)
        roots.append(place[0])
        weights += [node.value for node in nodes if node.leaf]
        inner = [node for node in nodes if not node.leaf]
        splits += inner
        for side, name in (("left", "true"), ("right", "false")):
            children = [getattr(node, side) for node in inner]
            branches[f"{name}nodeids"] += [place[child] for child in children]
            branches[f"{name}leafs"] += [int(nodes[child].leaf) for child in children]
    return graph.node(
        "TreeEnsemble",
        values,
        domain="ai.onnx.ml",
        n_targets=1,
        aggregate_function=1,  # the sum
        post_transform=0,
        tree_roots=roots,
        nodes_featureids=[node.feature for node in splits],
        nodes_splits=numpy_helper.from_array(np.array([node.threshold for node in splits])),
        nodes_modes=numpy_helper.from_array(np.zeros(len(splits), np.uint8)),  # value <= split
        **{f"nodes_{name}": column for name, column in branches.items()},
        leaf_targetids=[0] * len(weights),
        leaf_weights=numpy_helper.from_array(np.array(weights)),
    )

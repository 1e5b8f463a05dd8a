"""Reading and changing the graph of an ONNX file: who makes a value, and who uses it."""

from __future__ import annotations

from typing import Any


class Graph:
    """A view of an ``onnx.ModelProto`` that is changed in place.

    Args:
        model: a model without subgraphs.
    """

    def __init__(self, model: Any) -> None:
        from onnx import numpy_helper

        self._model, self._graph = model, model.graph
        self._constants = {
            each.name: numpy_helper.to_array(each) for each in model.graph.initializer
        }

    def nodes(self, kind: str) -> list[Any]:
        """The nodes of one operator, in the order of the graph."""
        return [node for node in self._graph.node if node.op_type == kind]

    def inputs(self) -> list[str]:
        """Names of the graph's inputs."""
        return [each.name for each in self._graph.input]

    def producer(self, name: str, kind: str | None = None) -> Any | None:
        """The node that makes the value ``name``, if it is of that operator."""
        for node in self._graph.node:
            if name in node.output:
                return node if kind is None or node.op_type == kind else None
        return None

    def users(self, name: str) -> list[Any]:
        """The nodes that take the value ``name``."""
        return [node for node in self._graph.node if name in node.input]

    def only_user(self, name: str, kind: str) -> Any | None:
        """The one node that takes ``name``, if there is just one and of that operator."""
        users = self.users(name)
        if len(users) != 1 or users[0].op_type != kind or self._is_output(name):
            return None
        return users[0]

    def depends(self, name: str, given: str) -> bool:
        """Whether the value ``name`` is computed from the graph's input ``given``."""
        waiting, seen = [name], set()
        while waiting:
            current = waiting.pop()
            if current == given:
                return True
            node = None if current in seen else self.producer(current)
            seen.add(current)
            if node is not None:
                waiting += node.input
        return False

    def holds(self, name: str) -> bool:
        """Whether ``name`` is a constant."""
        return name in self._constants

    def scalar(self, name: str) -> float | None:
        """The constant ``name``, if it holds one number."""
        array = self._constants.get(name)
        return float(array.reshape(-1)[0]) if array is not None and array.size == 1 else None

    def perm(self, node: Any) -> list[int]:
        """The order of a Transpose's axes; empty where it is not written."""
        return [axis for each in node.attribute if each.name == "perm" for axis in each.ints]

    def last_of_shape(self, name: str) -> int | None:
        """The last number of a shape, if it is known beforehand."""
        array = self._constants.get(name)
        if array is None:
            joined = self.producer(name, "Concat")
            array = None if joined is None else self._constants.get(joined.input[-1])
        return None if array is None or array.size == 0 else int(array.reshape(-1)[-1])

    def width(self, name: str) -> int | None:
        """Channels of the value ``name``, the sum of a product and a constant bias."""
        added = self.producer(name, "Add")
        biases = (
            [self._constants[each] for each in added.input if each in self._constants]
            if (added is not None)
            else []
        )
        return int(biases[0].shape[-1]) if biases and biases[0].ndim else None

    def replace(
        self, last: Any, kind: str, inputs: list[str], *, width: int, **attributes: Any
    ) -> None:
        """Puts a ``com.microsoft`` node in the place of ``last``; its float32 output has
        ``width`` channels. What only fed ``last`` goes with :meth:`drop_unused`."""
        from onnx import TensorProto, helper

        (output,) = last.output
        node = helper.make_node(kind, inputs, [output], domain="com.microsoft", **attributes)
        place = list(self._graph.node).index(last)
        self._graph.node.remove(last)
        self._graph.node.insert(place, node)
        for known in [each for each in self._graph.value_info if each.name == output]:
            self._graph.value_info.remove(known)
        # Shape inference knows the standard operators only.
        shape = ["rows", "tokens", width]
        self._graph.value_info.append(
            helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)
        )
        if all(each.domain != "com.microsoft" for each in self._model.opset_import):
            self._model.opset_import.append(helper.make_opsetid("com.microsoft", 1))

    def merge_equal(self) -> None:
        """Makes one of constants with the same content, and of nodes that do the same."""
        renamed: dict[str, str] = {}
        first: dict[Any, str] = {}
        for name, array in self._constants.items():
            content = (array.dtype.str, array.shape, array.tobytes())
            renamed[name] = first.setdefault(content, name)
        made: dict[Any, list[str]] = {}
        for node in list(self._graph.node):
            for position, name in enumerate(node.input):
                node.input[position] = renamed.get(name, name)
            attributes = sorted(each.SerializeToString() for each in node.attribute)
            work = (node.domain, node.op_type, tuple(node.input), tuple(attributes))
            outputs = made.setdefault(work, list(node.output))
            if outputs != list(node.output) and not any(map(self._is_output, node.output)):
                renamed |= dict(zip(node.output, outputs, strict=True))
                self._graph.node.remove(node)
        self.drop_unused()

    def drop_unused(self) -> None:
        """Takes out nodes and constants that nothing uses."""
        needed = {each.name for each in self._graph.output}
        for node in reversed(list(self._graph.node)):
            if needed.isdisjoint(node.output):
                self._graph.node.remove(node)
            else:
                needed.update(node.input)
        for array in [each for each in self._graph.initializer if each.name not in needed]:
            self._graph.initializer.remove(array)
        self._constants = {k: v for k, v in self._constants.items() if k in needed}
        kept = {name for node in self._graph.node for name in node.output}
        for known in [each for each in self._graph.value_info if each.name not in kept]:
            self._graph.value_info.remove(known)

    def drop_input(self, name: str) -> None:
        """Takes the graph's input ``name`` out, if nothing uses it."""
        for each in list(self._graph.input):
            if each.name == name and not self.users(name):
                self._graph.input.remove(each)

    def _is_output(self, name: str) -> bool:
        return any(each.name == name for each in self._graph.output)

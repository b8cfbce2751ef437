"""moto's update expressions, read once and gone through without what finds nothing; what they do stays the same.

A model's updates are few expressions with other values, so each is parsed once. What changes a tree does so in a copy.
"""

from functools import lru_cache
from typing import Any

from moto.dynamodb.parsing import ast_nodes, expressions
from moto.dynamodb.parsing.validators import ActionCountValidator, OverlappingPathsValidator

#: moto has no types for these.
_nodes: Any = ast_nodes
_expressions: Any = expressions
Node, Expression, Function = _nodes.Node, _nodes.Expression, _nodes.UpdateExpressionFunction
Traverser, Parser = _nodes.DepthFirstTraverser, _expressions.UpdateExpressionParser
_MAKE, _HOOK = Parser.make, Traverser.pre_processing_of_child


@lru_cache(2_000)
def make(expression: str) -> Any:
    """The tree of an expression."""
    return _MAKE(expression)


_known: dict[tuple[Any, Any], bool] = {}


def _is(kind: Any, kinds: Any) -> bool:
    """Whether a type is one of some; asking Python of a type of an abstract class takes much longer."""
    found = _known.get((kind, kinds))
    if found is None:
        found = _known[kind, kinds] = issubclass(kind, kinds)
    return found


def copy_node(self: Any, memo: dict[int, Any]) -> Any:
    """A copy of a tree. Its leaves are texts."""
    result = object.__new__(type(self))
    result.__dict__.update(self.__dict__, parent=None)
    if self.children is not None:
        result.children = [copy_node(one, memo) if _is(type(one), (Node,)) else one for one in self.children]
        for child in result.children:
            if _is(type(child), (Node,)):
                child.parent = result
    return result


def traverse(self: Any, node: Any, child_id: int = -1) -> Any:
    """Goes through a tree, deepest nodes first, and processes those that this traversal is for."""
    if not _is(type(node), (Node,)):
        return node
    prepare = None if type(self).pre_processing_of_child is _HOOK else self.pre_processing_of_child
    return _walk(self, node, child_id, tuple(self._processing_map()), prepare)


def _walk(self: Any, node: Any, child_id: int, kinds: tuple[type, ...], prepare: Any) -> Any:
    parent = node.parent
    for at, child in enumerate(node.children or ()):
        if prepare:
            prepare(node, at)
        if _is(type(child), (Node,)):
            _walk(self, child, at, kinds, prepare)
    if _is(type(node), kinds):
        node = self.process(node)
        node.parent = parent
        if parent:
            parent.children[child_id] = node
    return node


def _process_root(self: Any, node: Any) -> Any:
    """Looks at all clauses of a tree at once: where these are right, those of its parts are."""
    return self.process(node)


def find_clauses(self: Any, clause_types: Any) -> list[Any]:
    """The clauses of some types in a tree."""
    clauses = []
    for child in self.children or ():
        if type(child) in clause_types:
            clauses.append(child)
        elif _is(type(child), (Expression, Function)):
            clauses.extend(find_clauses(child, clause_types))
    return clauses


#: What is replaced by what.
FASTER: list[tuple[Any, str, Any]] = [
    (Parser, "make", make),
    (Node, "__deepcopy__", copy_node),
    (Traverser, "traverse_node_recursively", traverse),
    (Node, "find_clauses", find_clauses),
    (ActionCountValidator, "traverse", _process_root),
    (OverlappingPathsValidator, "traverse", _process_root),
]

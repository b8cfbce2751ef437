"""moto's expressions, read once and gone through without what finds nothing; what they do stays the same.

A model's updates and conditions are few expressions with other values, so each is parsed once. What changes a tree does so in a
copy.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from moto.dynamodb.comparisons import AttributeValue, ConditionExpressionParser
from moto.dynamodb.parsing import ast_nodes, expressions
from moto.dynamodb.parsing.validators import ActionCountValidator, OverlappingPathsValidator

#: moto has no types for these.
_nodes: Any = ast_nodes
_expressions: Any = expressions
Node, Expression, Function = _nodes.Node, _nodes.Expression, _nodes.UpdateExpressionFunction
Traverser, Parser = _nodes.DepthFirstTraverser, _expressions.UpdateExpressionParser
_MAKE, _HOOK = Parser.make, Traverser.pre_processing_of_child
_PARSE, _OPERAND = ConditionExpressionParser.parse, ConditionExpressionParser._make_operand


class _Kinds(dict[type, bool]):
    """Whether a type is one of some; asking Python of a type of an abstract class takes much longer."""

    def __init__(self, *kinds: type) -> None:
        super().__init__()
        self.kinds = kinds

    def __missing__(self, kind: type) -> bool:
        found = self[kind] = issubclass(kind, self.kinds)
        return found


_is_node, _has_parts = _Kinds(Node), _Kinds(Expression, Function)
#: What takes the place of other nodes while a tree is gone through.
_COMING = frozenset({_nodes.DDBTypedValue, _nodes.NoneExistingPath})


@lru_cache(2_000)
def make(expression: str) -> Any:
    """The tree of an expression, whose root knows of which types its nodes are or may become."""
    tree = _MAKE(expression)
    tree.may_have = _COMING | set(_types(tree))
    return tree


def _types(node: Any) -> Iterator[type]:
    yield type(node)
    for child in node.children or ():
        if _is_node[type(child)]:
            yield from _types(child)


def copy_node(self: Any, memo: dict[int, Any]) -> Any:
    """A copy of a tree. Its leaves are texts."""
    result = object.__new__(type(self))
    result.__dict__.update(self.__dict__, parent=None)
    if self.children is not None:
        result.children = [copy_node(one, memo) if _is_node[type(one)] else one for one in self.children]
        for child in result.children:
            if _is_node[type(child)]:
                child.parent = result
    return result


_processed: dict[type, _Kinds] = {}


def traverse(self: Any, node: Any, child_id: int = -1) -> Any:
    """Goes through a tree, deepest nodes first, and processes those that this traversal is for."""
    if not _is_node[type(node)]:
        return node
    if (kinds := _processed.get(type(self))) is None:
        kinds = _processed[type(self)] = _Kinds(*self._processing_map())
    may_have = getattr(node, "may_have", None)
    if may_have and not any(kinds[kind] for kind in may_have):
        return node
    prepare = None if type(self).pre_processing_of_child is _HOOK else self.pre_processing_of_child
    return _walk(self, node, child_id, kinds, prepare)


def _walk(self: Any, node: Any, child_id: int, kinds: _Kinds, prepare: Any) -> Any:
    parent = node.parent
    for at, child in enumerate(node.children or ()):
        if prepare:
            prepare(node, at)
        if _is_node[type(child)]:
            _walk(self, child, at, kinds, prepare)
    if kinds[type(node)]:
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
        elif _has_parts[type(child)]:
            clauses.extend(find_clauses(child, clause_types))
    return clauses


class _Shape(ConditionExpressionParser):
    """Reads a condition without the values in it: their names stand for them."""

    def _lookup_expression_attribute_value(self, name: str) -> Any:
        return name


@lru_cache(2_000)
def _shape(condition: str, names: tuple[tuple[str, str], ...]) -> Any:
    """The tree of a condition, and the names and values that it has."""
    parser: Any = _Shape(condition, dict(names), None)
    nodes = parser._apply_functions(parser._parse_paths(parser._lex_condition_expression()))
    nodes = parser._apply_between(parser._apply_in(parser._apply_comparator(nodes)))
    (node, *_) = parser._apply_parens_and_booleans(nodes)
    parser._assert_no_redundant_parentheses(node)
    return node, parser._find_literals(node), parser._find_expr_attr_values(node)


def parse(self: Any) -> Any:
    """What tells whether a condition holds for an item."""
    if not self.condition_expression:
        return _PARSE(self)
    node, names, values = _shape(self.condition_expression, tuple((self.expression_attribute_names or {}).items()))
    self.expr_attr_names_found.extend(names)
    self.expr_attr_values_found.extend(values)
    return self._make_op_condition(node)


def make_operand(self: Any, node: Any) -> Any:
    """A part of a condition, with its value."""
    if node.kind == self.Kind.EXPRESSION_ATTRIBUTE_VALUE:
        return AttributeValue(self.expression_attribute_values[node.text])
    return _OPERAND(self, node)


#: What is replaced by what.
FASTER: list[tuple[Any, str, Any]] = [
    (Parser, "make", make),
    (Node, "__deepcopy__", copy_node),
    (Traverser, "traverse_node_recursively", traverse),
    (Node, "find_clauses", find_clauses),
    (ActionCountValidator, "traverse", _process_root),
    (OverlappingPathsValidator, "traverse", _process_root),
    (ConditionExpressionParser, "parse", parse),
    (ConditionExpressionParser, "_make_operand", make_operand),
]

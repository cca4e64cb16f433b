"""Change one value of a JSON tree, for tests of every place in it."""

from collections.abc import Iterator
from typing import Any


def paths(tree: Any) -> Iterator[tuple[Any, ...]]:
    """Return the path to each value of a JSON tree."""
    yield ()
    children = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    for key, child in children:
        yield from ((key, *rest) for rest in paths(child))


def replaced(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return the tree with one value changed."""
    if not path:
        return value
    changed = tree.copy()
    changed[path[0]] = replaced(tree[path[0]], path[1:], value)
    return changed

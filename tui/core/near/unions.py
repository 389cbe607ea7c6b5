"""Union-find: join linked rows into groups."""

from __future__ import annotations

from array import array


class Unions:
    """Disjoint sets of numbers 0 to count - 1; each set is named by its smallest number."""

    def __init__(self, count: int) -> None:
        self._parents = array("q", range(count))

    def find(self, one: int) -> int:
        """Return the smallest number joined with `one`."""
        parents = self._parents
        root = one
        while parents[root] != root:
            root = parents[root]
        while parents[one] != root:
            parents[one], one = root, parents[one]
        return root

    def join(self, one: int, other: int) -> None:
        """Make one set of two."""
        one, other = self.find(one), self.find(other)
        self._parents[max(one, other)] = min(one, other)

    def names(self) -> list[int]:
        """Return the name of each number's set."""
        return [self.find(number) for number in range(len(self._parents))]

    def sets(self) -> list[list[int]]:
        """Return the sets of two and more, each in order, in the order of their names."""
        found: dict[int, list[int]] = {}
        for number, name in enumerate(self.names()):
            if number != name:
                found.setdefault(name, [name]).append(number)
        return [found[name] for name in sorted(found)]

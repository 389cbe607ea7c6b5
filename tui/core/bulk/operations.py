"""The record of a bulk operation: title, parameters to fill in, and the function made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.core.fixes import Fixed

Count = Callable[[str], int]  # tokens of a text


class BadParameter(ValueError):  # noqa: N818 - the text is what a person reads at the field
    """A parameter that cannot be used; `field` is its name."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value to fill in: free text, one of `choices`, or (`long`) a text of many lines."""

    name: str
    label: str
    default: str = ""
    hint: str = ""
    choices: tuple[str, ...] = ()
    long: bool = False


@dataclass(frozen=True, slots=True)
class EachRow:
    """Work on one example after the other. `change` raises CannotFix for one it leaves alone.

    `rule` is the one whose problems it mends, if it does: then it is told what that takes out.
    """

    label: str
    change: Callable[[bytes], Fixed]
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Arrange:
    """Work on rows as they stand to each other: `order` gives the indices kept, in their order."""

    label: str
    order: Callable[[Sequence[bytes]], Sequence[int]]


Work = EachRow | Arrange
Make = Callable[[Mapping[str, str], Count], Work]


@dataclass(frozen=True, slots=True)
class Operation:
    """A bulk operation. `make` raises BadParameter for values it cannot use."""

    id: str
    title: str
    remark: str
    parameters: tuple[Parameter, ...]
    make: Make

    @property
    def counts_tokens(self) -> bool:
        """Whether it may need a tokenizer, which takes a moment to load."""
        return any("tokens" in parameter.choices for parameter in self.parameters)


OPERATIONS: dict[str, Operation] = {}


def operation(id_: str, title: str, remark: str, *parameters: Parameter) -> Callable[[Make], Make]:
    """Register an operation; the function decorated makes its work."""

    def keep(make: Make) -> Make:
        OPERATIONS[id_] = Operation(id_, title, remark, parameters, make)
        return make

    return keep


def whole(values: Mapping[str, str], name: str) -> int:
    """Return a parameter as a whole number. Raises BadParameter."""
    try:
        return int(values[name])
    except ValueError:
        raise BadParameter(name, "a whole number, such as 42") from None

"""The classes of the program, found in its modules."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache


@cache
def classes_of(package: str) -> tuple[type, ...]:
    """Return the classes that the modules of a package define, each once."""
    found: dict[type, None] = {}
    root = importlib.import_module(package)
    names = [package]
    if hasattr(root, "__path__"):
        names += [one.name for one in pkgutil.walk_packages(root.__path__, f"{package}.")]
    for name in names:
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, type) and value.__module__ == name:
                found[value] = None
    return tuple(found)


def ancestors_of_ours(owner: type) -> list[type]:
    """Return the classes of the program that a class inherits from, at any distance."""
    return [base for base in owner.__mro__[1:] if base.__module__.split(".")[0] == "tui"]

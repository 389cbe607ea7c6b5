"""Validate arguments by the JSON Schema of a tool, which comes from outside.

Nothing is fetched: a reference that leads out of the schema makes it one that is not checked.
References are followed a bounded number of times, and patterns have a time limit.
"""

from __future__ import annotations

import threading
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

_LONGEST = 100_000  # bytes of a schema; nobody writes a longer one
_MOST_REFERENCES = 1_000  # followed for one call: a few lines of them can unfold without end
_PATTERN_S = 0.05
_SLOW: set[str] = set()  # patterns that took longer once: not waited for again
_TYPES = {"string", "integer", "number", "boolean", "array", "object", "null"}
# Keywords that match patterns in ways that cannot be limited in time, or lead anywhere.
_LEFT_OUT = {
    *("patternProperties", "unevaluatedProperties", "unevaluatedItems", "propertyNames"),
    *("$dynamicRef", "$recursiveRef", "$schema", "$id"),
}
# What these hold is a value of the user's, not a schema.
_VALUES = {"enum", "const", "default", "examples", "required"}
_DEEPEST = 60


class Mismatch(NamedTuple):
    """What is wrong with one value: the path to it, the keyword it breaks and what that holds."""

    path: tuple[str | int, ...]
    keyword: str
    wanted: Any
    value: Any


class _NotFollowedError(Exception):
    """A reference that leads out of the schema, or one of too many."""


def mismatches_of(given: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Mismatch]:
    """Return where arguments do not fit a schema; nothing for one that cannot be checked.

    jsonschema takes a tenth of a second to load: it is when the first schema comes.
    """
    check = _check_of(orjson.dumps(schema))
    return check(given) if check is not None else []


@lru_cache(maxsize=256)
def _check_of(written: bytes) -> Callable[[Mapping[str, Any]], list[Mismatch]] | None:
    """Return what checks arguments against a schema; None where that cannot be done."""
    if len(written) > _LONGEST:
        return None
    from jsonschema.exceptions import SchemaError

    kind = _validator()
    schema = _clean(orjson.loads(written), 0)
    try:
        kind.check_schema(schema)
    except (SchemaError, RecursionError):
        return None
    validator = kind(schema)

    def check(given: Mapping[str, Any]) -> list[Mismatch]:
        _REFERENCES.followed = 0
        try:
            return [_mismatch(error) for error in validator.iter_errors(given)]
        except Exception:  # noqa: BLE001
            # Whatever a schema from outside leads the library into, such as a reference to
            # nowhere or to itself: nothing is known of the arguments then.
            return []

    return check


class _Counter(threading.local):
    """How many references were followed for one call, in this thread."""

    followed = 0


_REFERENCES = _Counter()


@cache
def _validator() -> Any:
    """Return the kind of validator: nothing is fetched, and neither patterns nor loops last."""
    import regex
    from jsonschema import Draft202012Validator, validators
    from jsonschema.exceptions import ValidationError

    follow = Draft202012Validator.VALIDATORS["$ref"]

    def ref(validator: Validator, to: str, given: object, schema: object) -> Any:
        _REFERENCES.followed += 1
        if _REFERENCES.followed > _MOST_REFERENCES or not to.startswith("#"):
            raise _NotFollowedError
        return follow(validator, to, given, schema)

    def pattern(_kind: object, wanted: str, given: object, _schema: object) -> Iterator[Any]:
        if not isinstance(given, str) or wanted in _SLOW:
            return
        try:
            found = regex.search(wanted, given, timeout=_PATTERN_S)
        except TimeoutError:
            _SLOW.add(wanted)  # a million lines may have it
            return
        except regex.error:
            return  # of another dialect
        if not found:
            yield ValidationError("does not match")

    return validators.extend(Draft202012Validator, {"$ref": ref, "pattern": pattern})


def _clean(schema: Any, depth: int) -> Any:
    """Return a schema without what is not checked, or is of no use in it."""
    if depth > _DEEPEST:
        return True
    if isinstance(schema, list):
        return [_clean(one, depth + 1) for one in schema]
    if not isinstance(schema, dict):
        return schema
    open_ = "patternProperties" in schema
    return {
        key: value if key in _VALUES else _clean(value, depth + 1)
        for key, value in schema.items()
        if value is not None and key not in _LEFT_OUT and not _is_useless(key, value, open_=open_)
    }


def _is_useless(key: str, value: object, *, open_: bool) -> bool:
    """Tell keywords that say nothing; `open_` allows other properties by patterns."""
    if key == "additionalProperties":
        return open_
    if key == "type":
        names = value if isinstance(value, list) else [value]
        return not all(isinstance(name, (str, dict)) for name in names) or not (
            isinstance(value, dict) or _TYPES.issuperset(map(str, names))
        )
    return key == "enum" and value == []


def _mismatch(error: ValidationError) -> Mismatch:
    path = tuple(error.absolute_path)
    return Mismatch(path, str(error.validator), error.validator_value, error.instance)

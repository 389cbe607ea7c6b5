"""What Textual calls a million times in a session, with the same results in less time.

Looked at by profile, each was a part of what a key costs that can be seen (tests/bench/tuning.py):

- a strip of a line makes seven caches, of which it uses one at most: they are made when asked for,
- a reactive value is read after three lookups by name that find nothing new,
- who handles a message is looked up in twenty classes, most of which handle none,
- each look at the theme copies the table of all themes three times, and
- the parameters of a callback that is created each time are counted by its whole signature.

Constant `FAST` turns all this off; strips are left alone where they are not those of the Textual
that this was written for. tests/fast/test_textual_calls.py shows that nothing else comes out.
"""

from __future__ import annotations

from functools import cache
from inspect import CO_VARARGS, CO_VARKEYWORDS
from types import FunctionType
from typing import TYPE_CHECKING, Any

from textual import _callback
from textual.app import App
from textual.cache import FIFOCache
from textual.message import Message
from textual.message_pump import MessagePump
from textual.reactive import Reactive
from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.segment import Segment
    from textual.theme import Theme

FAST = True

# As Strip makes them, with their sizes.
_CACHES = {
    "_divide_cache": 4,
    "_crop_cache": 16,
    "_style_cache": 16,
    "_filter_cache": 4,
    "_line_length_cache": 4,
    "_crop_extend_cache": 4,
    "_offsets_cache": 4,
}
_OTHERS = {"_segments", "_cell_length", "_render_cache", "_link_ids", "_cell_count"}

_read_reactive = Reactive.__get__
_find_theme = App.get_theme
_count_parameters = _callback._count_parameters
_find_handlers = MessagePump._get_dispatch_methods


# -- strips ----------------------------------------------------------------------------


def _init_strip(self: Strip, segments: Iterable[Segment], cell_length: int | None = None) -> None:
    self._segments = list(segments)
    self._cell_length = cell_length
    self._render_cache = self._link_ids = self._cell_count = None


def _cache_of_strip(self: Strip, name: str) -> FIFOCache[Any, Any]:
    """Make a cache that is asked for the first time; raises AttributeError for any other name."""
    if (size := _CACHES.get(name)) is None:
        raise AttributeError(name)
    made: FIFOCache[Any, Any] = FIFOCache(size)
    setattr(self, name, made)
    return made


# -- reactive values -------------------------------------------------------------------


def _read(self: Reactive[Any], obj: Any, owner: type) -> Any:
    """Return a value that has been set and is not computed; for all else ask Textual."""
    if obj is None:
        return self
    try:
        value = obj.__dict__[self.internal_name]
        if type(obj) in self._stored_in:  # type: ignore[attr-defined]
            return value
    except (KeyError, AttributeError):
        pass
    value = _read_reactive(self, obj, owner)
    if not hasattr(obj, self.compute_name):
        self.__dict__.setdefault("_stored_in", set()).add(type(obj))
    return value


# -- who handles a message -------------------------------------------------------------

_Decorated = tuple[tuple["Callable[..., Any]", Any], ...]


@cache
def _handling(
    pump: type, name: str, message: type[Message]
) -> tuple[tuple[type, _Decorated, str], ...]:
    """Return the classes of a node that handle a message: by decorated methods, by one's name."""
    kinds = [one for one in message.__mro__ if issubclass(one, Message)]
    found = []
    for cls in pump.__mro__:
        of_class = cls.__dict__.get("_decorated_handlers") or {}
        decorated = tuple(one for kind in kinds for one in of_class.get(kind, ()))
        named = next((one for one in (f"_{name}", name) if cls.__dict__.get(one)), "")
        if named and getattr(cls.__dict__[named], "_textual_on", None):
            named = ""
        if decorated or named:
            found.append((cls, decorated, named))
    return tuple(found)


def _handlers(
    self: MessagePump, method_name: str, message: Message
) -> Iterable[tuple[type, Callable[[Message], Any]]]:
    """Give the handlers of a message, nearest class first, until one of them forbids the rest."""
    handling = _handling(type(self), method_name, type(message))  # type: ignore[arg-type]
    if any(decorated for _, decorated, _ in handling):
        return _find_handlers(self, method_name, message)  # its selectors are to be looked at
    return _named_handlers(self, handling, message)


def _named_handlers(
    self: MessagePump, handling: tuple[tuple[type, _Decorated, str], ...], message: Message
) -> Iterator[tuple[type, Callable[[Message], Any]]]:
    for cls, _, name in handling:
        if message._no_default_action:
            break
        yield cls, cls.__dict__[name].__get__(self, cls)


# -- themes and callbacks --------------------------------------------------------------


def _theme(self: App[Any], theme_name: str) -> Theme | None:
    found: Theme | None = self._registered_themes.get(theme_name)
    return found or _find_theme(self, theme_name)


def _parameters(func: Callable[..., Any]) -> int:
    """Return how many parameters a function has."""
    if type(func) is not FunctionType or func.__dict__:
        return _count_parameters(func)  # it may stand for another, or state a signature
    code = func.__code__
    more = bool(code.co_flags & CO_VARARGS) + bool(code.co_flags & CO_VARKEYWORDS)
    return code.co_argcount + code.co_kwonlyargcount + more


_REPLACED: list[tuple[Any, str, Any]] = [
    (Reactive, "__get__", _read),
    (MessagePump, "_get_dispatch_methods", _handlers),
    (App, "get_theme", _theme),
    (_callback, "_count_parameters", _parameters),
]
if set(Strip.__slots__) == {*_CACHES, *_OTHERS}:
    _REPLACED += [(Strip, "__init__", _init_strip), (Strip, "__getattr__", _cache_of_strip)]
_THEIRS = [(owner, name, getattr(owner, name, None)) for owner, name, _ in _REPLACED]


def install() -> None:
    """Have Textual do so, in all apps of this process."""
    if FAST:
        for owner, name, ours in _REPLACED:
            setattr(owner, name, ours)


def remove() -> None:
    """Give Textual its own back: for comparing with it."""
    for owner, name, theirs in _THEIRS:
        if theirs is None:
            delattr(owner, name)
        else:
            setattr(owner, name, theirs)

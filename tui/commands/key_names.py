"""The names of keys: read as people write them, written for people, and which no terminal sends."""

from __future__ import annotations

import unicodedata

_MODIFIERS = ("alt", "ctrl", "shift")  # in the order in which names have them
_NEVER = ("super", "hyper", "meta", "cmd", "win")  # a terminal keeps these to itself
_NAMED = frozenset(
    {
        *("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete"),
        *("backspace", "enter", "tab", "escape", "space", *(f"f{n}" for n in range(1, 25))),
    }
)
_ALSO = {
    "esc": "escape", "return": "enter", "del": "delete", "ins": "insert", "page up": "pageup",
    "page down": "pagedown", "pgup": "pageup", "pgdn": "pagedown", "pgdown": "pagedown",
    "page_up": "pageup", "page_down": "pagedown", "←": "left", "→": "right", "↑": "up",
    "↓": "down", " ": "space", "spc": "space", "bs": "backspace",
}  # fmt: skip
_MODIFIERS_ALSO = {"control": "ctrl", "c": "ctrl", "option": "alt", "opt": "alt", "m": "alt"}
# Textual's own names for some characters; the others are called as Unicode calls them.
_OWN_NAMES = {
    "solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at",
    "hyphen_minus": "minus", "plus_sign": "plus", "low_line": "underscore",
}  # fmt: skip
_SHOWN = {
    "escape": "esc", "pageup": "page up", "pagedown": "page down",
    "left": "←", "right": "→", "up": "↑", "down": "↓",
}  # fmt: skip
# What reaches the program when these are pressed: terminals have one byte for both.
_SAME_BYTE = {
    "ctrl+space": "ctrl+@",
    "ctrl+at": "ctrl+@",
    "ctrl+slash": "ctrl+underscore",
    "ctrl+minus": "ctrl+underscore",
}
_ARROWS = frozenset(
    {"up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete"}
)
_WITH_CTRL = frozenset({"@", "backslash", "right_square_bracket", "circumflex_accent"})
_AS = {
    "ctrl+h": "backspace",
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+j": "a line break, which some send for enter",
    "ctrl+left_square_bracket": "esc",
    "alt+left_square_bracket": "the beginning of an arrow",
    "alt+shift+o": "the beginning of an arrow",
}
_KEPT = {"ctrl+b": "tmux keeps ctrl+b for itself"}


def _name_of(character: str) -> str:
    if character.isalnum() and character.isascii():
        return character
    if character == " ":
        return "space"
    try:
        name = unicodedata.name(character).lower().replace("-", "_").replace(" ", "_")
    except ValueError:
        return character
    return character if character.isalnum() else _OWN_NAMES.get(name, name)


_PUNCTUATION = {_name_of(chr(code)): chr(code) for code in range(33, 127)}


class UnknownKeyError(ValueError):
    """A key that is not known; `meant` is the one it is most like, empty where there is none."""

    def __init__(self, text: str, meant: str) -> None:
        super().__init__(text)
        self.text, self.meant = text, meant


def parse_key(text: str) -> str:
    """Return the name of a key such as `ctrl+s`, `?`, `page up` or `G`. Raises UnknownKeyError."""
    if len(text) == 1 and text.isprintable():
        return _ALSO.get(text) or _name_of(text)
    head, _, base = text.strip().rpartition("+")
    if not base and head:  # the plus itself: `+`, `ctrl++`
        head, base = head.removesuffix("+"), "plus"
    found = {_MODIFIERS_ALSO.get(one, one) for one in head.lower().split("+") if one}
    if base[:2].lower() in {"c-", "m-"} and len(base) == 3:
        found, base = {*found, _MODIFIERS_ALSO[base[0].lower()]}, base[2:]
    name = _base(base)
    if not name or not found <= {*_MODIFIERS, *_NEVER}:
        raise UnknownKeyError(text, _nearest(text))
    if len(name) == 1 and name.isupper() and found:
        name, found = name.lower(), {*found, "shift"}
    if found == {"shift"} and len(name) == 1 and name.isalpha():
        return name.upper()
    ordered = [one for one in (*_NEVER, *_MODIFIERS) if one in found]
    key = "+".join([*ordered, name])
    return _SAME_BYTE.get(key, key)


def _base(text: str) -> str:
    lower = text.lower()
    if len(text) == 1 and text not in _ALSO:
        return _name_of(text)
    name = _ALSO.get(lower, lower)
    return name if name in _NAMED or name in _PUNCTUATION or name == "@" else ""


def _nearest(text: str) -> str:
    from difflib import get_close_matches

    head, plus, base = text.strip().rpartition("+")
    known = [*_NAMED, *(name for name in _PUNCTUATION if len(name) > 1)]
    ahead = []
    for one in head.lower().split("+") if plus else []:
        close = get_close_matches(_MODIFIERS_ALSO.get(one, one), _MODIFIERS, 1)
        if not close:
            return ""
        ahead.append(close[0])
    name = _base(base) or next(iter(get_close_matches(base.lower(), known, 1)), "")
    return "+".join([*ahead, name]) if name else ""


def label_of(key: str) -> str:
    """Return a key as a sentence names it, such as `ctrl+s`, `?` or `page up`."""
    head, plus, base = key.rpartition("+")
    shown = _SHOWN.get(base) or _PUNCTUATION.get(base, base)
    if len(base) > 1 and base[0] == "f" and base[1:].isdigit():
        shown = base.upper()
    return f"{head}{plus}{shown}"


def types_character(key: str) -> bool:
    """Whether a key types a character in a field of text."""
    return key == "space" or key in _PUNCTUATION or (len(key) == 1 and key.isprintable())


def unsendable(key: str) -> str:
    """Return why few or no terminals send a key, empty for one that all send."""
    if key in _KEPT:
        return _KEPT[key]
    if key in _AS:
        return f"terminals send it as {_AS[key]}"
    *modifiers, base = key.split("+")
    if set(modifiers) & {*_NEVER}:
        return f"no terminal sends {modifiers[0]} with a key"
    if not modifiers or base in _ARROWS:
        return ""
    return _with_modifiers({*modifiers}, base)


def _with_modifiers(modifiers: set[str], base: str) -> str:
    """Return why few terminals send a key with these, other than an arrow and the like."""
    letter = len(base) == 1 and base.isascii() and base.isalpha()
    if base in _NAMED - {"space"}:
        if modifiers == {"shift"} and base == "tab":
            return ""
        return f"most terminals send {label_of(base)} alone for it"
    if {"ctrl", "shift"} <= modifiers:
        return f"terminals send it as ctrl+{label_of(base)}"
    if modifiers == {"shift"}:
        return "terminals send the character that it types"
    if "ctrl" in modifiers and not (letter or base in _WITH_CTRL or base == "underscore"):
        return f"terminals have no code for ctrl with {label_of(base)}"
    return ""

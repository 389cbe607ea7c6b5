"""Format what asking a profile has found, as lines of text."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tui.core.provider.probed import NOW
from tui.core.text.text import one_line
from tui.screens.app_words import in_app

if TYPE_CHECKING:
    from tui.services.doctor.profiles import ProfileLook
    from tui.services.settings.profile import Profile

_MARKS = {"ok": "✓", "note": "·"}
_LONGEST = 200


def key_words(profile: Profile, state: str = "") -> str:
    """Return the state of a key in two words; `state` is what a test found."""
    state = state or profile.key_state
    words = {"none": "no key", "missing": "key missing", "by command": "by command"}
    return words.get(state) or (state if state in _WHERE else f"key {state}")


_WHERE = {"its own", "in the keyring"}


def look_words(look: ProfileLook, lines: int) -> str:
    """Return what was found in at most this many lines: problems first, then what is offered."""
    said = []
    for one in look.diagnoses:
        if one.state == "problem":
            said.append(f"✗ {one.name}: {one_line(one.text, _LONGEST)}")
            if one.next_step:
                said.append(f"  → {one_line(in_app(one.next_step), _LONGEST)}")
        elif one.name in {"key", "server", "remark"}:
            said.append(f"{_MARKS[one.state]} {one_line(one.text, _LONGEST)}")
    age = look.probe.age(time.time()) if look.probe is not None else NOW
    if age != NOW:  # it was not asked this time
        said.append(f"{age}:")
    for found in look.probe.found if look.probe is not None else ():
        mark = {"yes": "✓", "no": "–"}.get(found.offer, "?")
        said.append(f"{mark} {found.words} ({one_line(found.told, 80)})")
    return "\n".join(said[:lines])

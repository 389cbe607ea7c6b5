"""The fields of the filter language: what each reads of a row, and what the help says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tui.core.dataset.properties import BY_NAME, turns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tui.core.filtering.subject import Subject

Mode = Literal["contains", "begins", "is"]

NUMBERS: Mapping[str, Callable[[Subject], int]] = {
    "tokens": lambda s: s.tokens[0],
    "trained": lambda s: s.tokens[1],
    "chars": lambda s: sum(map(len, s.texts)),
    "turns": turns,
    "messages": lambda s: len(s.turns),
    "line": lambda s: s.position + 1,
}


def _by_role(*roles: str) -> Callable[[Subject], tuple[str, ...]]:
    return lambda subject: subject.by_role(*roles)


# What `field:value` compares with, and how it does.
WORDS: Mapping[str, tuple[Callable[[Subject], tuple[str, ...]], Mode]] = {
    "role": (lambda s: tuple({t.role for t in s.turns}), "begins"),
    "user": (_by_role("user"), "contains"),
    "assistant": (_by_role("assistant"), "contains"),
    "severity": (lambda s: tuple(severity for _, severity in s.problems), "begins"),
    "roles": (BY_NAME["roles"].values, "contains"),
    "system": (BY_NAME["system"].values, "contains"),
    "tool": (BY_NAME["tool"].values, "contains"),
    "first": (BY_NAME["first"].values, "begins"),
    "end": (BY_NAME["end"].values, "is"),
    "lang": (BY_NAME["lang"].values, "is"),
    "kind": (BY_NAME["kind"].values, "begins"),
    "issue": (BY_NAME["issue"].values, "begins"),
    "name": (BY_NAME["name"].values, "contains"),
    "weight": (BY_NAME["weight"].values, "is"),
}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "severity": ("error", "warning", "info"),
    "kind": ("chat", "preference", "completion", "unknown", "broken", "blank"),
}
# What may change although the row itself does not.
VOLATILE = frozenset({"line", "issue", "severity", "marked", "edited"})
# The words of these stand in the line as they are.
VERBATIM = frozenset({"role", "user", "assistant", "system", "tool", "name"})

HELP = """\
Words side by side must all match; OR and ( ) as usual, - is not.
  refund  "two words"       in any message, upper or lower case
  /^Dear\\b/im               expression: i any case, m lines, s dot
  role:tool  kind:pref      begins with it; roles=… whole pattern
  user:x  assistant:x  system:x  name:x  tool:x      contains it
  first:"I am"  end:?       first words, last character of answer
  system=""  tool="a b"     = is exact; "" is having none
  tokens>4000  trained<10  chars>=900  turns:2-4  messages<3
  line:10-20  marked  weight:0  lang:tr (of the last answer, a guess)
  edited                    changed and not saved yet
  issue:secret  issue:role-unknown  severity:error
  role:tool (refund OR edited) -marked
"""

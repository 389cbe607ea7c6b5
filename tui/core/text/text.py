"""Text from outside, made safe to show: control characters become visible ones."""

import re
import unicodedata

# U+2400 block: a picture for each C0 control character, and one for DEL.
_PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "\u2421"}
_KEPT = {"\n", "\t"}
# Line and paragraph breaks beyond ASCII, where there is room for one cell only.
_BREAKS = {"\x85": "\u2424", "\u2028": "\u21b5", "\u2029": "\xb6"}
# What a terminal may act on, or what reorders or hides neighbouring text
# (bidirectional overrides, zero-width marks, the byte order mark).
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
# Joins emoji families and Indic/Arabic letters: part of ordinary writing.
_JOINERS = {"\u200c", "\u200d"}
# Beside one of these a joiner joins nothing, and hides in what is laid out next to it.
_NOT_JOINED = r"\s\x00-\x7f\u2026\u2400-\u2426\u27e8\u27e9"
_LOOSE = re.compile(f"[\u200c\u200d](?![^{_NOT_JOINED}])|(?<![^{_NOT_JOINED}])[\u200c\u200d]")

# Blanks that one does not see, or takes for others: at the end of a line, several, odd ones.
_UNSEEN = re.compile(r"^[^\S\n]+|[^\S\n]+$|[^\S\n]{2,}|[^\S\n ]", re.MULTILINE)
_ENDS = re.compile(r"\A\n+|\n+\Z")
_ODD_BLANKS = "\xa0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_DRAWN = str.maketrans({" ": "·", "\t": "→", **dict.fromkeys(_ODD_BLANKS, "⍽")})


def visible(text: str) -> str:
    """Return `text` with every control or invisible character shown as a visible one.

    Newlines and tabs stay. C0 controls become their control pictures (ESC is ␛), the
    others ⟨U+XXXX⟩, so a dataset or a server can never send the terminal a command. A joiner
    stays where it stands between two characters that it may join.
    """
    shown = visible_part(text)
    if "\u200d" in shown or "\u200c" in shown:
        shown = _LOOSE.sub(_code, shown)
    return shown


def visible_part(text: str) -> str:
    """Return `visible(text)` of a part of a text: joiners at its ends stay."""
    if text.isprintable():  # nothing of it is hidden, whatever the script
        return text
    return "".join(map(_visible_char, text))


def _code(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found[0]):04X}⟩"


def _visible_char(char: str) -> str:
    if not hidden(char):
        return char  # unassigned code points and odd spaces: harmless, shown as they are
    return _PICTURES.get(ord(char)) or f"⟨U+{ord(char):04X}⟩"


def hidden(char: str) -> bool:
    """Whether a character cannot be seen, or is one that a terminal might act on."""
    if char in _KEPT or char in _JOINERS or char.isprintable():
        return False
    return unicodedata.category(char) in _HIDDEN


def picture(char: str) -> str:
    """Return how a hidden character is shown where it has one cell: several may look alike."""
    return _PICTURES.get(ord(char)) or _BREAKS.get(char) or "\ufffd"


def blanks_shown(text: str) -> str:
    """Return `text` with the blanks drawn that one does not see: at an end, several, odd ones.

    A space is `·`, a tab `→`, an odd blank `⍽`, a line break at the end of the text `↵`.
    """
    inner = _UNSEEN.sub(lambda found: found[0].translate(_DRAWN), text)
    return _ENDS.sub(lambda found: found[0].replace("\n", "↵\n"), inner)


def one_line(text: str, limit: int = 200) -> str:
    """Return `text` safe and on one line, newlines as ↵, cut to `limit` characters with …."""
    # Cut first: a message of megabytes must not be walked for a cell of eighty columns.
    cut = text[: limit + 1]
    flat = visible(cut).replace("\n", "↵").replace("\t", " ")
    return flat if len(flat) <= limit else flat[: max(limit - 1, 0)].rstrip("\u200c\u200d") + "…"


def size_words(count: int | None) -> str:
    """Return a number of bytes in decimal units, as providers state their limits."""
    if count is None:
        return "–"
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return (
                f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
            )
        amount /= 1000
    return f"{amount:.1f} GB"


def figure(value: float) -> str:
    """Return a number as it is shown: with a decimal only if it is not whole."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def plural(count: int, noun: str, many: str = "") -> str:
    """Return "1 example", "2 examples", "1,200 examples"."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def encodable(text: str) -> str:
    """Return `text` with halves of surrogate pairs written as escapes, so that UTF-8 can hold it.

    They come from file names that are not UTF-8, and from escapes in JSON.
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")

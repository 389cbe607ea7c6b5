"""Masking of API keys in text, in whatever encoding a server or a library repeats them.

The keys in use are known to the whole process: what leaves it (stdout, stderr, a log line, a
traceback, the screen, the clipboard) must not depend on who holds a workspace. `learn` adds a
key, `mask` is applied where text from a server enters and where any text leaves.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "••••"
_SIGNATURE = re.compile(r"(?i)([?&](?:[\w-]*signature|[\w-]*token|sig)=)[^&\s\"'<>]+")
_ESCAPED = re.compile(r"\\u00[2-7]")
# Not the rules of the checks: those take 0.2 s to load, and leave out what may be an example.
_LOOKS_LIKE_KEY = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|hf|fw|nvapi|tgp|pplx)[-_](?=[A-Za-z_-]*[0-9A-Z])[A-Za-z0-9_-]{16,}"
    r"|(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"
    r"|(?i:(?<=bearer )|(?<=basic )|(?<=[?&]key=)|(?<=api[-_]key=)|(?<=apikey=))"
    r"[A-Za-z0-9._~+/=-]{8,}"
)
# A shorter word is not a secret, and would be found in ordinary prose; it is masked after "Bearer".
SHORTEST = 6
LINE = 16  # characters of a line of a key over several lines, which may be a key of its own
FRAGMENT = 12  # characters of a key in a row that are masked even without the rest of it
_CHUNK = (
    SHORTEST  # any FRAGMENT of a key holds one of its chunks of this length whole (2 x 6 - 1 < 12)
)
_HELD = 3  # characters at the end of a stream's piece that are held back if a key contains them
# What documentation tells to enter where a server wants some key but checks none.
PLACEHOLDERS = frozenset(
    {
        "api-key", "api_key", "apikey", "dummy-key", "lm-studio", "no-key", "no-key-required",
        "no-key-needed", "not-needed", "ollama", "placeholder", "sk-no-key-required",
    }
)  # fmt: skip


class Masker:
    """Replaces known secrets by a mask. Safe to use from any thread."""

    def __init__(self) -> None:
        self._learning = Lock()
        self._known: set[str] = set()
        self._keys: tuple[_Key, ...] = ()
        self._words: tuple[_Key, ...] = ()  # those as short as a word
        self._runs: re.Pattern[str] | None = None  # stretches of characters that keys are made of
        self._letters: frozenset[str] = frozenset()  # which those are
        self._least = FRAGMENT  # the length of the shortest stretch that is looked at
        self._grams: frozenset[str] = frozenset()  # what stands in secrets, of _CHUNK characters

    def learn(self, *secrets: str | None) -> None:
        """Add secrets; None, placeholders and those known already are passed over."""
        with self._learning:
            for secret in secrets:
                parts = (part for part in (secret or "").split() if len(part) >= LINE)
                for text in {secret or "", *parts} - self._known:
                    if text.strip() and text.lower() not in PLACEHOLDERS:
                        self._add(_Key(text))

    def _add(self, key: _Key) -> None:
        self._known.add(key.text)
        self._keys = (*self._keys, key)
        if not key.forms:
            self._words = (*self._words, key)
            return
        self._grams |= {
            form[at : at + _CHUNK] for form in key.forms for at in range(len(form) - _CHUNK + 1)
        }
        letters = self._letters.union(*key.forms)
        least = min(self._least, *map(len, key.forms))
        if self._runs is None or (letters, least) != (self._letters, self._least):
            self._letters, self._least = letters, least
            made_of = "".join(map(re.escape, sorted(letters)))
            self._runs = re.compile(f"[{made_of}]{{{least},}}+")

    def mask(self, text: str) -> str:
        """Return `text` with every known secret in it masked, and long fragments of one."""
        for key in self._words:
            text = key.mask_bearer(text)
        # Searched for one by one, secrets and their fragments would cost a second in 10 MB.
        return text if self._runs is None else self._runs.sub(self._mask_run, text)

    def _mask_run(self, found: re.Match[str]) -> str:
        text, keys = found[0], self._keys
        grams, size = self._grams, _CHUNK
        # Of a stretch of `_least` characters, one in this many beginnings of a gram is a sample.
        samples = range(0, len(text) - size + 1, self._least - size + 1)
        if grams.isdisjoint([text[at : at + size] for at in samples]):
            return text
        for key in keys:
            text = key.mask_whole(text)
        for key in keys:  # later: keys may have a beginning in common
            text = key.mask_fragments(text)
        return text

    def may_hold(self, data: bytes) -> bool:
        """Return whether undecoded JSON may hold a secret; rather yes than no."""
        if not self._keys:
            return False
        # An ASCII letter written as an escape hides from a search of the text.
        text = data.decode("utf-8", "replace")
        return _ESCAPED.search(text) is not None or self.mask(text) != text

    def mask_json(self, value: Any) -> Any:
        """Return decoded JSON with the secrets in all its texts masked, names included."""
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, Mapping):
            return {self.mask(name): self.mask_json(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.mask_json(inner) for inner in value]
        return value

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where secrets stand in `text` from their first to their last character."""
        found = [span for key in self._keys for span in key.spans(text)]
        return sorted(found)

    @property
    def longest(self) -> int:
        """The length of the longest secret, 1 without any."""
        return max((len(form) for key in self._keys for form in (key.text, *key.forms)), default=1)

    def held_back(self, sent: str, text: str) -> int:
        """Return how many characters at the end of `text` may be part of a secret.

        `sent` is what came before. Text that ends so waits until more of it has come.
        """
        whole = sent + text
        return max((key.begun(whole, len(text)) for key in self._keys), default=0)


class StreamMask:
    """Masks a text that comes in pieces: a secret cut into several is masked too."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._sent = ""  # the end of what was let through, as it came
        self._held = ""

    def feed(self, text: str) -> str:
        """Return what can be shown of the text so far and was not returned yet."""
        text = self._held + text
        begin, parts = 0, []
        for first, last in self._masker.spans(self._sent + text):
            # The first letters of it may have been shown, before a third made it look like one.
            first, last = (max(at - len(self._sent), begin) for at in (first, last))  # noqa: PLW2901
            if last > begin:
                parts += [self._masker.mask(text[begin:first]), MASK]
                begin = last
        held = self._masker.held_back((self._sent + text)[: len(self._sent) + begin], text[begin:])
        end = len(text) - held
        parts.append(self._masker.mask(text[begin:end]))
        self._held = text[end:]
        self._sent = (self._sent + text[:end])[-self._masker.longest :]
        return "".join(parts)

    def end(self) -> str:
        """Return the rest."""
        held, self._held = self._held, ""
        return self._masker.mask(held)


class _Key:
    """One secret, and how else it may be written."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._bearer: re.Pattern[str] | None = None
        self._chunks: tuple[tuple[int, str], ...] = ()
        self.forms: tuple[str, ...] = ()  # ways to write it whole, longest first
        if len(text) < SHORTEST:
            pattern = rf"(bearer\s+){re.escape(text)}(?![\w-])"
            self._bearer = re.compile(pattern, re.IGNORECASE)
            return
        self.forms = _written(text)
        if len(text) >= FRAGMENT:
            last = len(text) - _CHUNK
            places = {*range(0, last, _CHUNK), last}
            self._chunks = tuple((at, text[at : at + _CHUNK]) for at in sorted(places))

    def mask_bearer(self, text: str) -> str:
        """Return `text` with a secret as short as a word masked where it is one."""
        return text if self._bearer is None else self._bearer.sub(rf"\1{MASK}", text)

    def mask_whole(self, text: str) -> str:
        """Return `text` with this secret masked, in all ways to write it."""
        for form in self.forms:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def mask_fragments(self, text: str) -> str:
        """Return `text` with long fragments of this secret masked."""
        for at, chunk in self._chunks:
            if chunk in text:
                text = self._mask_fragments(text, at, chunk)
        return text

    def _mask_fragments(self, text: str, at: int, chunk: str) -> str:
        parts: list[str] = []
        done = 0
        found = text.find(chunk)
        while found >= 0:
            first, last = self._grown(text, found, at, done)
            if last - first >= FRAGMENT:
                parts += [text[done:first], MASK]
                done = last
            found = text.find(chunk, max(last, found + 1))
        return "".join([*parts, text[done:]])

    def _grown(self, text: str, found: int, at: int, least: int) -> tuple[int, int]:
        """Return the stretch of `text` around a chunk that goes on as the key does."""
        first, left = found, at
        while first > least and left > 0 and text[first - 1] == self.text[left - 1]:
            first, left = first - 1, left - 1
        last, right = found + _CHUNK, at + _CHUNK
        while last < len(text) and right < len(self.text) and text[last] == self.text[right]:
            last, right = last + 1, right + 1
        return first, last

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where this secret stands whole in `text`, in any way to write it."""
        for form in self.forms:
            at = text.find(form)
            while at >= 0:
                yield at, at + len(form)
                at = text.find(form, at + len(form))

    def begun(self, whole: str, most: int) -> int:
        """Return how many of the last `most` characters of `whole` may go on as this secret."""
        return max((_begun(form, whole, most) for form in self.forms), default=0)


def _begun(form: str, whole: str, most: int) -> int:
    # Not only its beginning: a server may leave out the first letters.
    length = min(_HELD, len(whole))
    if length < _HELD or whole[-length:] not in form:
        return 0
    while length < len(whole) and whole[-length - 1 :] in form:
        length += 1
    return min(length, most)


def _written(secret: str) -> tuple[str, ...]:
    """Return the ways a secret may be written in a text, longest first."""
    import json  # a start without a key needs none

    data = secret.encode("utf-8", "surrogatepass")
    forms = {
        secret,
        quote(data, safe=""),
        quote(data, safe="/"),
        quote_plus(data),
        _in_html(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(secret)[1:-1].replace("/", "\\/"),
        repr(secret)[1:-1],
        data.hex(),
        data.hex().upper(),
        *_in_base64(data),
    }
    return tuple(sorted((form for form in forms if len(form) >= SHORTEST), key=len, reverse=True))


def _in_html(text: str) -> str:
    # As html.escape does, whose module costs a start more than it saves here.
    for char, entity in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot"), ("'", "#x27")):
        text = text.replace(char, f"&{entity};")
    return text


def _in_base64(data: bytes) -> set[str]:
    """Return what base64 makes of the secret wherever it stands in the text encoded.

    "Basic" authentication encodes NAME:KEY: the letters at its borders depend on what stands
    beside it, those between them only on where in a group of three bytes it begins.
    """
    forms = set()
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data)
        first = -(-before * 8 // 6)  # the first letter made of the secret alone
        last = (before + len(data)) * 8 // 6
        middle = encoded[first:last].decode()
        forms |= {middle, middle.translate(str.maketrans("+/", "-_"))}
    return {form for form in forms if len(form) >= SHORTEST + 2}


KEYS = Masker()
mask = KEYS.mask
learn = KEYS.learn


def mask_lookalikes(text: str) -> str:
    """Return `text` without what looks like a key, known or not: for what is kept and passed on."""
    return _LOOKS_LIKE_KEY.sub(MASK, text)


def mask_signatures(text: str) -> str:
    """Return `text` without what signed addresses in it let one do."""
    return _SIGNATURE.sub(rf"\1{MASK}", text)

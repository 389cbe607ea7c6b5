"""Validate numbers of cards, accounts and telephones, to tell them from other numbers.

Check digits alone are not enough: one random number in ten or in a hundred has them. So a
number also has to have a prefix and length that are given out, and to be written in the groups
such numbers are written in, or to stand near a word that says what it is.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

_CARD_WORDS = re.compile(
    r"(?<![a-z])(?:credit|debit|bank)?[ _-]?cards?(?:_?(?:n(?:o|um)|holder))?(?![a-z])|visa"
    r"|master ?card|maestro|amex|american express|diners|union ?pay"
    r"|(?<![a-z])(?:jcb|cc|pan)(?![a-z])"
    r"|(?<![a-z])cv[cv]2?(?![a-z])|credit|debit|(?<![a-z])(?:kredi|banka) ?kart|kreditkarte"
    r"|(?<![a-z])carte (?:bancaire|bleue|de)|tarjeta|cart[aã]o|carta di|kaartn",
    re.IGNORECASE,
)
_CARD_GROUPS = re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}([ -])\d{6}\2\d{4,5}")
# First and last of the four digits a number begins with, and the lengths it may have.
_ISSUERS: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (2221, 2720, (16,)),  # Mastercard
    (3000, 3059, (14, 16, 19)),  # Diners Club
    (3400, 3499, (15,)),  # American Express
    (3528, 3589, (16, 19)),  # JCB
    (3600, 3699, (14, 16, 19)),  # Diners Club
    (3700, 3799, (15,)),  # American Express
    (3800, 3999, (14, 16, 19)),  # Diners Club
    (4000, 4999, (13, 16, 19)),  # Visa
    (5018, 5018, (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    (5020, 5020, (13, 14, 15, 16, 17, 18, 19)),
    (5038, 5038, (13, 14, 15, 16, 17, 18, 19)),
    (5100, 5599, (16,)),  # Mastercard
    (5893, 5893, (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    (6011, 6011, (16, 19)),  # Discover
    (6200, 6299, (16, 17, 18, 19)),  # UnionPay
    (6304, 6304, (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    (6440, 6599, (16, 19)),  # Discover
    (6759, 6763, (13, 14, 15, 16, 17, 18, 19)),  # Maestro
)
# The length of an IBAN by its country (SWIFT's registry).
_IBAN_LENGTHS = {
    length: frozenset(codes.split())
    for length, codes in {
        15: "NO", 16: "BE", 18: "DK FK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV", 29: "BR EG PS QA UA",
        30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
}  # fmt: skip
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_CODICE_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21),
            *(2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        ),
        strict=True,
    )
)
_ID_WORDS = re.compile(
    r"(?<![a-z])(?:ssn|nino|dni|nif|nie|nir|insee|tckn|t\.?c\.?|kimlik|identidad|passport|documento"
    r"|national|insurance|identi(?:ty|fication)|tax[ _-]?id|social security|id[ _-]?(?:card|kart)"
    r"|n[uú]mero|s[eé]curit[eé]|s[eé]cu)(?![a-z])",
    re.IGNORECASE,
)
# Who is spoken of: beside them a number in the form of an SSN or a telephone is somebody's.
_PERSON = (
    r"my|mine|his|hers?|theirs?|born|dob|d\.o\.b|birth\w*|patients?|applicants?|employees?|tenants?"
    r"|borrowers?|taxpayers?"
)
_SSN_WORDS = re.compile(
    rf"(?<![a-z])(?:{_PERSON}|ssns?|socials?|soc\.? sec|i?tin)(?![a-z])", re.IGNORECASE
)
_PHONE_WORDS = re.compile(
    rf"(?<![a-z])(?:{_PERSON}|(?:tele|cell)?phone\w*|t[eé]l(?:[eé](?:f\w*|ph\w*)|\.|:)?|tlf"
    r"|(?<!_)call(?:s|ed|ing)?(?!_)|dial\w*|fax\w*|mobile?\w*|m[oó]vil|cell\w*|contact\w*|reach\w*"
    r"|sms|text(?:ed|ing)? (?:me|us|him|her|them)|whats ?app|hot ?line|help ?line|voice ?mail"
    r"|toll[ -]free|ext(?:ension)?|us at|me at)(?![a-z])"
    r"|[\u260e\u260f\u2706\U0001f4de\U0001f4f1\U0001f4f2]",
    re.IGNORECASE,
)
# What is counted by such numbers instead, said just before one.
_COUNTED = re.compile(
    r"(?<![a-z])(?:part|order|sku|item|model|serial|invoice|ticket|case|ref(?:erence)?|lot|batch"
    r"|catalog(?:ue)?|version|product|tracking|isbn|doi|claim|po|bug|issue|article|equation|section)"
    r"(?:[ _-]?(?:number|nos?|num|nr|id|code)\b)?[\s.:#=\"'(]*(?:is|was|are)?\s*\Z",
    re.IGNORECASE,
)
_SUM = re.compile(r"\s*[=*/^×÷]|\s-\s?\d")
_AFTER_SUM = re.compile(r"[=*/^×÷]\s*\Z")
_NUMBER_BEFORE = re.compile(r"(\+?[\d .()-]*\d)\s*\Z")
_VERSION_WORDS = re.compile(
    r"(?:(?:\b|(?<=\\[nrt]))(?:v|ver|version|release|build|firmware|driver|update|patch"
    r"|python|chrome|section|clause|chapter|figure|table|step)s?[ .:]*|[=~<>]=\s?|[§@])\Z",
    re.IGNORECASE,
)
_ADDRESS_WORDS = re.compile(
    r"(?<![a-z])(?:ips?|ipv4|address\w*|hosts?|servers?|from|client|remote|ping|ssh|dns|gateway"
    r"|peer|source|login|logged|connect\w*|visitor)(?![a-z])|://",
    re.IGNORECASE,
)


def card(found: re.Match[str], near: str) -> bool:
    """Return whether a match is the number of a payment card."""
    start, end = card_extent(found)
    text = found.string[start:end]
    digits = re.sub(r"\D", "", text)
    if not (issued(digits) and luhn(digits)):
        return False
    return _CARD_GROUPS.fullmatch(text) is not None or _CARD_WORDS.search(near) is not None


def card_extent(found: re.Match[str]) -> tuple[int, int]:
    """Return where the number of a card stands in a match: another may follow, such as its CVC."""
    start, end = found.span()
    if found[0][4:5] in {" ", "-"} and len(found[0]) == 23 and not luhn(found[0]):
        return start, end - 4
    return start, end


def issued(digits: str) -> bool:
    """Return whether cards with such a beginning and length are given out (ISO/IEC 7812)."""
    four = int(digits[:4])
    lengths = next((lengths for first, last, lengths in _ISSUERS if first <= four <= last), ())
    return len(digits) in lengths


def luhn(text: str) -> bool:
    """Return whether the digits of `text` carry the check digit of a payment card."""
    digits = [int(c) for c in text if c.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def iban(text: str) -> bool:
    """Return whether `text` is a bank account number: its country, length and check digits."""
    plain = text.replace(" ", "")
    if plain[:2] not in _IBAN_LENGTHS.get(len(plain), ()):
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def telephone(found: re.Match[str], near: str) -> bool:
    """Return whether a match is a telephone number, not a term of a sum.

    It has as many digits as a number with its prefix (ITU-T E.164). Without a prefix or brackets
    a word has to say what it is, or it stands alone.
    """
    text = found[0]
    if text[0] not in "+(" and not _somebodys(found, near, _PHONE_WORDS):
        return False
    digits = re.sub(r"\D", "", text)
    if not (8 if text.startswith("+") else 10) <= len(digits) <= 15 or len({*digits}) < 3:
        return False
    before = found.string[max(found.start() - 24, 0) : found.start()]
    if _SUM.match(found.string, found.end()) or _AFTER_SUM.search(before):
        return False
    # 123 +456 is a sum, if no telephone number stands before.
    number = _NUMBER_BEFORE.search(before)
    return number is None or number[1].startswith("+") or not text[1:].isdigit()


def public_address(found: re.Match[str], near: str) -> bool:
    """Return whether an IPv4 address belongs to somebody, and is not a version or a section.

    Those have small numbers: with none above 31 but one, a word has to say that it is one.
    """
    if not may_be_public(found[0]):
        return False
    numbers = [*map(int, found[0].split("."))]
    if _VERSION_WORDS.search(found.string[max(found.start() - 16, 0) : found.start()]):
        return False
    return sum(n > 31 for n in numbers) > 1 or _ADDRESS_WORDS.search(near) is not None


def may_be_public(text: str) -> bool:
    """Return whether an IPv4 address is of the Internet, and no version of single digits."""
    return max(map(int, text.split("."))) > 9 and _is_global(text)


@lru_cache(maxsize=256)
def _is_global(text: str) -> bool:
    return ipaddress.IPv4Address(text).is_global


def national_id(found: re.Match[str], near: str) -> bool:
    """Return whether a match is an id of a person, by check digits where there are any.

    Known are those of the United States (SSN), the United Kingdom (NINO), Türkiye, Spain (DNI),
    Italy (codice fiscale) and France (NIR). Digits without a form of their own need a word, and
    so does an SSN, whose form is that of many a part's number, where it does not stand alone.
    """
    text = found[0]
    plain = re.sub(r"[ -]", "", text)
    if len(plain) == 16:
        return _codice_fiscale(plain)
    spoken = _ID_WORDS.search(near) is not None
    if text.count("-") == 2:
        return spoken or _somebodys(found, near, _SSN_WORDS)
    if len(plain) == 15:
        return 97 - int(plain[:13]) % 97 == int(plain[13:]) and (spoken or " " in text)
    if len(plain) == 11:
        return spoken and _turkish(plain)
    if plain[:8].isdigit():
        return spoken and plain[-1] == _DNI_LETTERS[int(plain[:-1]) % 23]
    return spoken or " " in text  # NINO has a form, but nothing to check it by


def _somebodys(found: re.Match[str], near: str, words: re.Pattern[str]) -> bool:
    """Return whether one of some words stands near a match, or nothing else in its text does.

    What is said just before to be the number of a thing is nobody's.
    """
    whole, start = found.string, found.start()
    if _COUNTED.search(whole[max(start - 32, 0) : start]):
        return False
    return not whole.replace(found[0], "").strip(" .,;:!\n") or words.search(near) is not None


def _codice_fiscale(plain: str) -> bool:
    values = (
        _CODICE_ODD[c] if at % 2 == 0 else int(c, 36) - 10 * c.isalpha()
        for at, c in enumerate(plain[:15])
    )
    return sum(values) % 26 == ord(plain[15]) - ord("A")


def _turkish(plain: str) -> bool:
    digits = [int(c) for c in plain]
    tenth = (7 * sum(digits[0:9:2]) - sum(digits[1:8:2])) % 10
    return digits[9] == tenth and digits[10] == sum(digits[:10]) % 10

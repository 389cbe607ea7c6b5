"""How often numbers that stand for nobody are taken for a person's, and that real ones are found.

The rates are of random input with a fixed seed, so they are the same in every run. What is left
are the forms that nothing tells from the real thing: 16 digits in fours with the prefix and the
check digit of a card (3.2 %), and a card number made up beside the word card (2.7 %).
"""

from __future__ import annotations

import json
import random
import time
import uuid
from typing import TYPE_CHECKING

import pytest

from tui.core.checks import check_row

if TYPE_CHECKING:
    from collections.abc import Callable

_TRIES = 600


def digits(rng: random.Random, count: int) -> str:
    return str(rng.randint(1, 9)) + "".join(rng.choices("0123456789", k=count - 1))


def version(rng: random.Random, most: int) -> str:
    return ".".join(str(rng.randint(0, most)) for _ in range(4))


def product(rng: random.Random) -> str:
    a, b = (rng.randint(10**6, 10**9) for _ in range(2))
    return f"{a} * {b} = {a * b}"


def clock(rng: random.Random) -> str:
    at = rng.uniform(0, 2e9)
    day = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at))
    return f"{day} {int(at)} {int(at * 1e3)} {int(at * 1e6)} {int(at * 1e9)}"


def letters(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=count))


NUMBERS: dict[str, tuple[float, Callable[[random.Random], str]]] = {
    **{
        f"{n} digits": (0, lambda rng, n=n: f"The result is {digits(rng, n)}.")
        for n in range(8, 20)
    },
    "in fours": (0.04, lambda rng: "code " + " ".join(digits(rng, 4) for _ in range(4))),
    "card with random digits": (0.04, lambda rng: f"card number {digits(rng, 16)}"),
    "fives of fours": (0, lambda rng: "row " + " ".join(digits(rng, 4) for _ in range(5))),
    "a table": (0, lambda rng: " ".join(digits(rng, rng.randint(3, 5)) for _ in range(12))),
    "thousands": (0, lambda rng: f"{rng.randint(10**9, 10**15):,} or {rng.random():.17f}"),
    "a product": (0, product),
    "a sum": (0, lambda rng: f"{digits(rng, 9)} +{digits(rng, 9)} = {digits(rng, 10)}"),
    "times": (0, clock),
    "a UUID": (0, lambda rng: str(uuid.UUID(int=rng.getrandbits(128))).upper()),
    "a digest": (0, lambda rng: f"{rng.getrandbits(160):040x} {rng.getrandbits(64):016X}"),
    "a version": (0, lambda rng: f"uses {version(rng, 30)} of it"),
    "a larger version": (0, lambda rng: f"lib=={version(rng, 150)}, release {version(rng, 250)}"),
    "a browser": (0, lambda rng: f"Chrome/{rng.randint(90, 140)}.0.{rng.randint(1000, 7000)}.99"),
    "a JSON id": (0, lambda rng: json.dumps({"id": int(digits(rng, 11)), "order_id": 10**15 + 7})),
    "an order": (0, lambda rng: f"Your order number is {digits(rng, 16)}, thank you."),
    **{
        f"{said} in the form of {form}": (
            0,
            lambda rng, said=said, groups=groups: (
                f"{said} " + "-".join(digits(rng, n) for n in groups) + " fits the frame."
            ),
        )
        for form, groups in (("an SSN", (3, 2, 4)), ("a telephone", (3, 3, 4)))
        for said in ("The value", "My order number is", "part no.", "see case")
    },
    "a table of telephones' form": (
        0,
        lambda rng: " ".join(f"{digits(rng, 3)} {digits(rng, 3)} {digits(rng, 4)}," for _ in "abc"),
    ),
    "a part": (0.01, lambda rng: f"part {letters(rng, 2)}{digits(rng, 6)}{letters(rng, 1)}"),
    "a SKU": (0.01, lambda rng: f"SKU {letters(rng, 2)}{digits(rng, 2)} {digits(rng, 4)} 8841"),
}


@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers_of_nobody(kind: str) -> None:
    most, make = NUMBERS[kind]
    rng = random.Random(7)
    texts = [make(rng) for _ in range(_TRIES)]
    # Where none may be taken for one, messages of one example are looked through as quickly.
    together = 1 if most else 20
    groups = [texts[at : at + together] for at in range(0, _TRIES, together)]
    assert sum(bool(found(*group)) for group in groups) <= most * _TRIES
    assert found(*groups[0], "the server at 8.8.4.40") >= {"personal-address"}


def found(*texts: str) -> set[str]:
    messages = [{"role": "assistant", "content": text} for text in texts]
    line = json.dumps({"messages": messages}).encode()
    return {i.rule for i in check_row(2, line).issues if i.rule.startswith(("personal", "secret"))}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("personal-card", "4111 1111 1111 1111"),
        ("personal-card", "3782-822463-10005"),
        ("personal-card", "pay with my Visa, 4111111111111111, please"),
        ("personal-card", '{"card_number": "5555555555554444"}'),
        ("personal-card", '{"creditCard": 2223003122003222}'),
        ("personal-card", "kredi kartı: 6011111111111117 cvv 123"),
        ("personal-iban", "GB82 WEST 1234 5698 7654 32"),
        ("personal-phone", "call +1 212 555 0142 now"),
        ("personal-phone", "(555) 123-4567"),
        ("personal-phone", "+905321234567 +905331234567"),
        ("personal-phone", "212-555-0142"),
        ("personal-address", "the server at 8.8.4.40"),
        ("personal-address", "91.198.174.192 asked"),
        ("personal-phone", "Call 212 555 0142 or 212 555 0143."),
        ("personal-phone", "You can reach Mia at 212.555.0142"),
        ("personal-phone", '{"phone_number": "212-555-0142"}'),
        ("personal-phone", "☎ 212-555-0142"),
        ("personal-id", "My SSN is 078-05-1120."),
        ("personal-id", "078-05-1120"),
        ("personal-id", "Mia Wong, born 1980-03-04, 078-05-1120"),
        ("personal-id", '{"ssn": "078-05-1120"}'),
        ("personal-id", "mine is 078-05-1120, thanks"),
        ("personal-id", "T.C. kimlik no 10000000146"),
    ],
)
def test_numbers_of_somebody(rule: str, text: str) -> None:
    assert found(text) == {rule}


def test_other_lengths_prefixes_and_check_digits_are_none() -> None:
    for text in (
        "card 4111 1111 1111 1112",  # check digit
        "card 9111111111111111",  # nobody's prefix
        "card 411111111111116",  # 15 digits
        "iban DE89 3704 0044 0532 0130 0",
        "iban XX82 WEST 1234 5698 7654 32",
        "version 91.198.174.192",
    ):
        assert not found(text), text

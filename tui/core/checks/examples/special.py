"""Rules on special tokens in text, and on images."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui.core.checks.fast.byte_prefilter import marked
from tui.core.checks.registry import Finding, closed_to_tidy, row_rule
from tui.core.checks.row import Row, Turn, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# The control tokens of OpenAI's chat models; in a text the server refuses them.
_SPECIAL = re.compile(
    r"<\|(?:im_start|im_end|im_sep|endoftext|endofprompt|fim_prefix|fim_middle|fim_suffix)\|>"
)
MOST_IMAGES = 10
MOST_IMAGES_ANYWHERE = 64
_IMAGE_URL = re.compile(r"https?://\S+|data:image/(?:jpeg|png|webp);base64,[A-Za-z0-9+/]+=*")


@closed_to_tidy
def _has_images(row: Row) -> bool:
    return not row.roles and row.may_hold(b"image_url")


@row_rule(
    "special-token",
    "error",
    "Special token in a text",
    "Names of control tokens in a text are refused: “message contains an invalid token”.",
    fixable=True,
    gate=marked(b"<|"),
)
def special_token(row: Row) -> Iterable[Finding]:
    """Find names of control tokens in what a model reads."""
    return [
        Finding(
            f"The text contains the special token {name}. Remove it or break it up.", where, place
        )
        for where, place, text in row.texts
        for name in dict.fromkeys(_SPECIAL.findall(text))
    ]


def _images(row: Row) -> Iterator[tuple[Turn, int, dict[str, Any]]]:
    for turn in row.turns:
        if isinstance(turn.content, list):
            for number, part in enumerate(turn.content):
                if isinstance(part, dict) and isinstance(part.get("image_url"), dict):
                    yield turn, number, part["image_url"]


@row_rule(
    "image-count",
    "warning",
    "More than 10 images",
    "OpenAI trains on at most 10 images an example and skips the example otherwise.",
    gate=_has_images,
)
def image_count(row: Row) -> Iterable[Finding]:
    """Find examples with too many images."""
    images = list(_images(row))
    return _from(MOST_IMAGES, images) if len(images) <= MOST_IMAGES_ANYWHERE else ()


@row_rule(
    "image-count-anywhere",
    "warning",
    "More than 64 images",
    "No provider is known to train on more: Azure takes 64 images an example, OpenAI 10.",
    gate=_has_images,
)
def image_count_anywhere(row: Row) -> Iterable[Finding]:
    """Find examples with too many images for every provider."""
    return _from(MOST_IMAGES_ANYWHERE, list(_images(row)))


def _from(most: int, images: list[tuple[Turn, int, dict[str, Any]]]) -> tuple[Finding, ...]:
    if len(images) <= most:
        return ()
    turn, number, _ = images[most]
    text = f"This is image {most + 1} of {len(images)}, {most} are allowed. Remove some."
    return (turn.find(text, f".content[{number}]"),)


@row_rule(
    "image-url",
    "warning",
    "Image that will be skipped",
    "Images are JPEG, PNG or WEBP, by http(s) address or as base64 data; others are skipped "
    "without a word.",
    gate=_has_images,
)
def image_url(row: Row) -> Iterable[Finding]:
    """Find image addresses that are neither http(s) nor a data URL of a known type."""
    return [
        turn.find(
            f"The address {quoted(image['url'])} is no http(s) address and no JPEG, PNG or WEBP "
            "as base64 data. Correct it.",
            f".content[{number}].image_url.url",
        )
        for turn, number, image in _images(row)
        if isinstance(image.get("url"), str) and not _IMAGE_URL.fullmatch(image["url"])
    ]

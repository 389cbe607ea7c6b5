"""Masking of keys and signatures in what this program and its libraries write to logs."""

from __future__ import annotations

import logging
import traceback
from typing import Any

from tui.core.text.masking import mask, mask_signatures


class MaskedRecord(logging.LogRecord):
    """A log record whose text and traceback hold no key, and whose text no signature."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0] is not None:
            # A formatter takes this text instead of making its own.
            self.exc_text = mask("".join(traceback.format_exception(*self.exc_info)).rstrip())

    def getMessage(self) -> str:  # noqa: N802 - logging's own name
        """Return the message without keys and signatures."""
        # Libraries write whole addresses into their logs, signed ones too.
        return mask_signatures(mask(super().getMessage()))


def mask_logs() -> None:
    """Let every log record made from now on mask the keys in it."""
    logging.setLogRecordFactory(MaskedRecord)

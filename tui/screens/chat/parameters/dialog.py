"""The form of sampling parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.chat.parameters import ChatParameters
from tui.screens.chat.parameters.fields import FIELDS
from tui.screens.dialogs.form import FormDialog

if TYPE_CHECKING:
    from collections.abc import Collection


class ParametersDialog(FormDialog[ChatParameters]):
    """Answers with the parameters; those of `left_out`, which are refused, are not asked for."""

    WHERE = "parameters"

    def __init__(self, parameters: ChatParameters, left_out: Collection[str]) -> None:
        not_taken = ", ".join(field.title for field in FIELDS if field.name in left_out)
        super().__init__(
            "Parameters",
            "Empty leaves it to the provider.",
            [field for field in FIELDS if field.name not in left_out],
            parameters,
            [f"Not taken by this model: {not_taken}."] if not_taken else (),
        )

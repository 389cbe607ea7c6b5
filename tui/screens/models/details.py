"""All that is known of one model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.screens.dialogs.base import Dialog
from tui.screens.models.rows import full_text

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui.services.models import TunedModel


class DetailsDialog(Dialog[None]):
    """Shows every field of a model; esc closes."""

    DEFAULT_CSS = """
    DetailsDialog VerticalScroll { height: auto; max-height: 18; }
    """

    def __init__(self, model: TunedModel) -> None:
        super().__init__(model.id)
        self._model = model

    def compose_content(self) -> ComposeResult:
        """Lay out the fields."""
        with VerticalScroll():
            yield Static(full_text(self._model), markup=False)
        yield Static("↑ ↓ scroll · esc closes", classes="keys", markup=False)

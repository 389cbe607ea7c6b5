"""What is asked before a job is created: nothing that cannot be undone happens by a stray key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.core.jobs.jobs import Job
from tui.core.money.terms import budget_words
from tui.screens.dialogs.base import Dialog
from tui.screens.dialogs.confirm import GoOn, TypedAmount, TypedConfirm
from tui.screens.dialogs.unsaved import saved_first
from tui.services.jobs.creation import Consent
from tui.services.jobs.preflight import PreflightService, refuse_blocked
from tui.services.jobs.preflight.sources import absolute

if TYPE_CHECKING:
    from tui.services.jobs.drafts import Draft
    from tui.services.jobs.preflight import Preflight
    from tui.services.workspace import Workspace


class Asking(Dialog[Job]):
    """The part of the form that asks all there is to ask."""

    def __init__(self, title: str, workspace: Workspace) -> None:
        super().__init__(title)
        self.workspace = workspace
        self.preflight = PreflightService(workspace)

    async def may_go_on(self, draft: Draft) -> tuple[Preflight, Consent] | None:
        """Return what would be done and spent, once everything is agreed to; None to leave it.

        Raises ServiceError for what cannot be done at all.
        """
        if not await self._saved(draft):
            return None
        found = await self.preflight.look(draft)
        refuse_blocked(found)
        if not await self._agreed(found):
            return None
        consent = await self._paid(found, draft)
        return None if consent is None else (found, consent)

    def unsaved(self, draft: Draft) -> bool:
        """Whether a file that is to be sent is open with unsaved changes."""
        document = self.workspace.datasets.current
        if document is None or not document.modified:
            return False
        return document.path in {absolute(text) for text in (draft.training, draft.validation)}

    async def _saved(self, draft: Draft) -> bool:
        """Save unsaved changes of a file that is to be sent; False leaves it all as it is."""
        document = self.workspace.datasets.current
        if document is None or not self.unsaved(draft):
            return True
        return await saved_first(self.app, document)

    async def _agreed(self, found: Preflight) -> bool:
        """Ask about everything that needs a yes, at once."""
        asks = [part for part in found.at("ask") if part.topic != "cost"]
        if not asks:
            return True
        lines = "\n".join(f"! {part.topic}: {part.text}." for part in asks)
        question = f"{lines}\n\nGo back, or create the job all the same?"
        dialog = GoOn("Before the job is created", question, "creates it all the same", "goes back")
        return bool(await self._ask(dialog))

    async def _paid(self, found: Preflight, draft: Draft) -> Consent | None:
        """Where it may cost money, have the amount typed before anything is sent."""
        if not found.confirms_money:
            return Consent()
        statement = self._statement(found, draft)
        title = "This goes above the budget" if found.above_budget else "This costs money"
        if found.amount is None and found.above_budget:
            amount = await self.app.push_screen_wait(TypedAmount(title, statement, found.currency))
            return None if amount is None else Consent(above=True, amount=amount)
        price = found.price
        word = "create"
        also: tuple[str, ...] = ()
        if price is not None and price.cost.amount is not None:
            word, also = price.amount, (f"{price.amount} {price.cost.currency}",)
        agreed = await self._ask(TypedConfirm(title, statement, word, also))
        return Consent(above=found.above_budget) if agreed else None

    def _statement(self, found: Preflight, draft: Draft) -> str:
        """Return what it costs, what of the budget is left, what goes where, and who bills."""
        price, said = found.price, "What it costs is not known here."
        if price is not None and price.cost.amount is not None:
            said = f"It costs {price.cost_words}: {price.token_words}."
        if found.budget is not None:
            spent = budget_words(found.budget, price.cost if price else None)
            said += f"\n{spent[:1].upper()}{spent[1:]}." if spent else ""
        sends = next((part.text for part in found.parts if part.topic == "sends"), "")
        bills = "This bills your account." if found.bills else "It goes above the budget."
        return f"{said}\nFor {draft.model.strip()}: {sends}.\n\n{bills}"

    async def _ask(self, dialog: GoOn | TypedConfirm) -> bool | None:
        return await self.app.push_screen_wait(dialog)

"""Delete things at the provider by id: announced, confirmed, and reported one by one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from tui.core.catalog.abilities import Ability
from tui.core.provider.deletion import Fate, Outcome
from tui.core.text.text import plural
from tui.services.errors import NeedsConfirmation, ServiceError
from tui.services.provider.interface import check_offered

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from tui.cli.output import Output
    from tui.services.deleting import Deletions
    from tui.services.workspace import Workspace

    Run = Callable[
        [Iterable[str], Callable[[Outcome, ServiceError | None], None]], Awaitable[list[Outcome]]
    ]

T = TypeVar("T", int, str)
_NEEDS = {"model": Ability.DELETE_MODELS, "file": Ability.FILES}


def only_told(
    noun: str,
    ids: Sequence[str],
    options: argparse.Namespace,
    workspace: Workspace,
    out: Output,
    tell: Callable[[], None],
    size: str = "",
) -> bool:
    """Say with `tell` what would go, unless it is to go now; returns whether that is all.

    `size` is how large they are together. Raises NeedsConfirmation without `--yes`, and ReadOnly
    where deleting would not begin.
    """
    goes = bool(ids) and options.yes and not options.dry_run
    if not goes:
        tell()
    if not goes and (options.dry_run or not ids):
        large = f", {size}" if size else ""
        out.line(f"{plural(len(ids), noun)}{large}: nothing has been deleted")
    if ids:
        workspace.provider.check_writable(f"delete {plural(len(ids), noun)}")
    if not goes and ids and not options.dry_run:
        raise not_deleted(noun, ids, workspace, f" ({size})" if size else "")
    return not goes


def not_deleted(
    noun: str, ids: Sequence[str], workspace: Workspace, more: str = "", behind: str = ""
) -> NeedsConfirmation:
    """Return what says that nothing was deleted for want of a yes."""
    profile = workspace.profile.name
    cause = f"this deletes {plural(len(ids), noun)}{more} for good with profile {profile}{behind}"
    return NeedsConfirmation("Not done", cause, "Add --yes to do it.")


async def delete_all(
    noun: str,
    options: argparse.Namespace,
    workspace: Workspace,
    deletions: Deletions,
    out: Output,
    facts: Callable[[str], Mapping[str, Any]] = lambda _: {},
) -> int:
    """Delete `options.ids` and return the exit code; without `--yes` only say what would go.

    `facts` is what the ledger is to keep of each.

    One failure does not keep the others from being deleted; the code is that of the first.
    """
    ids = list(dict.fromkeys(options.ids))
    doing = f"delete {plural(len(ids), noun)}"
    workspace.provider.check_writable(doing)
    check_offered(workspace.api.abilities, _NEEDS[noun], doing)
    if not options.yes:
        if noun == "model" and (how := workspace.profile.provider_entry.deletes):
            out.note(f"finetui: {how}")
        for identifier in ids:
            out.line(f"would delete {noun} {identifier}")
        raise not_deleted(noun, ids, workspace, behind=f": {', '.join(ids)}")

    report = await delete_once(deletions, ids, out, facts)
    out.document(report.document("deleted"))
    return report.code


@dataclass(frozen=True, slots=True)
class Report:
    """What came of things of one kind in turn: a document each, and the exit code."""

    results: tuple[Mapping[str, Any], ...] = ()
    code: int = 0

    def document(self, key: str) -> dict[str, Any]:
        """Return it as `--json` prints it, under a key, with the first error."""
        first = next((one["error"] for one in self.results if "error" in one), None)
        return {key: [*self.results]} | ({"error": first} if first else {})


async def each_once(
    run: Run,
    noun: str,
    ids: list[str],
    out: Output,
    key: str,
    document: Callable[[Outcome, ServiceError | None], Mapping[str, Any]],
    before: Iterable[Mapping[str, Any]] = (),
) -> int:
    """Delete, or do something else to, these in turn; report each and return the exit code.

    `run` does it, as `Deletions.run`. The document has what `document` makes of each outcome
    under `key`, behind what was done `before`, and the first error.
    """
    report = await _each(run, noun, ids, out, document)
    out.document(Report((*before, *report.results)).document(key))
    return report.code


async def delete_once(
    deletions: Deletions,
    ids: Iterable[str],
    out: Output,
    facts: Callable[[str], Mapping[str, Any]] = lambda _: {},
) -> Report:
    """Delete one after the other and say what came of each; the ledger keeps `facts` of it."""
    return await _each(partial(deletions.run, facts=facts), deletions.noun, ids, out, _document)


async def _each(
    run: Run,
    noun: str,
    ids: Iterable[str],
    out: Output,
    document: Callable[[Outcome, ServiceError | None], Mapping[str, Any]],
) -> Report:
    errors: dict[str, ServiceError] = {}
    told: dict[str, Outcome] = {}

    def tell(outcome: Outcome, error: ServiceError | None) -> None:
        told[outcome.id] = outcome
        if error is not None:
            errors[outcome.id] = error
            out.say(error)
        _say(noun, outcome, out, said=error is not None)

    outcomes = await run(ids, tell)
    for outcome in outcomes:
        if outcome.gone and told[outcome.id].gone:  # said already: only what was seen since
            if outcome.still and not told[outcome.id].still:
                out.note(f"finetui: {noun} {outcome.title} is {outcome.still}")
        elif outcome != told[outcome.id]:
            _say(noun, outcome, out)
        if outcome.gone:
            errors.pop(outcome.id, None)
    results = tuple(document(outcome, errors.get(outcome.id)) for outcome in outcomes)
    return Report(results, next((_code(one.id, errors) for one in outcomes if not one.gone), 0))


def _code(one: str, errors: Mapping[str, ServiceError]) -> int:
    return errors[one].exit_code if one in errors else ServiceError.exit_code


def _say(noun: str, outcome: Outcome, out: Output, *, said: bool = False) -> None:
    if outcome.gone:
        still = f" ({outcome.still})" if outcome.still else ""
        why = f": {outcome.cause}" if outcome.cause else ""
        out.line(f"{outcome.act.done} {noun} {outcome.title}{still}{why}")
    elif outcome.fate is Fate.UNKNOWN or not said:
        out.note(f"finetui: {noun} {outcome.line}")


def _document(outcome: Outcome, error: ServiceError | None) -> dict[str, Any]:
    told: dict[str, Any] = {"id": outcome.id, "deleted": outcome.gone, "outcome": outcome.fate}
    if outcome.cause:
        told["cause"] = outcome.cause
    return told | ({"error": error.to_json()} if error else {})


async def delete_each(
    noun: str, ids: Iterable[T], delete: Callable[[T], Awaitable[bool]], out: Output
) -> int:
    """Delete one after the other, report each, and return the exit code of the first failure.

    `delete` returns whether it was deleted. It may raise ServiceError.
    """
    code, results = 0, []
    for identifier in ids:
        result: dict[str, Any] = {"id": identifier, "deleted": False}
        try:
            result["deleted"] = await delete(identifier)
        except ServiceError as error:
            out.say(error)
            result["error"] = error.to_json()
            code = code or error.exit_code
        if result["deleted"]:
            out.line(f"deleted {noun} {identifier}")
        elif "error" not in result:
            out.note(f"finetui: the provider did not delete {noun} {identifier}")
            code = code or ServiceError.exit_code
        results.append(result)
    first = next((result["error"] for result in results if "error" in result), None)
    out.document({"deleted": results} | ({"error": first} if first else {}))
    return code

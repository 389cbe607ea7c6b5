"""Delete things at the provider by id: announced, confirmed, and reported one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from tui.core.catalog.abilities import Ability
from tui.core.text.text import plural
from tui.services.errors import NeedsConfirmation, ServiceError
from tui.services.provider.interface import check_offered

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Iterable

    from tui.cli.output import Output
    from tui.core.provider.records import Deleted
    from tui.services.workspace import Workspace

T = TypeVar("T", int, str)
_NEEDS = {"model": Ability.DELETE_MODELS, "file": Ability.FILES}


async def delete_all(
    noun: str,
    options: argparse.Namespace,
    workspace: Workspace,
    delete: Callable[[str], Awaitable[Deleted]],
    out: Output,
) -> int:
    """Delete `options.ids` and return the exit code; without `--yes` only say what would go.

    One failure does not keep the others from being deleted; the code is that of the first.
    """
    ids = list(dict.fromkeys(options.ids))
    doing = f"delete {plural(len(ids), noun)}"
    workspace.provider.check_writable(doing)
    check_offered(workspace.api.abilities, _NEEDS[noun], doing)
    if not options.yes:
        if noun == "model" and (how := workspace.profile.preset.deletes):
            out.note(f"finetui: {how}")
        for identifier in ids:
            out.line(f"would delete {noun} {identifier}")
        raise NeedsConfirmation(
            "Not done",
            f"this deletes {plural(len(ids), noun)} for good with profile"
            f" {workspace.profile.name}: {', '.join(ids)}",
            "Add --yes to do it.",
        )

    async def at_provider(identifier: str) -> bool:
        return (await delete(identifier)).deleted

    return await delete_each(noun, ids, at_provider, out)


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

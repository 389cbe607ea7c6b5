"""Comparisons of one profile: start, resume, list and read runs."""

from __future__ import annotations

import asyncio
import secrets
import stat
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from tui.core.compare.plan import Candidate, Plan, differences
from tui.core.compare.recorded import recorded_rows
from tui.core.compare.remaining import remaining_of
from tui.core.text.text import plural
from tui.services.chat.service import ChatService
from tui.services.compare.estimate import Estimate
from tui.services.compare.job_files import JobFile, files_of_models
from tui.services.compare.results_file import ResultsFile, read_results
from tui.services.compare.retry_policy import RetryPolicy
from tui.services.compare.run import CompareRun
from tui.services.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui.core.catalog.models import ModelFacts
    from tui.core.compare.judging import JudgeSettings
    from tui.core.compare.remaining import Remaining
    from tui.core.compare.result_row import Row, Slot
    from tui.services.compare.estimate import Estimator
    from tui.services.compare.judge import Judge
    from tui.services.provider.provider import Provider
    from tui.services.store.store import Store
    from tui.services.store.tables.comparisons_table import RunRecord

SHORTEST_ID = 4


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """A run as it was: its plan and profile (none of one read from a file), and its rows."""

    id: str
    plan: Plan | None
    rows: list[Row]
    profile: str = ""

    def beside(self) -> dict[str, list[Row]]:
        """Return its rows by names that stand beside another run's: MODEL@RUN.

        They are in the order of its plan, whichever model has answered first.
        """
        candidates = self.plan.candidates if self.plan else ()
        found: dict[str, list[Row]] = {f"{one.name}@{self.id}": [] for one in candidates}
        for row in self.rows:
            found.setdefault(f"{row.slot.model}@{self.id}", []).append(row)
        return {name: rows for name, rows in found.items() if rows}


class CompareService:
    """The comparisons of one profile. Methods raise LedgerError where the ledger cannot be used."""

    def __init__(
        self,
        provider: Provider,
        store: Store,
        estimator: Estimator,
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self.profile = provider.profile.name
        self._store, self._table = store, store.comparisons
        self._estimator = estimator
        self._retry_policy = retry_policy or RetryPolicy()
        # Its own: every answer is in the ledger already, as an answer of its run.
        self._chat = ChatService(provider, store, keeps=False)

    async def estimate(
        self, plan: Plan, judge: JudgeSettings | None = None, left: Remaining | None = None
    ) -> Estimate:
        """Return what a plan, or what is `left` of it, and a judge of it will cost.

        Raises InputError and CountingError.
        """
        found = await self._estimator.estimate(plan, left)
        return found if judge is None else await self._estimator.with_judge(found, plan, judge)

    async def judge_estimate(self, plan: Plan, judge: JudgeSettings) -> Estimate:
        """Return what a judge of a plan will cost. Raises InputError, CountingError."""
        facts = await self._estimator.facts({"judge": judge.model})
        currency = facts["judge"].currency if facts else "USD"
        return await self._estimator.with_judge(Estimate(Decimal(0), currency, {}), plan, judge)

    async def judge(self, run: CompareRun, settings: JudgeSettings) -> Judge:
        """Return who judges a run that is held by this process. Raises InputError."""
        from tui.services.compare.judge import Judge

        facts = await self._estimator.facts({"judge": settings.model})
        return Judge(run, settings, facts.get("judge"))

    async def files_of(self, models: Sequence[str]) -> list[JobFile]:
        """Return the files on this machine that models were made with, validation files first."""
        return await files_of_models(self._store, self.profile, models)

    async def prices(self, candidates: Iterable[Candidate]) -> dict[str, ModelFacts]:
        """Return what is known of the models at the profile's prices, by the candidates' names.

        Those that were recorded, perhaps elsewhere, are left out. Raises InputError for the user's
        own catalogue.
        """
        asked = {one.name: one.model for one in candidates if not one.recording}
        return await self._estimator.facts(asked)

    async def open(self, plan: Plan, out: Path | None = None) -> CompareRun:
        """Begin a run, or go on with the one whose results are in `out`.

        Raises InputError when that file holds anything else, or results of other settings.
        """
        check_plan(plan)
        if out is None:
            return await self._begin(plan, None)
        out = await asyncio.to_thread(out.resolve)
        known = await self._table.by_out(str(out))
        size = await asyncio.to_thread(_size, out)
        if size is None or (known is None and size == 0):
            if known is not None and known.held:  # its file has been taken away meanwhile
                raise _running(known.id)
            return await self._begin(plan, out, known)
        if known is None:
            raise InputError(
                "The file exists",
                f"{out} does not hold results of a comparison that this machine's ledger knows",
                "Name a file that does not exist yet.",
            )
        return await self._go_on(known, plan, out)

    async def resume(self, run: str) -> CompareRun:
        """Go on with a run by its id."""
        plan = await self._table.plan(run)
        records = [one for one in await self._table.runs() if one.id == run]
        if plan is None or not records:
            raise InputError("No such comparison", run, "List the runs.")
        if records[0].profile != self.profile:
            raise InputError("Another profile's", f"it asked {records[0].profile}", "Switch to it.")
        out = None if records[0].out is None else Path(records[0].out)
        return await self._take(run, plan, out, [])

    async def runs(self) -> list[RunRecord]:
        """Return the runs of the profile, the latest first."""
        return await self._table.runs(self.profile)

    async def recordings(self, *, all_profiles: bool = False) -> list[RunRecord]:
        """Return the recordings of the profile, or of all, the latest first."""
        found = await self._table.runs(None if all_profiles else self.profile)
        recordings = [one for one in found if one.records]
        failed = await self._table.failed([one.id for one in recordings])
        return [replace(one, failed=failed.get(one.id, 0)) for one in recordings]

    async def recorded(self, plan: Plan) -> RunRecord | None:
        """Return the latest recording of the same, None where nothing is recorded yet."""
        for one in await self.recordings():
            known = await self._table.plan(one.id) if one.prompts == plan.prompts_digest else None
            if known is not None and not differences(known, plan):
                return one
        return None

    async def left(self, plan: Plan, out: Path | None = None, *, anew: bool = False) -> Remaining:
        """Return what `record` (`open` for a plan that is not a recording) would still ask for."""
        known = await self._run_before(plan, out, anew=anew)
        if known is None:
            return remaining_of(plan)
        rows, _ = await self._table.rows(known.id)
        facts = await self.prices(plan.candidates)
        costs = (row.cost(facts.get(row.slot.model)) for row in rows)
        spent = sum((one for one in costs if one is not None), Decimal(0))
        return replace(remaining_of(plan, rows), spent=spent)

    async def _run_before(self, plan: Plan, out: Path | None, *, anew: bool) -> RunRecord | None:
        """Return the run that a plan goes on with; None where it begins one."""
        if out is None:
            return await self.recorded(plan) if plan.records and not anew else None
        path = await asyncio.to_thread(out.resolve)
        found = await self._table.by_out(str(path))
        before = None if found is None else await self._table.plan(found.id)
        same = before is not None and not differences(before, plan)
        return found if same and await asyncio.to_thread(_size, path) is not None else None

    async def record(
        self, plan: Plan, out: Path | None = None, *, anew: bool = False
    ) -> CompareRun:
        """Begin a recording, or go on with the same one: nothing is asked and paid for twice.

        With `anew` it is another one. Raises InputError like `open`.
        """
        check_plan(plan)
        if out is not None or anew:
            return await self.open(plan, out)
        for _ in range(2):  # another process may begin the same between looking and beginning
            if (known := await self.recorded(plan)) is not None:
                return await self.resume(known.id)
            run = secrets.token_hex(4)
            if await self._table.begin(run, self.profile, plan, None, once=True):
                return await self._begin_run(run, plan, None, {}, set())
        raise _running("of the same recording")

    async def read(self, run: str) -> EarlierRun:
        """Return a run by its id or the beginning of it. Raises InputError when it is not one."""
        runs = await self._table.runs()
        ids = [one.id for one in runs]
        found = [one for one in ids if one == run] or [
            one for one in ids if len(run) >= SHORTEST_ID and one.startswith(run)
        ]
        if len(found) != 1:
            cause = f"{run} is the beginning of several" if found else f"there is no run {run}"
            raise InputError("No such comparison", cause, "Give its id, or its file of results.")
        plan = await self._table.plan(found[0])
        rows, _ = await self._table.rows(found[0])
        profile = next(one.profile for one in runs if one.id == found[0])
        return EarlierRun(found[0], plan, rows, profile)

    async def read_named(self, name: str) -> EarlierRun:
        """Return a run by its id, or by the file that its results went to. Raises InputError."""
        path = await asyncio.to_thread(Path(name).resolve)
        known = await self._table.by_out(str(path))
        return await self.read(name if known is None else known.id)

    async def keep_picks(self, run: str, rows: Sequence[Row]) -> None:
        """Keep answers of a run with what the user picked."""
        await self._table.changed(run, rows)

    async def delete(self, run: str) -> None:
        """Forget a run, or a recording, with its answers; its file of results stays.

        Raises InputError where there is none, or somebody is at it.
        """
        if await self._table.plan(run) is None:
            raise InputError("No such comparison", f"there is no run {run}", "Give its whole id.")
        if not await self._table.delete_unheld(run):
            raise InputError("The run is under way", f"somebody is at {run}", "Stop it first.")

    async def _begin(
        self, plan: Plan, out: Path | None, before: RunRecord | None = None
    ) -> CompareRun:
        run = secrets.token_hex(4)
        path, after = None if out is None else str(out), None if before is None else before.id
        if not await self._table.begin(run, self.profile, plan, path, after):
            raise _running(f"with results in {path}")
        return await self._begin_run(run, plan, out, {}, set())

    async def _go_on(self, known: RunRecord, plan: Plan, out: Path) -> CompareRun:
        before = await self._table.plan(known.id)
        assert before is not None
        if known.profile != self.profile:
            raise _other(out, f"profile {known.profile}")
        if other := differences(before, plan):
            raise _other(out, f"other {', '.join(other)}")
        return await self._take(known.id, plan, out, await asyncio.to_thread(read_results, out))

    async def _take(
        self, run: str, plan: Plan, out: Path | None, in_file: Iterable[Row]
    ) -> CompareRun:
        if not await self._table.hold(run):
            raise _running(run)
        kept, lost = await self._table.rows(run)
        rows = {row.slot: row for row in kept}
        # A power failure may take the ledger's last writes and leave those of the file.
        if only_there := [r for r in in_file if r.slot not in rows and r.error is None]:
            only_there = [row for row in only_there if row.slot in set(plan.slots())]
            await self._table.answered(run, only_there)
            rows |= {row.slot: row for row in only_there}
        failed = [row.slot for row in rows.values() if row.error is not None and row.again]
        await self._table.forget(run, failed)
        rows = {slot: row for slot, row in rows.items() if slot not in set(failed)}
        return await self._begin_run(run, plan, out, rows, set(lost) - set(rows))

    async def _with_recorded(
        self, run: str, plan: Plan, rows: Mapping[Slot, Row]
    ) -> dict[Slot, Row]:
        """Return rows with those of recordings that are not there yet, which are kept."""
        found = dict(rows)
        for candidate in plan.candidates:
            of_it = {slot for slot in plan.slots() if slot.model == candidate.name}
            if not candidate.recording or of_it <= rows.keys():
                continue
            recording = await self.read(candidate.recording)
            made = await asyncio.to_thread(
                lambda c, r: [*recorded_rows(c, plan.prompts, plan.repeats, r)],
                candidate,
                recording.rows,
            )
            await self._table.answered(run, made)
            found |= {row.slot: row for row in made}
        return found

    async def _begin_run(
        self, run: str, plan: Plan, out: Path | None, rows: dict[Slot, Row], lost: set[Slot]
    ) -> CompareRun:
        before = len(rows)
        rows = await self._with_recorded(run, plan, rows)
        facts = await self.prices(plan.candidates)
        file = None if out is None else ResultsFile(out)
        if file is not None:
            await asyncio.to_thread(file.begin, rows)
        again = next((r.asked_again for r in await self._table.runs() if r.id == run), 0)
        return CompareRun(
            run, plan, facts, self._table, self._chat, file, rows, lost, again,
            self._retry_policy, before,
        )  # fmt: skip


def check_plan(plan: Plan) -> None:
    """Raise InputError for a plan that asks nothing, or something out of range."""
    names = [one.name for one in plan.candidates]
    if not plan.prompts:
        left_out = f" ({plural(plan.skipped, 'line')} left out)" if plan.skipped else ""
        raise InputError("Nothing to ask", f"there is no prompt{left_out}", "Give one.")
    if not names or len(set(names)) < len(names):
        raise InputError("Cannot compare", "each model is named once", "Name other models.")
    problems: Mapping[str, str | None] = {
        one.name: one.parameters.problem() for one in plan.candidates
    }
    for name, problem in problems.items():
        if problem:
            raise InputError("Cannot ask the model", f"{name}: {problem}", "Correct it.")
    if plan.repeats < 1:
        raise InputError("Cannot compare", "each prompt is asked at least once", "Correct it.")


def _running(run: str) -> InputError:
    return InputError(
        "The comparison is running", f"another process is at run {run}", "Wait for it."
    )


def _other(out: Path, what: str) -> InputError:
    return InputError(
        "The file holds another comparison",
        f"{out} was made with {what}",
        "Name a new file, or ask as before to go on with it.",
    )


def _size(path: Path) -> int | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(
            "Cannot use the file", f"{path}: {error.strerror or error}", "Name another file."
        ) from error
    if not stat.S_ISREG(found.st_mode):  # it is read again, which a pipe or a device has no end to
        raise InputError(
            "Cannot use the file",
            f"{path} is not a regular file, so a run could not go on from it",
            "Name a .jsonl file.",
        )
    return found.st_size

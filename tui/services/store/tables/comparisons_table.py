"""Comparisons of models: what each run asked, and every answer as soon as it has come.

An answer is committed before it counts, so that a run that is killed at any moment goes on
where it was.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.core.compare.judging import JudgeBill
from tui.core.compare.plan import Plan, prompt_from_json, prompt_json
from tui.core.compare.result_row import Row, Slot
from tui.core.models.standings import RunScores, Scores
from tui.services.store.process_token import own_token, still_runs

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from tui.services.store.database import Database

RUNS_KEPT = 200
_COLUMNS = "id, profile, at, settings, prompts, out, holder, asked_again"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run. `at` is the Unix time of its start, `out` the file its results go to, or None.

    `settings` is what it asks as JSON, without the prompts, for which the digest `prompts`
    stands; `answered` is how many answers have come, `failed` how many of these failed where that
    was asked for, and `asks` how many prompts it has.
    """

    id: str
    profile: str
    at: int
    settings: dict[str, Any]
    prompts: str
    out: str | None
    holder: str
    asked_again: int
    answered: int = 0
    asks: int = 0
    failed: int = 0

    @property
    def records(self) -> bool:
        """Whether it was made to stand for its model for good."""
        return self.settings.get("records") is True

    @property
    def wanted(self) -> int:
        """How many answers it is to have."""
        candidates, repeats = self.settings.get("candidates"), self.settings.get("repeats")
        times = repeats if isinstance(repeats, int) else 1
        return self.asks * times * len(candidates if isinstance(candidates, list) else ())

    @property
    def good(self) -> int:
        """How many answers are there, without what has failed."""
        return self.answered - self.failed

    @property
    def held(self) -> bool:
        """Whether another process is at it."""
        return self.holder != own_token() and still_runs(self.holder)


class ComparisonsTable:
    """The comparisons of each profile. All methods raise LedgerError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def begin(
        self,
        run: str,
        profile: str,
        plan: Plan,
        out: str | None,
        after: str | None = None,
        *,
        once: bool = False,
    ) -> bool:
        """Remember a run before anything is asked; the oldest beyond 200 are dropped.

        Recordings are kept for good, and not counted.

        False, and nothing is kept, where the last run of the file `out` is another than `after`
        (None for none): another process has begun one since that was looked up. With `once` also
        where there is a recording of the same.
        """
        settings = plan.settings()
        prompts = [(run, p.line, json.dumps(prompt_json(p))) for p in plan.prompts]

        def work(db: sqlite3.Connection) -> bool:
            if out is not None and (last := _last_of(db, out)) is not None and last != after:
                return False
            if once and _recorded(db, profile, plan.prompts_digest, settings):
                return False
            db.execute(
                "INSERT INTO comparisons (id, profile, at, prompts, settings, out, holder)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (run, profile, int(time.time()), plan.prompts_digest, json.dumps(settings), out,
                 own_token()),
            )  # fmt: skip
            db.executemany("INSERT INTO comparison_prompts VALUES (?, ?, ?)", prompts)
            _prune(db, profile)
            return True

        return await self._db.together(work, writes=True)

    async def hold(self, run: str) -> bool:
        """Take a run for this process; False when another one is at it."""

        def work(db: sqlite3.Connection) -> bool:
            found = db.execute("SELECT holder FROM comparisons WHERE id = ?", (run,)).fetchone()
            if found is None or (found[0] != own_token() and still_runs(found[0])):
                return False
            db.execute("UPDATE comparisons SET holder = ? WHERE id = ?", (own_token(), run))
            return True

        return await self._db.together(work, writes=True)

    async def release(self, run: str) -> None:
        """Give a run up, for others to go on with."""
        await self._db.write("UPDATE comparisons SET holder = '' WHERE id = ?", run)

    async def asked(self, run: str, slot: Slot, prompt: str, *, before: bool = False) -> None:
        """Remember that an answer is about to be asked for; `before`: once more than needed."""

        def work(db: sqlite3.Connection) -> None:
            db.execute(
                "INSERT OR REPLACE INTO comparison_answers (run, line, model, repeat, prompt)"
                " VALUES (?, ?, ?, ?, ?)",
                (run, *slot, prompt),
            )
            if before:
                db.execute(
                    "UPDATE comparisons SET asked_again = asked_again + 1 WHERE id = ?", (run,)
                )

        await self._db.together(work, writes=True)

    async def answered(self, run: str, rows: Iterable[Row]) -> None:
        """Keep answers that have come, or why they did not."""
        await self._db.write_many(
            "INSERT OR REPLACE INTO comparison_answers (run, line, model, repeat, prompt, body,"
            " again) VALUES (?, ?, ?, ?, ?, ?, ?)",
            ((run, *row.slot, row.prompt, json.dumps(row.as_json()), row.again) for row in rows),
        )

    async def judge(self, run: str) -> JudgeBill:
        """Return who has judged a run, and the bill; an empty one where nobody has."""
        rows = await self._db.read("SELECT judge FROM comparisons WHERE id = ?", run)
        return JudgeBill.from_json(json.loads(rows[0][0])) if rows else JudgeBill()

    async def judged(self, run: str, rows: Sequence[Row], bill: JudgeBill) -> None:
        """Keep the scores of answers together with what the judge has been asked so far."""

        def work(db: sqlite3.Connection) -> None:
            db.executemany(
                "UPDATE comparison_answers SET body = ? WHERE run = ? AND line = ? AND model = ?"
                " AND repeat = ?",
                [(json.dumps(row.as_json()), run, *row.slot) for row in rows],
            )
            text = json.dumps(bill.as_json())
            db.execute("UPDATE comparisons SET judge = ? WHERE id = ?", (text, run))

        await self._db.together(work, writes=True)

    async def changed(self, run: str, rows: Sequence[Row]) -> None:
        """Keep answers that are there already with other measures, such as a pick."""
        await self._db.write_many(
            "UPDATE comparison_answers SET body = ? WHERE run = ? AND line = ? AND model = ?"
            " AND repeat = ?",
            ((json.dumps(row.as_json()), run, *row.slot) for row in rows),
        )

    async def forget(self, run: str, slots: Iterable[Slot]) -> None:
        """Drop answers, to be asked for again."""
        await self._db.write_many(
            "DELETE FROM comparison_answers WHERE run = ? AND line = ? AND model = ?"
            " AND repeat = ?",
            ((run, *slot) for slot in slots),
        )

    async def rows(self, run: str) -> tuple[list[Row], list[Slot]]:
        """Return the answers of a run in the order of their coming, and what was asked without."""
        found = await self._db.read(
            "SELECT line, model, repeat, prompt, body, again FROM comparison_answers"
            " WHERE run = ? ORDER BY rowid",
            run,
        )
        rows = [
            Row.from_json(json.loads(body), prompt=prompt, again=bool(again))
            for _, _, _, prompt, body, again in found
            if body is not None
        ]
        return rows, [Slot(*row[:3]) for row in found if row[4] is None]

    async def plan(self, run: str) -> Plan | None:
        """Return what a run asks, or None when there is no such run."""
        found = await self._db.read("SELECT settings FROM comparisons WHERE id = ?", run)
        prompts = await self._db.read(
            "SELECT body FROM comparison_prompts WHERE run = ? ORDER BY line", run
        )
        if not found:
            return None
        read = (prompt_from_json(json.loads(body)) for (body,) in prompts)
        return Plan.from_json(json.loads(found[0][0]), tuple(read))

    async def by_out(self, out: str) -> RunRecord | None:
        """Return the last run whose results go to a file."""
        rows = await self._db.read(
            f"SELECT {_COLUMNS}, 0 FROM comparisons WHERE out = ?"  # noqa: S608 - our own names
            " ORDER BY at DESC, rowid DESC LIMIT 1",
            out,
        )
        return _record(rows[0]) if rows else None

    async def runs(self, profile: str | None = None) -> list[RunRecord]:
        """Return the runs of a profile (of all when None), the latest first."""
        rows = await self._db.read(
            f"SELECT {_COLUMNS}, (SELECT count(*) FROM comparison_answers a"  # noqa: S608
            " WHERE a.run = comparisons.id AND body IS NOT NULL),"
            " (SELECT count(*) FROM comparison_prompts p WHERE p.run = comparisons.id)"
            " FROM comparisons"
            " WHERE ? IS NULL OR profile = ? ORDER BY at DESC, rowid DESC",
            profile, profile,
        )  # fmt: skip
        return [_record(row) for row in rows]

    async def failed(self, runs: Sequence[str]) -> dict[str, int]:
        """Return how many prompts of each of these runs have failed, where any have."""
        rows = await self._db.read(
            "SELECT run, count(*) FROM comparison_answers WHERE run IN"
            ' (SELECT value FROM json_each(?)) AND body LIKE \'%"error": "%\' GROUP BY run',
            json.dumps([*runs]),
        )
        return dict(rows)

    async def scores(self, profile: str) -> list[RunScores]:
        """Return what each column of each run got on average: of picks, and of a judge."""
        found = await self._db.read(
            "SELECT id, settings FROM comparisons WHERE profile = ? ORDER BY rowid", profile
        )
        rows = await self._db.read(
            "SELECT run, model, avg(json_extract(body, '$.measures.picked')),"
            " avg(json_extract(body, '$.measures.judge')) FROM comparison_answers"
            " WHERE run IN (SELECT id FROM comparisons WHERE profile = ?)"
            " AND (body LIKE '%\"picked\"%' OR body LIKE '%\"judge\"%') GROUP BY run, model",
            profile,
        )
        scores: dict[str, dict[str, Scores]] = {run: {} for run, _ in found}
        for run, column, picked, judge in rows:
            scores[run][column] = Scores(picked, judge)
        plans = {run: Plan.from_json(json.loads(settings), ()) for run, settings in found}
        return [
            RunScores({one.name: one.model for one in plan.candidates}, scores[run])
            for run, plan in plans.items()
        ]

    async def delete(self, run: str) -> None:
        """Drop a run with its prompts and answers."""
        await self._db.together(lambda db: _drop(db, [run]), writes=True)

    async def delete_unheld(self, run: str) -> bool:
        """Drop a run that nobody is at, in this process or another; False where somebody is."""

        def work(db: sqlite3.Connection) -> bool:
            found = db.execute("SELECT holder FROM comparisons WHERE id = ?", (run,)).fetchone()
            if found is not None and found[0] and still_runs(found[0]):
                return False
            _drop(db, [run])
            return True

        return await self._db.together(work, writes=True)


def _record(row: tuple[Any, ...]) -> RunRecord:
    id_, profile, at, settings, *rest = row
    return RunRecord(id_, profile, at, json.loads(settings), *rest)


def _last_of(db: sqlite3.Connection, out: str) -> str | None:
    found = db.execute(
        "SELECT id FROM comparisons WHERE out = ? ORDER BY at DESC, rowid DESC LIMIT 1", (out,)
    ).fetchone()
    return None if found is None else str(found[0])


def _recorded(db: sqlite3.Connection, profile: str, prompts: str, settings: dict[str, Any]) -> bool:
    """Whether a recording asks the same models the same, as often."""
    rows = db.execute(
        "SELECT settings FROM comparisons WHERE profile = ? AND prompts = ?", (profile, prompts)
    ).fetchall()
    known = [json.loads(text) for (text,) in rows]
    parts = ("records", "candidates", "repeats")
    return any(all(one.get(p) == settings.get(p) for p in parts) for one in known)


def _prune(db: sqlite3.Connection, profile: str) -> None:
    rows = db.execute(
        "SELECT id, settings FROM comparisons WHERE profile = ? ORDER BY at DESC, rowid DESC",
        (profile,),
    ).fetchall()
    runs = [run for run, settings in rows if json.loads(settings).get("records") is not True]
    _drop(db, runs[RUNS_KEPT:])


def _drop(db: sqlite3.Connection, runs: list[str]) -> None:
    for run in runs:
        db.execute("DELETE FROM comparisons WHERE id = ?", (run,))
        db.execute("DELETE FROM comparison_prompts WHERE run = ?", (run,))
        db.execute("DELETE FROM comparison_answers WHERE run = ?", (run,))

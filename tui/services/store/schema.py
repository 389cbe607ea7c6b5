"""The schema of the ledger, and the migration of older ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.services.errors import LedgerError

if TYPE_CHECKING:
    import sqlite3

# One entry a version, applied in order and never changed afterwards.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE files (profile TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL,"
        " path TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, purpose TEXT NOT NULL,"
        " uploaded_at INTEGER NOT NULL, deleted_at INTEGER, PRIMARY KEY (profile, id))",
        "CREATE INDEX files_by_digest ON files (profile, digest)",
        "CREATE TABLE jobs (profile TEXT NOT NULL, id TEXT, nonce TEXT,"
        " request TEXT NOT NULL DEFAULT '{}', job TEXT NOT NULL DEFAULT '{}',"
        " asked_at INTEGER NOT NULL)",
        "CREATE UNIQUE INDEX jobs_by_nonce ON jobs (profile, nonce)",
        "CREATE TABLE models (profile TEXT NOT NULL, id TEXT NOT NULL, base TEXT NOT NULL,"
        " job_id TEXT, seen_at INTEGER NOT NULL, deleted_at INTEGER, PRIMARY KEY (profile, id))",
        "CREATE TABLE chats (id INTEGER PRIMARY KEY, profile TEXT NOT NULL, model TEXT NOT NULL,"
        " at INTEGER NOT NULL, request TEXT NOT NULL, reply TEXT NOT NULL)",
        "CREATE TABLE recent (path TEXT PRIMARY KEY, opened_at REAL NOT NULL)",
    ),
    (
        "CREATE TABLE versions (digest TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL,"
        " examples INTEGER NOT NULL, origin TEXT NOT NULL, saved_at INTEGER NOT NULL,"
        " PRIMARY KEY (digest, path))",
        "CREATE TABLE sides (key TEXT PRIMARY KEY, side TEXT NOT NULL, at INTEGER NOT NULL)",
    ),
    (
        "CREATE TABLE uploads (profile TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL,"
        " md5 TEXT NOT NULL, path TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,"
        " purpose TEXT NOT NULL, part_bytes INTEGER NOT NULL, begun_at INTEGER NOT NULL,"
        " expires_at INTEGER NOT NULL, PRIMARY KEY (profile, id))",
        "CREATE TABLE upload_parts (profile TEXT NOT NULL, upload TEXT NOT NULL,"
        " number INTEGER NOT NULL, id TEXT NOT NULL, bytes INTEGER NOT NULL,"
        " PRIMARY KEY (profile, upload, number))",
        "CREATE TABLE listings (profile TEXT NOT NULL, what TEXT NOT NULL, body TEXT NOT NULL,"
        " at INTEGER NOT NULL, PRIMARY KEY (profile, what))",
    ),
    (
        "CREATE TABLE forecasts (profile TEXT NOT NULL, nonce TEXT NOT NULL,"
        " epochs INTEGER NOT NULL, tokens INTEGER NOT NULL, amount TEXT,"
        " currency TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (profile, nonce))",
    ),
    (
        "CREATE TABLE seen_jobs (profile TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,"
        " status TEXT NOT NULL, since INTEGER, created INTEGER NOT NULL,"
        " seen_at INTEGER NOT NULL, PRIMARY KEY (profile, id))",
        "CREATE TABLE seen_lists (profile TEXT PRIMARY KEY, at INTEGER NOT NULL)",
        "CREATE TABLE seen_states (profile TEXT NOT NULL, job TEXT NOT NULL, status TEXT NOT NULL,"
        " model TEXT NOT NULL, seconds INTEGER NOT NULL, PRIMARY KEY (profile, job, status))",
        "CREATE TABLE seen_events (number INTEGER PRIMARY KEY, profile TEXT NOT NULL,"
        " job TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL)",
        "CREATE UNIQUE INDEX seen_events_by_id ON seen_events (profile, job, id)",
        "CREATE TABLE seen_details (profile TEXT NOT NULL, job TEXT NOT NULL,"
        " checkpoints TEXT NOT NULL, complete INTEGER NOT NULL, at INTEGER NOT NULL,"
        " PRIMARY KEY (profile, job))",
    ),
    (
        # `asker` is the process that waits for the answer; `lost` is 1 once it was lost, and 2
        # once somebody was told and went on all the same.
        "ALTER TABLE jobs ADD COLUMN asker TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE jobs ADD COLUMN lost INTEGER NOT NULL DEFAULT 0",
        "CREATE TABLE reservations (profile TEXT NOT NULL, nonce TEXT NOT NULL,"
        " amount TEXT NOT NULL, currency TEXT NOT NULL, holder TEXT NOT NULL,"
        " at INTEGER NOT NULL, PRIMARY KEY (profile, nonce))",
        "CREATE TABLE asked_uploads (profile TEXT NOT NULL, path TEXT NOT NULL,"
        " purpose TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,"
        " modified INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (profile, path, purpose))",
    ),
    (
        # `revision` grows with every write: who holds an older one writes a chat of its own.
        "CREATE TABLE saved_chats (id INTEGER PRIMARY KEY AUTOINCREMENT, profile TEXT NOT NULL,"
        " title TEXT NOT NULL, model TEXT NOT NULL, system TEXT NOT NULL, parameters TEXT NOT NULL,"
        " head INTEGER, last_id INTEGER NOT NULL, revision INTEGER NOT NULL,"
        " created_at REAL NOT NULL, updated_at REAL NOT NULL)",
        "CREATE INDEX saved_chats_by_age ON saved_chats (profile, updated_at)",
        "CREATE TABLE chat_messages (chat INTEGER NOT NULL, id INTEGER NOT NULL, parent INTEGER,"
        " body TEXT NOT NULL, folded TEXT NOT NULL, PRIMARY KEY (chat, id))",
        "CREATE TABLE open_chats (profile TEXT PRIMARY KEY, chat INTEGER NOT NULL)",
        "CREATE TABLE system_prompts (name TEXT PRIMARY KEY, text TEXT NOT NULL,"
        " saved_at INTEGER NOT NULL)",
        "CREATE TABLE chat_refusals (profile TEXT NOT NULL, model TEXT NOT NULL,"
        " adjustment TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (profile, model, adjustment))",
    ),
    (
        # `body` of an answer is NULL from its asking until it has come; `again` is 1 for one that
        # failed in passing.
        "CREATE TABLE comparisons (id TEXT PRIMARY KEY, profile TEXT NOT NULL, at INTEGER NOT NULL,"
        " prompts TEXT NOT NULL, settings TEXT NOT NULL, out TEXT,"
        " holder TEXT NOT NULL, asked_again INTEGER NOT NULL DEFAULT 0)",
        "CREATE INDEX comparisons_by_out ON comparisons (out)",
        "CREATE TABLE comparison_prompts (run TEXT NOT NULL, line INTEGER NOT NULL,"
        " body TEXT NOT NULL, PRIMARY KEY (run, line)) WITHOUT ROWID",
        "CREATE TABLE comparison_answers (run TEXT NOT NULL, line INTEGER NOT NULL,"
        " model TEXT NOT NULL, repeat INTEGER NOT NULL, prompt TEXT NOT NULL, body TEXT,"
        " again INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (run, line, model, repeat))",
    ),
    # Who judged a run, and the bill for that, as JSON.
    ("ALTER TABLE comparisons ADD COLUMN judge TEXT NOT NULL DEFAULT '{}'",),
    (
        "CREATE TABLE origins (digest TEXT NOT NULL, path TEXT NOT NULL, source TEXT NOT NULL,"
        " source_id TEXT NOT NULL, line INTEGER, model TEXT NOT NULL, rejected TEXT NOT NULL,"
        " at REAL NOT NULL, PRIMARY KEY (digest, path))",
    ),
    (
        # `lookup` is what the provider said of a model by its id since it was listed last (found,
        # gone, forbidden); `facts` what else was known of it, of a deleted one everything.
        "ALTER TABLE models ADD COLUMN listed_at INTEGER",
        "ALTER TABLE models ADD COLUMN created INTEGER",
        "ALTER TABLE models ADD COLUMN lookup TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE models ADD COLUMN looked_at INTEGER",
        "ALTER TABLE models ADD COLUMN facts TEXT NOT NULL DEFAULT '{}'",
    ),
    (
        # `fate` is that of core/provider/deletion.py: "asked" until the answer has come.
        "CREATE TABLE deletions (profile TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,"
        " fate TEXT NOT NULL, asked_at INTEGER NOT NULL, settled_at INTEGER,"
        " cause TEXT NOT NULL, facts TEXT NOT NULL, asker TEXT NOT NULL,"
        " PRIMARY KEY (profile, kind, id))",
    ),
)


def migrate(db: sqlite3.Connection) -> None:
    """Bring `db` to the current version, all steps or none.

    Raises LedgerError when a newer program has written it.
    """
    if _version(db) == len(MIGRATIONS):
        return
    db.execute("BEGIN IMMEDIATE")  # two programs starting at once: the second waits here
    try:
        for statements in MIGRATIONS[_known_version(db) :]:
            for statement in statements:
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    except BaseException:  # whatever it was goes on; nothing half-done is kept
        db.rollback()
        raise
    db.commit()


def _known_version(db: sqlite3.Connection) -> int:
    version = _version(db)
    if version > len(MIGRATIONS):
        raise LedgerError(
            "The local ledger is too new",
            f"it has version {version}, this program knows {len(MIGRATIONS)}",
            "Update finetui, or set FINETUI_HOME to another folder.",
        )
    return version


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])

"""The local ledger in SQLite: uploads, jobs, prices, what was seen; one module a table."""

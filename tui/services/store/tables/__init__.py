"""The tables of the ledger, a module each: what is written to it and read from it."""

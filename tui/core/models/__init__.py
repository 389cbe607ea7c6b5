"""The inventory of an account's models: states, records, lineage, what to clean up, export."""

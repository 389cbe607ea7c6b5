"""Files at the provider: uploaded once, in parts where they are large, listed, deleted."""

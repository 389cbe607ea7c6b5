"""What is known of models, providers and training parameters. Read from data/*.toml."""

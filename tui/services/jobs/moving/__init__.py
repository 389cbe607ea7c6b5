"""Move a tuned model's job to another profile: its data found again, its settings converted."""

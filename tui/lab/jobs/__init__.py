"""Fine-tuning jobs of the lab: queued, validated and trained in processes of their own."""

"""Fine-tuning jobs: drafted, looked at before they cost, created once, polled, kept."""

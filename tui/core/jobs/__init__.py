"""Fine-tuning jobs as data: status, events, curves, progress, cost."""

"""What training would cost: all models side by side, and test prompts after the training."""

"""Money: currencies, budgets, prices per token, what a job would cost."""

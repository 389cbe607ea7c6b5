"""The mark in a job's metadata by which finetui finds the job again."""

NONCE = "finetui_nonce"

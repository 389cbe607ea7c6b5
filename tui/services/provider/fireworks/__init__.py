"""Fireworks: datasets for files, resource names for ids, jobs whose ids are ours."""

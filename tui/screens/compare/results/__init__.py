"""Runs over whole datasets: started, listed, measured, compared with earlier runs."""

"""Grading under every disturbance that costs time and must cost nothing else."""

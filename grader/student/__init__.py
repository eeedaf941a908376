"""What a student has of their own work: checks, progress, hints, a fresh start, the solution beside it."""

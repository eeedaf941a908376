"""The side that judges: checks, grading, reports. Importing it costs no more than numpy."""

"""The instructor's desk: a course and its class, what comes in, and what goes out."""

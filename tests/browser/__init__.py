"""What students and instructors see, in a real browser; run with  make test-browser."""

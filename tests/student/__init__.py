"""What a student has in hand: a ZIP, a folder, a few commands."""

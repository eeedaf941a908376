"""What a notebook is given. It never imports grader."""

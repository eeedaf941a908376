"""The pages of the project, followed as a reader follows them: every command is run, and what is printed compared."""

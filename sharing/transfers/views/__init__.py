"""The pages of files to the next school."""

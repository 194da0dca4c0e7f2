"""What is typed of files to the next school."""

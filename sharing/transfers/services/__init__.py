"""Do it: the only code that writes files to the next school."""

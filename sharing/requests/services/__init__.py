"""Do it: the only code that writes requests about data, what was found for them, and what was decided."""

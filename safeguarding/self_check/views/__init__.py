"""The pages of the self-check: its lines, and what is done about the machine."""

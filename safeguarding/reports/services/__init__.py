"""Which code of reports writes? Targets."""

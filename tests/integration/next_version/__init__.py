"""The migrations of concerns as a next version might ship them, for `test_row_security.py`: the first is today's."""

"""Harbour with four pages more, each of which takes what no page should (`tests/soak/test_hanging.py`)."""

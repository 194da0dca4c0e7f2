"""The pages of requests about data."""

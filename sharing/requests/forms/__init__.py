"""What is typed on the pages of requests about data."""

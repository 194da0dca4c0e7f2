"""What is typed of requests about data."""

"""What is done with requests about data."""

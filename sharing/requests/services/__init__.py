"""What is done with requests about data, one module for each part of the work."""

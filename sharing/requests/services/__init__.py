"""What is done with requests about data: the only code that writes."""

"""How is a request about data handled? The only code that writes."""

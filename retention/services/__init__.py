"""Do it: the only code that writes what retention keeps."""

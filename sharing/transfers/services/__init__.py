"""What is done with files to the next school, a deed a module: opening, confirming, building, sending, receipt."""

"""Do it: the only code that writes the law as a school reads it, the address book, wordings, consents and decisions."""

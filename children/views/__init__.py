"""Ask for it: find children, open a child's record, bring in files."""

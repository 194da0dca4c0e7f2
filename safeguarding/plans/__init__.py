"""Plans and status: what the authority decided about a child, with every date and why."""

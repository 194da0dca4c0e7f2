"""What may be typed about adults? `raising` by whoever raises a concern · `working` by those who read it."""

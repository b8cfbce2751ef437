"""A company's account, its settings, what it has booked, its canned replies."""

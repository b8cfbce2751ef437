"""PPMessage: web widgets and their agents."""

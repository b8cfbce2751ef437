"""What each call of PPMessage does: a file a noun, each with its rows of the endpoint table."""

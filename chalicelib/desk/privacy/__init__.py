"""Privacy: what is stored of a person, or of an account, as a file, and its removal."""

"""PPMessage's calls, one file for each noun, each with its rows of the endpoint table."""

"""OneView: an agent and their tickets."""

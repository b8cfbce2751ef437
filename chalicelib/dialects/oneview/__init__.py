"""OneView: an agent and his tickets."""

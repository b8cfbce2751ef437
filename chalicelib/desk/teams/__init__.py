"""Who serves which conversations: groups of agents, domains, the widget on their pages."""

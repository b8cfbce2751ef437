"""Real customer chats, played into a running desk: `make replay`."""

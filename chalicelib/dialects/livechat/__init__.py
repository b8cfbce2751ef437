"""ChatWhizz LiveChat: operators and domains."""

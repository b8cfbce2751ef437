"""Search: conversations by the words of all that was said in them."""

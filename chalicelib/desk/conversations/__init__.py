"""Conversations, their messages, members and files, and the lists that show them."""

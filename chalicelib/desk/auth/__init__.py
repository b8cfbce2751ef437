"""Credentials: tokens, logins, api clients, and how many wrong passwords are allowed."""

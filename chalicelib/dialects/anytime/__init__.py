"""Comm100 Anytime: tickets and settings."""

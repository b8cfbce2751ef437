"""Channels: e-mail in and out."""

"""Polydesk: one support desk, four APIs."""

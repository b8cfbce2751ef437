"""Agents and contacts: registration, profiles, presence, devices, owners."""

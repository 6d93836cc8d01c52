"""Alerts as their pages show them. Pure."""

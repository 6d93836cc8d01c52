"""Dashboards as their pages show them. Pure."""

"""A forwarding proxy before stage7's services that sends MissionScope what passes: docs/tap.md. Knows no Django."""

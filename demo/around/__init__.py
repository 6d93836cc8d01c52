"""What services around the missions tell: log lines, errors by Sentry's protocol, metrics; some of it of missions."""

"""`GET /metrics`: what Prometheus reads. docs/prometheus.md tells of it."""

"""Which failures are the same: what is told of one, made into a fingerprint. Pure."""

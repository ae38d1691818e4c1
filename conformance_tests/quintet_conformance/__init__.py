"""A conformance suite that judges a server by its HTTP answers alone."""

"""The simulated day of an academy on one Facteur; begun by bench/academy."""

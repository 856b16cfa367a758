"""Measures Facteur beside its peers on loopback; begun by bench/run."""

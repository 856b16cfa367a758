"""Facteur and those that it is measured beside: one file each, all with the interface of `peer.Peer`."""

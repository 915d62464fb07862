"""Where every chain of hashes begins. Apart from what is chained, so that a check of one loads nothing of the others."""

GENESIS = "0" * 64
"""What stands where the hash before the first would be."""

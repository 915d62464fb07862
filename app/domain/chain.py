"""Where every chain of hashes begins. Apart from what is chained: a check of one loads none of the others."""

GENESIS = "0" * 64
"""What stands where the hash before the first would be."""

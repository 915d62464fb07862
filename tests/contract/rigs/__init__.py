"""Controllers for the driver suite: real servers in processes of their own, which end with the test."""

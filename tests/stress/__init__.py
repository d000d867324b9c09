"""``make stress``: the checks that wait for something, in rounds on a machine that is busy."""

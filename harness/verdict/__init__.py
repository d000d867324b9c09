"""From checks and what became of them to a verdict: yes or no, with a report."""

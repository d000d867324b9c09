"""Training: from a dataset and its description to a verified, tracked bundle (``python -m training``)."""

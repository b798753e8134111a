"""Models: each judges one column of samples against what it has learnt, over all series at once."""

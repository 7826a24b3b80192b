"""Runs that make what the repository ships from corpora that it does not ship."""

"""adscribe."""

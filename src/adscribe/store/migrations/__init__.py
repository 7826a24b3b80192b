"""The steps from each version of the tables to the next; `adscribe.store.upgrade` runs them."""

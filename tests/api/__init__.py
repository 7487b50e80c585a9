"""Reading from a notebook."""

"""Look-alikes of other clients: existing code goes on with a changed import line."""

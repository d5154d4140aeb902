"""What following many runs costs: `make bench-watch`."""

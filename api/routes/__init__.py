"""What can be asked and commanded over HTTP: one file for each resource, each with its `router`."""

"""What comes in from the outside world, and what of it is believed."""

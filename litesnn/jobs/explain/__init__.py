"""Where accuracy went: from the floating-point network to the chip one change at a time, and what would win most back."""

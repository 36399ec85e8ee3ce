"""The shipped networks and notebooks, installed with the package: `litesnn example` copies them."""

"""The pages of the documentation, shipped with the package: `litesnn docs` prints them."""

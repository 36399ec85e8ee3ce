"""Readers of networks from elsewhere, a folder per format; `compiler.origin.formats` is the table of them."""

"""The version of LiteSNN, stated once: packaging, `litesnn --version` and every program's manifest take it from here."""

__version__ = "0.1.0"

"""What can be set: declared once in a settings class; bounds, command lines and docs come of it. Nothing here imports torch."""

"""What the settings of all runs share: bounds, and changes given by name as text. Nothing here imports torch."""

"""What the terminal shows, drawn with rich. Everything here reads report.json's document, so the two cannot drift apart."""

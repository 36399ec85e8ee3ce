"""How objects show themselves: one card of each, written as a line, as text and as the HTML of a notebook's cell."""

"""The ground floor: errors, output, progress, the terminal. All rooms stand on it, and it imports none of them."""

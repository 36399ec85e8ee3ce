"""How a network is fed, and what its spikes are held against: one class per kind of origin, found through one table."""

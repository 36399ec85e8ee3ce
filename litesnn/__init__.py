"""LiteSNN: searched spiking networks, compiled to Loihi-style hardware, spike for spike."""

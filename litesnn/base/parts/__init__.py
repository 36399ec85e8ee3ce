"""Work that falls into parts which know nothing of each other: one interface over this process, local processes and a cluster."""

"""`python -m litesnn`, which `torchrun -m litesnn` needs."""

from litesnn.cli import main

if __name__ == "__main__":
    main()

"""The page of `litesnn show`: a sample through a program, its panels a file each."""

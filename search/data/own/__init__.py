"""Data that the user brings: arrays, folders of images and of event recordings, functions, and other libraries' data sets."""

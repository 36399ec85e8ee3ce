"""The shipped hardware profiles: TOML files with every figure beside its source, read by `litesnn.compiler.profile`."""

"""Hardware profiles: what a chip can hold and do, every figure beside its source, its status and what it is for.

A profile is a TOML file; `loihi1` and `loihi2` are shipped, a user's own file works the same way and may build on one of them
(`extends = "loihi2"`). Each figure has a use: a limit (of rules, passes, partition), a cost (in words, entries, pJ, ns), or a
fact that nothing depends on. Where sources disagree, `load_profile(name, overrides={"cores": "120"})` sets another value.
"""

from litesnn.compiler.profile.by_rules import said_rules, with_rules
from litesnn.compiler.profile.figure import Figure, Status, Use
from litesnn.compiler.profile.load import load_profile, portable_accumulator, shipped_profiles
from litesnn.compiler.profile.model import Profile, known, read_profile
from litesnn.compiler.profile.settings import with_overrides
from litesnn.compiler.profile.uses import USES, use_of

__all__ = [
    "USES",
    "Figure",
    "Profile",
    "Status",
    "Use",
    "known",
    "load_profile",
    "portable_accumulator",
    "read_profile",
    "said_rules",
    "shipped_profiles",
    "use_of",
    "with_overrides",
    "with_rules",
]

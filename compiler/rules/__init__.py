"""The rule check: small functions that yield findings, run all together; nothing stops at the first.

A rule's name says the rule. Graph rules look at the scheduled graph, core rules at what partition and placement gave.
"""

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.compiler.rules.checking import Checked, Subject, check, check_rules, try_mapping
    from litesnn.compiler.rules.finding import Finding, Remedy, Severity

__all__ = ["Checked", "Finding", "Remedy", "Severity", "Subject", "check", "check_rules", "try_mapping"]

__getattr__ = lazily(
    __name__,
    {
        **dict.fromkeys(("Finding", "Remedy", "Severity"), "finding"),
        **dict.fromkeys(("Checked", "Subject", "check", "check_rules", "try_mapping"), "checking"),
    },
)

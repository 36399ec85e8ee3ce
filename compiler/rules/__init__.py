"""The rule check: small functions that yield findings, run all together; nothing stops at the first.

A rule's name says the rule. Graph rules look at the scheduled graph, core rules at what partition and placement gave.
"""

from litesnn.compiler.rules.check import Checked, Subject, check, check_rules, try_mapping
from litesnn.compiler.rules.finding import Finding, Remedy, Severity

__all__ = ["Checked", "Finding", "Remedy", "Severity", "Subject", "check", "check_rules", "try_mapping"]

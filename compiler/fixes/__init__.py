"""Fixes: changes of a genotype or of the target that can be applied in memory and checked, cheapest first."""

from litesnn.compiler.fixes.fix import CannotApply, Fix
from litesnn.compiler.fixes.plan import Plan, make_plan
from litesnn.compiler.fixes.search import SECONDS, Remedied, with_remedies

__all__ = ["SECONDS", "CannotApply", "Fix", "Plan", "Remedied", "make_plan", "with_remedies"]

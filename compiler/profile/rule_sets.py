"""Rule sets of a profile: figures that hold together instead of its own, as one source shows them; counts are named by them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from litesnn.compiler.profile.figure import Figure, Name, Remark, Section


class RuleSet(Section):
    """What one source shows, by dotted names of figures (`core.patch_widths`).

    Attributes
    ----------
    says : what it is, to stand after a core count: "the rules that Intel's logs show"
    figures : dotted name -> the figure that holds instead of the profile's own
    """

    says: Remark
    figures: Annotated[dict[Name, Figure[Any]], Field(max_length=256)]


RuleSets = dict[Name, RuleSet]

"""Published search results: the arrays of LitE-SNN, SpikeDHS, SNASNet, LightSNN and AutoSNN -> genotypes."""

from litesnn.search.published.read import KINDS, import_published

__all__ = ["KINDS", "import_published"]

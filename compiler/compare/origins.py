"""Two genotypes, or what two networks come from: field by field and tensor by tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.compiler.compare.differences import Differences, in_documents, in_tensors

if TYPE_CHECKING:
    from litesnn.compiler.genotype import LoadedGenotype
    from litesnn.compiler.origin import Origin


def compare_genotypes(first: LoadedGenotype, second: LoadedGenotype) -> Differences:
    """Fields and tensors."""
    left, right = (
        loaded.spec.model_dump(mode="json", exclude_none=True, exclude={"weights"}) for loaded in (first, second)
    )
    return Differences(
        {
            "genotype": tuple(in_documents(left, right)),
            "tensors": tuple(in_tensors(first.tensors or {}, second.tensors or {})),
        }
    )


def compare_origins(first: Origin, second: Origin) -> Differences:
    """Two genotypes, field by field and tensor by tensor; otherwise what the files from elsewhere say of themselves."""
    if first.genotype is not None and second.genotype is not None:
        return compare_genotypes(first.genotype, second.genotype)
    return Differences({"origin": tuple(in_documents(first.described(), second.described()))})

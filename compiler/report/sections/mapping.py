"""`mapping`: cores, chips, the bound, use against limits, where every slice lies, and traffic by strategy."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from litesnn.compiler.mapping.axons import AxonKind
from litesnn.compiler.mapping.objective_names import BALANCED, ObjectiveName
from litesnn.compiler.report.document import Amount, Count, Document, Number, Positive, Text, present

if TYPE_CHECKING:
    from litesnn.compiler.mapping import Core, Mapping
    from litesnn.compiler.profile import Profile
    from litesnn.compiler.rule_counts import RuleCount

TRAFFIC_ROWS = 2000
SIMULATED_UNIT = "packets per sample"
PLACES_MAX = 2**20
"""Places of a mesh: each is drawn."""
ASSUMED_UNIT = "packets if every neuron spikes once a sample (nothing was simulated)"

Interval = Annotated[tuple[Count, Count], Field(description="half-open: first, last + 1")]


class SliceEntry(Document):
    """The part of a population that a core holds."""

    population: Text
    channels: Interval
    rows: Interval
    columns: Interval
    neurons: Count


class CoreEntry(Document):
    """One core: where it stands and what it holds."""

    core: Count
    chip: Count
    router: Annotated[tuple[Count, Count], Field(description="x, y on the chip's mesh")]
    slot: Count
    slices: tuple[SliceEntry, ...]
    usage: Annotated[dict[Text, Amount], Field(description="resource -> use")]

    @property
    def label(self) -> str:
        """`stem + cell0.node1`: its populations, each once."""
        return " + ".join(sorted({part.population for part in self.slices})) or "empty"


class ResourceEntry(Document):
    """The use of one resource against its limit."""

    limit: Number | None
    unit: Text = ""
    max: Amount
    mean: Amount
    total: Amount | None = None


class BoundEntry(Document):
    """The cores that no mapping can do without."""

    cores: Amount
    by_resource: Annotated[dict[Text, Amount], Field(description="resource -> cores its total fills")]


class MeshEntry(Document):
    """A chip's mesh of routers."""

    columns: Positive
    rows: Positive
    cores_per_router: Positive
    cores: Count | None = None


class PlacementSection(Document):
    """Traffic of the chosen placement and of others."""

    unit: Text = SIMULATED_UNIT
    objective: Annotated[ObjectiveName, Field(description="what the places of cores were chosen for")] = BALANCED
    strategies: Annotated[dict[Text, dict[Text, Number | None]], Field(description="strategy -> metric -> value")]
    traffic: Annotated[
        tuple[tuple[Count, Count, Amount], ...], Field(description="source core, destination core, packets")
    ] = ()


class SimulationEntry(Document):
    """The network core by core from the decoded memory against the exact simulator."""

    samples: Positive
    compared_spikes: Annotated[Count | None, Field(description="LiteSNN 0.1.0 did not count them")] = None
    mismatching_spikes: Count
    mismatching_readouts: Count


class RuleCountEntry(Document):
    """Cores by a rule set of the profile."""

    rules: Text
    says: Text
    cores: Annotated[Count | None, Field(description="null where the network does not fit by them")]
    refusal: Text = ""


class MappingSection(Document):
    """Where the network lies on the chip."""

    cores: Count
    rules: Annotated[Text | None, Field(description="by which rule set; null: by the profile's own figures")] = None
    by_rules: Annotated[tuple[RuleCountEntry, ...], Field(description="and by each rule set of the profile")] = ()
    chips: Count
    lower_bound: BoundEntry | None = None
    gap: Number | None = None
    cost: Number | None = None
    resources: dict[Text, ResourceEntry]
    axons: Annotated[
        dict[Text, AxonKind],
        Field(
            description="source population -> kind of its axons towards shared kernels, where the chip offers several"
        ),
    ] = Field(default_factory=dict)
    mesh: MeshEntry | None = None
    cores_detail: tuple[CoreEntry, ...]
    placement: PlacementSection | None = None
    simulation: Annotated[SimulationEntry | None, Field(description="missing where it was not run")] = None

    @property
    def said_rules(self) -> str:
        """Under which rules the count holds: `; 74 by the rules that Intel's logs show`; empty where the profile has but one."""
        if self.rules is not None:
            return f", by the rules '{self.rules}'"
        counts = (
            f"{'no count' if entry.cores is None else f'{entry.cores:,}'} by {entry.says}" for entry in self.by_rules
        )
        return "".join(f"; {count}" for count in counts)

    @property
    def places(self) -> tuple[int, int, int]:
        """Columns, rows and cores per router: of the mesh, or of the smallest that holds every core where it is not known."""
        if self.mesh is not None:
            return self.mesh.columns, self.mesh.rows, self.mesh.cores_per_router
        used = [(*core.router, core.slot) for core in self.cores_detail] or [(0, 0, 0)]
        columns, rows, slots = (1 + max(place[axis] for place in used) for axis in range(3))
        return columns, rows, slots

    @model_validator(mode="after")
    def _can_be_drawn(self) -> MappingSection:
        """A mesh of a bounded number of places, and no traffic of cores that are not there."""
        if prod(self.places) > PLACES_MAX:
            columns, rows, slots = self.places
            raise ValueError(
                f"the mesh has {columns} x {rows} routers of {slots} cores; allowed: {PLACES_MAX} places in all"
            )
        cores = {core.core for core in self.cores_detail}
        named = set() if self.placement is None else {core for *pair, _ in self.placement.traffic for core in pair}
        if named - cores:
            raise ValueError(f"placement.traffic names core {min(named - cores)}, which cores_detail does not have")
        return self

    @classmethod
    def of(
        cls,
        mapping: Mapping,
        profile: Profile,
        *,
        simulated: bool,
        simulation: SimulationEntry | None = None,
        counts: Sequence[RuleCount] = (),
    ) -> MappingSection:
        """The section of a mapping for the profile it was made with.

        `simulated` says whether its traffic comes from simulated spikes; if not, every neuron was taken to spike once a sample.
        """
        from litesnn.compiler.mapping.limits import UNITS, core_limits, unit_on

        limits, count = core_limits(profile).resources, len(mapping.cores)
        least = mapping.least_cores
        links = sorted(
            ((source, target, packets) for source, target, packets in mapping.links if source != target),
            key=lambda link: (-link[2], link[0], link[1]),
        )
        return cls(
            cores=count,
            rules=profile.rules_in_force,
            by_rules=tuple(map(RuleCountEntry.model_validate, counts)),
            chips=mapping.chips,
            lower_bound=BoundEntry(cores=least, by_resource=mapping.lower_bound),
            gap=round(count / least - 1, 6) if least else 0.0,
            cost=mapping.cost,
            resources={
                name: _resource([core.usage[name] for core in mapping.cores], limits[name], unit_on(profile, name))
                for name in UNITS
                if name in limits
            },
            axons=mapping.axons,
            mesh=MeshEntry.model_validate(mapping.mesh),
            cores_detail=tuple(_core(index, core) for index, core in enumerate(mapping.cores)),
            placement=PlacementSection(
                unit=SIMULATED_UNIT if simulated else ASSUMED_UNIT,
                objective=mapping.objective,
                strategies={name: vars(traffic) for name, traffic in mapping.placements.items()},
                traffic=tuple(links[:TRAFFIC_ROWS]),
            ),
            **present(simulation=simulation),
        )


def _resource(values: list[int], limit: int, unit: str) -> ResourceEntry:
    total = sum(values)
    mean = round(total / len(values), 3) if values else 0.0
    return ResourceEntry(limit=limit, unit=unit, max=max(values, default=0), mean=mean, total=total)


def _core(index: int, core: Core) -> CoreEntry:
    return CoreEntry(
        core=index,
        chip=core.chip,
        router=core.router,
        slot=core.slot,
        slices=tuple(SliceEntry.model_validate(part) for part in core.slices),
        usage=core.usage,
    )

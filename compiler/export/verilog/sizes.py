"""What a chip of its own has to hold for an image: depths of memories and widths of fields, the same for all its cores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from litesnn.compiler.encoding import decode
from litesnn.compiler.image import Image
from litesnn.compiler.image.model import WINDOW, CoreImage, Ints
from litesnn.compiler.profile import Profile, known

COUNT_BITS = 6
"""Of a header's count; what is beyond stands in the table `high`."""


@dataclass(frozen=True)
class Sizes:
    """Depths have a row to spare where a table is walked to its end; widths are in bits.

    Attributes
    ----------
    cores : on the bus
    words, lists, entries, axons, reads, windows, ranks, groups, parameters, routes : rows of the tables of the fullest core
    neurons : of the core that has most
    slots : time steps whose sums are held: this one, the next, and one per step of the longest delay
    ranges : routes of several neurons that one neuron can be on
    word_bits, header_bits : of a list
    sum_bits : of an accumulator
    payload_bits : of a message, with its sign
    side_bits : of a place in a map, its padding included
    step_bits : of a reset interval
    target_bits, delay_bits, count_bits : of a synapse's target and delay, and of the synapses of an entry
    """

    cores: int
    words: int
    lists: int
    entries: int
    axons: int
    reads: int
    windows: int
    ranks: int
    groups: int
    parameters: int
    routes: int
    neurons: int
    slots: int
    ranges: int
    word_bits: int
    header_bits: int
    sum_bits: int
    payload_bits: int
    side_bits: int
    step_bits: int
    target_bits: int
    delay_bits: int
    count_bits: int

    @classmethod
    def of(cls, image: Image, profile: Profile) -> Sizes:
        """The least that holds an image; accumulators are the profile's."""
        cores = image.cores
        delays = [int(decode(core.memory).delay.max(initial=0)) for core in cores]
        longest = max(delays, default=0)
        registers = [register for core in cores for register in core.memory.registers]
        low = min((sender.document.minimum for sender in image.senders), default=0)
        high = max((sender.document.maximum for sender in image.senders), default=1)
        more = max((int(core.memory.counts_high.max(initial=0)) for core in cores), default=0)
        return cls(
            cores=len(cores),
            words=_most(len(core.memory.words) for core in cores),
            lists=_most(len(core.memory.pointers) for core in cores),
            entries=_most(len(core.memory.counts_high) for core in cores),
            axons=_most(len(core.axons) for core in cores),
            reads=_most(len(core.reads) for core in cores),
            windows=_most(len(_slid(core)) for core in cores),
            ranks=_most(sum(core.windows[row[5]].source[0] for row in _slid(core)) for core in cores),
            groups=_most(len(core.groups) for core in cores),
            parameters=_most(sum(len(v) for group in core.groups for v in group.parameters.values()) for core in cores),
            routes=_most(len(core.routes) for core in cores),
            neurons=max(2, *(core.neurons for core in cores)),
            slots=longest + 2,
            ranges=max(1, *(_ranges(core) for core in cores)),
            word_bits=image.document.word_bits,
            header_bits=image.document.header_bits,
            sum_bits=known(profile.neuron.accumulator_bits, "neuron.accumulator_bits", profile.name),
            payload_bits=max(2, high.bit_length() + 1, (-low - 1).bit_length() + 1 if low < 0 else 0),
            side_bits=_sides(image).bit_length(),
            step_bits=max(2, *(_steps(core).bit_length() for core in cores)),
            target_bits=max(1, *(max(r.prefix_bits, r.index_bits, r.skip_bits) for r in registers), _width(image)),
            delay_bits=max(1, longest.bit_length(), *(register.weights[3] for register in registers)),
            count_bits=COUNT_BITS + max(1, more.bit_length()),
        )

    def shared(self) -> Sizes:
        """A size that many programs fit: so that one simulator, once compiled, runs them all."""
        kept = {"word_bits", "header_bits", "sum_bits"}
        rounded = {
            field.name: getattr(self, field.name)
            if field.name in kept or (field.name == "cores" and self.cores == 1)
            else max(_LEAST.get(field.name, 8), 1 << (getattr(self, field.name) - 1).bit_length())
            for field in fields(self)
        }
        return Sizes(**rounded)


_LEAST = {
    "cores": 4,
    "words": 4096,
    "lists": 2048,
    "entries": 2048,
    "axons": 1024,
    "reads": 1024,
    "windows": 64,
    "ranks": 256,
    "groups": 16,
    "slots": 16,
    "ranges": 16,
    "parameters": 1024,
    "routes": 1024,
    "neurons": 4096,
    "side_bits": 10,
    "target_bits": 16,
    "count_bits": 16,
    "payload_bits": 16,
    "delay_bits": 6,
    "step_bits": 16,
}
"""Of a simulator that programs share."""


def _most(counts: Iterable[int]) -> int:
    """Rows of the fullest core, and one to spare."""
    return max(counts, default=0) + 2


def _slid(core: CoreImage) -> Ints:
    """Its reads of kernels."""
    found: Ints = core.reads[core.reads[:, 0] == WINDOW]
    return found


def _width(image: Image) -> int:
    """Bits of the targets that lists without an index count to: a channel, or a neuron of a core."""
    return max((core.neurons for core in image.cores), default=1).bit_length()


def _sides(image: Image) -> int:
    """The largest number that a place in a map is computed with."""
    found = [1, *(side for sender in image.senders for side in sender.document.shape)]
    for core in image.cores:
        found += [side for group in core.groups for side in group.document.map]
        for window in core.windows:
            found += [side + 2 * padding for side, padding in zip(window.source[1:], window.padding, strict=True)]
            found += [*window.kernel, *window.stride, *window.dilation]
    return max(found)


def _steps(core: CoreImage) -> int:
    """The longest interval that a group of a core counts."""
    names = ("reset_interval", "initiation_interval", "open_slots")
    return max((int(group.document.neurons.get(name) or 0) for group in core.groups for name in names), default=0)


def _ranges(core: CoreImage) -> int:
    """Routes of several neurons that are kept at once, in the order in which they stand: all, until all have passed."""
    most, kept, last = 0, 0, -1
    for first, count in core.routes[core.routes[:, 1] > 1, :2]:
        kept = kept + 1 if first <= last else 1
        last, most = int(first + count - 1), max(most, kept)
    return most

"""Fast models that share an operating-system process: every model is somewhere, in an order in which none waits forever."""

from types import SimpleNamespace

import numpy as np
from lava_here import lava_module

lava_module()

from hypothesis import given, settings
from hypothesis import strategies as st
from lava.magma.compiler.builders.py_builder import PyProcessBuilder
from lava.magma.compiler.channels.pypychannel import CspSendPort

from litesnn.runtime.lava.fast.lif import FastLifModel
from litesnn.runtime.lava.fast.placement import place
from litesnn.runtime.lava.fast.ports import LocalChannel, local_channels
from litesnn.runtime.lava.fast.recorders import FastVariableRecorderModel
from litesnn.runtime.lava.fast.sparse import FastSparseModel


def executable(sizes, synapses, injected, watched):
    """Neurons of these sizes, blocks and direct channels between them (by number); some have a variable that is read."""
    builders = {}

    def add(name, model, size):
        builder = PyProcessBuilder(model, len(builders))
        builder.py_ports = {"port": SimpleNamespace(size=size)}
        builder.var_ports = {"v": SimpleNamespace(port_cls=object if name in watched else None)}
        builders[name] = builder

    channels = [(before, after) for before, after in injected if before < after]
    for number, size in enumerate(sizes):
        add(number, FastLifModel, size)
    for before, after in synapses:
        add((before, after), FastSparseModel, sizes[before])
        channels += [(before, (before, after)), ((before, after), after)]
    for number in watched:  # its reader and it send one another what is asked and answered, between steps
        add(("reads", number), FastVariableRecorderModel, sizes[number])
        builders["reads", number].ref_ports = {"variable": None}
        channels += [(("reads", number), number), (number, ("reads", number))]
    pairs = [SimpleNamespace(src_process=one, dst_process=other) for one, other in channels]
    return SimpleNamespace(proc_builders=builders, channel_builders=pairs)


def finishes(found, hosts):
    """Whether a step ends in which every actor works its models off in order and waits for what has not been sent."""
    stepping = [one for one, builder in found.proc_builders.items() if not builder.ref_ports]
    actors = [*map(list, hosts), *([one] for one in stepping if all(one not in host for host in hosts))]
    messages = [c for c in found.channel_builders if c.src_process in stepping and c.dst_process in stepping]
    sent = {one for one, builder in found.proc_builders.items() if builder.proc_model.sends_ahead}
    moved = True
    while moved:
        moved = False
        for actor in actors:
            while actor and all(c.src_process in sent for c in messages if c.dst_process == actor[0]):
                sent.add(actor.pop(0))
                moved = True
    return not any(actors)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.lists(st.integers(1, 5000), min_size=1, max_size=6), st.integers(1, 4))
def test_every_model_has_one_place_and_no_host_waits_forever(data, sizes, count):
    number = st.integers(0, len(sizes) - 1)
    synapses = data.draw(st.sets(st.tuples(number, number)))  # loops and recurrent blocks among them
    injected, watched = data.draw(st.sets(st.tuples(number, number))), data.draw(st.sets(number))
    found = executable(sizes, synapses, injected, watched)
    hosts = place(found, count)
    hosted = [one for host in hosts for one in host]
    assert len(hosts) <= count
    assert sorted(map(str, hosted)) == sorted(
        str(one) for one, builder in found.proc_builders.items() if one not in watched and not builder.ref_ports
    )
    assert finishes(found, hosts)


def test_work_is_shared_out():
    found = executable([9000, 9000, 100, 100], (), (), ())
    assert [len(host) for host in place(found, 2)] == [2, 2]
    assert all(len({0, 1} & set(host)) == 1 for host in place(found, 2))


def end(semaphore):
    return CspSendPort(
        "a", None, SimpleNamespace(shape=(3,), dtype=np.int32, nbytes=12), 4, semaphore, None, None, None
    )


def test_only_channels_with_both_ends_inside_are_local():
    inside, outside = object(), object()
    assert list(local_channels([end(inside), end(outside), end(inside)])) == [id(inside)]


def test_what_is_received_is_the_receivers_own():
    channel = LocalChannel(end(object()))
    fired = np.array([True, False, True])
    channel.send(fired)
    received = channel.recv()
    received <<= 6
    channel.send(fired)
    channel.add_to(received)
    assert received.dtype == np.int32
    assert received.tolist() == [65, 0, 65]
    assert fired.tolist() == [True, False, True]

"""What the drawings say: floorplan, bars, heat map, timeline, populations."""

from __future__ import annotations

import pytest
from fake_reports import fake_report, report_of

from litesnn.compiler.report import Report
from litesnn.compiler.report.numbers import count, level, percent, si, size, span, spans
from litesnn.compiler.report.panels.floorplan import FloorplanPanel
from litesnn.compiler.report.panels.populations import PopulationsPanel
from litesnn.compiler.report.panels.resources import Bar, ResourcesPanel
from litesnn.compiler.report.panels.timeline import TimelinePanel
from litesnn.compiler.report.panels.traffic import MOST_GROUPS, TrafficPanel
from litesnn.compiler.report.sections.mapping import ResourceEntry


@pytest.mark.parametrize("cores", [1, 5, 128, 512])
def test_every_core_is_drawn_once_on_its_chip(cores: int) -> None:
    plan = FloorplanPanel.of(report_of(cores=cores, populations=12))
    assert plan is not None
    assert sorted(core.index for chip in plan.chips for core in chip.cores) == list(range(cores))
    for chip in plan.chips:
        places = {(core.x, core.y) for core in chip.cores}
        assert len(places) == len(chip.cores)
        assert len(chip.cores) + chip.free.count("M") <= chip.places == 128
        assert all(x >= 0 and x + plan.core_size <= plan.width for x, _ in places)
        assert all(y >= 0 and y + plan.core_size <= plan.height for _, y in places)


@pytest.mark.parametrize(("cores", "routers"), [(1, 1), (5, 2), (128, 32), (512, 32)])
def test_the_drawing_is_of_the_part_of_the_mesh_that_is_used(cores: int, routers: int) -> None:
    plan = FloorplanPanel.of(report_of(cores=cores, populations=12))
    assert plan is not None
    assert len(plan.routers) == routers
    assert bool(plan.part) == (routers < 32)
    assert all(len(chip.cores) + chip.free.count("M") == 4 * routers for chip in plan.chips)


def test_what_a_resource_needs_is_said_in_whole_cores() -> None:
    def needs(bound: float | None) -> str:
        entry = ResourceEntry(limit=10, unit="words", max=1, mean=1, total=1)
        return Bar("words", entry, bound, binding=False).needs

    assert [needs(bound) for bound in (None, 0.0004, 0.0314, 1.0, 7.2)] == [
        "",
        "",
        "3 % of one core in all",
        "needs at least 1 core",
        "needs at least 8 cores",
    ]


def test_shade_is_the_fullest_resource_and_above_a_limit_is_its_own() -> None:
    report = fake_report(2, 3)
    mapping = report["mapping"]
    mapping["cores_detail"][0]["usage"] = {"neurons": 4096 * 0.35, "synapse_words": 16384 * 0.12}
    mapping["cores_detail"][1]["usage"] = {"neurons": 4097, "synapse_words": 0}
    plan = FloorplanPanel.of(Report.model_validate(report))
    assert plan is not None
    first, second = plan.chips[0].cores
    assert (first.shade, second.shade) == (3, 10)
    assert "Fullest: neurons, 35 % of its limit" in first.text


def test_a_mesh_nobody_knows_is_the_smallest_that_holds_all_cores() -> None:
    report = fake_report(9, 3)
    report["mapping"]["mesh"] = None
    plan = FloorplanPanel.of(Report.model_validate(report))
    assert plan is not None
    assert plan.chips[0].places == 3 * 1 * 4
    assert len(plan.routers) == 3


def test_bars_mark_the_resource_that_sets_the_bound() -> None:
    report = fake_report(10, 6)
    report["mapping"]["lower_bound"] = {"cores": 8, "by_resource": {"neurons": 7.2, "synapse_words": 2.0}}
    view = ResourcesPanel.of(Report.model_validate(report))
    assert view is not None
    assert (view.binding, view.excess) == ("neurons", 0.25)
    assert [bar.name for bar in view.bars if bar.binding] == ["neurons"]
    assert [bar.max_fraction for bar in view.bars] == sorted((bar.max_fraction for bar in view.bars), reverse=True)


@pytest.mark.parametrize(("cores", "populations"), [(5, 6), (41, 9), (128, 27), (512, 60), (512, 400)])
def test_heat_map_keeps_every_packet_and_stays_readable(cores: int, populations: int) -> None:
    report = report_of(cores=cores, populations=populations)
    view = TrafficPanel.of(report)
    assert view is not None
    assert view.heatmap is not None
    assert len(view.heatmap.groups) <= MOST_GROUPS
    assert view.heatmap.total == pytest.approx(sum(packets for *_, packets in report.mapping.placement.traffic))


def test_placements_are_compared_with_ours() -> None:
    view = TrafficPanel.of(report_of())
    assert view is not None
    assert [name for name, _ in view.strategies] == ["LiteSNN", "row-major", "random"]
    change = view.strategies[1][1][0].change
    assert change == pytest.approx(1 / 1.6 - 1)


def test_one_core_has_no_traffic_to_show() -> None:
    assert TrafficPanel.of(report_of(cores=1, populations=3)) is None


def test_no_traffic_draws_no_heat_map() -> None:
    report = fake_report(2, 3)
    report["mapping"]["placement"]["traffic"] = []
    view = TrafficPanel.of(Report.model_validate(report))
    assert view is not None
    assert view.heatmap is None


def test_samples_follow_each_other_without_gap_and_resets_stand_where_they_begin() -> None:
    report = fake_report(5, 6, timesteps=4)
    view = TimelinePanel.of(Report.model_validate(report))
    assert view is not None
    for line in view.lines:
        ends = [bar.x + bar.width for bar in line.intervals]
        assert [bar.x for bar in line.intervals[1:]] == pytest.approx(ends[:-1])
        if line.name != "input":
            assert {bar.x for bar in line.intervals} <= set(line.resets)
    readout = view.lines[-1].intervals[0]
    assert view.latency_x == pytest.approx(readout.x + readout.width)


def test_a_wait_ends_where_the_bar_it_waits_for_begins() -> None:
    report = fake_report(5, 8)
    view = TimelinePanel.of(Report.model_validate(report))
    assert view is not None
    starts = {line.y: line.intervals[0].x for line in view.lines}
    delays = [entry["delay"] for row in report["certificate"] for entry in row["inputs"] if entry["delay"]]
    assert [wait.delay for wait in view.waits] == delays
    for wait in view.waits:
        assert wait.x1 == pytest.approx(starts[wait.y1 // view.row * view.row])


def test_a_wrong_reset_is_drawn_where_it_happens() -> None:
    report = fake_report(5, 6, timesteps=4)
    report["certificate"][1]["reset_offset"] = (report["certificate"][1]["reset_offset"] + 1) % 4
    view = TimelinePanel.of(Report.model_validate(report))
    assert view is not None
    line = view.lines[2]
    assert not {bar.x for bar in line.intervals} & set(line.resets)


def test_populations_join_what_the_sections_know() -> None:
    report = fake_report(diverges=True)
    table = PopulationsPanel.of(Report.model_validate(report))
    row, entry = table.rows[1], report["populations"][1]
    assert row.mismatches == 37
    assert row.sparsity == pytest.approx(1 - entry["kept_weights"] / entry["genotype_weights"])
    assert row.spikes == pytest.approx(report["verification"]["spike_counts"]["exact"][row.entry.name] / 360)
    assert row.encoded is not None
    assert row.encoded.encoded_bits == report["encoding"]["populations"][row.entry.name]["encoded_bits"]
    assert table.rows[-1].spikes is None


def test_counts_come_from_engines_that_must_agree() -> None:
    verification = report_of(diverges=True).verification
    assert verification is not None
    assert sum(verification.mismatches.values()) == 37
    assert {row.mismatches for row in PopulationsPanel.of(report_of(broken=True)).rows} == {None}


def test_numbers_read_well() -> None:
    assert [count(v) for v in (None, 0, 1234567, -5, 12.34, 0.1234, 1234.5)] == [
        "–",
        "0",
        "1,234,567",
        "−5",
        "12.3",
        "0.123",
        "1,234",
    ]
    assert [size(v) for v in (None, 12, 8 * 1024, 8 * 1536 * 1024)] == ["–", "1.5 B", "1.0 KiB", "1.5 MiB"]
    assert (percent(0.1234), percent(0.975, 2), percent(None)) == ("12 %", "97.50 %", "–")
    assert [si(v, "J") for v in (2.5e-6, 0, None, 999.6e-9, 3e-18)] == [
        "2.5 µJ",
        "0 J",
        "not known (J)",
        "1 µJ",
        "0.003 fJ",
    ]
    assert (spans([5, 0, 1, 2]), spans([]), spans([3])) == ("0–2, 5", "", "3")
    assert (span(0, 3), span(4, 5), span(2, 2)) == ("0–2", "4", "")
    assert [level(f) for f in (-0.1, 0, 0.099, 0.1, 0.95, 1)] == [0, 0, 0, 1, 9, 9]

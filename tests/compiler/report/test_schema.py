"""Every report that is produced validates against the schema that is shipped, and the schema is not empty talk."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import jsonschema
import pytest
from fake_reports import fake_report
from random_networks import random_trained_genotype

import litesnn
from litesnn.base.errors import ProgramError
from litesnn.compiler.report import read_report, render_html, report_schema

VALIDATOR = jsonschema.Draft202012Validator(report_schema())


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(report_schema())


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("profile", ["loihi1", "loihi2"])
def test_reports_of_random_networks_validate_and_render(seed: int, profile: str) -> None:
    loaded = random_trained_genotype(seed)
    samples = litesnn.verification_samples(loaded.spec)
    result = litesnn.compile(loaded, profile, samples=samples, lava_samples=0)
    report = json.dumps(result.program.report.plain())
    VALIDATOR.validate(json.loads(report))
    assert read_report(report.encode()) == result.program.report
    page = render_html(result.program.report)
    assert page == render_html(read_report(report.encode()))
    assert all(population.name in page for population in result.program.report.populations)


@pytest.mark.parametrize("optional", [True, False])
@pytest.mark.parametrize("diverges", [True, False])
def test_optional_sections_validate(optional: bool, diverges: bool) -> None:
    VALIDATOR.validate(fake_report(130, 7, optional=optional, diverges=diverges))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("populations", 0, "shape"), [1, 2]),
        (("findings", 0, "severity"), "fatal"),
        (("mapping", "cores_detail", 0, "router"), [1]),
        (("encoding", "total", "encoded_bits"), "much"),
        (("costs", "energy", 0, "value"), "little"),
        (("verification", "mismatching_spikes"), -1),
        (("network", "weight"), 3),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_the_schema_refuses(path: tuple[str | int, ...], value: object) -> None:
    report = fake_report()
    place = report
    for part in path[:-1]:
        place = place[part]  # type: ignore[index]
    place[path[-1]] = value  # type: ignore[index]
    assert not VALIDATOR.is_valid(report)
    with pytest.raises(ProgramError, match="report.json: " + re.escape(".".join(map(str, path)))):
        read_report(json.dumps(report).encode())


def test_templates_are_found_in_the_package() -> None:
    assert (files("litesnn.compiler.report") / "templates" / "page.html.j2").is_file()

"""`litesnn check`: every finding, fixes that work, and nothing written."""

from pathlib import Path

from command_line import as_json, call, everything, json_of, ok, own_profile, refused
from written_genotypes import document, written


def test_check_takes_a_genotype_or_a_program(genotype: Path, program: Path) -> None:
    for path in (genotype, program):
        found = json_of("check", path)
        assert {"findings", "fidelity", "schedule", "certificate", "ranges", "profile"} <= set(found)
        codes = {finding["code"] for finding in found["findings"]}
        assert {"LSN-WEIGHT-EXP", "LSN-DELAY", "LSN-RANGE"} <= codes
    text = ok("check", genotype, "--certificate").stdout
    assert "fidelity against the float model" in text
    assert "certificate of arrival times" in text


def test_check_writes_nothing_and_exits_1_on_a_broken_rule(genotype: Path, program: Path, tmp_path: Path) -> None:
    tiny = own_profile(tmp_path, cores=1, neurons_per_core=4)
    before = everything(tmp_path)
    for path in (genotype, program):
        result = call("check", path, "--profile", tiny)
        assert result.exit_code == 1
        assert "LSN-CHIPS" in result.stdout
    assert everything(tmp_path) == before


def test_check_lists_all_findings_with_fixes_that_work(tmp_path: Path) -> None:
    """The fixes, followed by hand: a setting for one, and the genotype that `--fixed` writes for the rest."""
    path = written(document(), tmp_path, seed=3)
    narrow = ["--profile", "loihi2", "--set", "weight_bits=1,2", "--set", "cores=1", "--set", "neurons_per_core=20"]
    result = call("check", path, *narrow, "--json", "--fixed", tmp_path / "fixed.json")
    assert result.exit_code == 1
    found = as_json(result)
    broken = [finding for finding in found["findings"] if finding["severity"] == "error"]
    assert {finding["code"] for finding in broken} == {"LSN-WEIGHT-BITS", "LSN-CHIPS"}
    assert all(finding["headroom"] < 0 and finding["fix"].startswith("checked: ") for finding in broken)
    chips = next(finding for finding in broken if finding["code"] == "LSN-CHIPS")
    assert chips["remedies"][0]["command"].startswith("--set chips=")
    assert found["plan"]["passes"]
    settings = chips["remedies"][0]["command"].split()
    assert json_of("check", tmp_path / "fixed.json", *narrow, *settings)["plan"] is None


def test_check_without_fixes_is_quick_and_says_so(genotype: Path, tmp_path: Path) -> None:
    tiny = ["--set", "cores=1", "--set", "neurons_per_core=20"]
    for option in (["--no-fixes"], ["--fix-seconds", 0]):
        result = call("check", genotype, *tiny, "--json", *option)
        assert result.exit_code == 1
        found = as_json(result)
        assert found["plan"] is None
        assert all(not finding["remedies"] and not finding["tried"] for finding in found["findings"])
    refused(
        call("check", genotype, *tiny, "--no-fixes", "--fixed", tmp_path / "fixed.json"),
        "--fixed: needs fixes to be looked for",
    )
    assert not (tmp_path / "fixed.json").exists()


def test_check_shows_fixes_and_what_holds_with_all_of_them(genotype: Path) -> None:
    result = call("check", genotype, "--sign", "mixed", "--set", "weight_bits=1,2,3")
    assert result.exit_code == 1
    said = " ".join(result.stdout.split())
    assert "LSN-WEIGHT-BITS stem -1" in said
    assert "checked: store weights of both signs split by sign (--sign split)" in said
    assert "with these changes together every rule holds" in said
    ok("check", genotype, "--sign", "split", "--set", "weight_bits=1,2,3")


def test_a_program_is_checked_as_it_stands(program: Path) -> None:
    """Compiled for loihi2 with graded input: on loihi1 the check says what would run on the host."""
    found = json_of("check", program, "--profile", "loihi1")
    graded = next(finding for finding in found["findings"] if finding["code"] == "LSN-GRADED-INPUT")
    assert graded["severity"] == "warning"

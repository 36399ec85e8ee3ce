"""`litesnn info` and `litesnn profiles`: what files and chips hold."""

from pathlib import Path

from command_line import call, json_of, ok, own_profile, refused
from written_genotypes import parsed, resnet

from litesnn.compiler.genotype import save_genotype


def test_info_tells_what_a_genotype_and_a_program_hold(genotype: Path, program: Path, tmp_path: Path) -> None:
    assert "small" in ok("info", genotype).stdout
    assert json_of("info", genotype)["name"] == "small"
    assert "made by: litesnn-compile small --profile loihi2" in ok("info", program).stdout
    found = json_of("info", program)
    assert found["format"] == "litesnn.program"
    assert found["command"].startswith("litesnn-compile small --profile loihi2")
    save_genotype(parsed(resnet()), None, tmp_path / "untrained.json")
    assert json_of("info", tmp_path / "untrained.json")["name"] == "resnet"
    refused(call("info", tmp_path / "nothing.json"), "no such genotype file")


def test_profiles_are_listed_and_shown_with_their_sources(tmp_path: Path) -> None:
    assert {"loihi1", "loihi2"} <= set(json_of("profiles"))
    assert "loihi1" in ok("profiles").stdout
    found = json_of("profiles", "loihi2")
    assert {"value", "status", "source"} <= set(found["synapses"]["delay_max"])
    assert "delay_max" in ok("profiles", "loihi1").stdout
    assert json_of("profiles", own_profile(tmp_path, delay_max=9))["synapses"]["delay_max"]["value"] == 9


def test_profiles_say_what_every_figure_is_for(tmp_path: Path) -> None:
    uses = json_of("profiles", "loihi1")["uses"]
    assert uses["neuron.vth_bits"] == {"kind": "limit", "says": "LSN-VTH"}
    assert {uses["energy.hop_ns_pj"]["kind"], uses["chip.die_mm2"]["kind"]} == {"cost", "fact"}


def test_setting_a_fact_says_that_nothing_depends_on_it() -> None:
    found = ok("profiles", "loihi1", "--set", "die_mm2=30", "--set", "cores=120", "--json")
    (line,) = found.stderr.splitlines()
    assert line.startswith("warning: --set die_mm2: nothing depends on chip.die_mm2, it is kept as a fact (silicon")


def test_a_profile_may_build_on_another(tmp_path: Path) -> None:
    (tmp_path / "lab.toml").write_text('name = "lab"\nextends = "loihi1"')
    assert json_of("profiles", tmp_path / "lab.toml")["synapses"] == json_of("profiles", "loihi1")["synapses"]


def test_rules_are_listed_with_the_figures_that_set_their_limit() -> None:
    found = json_of("rules")
    assert found["LSN-VTH"]["figures"] == ["neuron.vth_bits", "neuron.vth_exp"]
    assert found["LSN-VTH"]["holds"] in ok("rules").stdout.replace("\n", " ")

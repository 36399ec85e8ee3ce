"""Spoken digits of speakers who were not heard in training: an example's network, trained once without each speaker.

    python benchmarks/unheard_speakers.py RECORDINGS -o OUT [--speakers theo ...] [--set NAME=VALUE ...]

RECORDINGS holds the Free Spoken Digit Dataset's `<digit>_<speaker>_<take>.wav`. Each training hears all takes of the other speakers, with
the settings in the example's record, and is tested once on all takes of the one, in the chip's integers. The clips are linked into
OUT/SPEAKER/{train,test}/DIGIT, a folder of one's own sounds. What is done is not repeated; a training that was stopped goes on.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from statistics import mean

from litesnn.compiler.genotype import TrainingRecord, load_genotype
from litesnn.search.settings.overrides import assigned, with_settings
from litesnn.search.training import TrainingSettings, train_genotype

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "audio"


def speakers_in(recordings: Path) -> dict[str, list[Path]]:
    """Speaker -> clips, by name."""
    found: dict[str, list[Path]] = {}
    for path in sorted(recordings.glob("*_*_*.wav")):
        found.setdefault(path.stem.split("_")[1], []).append(path)
    return found


def without(speaker: str, clips: Mapping[str, list[Path]], folder: Path) -> Path:
    """A folder whose test part is one speaker's."""
    for name, paths in clips.items():
        for path in paths:
            place = folder / speaker / ("test" if name == speaker else "train") / path.name[0] / path.name
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                place.symlink_to(path.resolve())
    return folder / speaker


def example_settings() -> TrainingSettings:
    """Those that the example was trained with."""
    record = load_genotype(EXAMPLE / "genotype.json").spec.training
    assert record is not None
    known = {field.name for field in fields(TrainingSettings)}
    return TrainingSettings(**{name: value for name, value in record.settings.items() if name in known})


def trained(data: Path, out: Path, settings: TrainingSettings) -> TrainingRecord:
    """The record of a training, made now or before."""
    if not out.exists():
        train_genotype(EXAMPLE / "untrained.json", data, out, settings, resume=True)
    record = load_genotype(out).spec.training
    assert record is not None
    return record


def main() -> None:
    """See the top of the file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recordings", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--speakers", nargs="*", help="all, if left out")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another training setting")
    options = parser.parse_args()
    clips = speakers_in(options.recordings)
    settings = with_settings(example_settings(), assigned(options.set, "epochs=10"))
    print("| speaker | clips | fixed point | floating point |\n|---|---|---|---|")
    reached = []
    for speaker in options.speakers or clips:
        data = without(speaker, clips, options.output)
        record = trained(data, options.output / f"{speaker}.json", settings)
        assert record.accuracy_fixed is not None
        reached.append(record.accuracy_fixed)
        print(
            f"| {speaker} | {record.test_samples} | {record.accuracy_fixed:.2%} | {record.accuracy_float:.2%} |",
            flush=True,
        )
    print(f"| mean | | {mean(reached):.2%} | |")


if __name__ == "__main__":
    main()

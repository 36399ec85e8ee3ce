"""Training a network with feedback on events: it learns, repeats, resumes, and its genotype feeds every engine the same spikes."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from interruptions import check_resumed_training
from recorded_events import write_nmnist

from litesnn.base.errors import DataError, GenotypeError, TrainingError
from litesnn.compiler.genotype import (
    BackwardEdgeSpec,
    CellSpec,
    EdgeSpec,
    EventFrames,
    Genotype,
    HeadSpec,
    InputSpec,
    LoadedGenotype,
    NodeSpec,
    StemSpec,
    load_genotype,
    parse_genotype,
    save_genotype,
)
from litesnn.jobs.testbench.genotype_samples import verification_samples
from litesnn.search.data import Dataset, load_dataset, load_for
from litesnn.search.model.reference import run_reference
from litesnn.search.training import TrainingSettings, train_genotype

SETTINGS = TrainingSettings(epochs=2, fixed_epochs=2, batch_size=16, optimizer="adam", lr=0.02, threads=1)
STEPS = 3


def noisy_bars(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Frames of spikes with a row (class 0) or a column (class 1) in a random place, and noise."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    x = (rng.random((count, STEPS, 1, 6, 6)) < 0.02).astype(np.uint8)
    for sample, label in zip(x, labels, strict=True):
        for frame, place in zip(sample, rng.integers(0, 6, STEPS), strict=True):
            frame[0, place if label == 0 else slice(None), slice(None) if label == 0 else place] = 1
    return x, labels.astype(np.int64)


def bars(train: int = 160) -> Dataset:
    how = EventFrames(frames=STEPS, polarity="merged")
    spec = InputSpec(shape=(1, 6, 6), encoding="spikes", preprocessing=how)
    return Dataset("noisy bars", *noisy_bars(train, 0), *noisy_bars(80, 1), num_classes=2, input_spec=spec)


def recurrent(folder: Path, norm: str = "node", encoding: str = "spikes") -> Path:
    """Feedback from the second node to the first, to itself, and to the stem."""
    nodes = (
        NodeSpec(inputs=(EdgeSpec(source="s1", op="conv3x3"),)),
        NodeSpec(inputs=(EdgeSpec(source="n0", op="conv3x3"), EdgeSpec(source="s1", op="skip"))),
    )
    backward = (
        BackwardEdgeSpec(source="n1", target="n0", op="conv3x3", bits=3, keep=0.5),
        BackwardEdgeSpec(source="n1", target="n1", op="conv1x1"),
        BackwardEdgeSpec(source="n0", target="input", op="maxpool3x3"),
    )
    genotype = Genotype(
        name="recurrent",
        input=InputSpec(shape=(1, 6, 6), encoding=encoding),
        timesteps=STEPS,
        norm=norm,
        stem=StemSpec(channels=4),
        cells=(CellSpec(channels=4, nodes=nodes, backward=backward, output="last"),),
        head=HeadSpec(classes=2, pool="none"),
    )
    save_genotype(genotype, None, folder / "recurrent.json")
    return folder / "recurrent.json"


@pytest.mark.parametrize("norm", ["node", "edge"])
def test_a_recurrent_network_learns_and_the_record_is_true(tmp_path: Path, norm: str) -> None:
    result = train_genotype(recurrent(tmp_path, norm), bars(), tmp_path / "out.json", replace(SETTINGS, epochs=6))
    assert result.history[-1].train_loss < 0.8 * result.history[0].train_loss
    assert result.record.accuracy_fixed is not None
    assert result.record.accuracy_fixed >= 0.75
    loaded = load_genotype(tmp_path / "out.json")
    assert loaded.spec.input.preprocessing == bars().input_spec.preprocessing
    mask = loaded.trained["cell0.backward0.mask"]
    assert int(mask.sum()) == mask.size // 2
    trace = run_reference(loaded, bars().x_test, "fixed", record=False)
    assert (trace.readout.argmax(1) == bars().y_test).mean() == pytest.approx(result.record.accuracy_fixed)
    without = replace(loaded, tensors={**loaded.trained, **_silent_feedback(loaded)})
    assert (run_reference(without, bars().x_test, "fixed", record=False).readout != trace.readout).any()


def _silent_feedback(loaded: LoadedGenotype) -> dict[str, np.ndarray]:
    return {n: np.zeros_like(v) for n, v in loaded.trained.items() if "backward" in n and n.endswith("mask")}


@pytest.mark.parametrize("stop", [1, 3])
def test_a_recurrent_training_repeats_and_resumes(tmp_path: Path, stop: int) -> None:
    check_resumed_training(recurrent(tmp_path), bars(64), replace(SETTINGS, shift=1), tmp_path, stop)


def test_what_training_used_is_what_verification_loads(tmp_path: Path) -> None:
    write_nmnist(tmp_path, copies=3)
    spec = load_genotype(recurrent(tmp_path)).spec
    changes = {"input": InputSpec(shape=(1, 9, 9), encoding="spikes"), "head": HeadSpec(classes=10)}
    save_genotype(spec.model_copy(update=changes), None, tmp_path / "ten.json")
    options = {"frames": 3, "downsample": 4, "polarity": "merged", "split": "time"}
    none = replace(SETTINGS, epochs=0, fixed_epochs=0, validation_fraction=0.34)
    train_genotype(
        tmp_path / "ten.json", "nmnist", tmp_path / "out.json", none, data_dir=tmp_path, preprocessing=options
    )
    trained = load_genotype(tmp_path / "out.json").spec
    assert trained.timesteps == 3
    assert trained.input.preprocessing == EventFrames.model_validate(options)
    expected = load_dataset("nmnist", tmp_path, trained.input.preprocessing)
    samples = verification_samples(trained, data_dir=tmp_path)
    np.testing.assert_array_equal(samples.inputs, expected.x_test)
    np.testing.assert_array_equal(samples.labels, expected.y_test)


def test_a_frame_per_step_is_the_default(tmp_path: Path) -> None:
    write_nmnist(tmp_path)
    spec = load_genotype(recurrent(tmp_path)).spec
    assert load_for(spec, "nmnist", tmp_path).x_test.shape == (10, STEPS, 2, 34, 34)


def test_what_does_not_fit_events_is_refused(tmp_path: Path) -> None:
    path, data = recurrent(tmp_path), bars()
    with pytest.raises(TrainingError, match="frames: found 0; Input should be greater than or equal to 1"):
        train_genotype(path, data, tmp_path / "o.json", preprocessing={"frames": 0})
    with pytest.raises(DataError, match=r"holds 3 frames per sample; found timesteps = 4"):
        train_genotype(path, data, tmp_path / "o.json", preprocessing={"frames": 4})
    images = Path(tmp_path / "images")
    images.mkdir()
    with pytest.raises(
        DataError, match="holds spikes; found a genotype with input encoding 'direct'; allowed: 'spikes'"
    ):
        train_genotype(recurrent(images, encoding="direct"), data, tmp_path / "o.json")
    with pytest.raises(TrainingError, match="split: found a genotype with input encoding 'direct'"):
        train_genotype(recurrent(images, encoding="direct"), data, tmp_path / "o.json", preprocessing={"split": "time"})
    document = load_genotype(path).spec.model_dump(mode="json", exclude_none=True)
    document["input"]["preprocessing"] = {"kind": "event_frames", "frames": 9}
    with pytest.raises(GenotypeError, match=r"input\.preprocessing\.frames is 9; allowed: timesteps \(3\)"):
        parse_genotype(json.dumps(document).encode(), "here")

"""`litesnn data PATH`: what a data set holds and how it would enter a network, before hours are spent."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from litesnn.commands.consoles import print_json, stdout_console
from litesnn.commands.exits import errors_to_exit
from litesnn.commands.options import JsonOption
from litesnn.commands.settings_options import NONE_GIVEN, Options, settings_options
from litesnn.search.settings.own_data import EventChoices, OwnData, SoundChoices


@settings_options(own=Options(OwnData), events=Options(EventChoices), sounds=Options(SoundChoices))
def data_command(
    dataset: Annotated[
        str,
        typer.Argument(
            metavar="DATASET",
            help="An .npz file, a folder of images, event recordings or sounds by class, package.module:function, tonic:NAME, torchvision:NAME, or "
            "a name that `litesnn train` knows.",
        ),
    ],
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder with the files of a data set that is given by name.")
    ] = None,
    own: Mapping[str, Any] = NONE_GIVEN,
    events: Mapping[str, Any] = NONE_GIVEN,
    sounds: Mapping[str, Any] = NONE_GIVEN,
    json_output: JsonOption = False,
) -> None:
    """Say what a data set holds: shapes, classes and their counts, ranges, the integers it would become, and what was left out.

    Everything is read and checked as `litesnn train` does it, with the same options; nothing is written.
    """
    with errors_to_exit():
        from litesnn.display.data import data_document, show_data
        from litesnn.search.data import load_dataset
        from litesnn.search.data.chosen import chosen_preprocessing
        from litesnn.search.data.summary import summary_of

        how = chosen_preprocessing(EventChoices(**events), SoundChoices(**sounds))
        summary = summary_of(load_dataset(dataset, data_dir, how, OwnData(**own)))
        if json_output:
            print_json(data_document(summary))
        else:
            show_data(stdout_console(), summary, shlex.quote(dataset))

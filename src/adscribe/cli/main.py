"""The commands, put together.

Exit status: 0 when all was read and answered, 3 when some input couldn't be read, 2 for wrong
usage or an unusable site file, model or version.
"""

from __future__ import annotations

import os
import sys

import typer

from adscribe.cli import attack, codebook, data, feedback, sensors, site, store
from adscribe.cli.classify import classify
from adscribe.cli.drift import drift, profile
from adscribe.cli.learning import evaluate, promote, train
from adscribe.cli.poll import poll
from adscribe.cli.reassess import reassess
from adscribe.cli.serve import serve
from adscribe.errors import AdscribeError

app = typer.Typer(
    name="adscribe",
    help="Read network anomaly events in their context: MITRE ATT&CK categories, or why none applies.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(classify)
app.command()(serve)
app.command()(reassess)
app.command(
    epilog="Example: adscribe poll --url https://ads.example --user reader --to http://127.0.0.1:8000"
)(poll)
app.command()(train)
app.command()(evaluate)
app.command()(promote)
app.command()(drift)
app.command()(profile)
app.add_typer(sensors.app, name="sensors")
app.add_typer(site.app, name="site")
app.add_typer(store.app, name="store")
app.add_typer(feedback.app, name="feedback")
app.add_typer(attack.app, name="attack")
app.add_typer(codebook.app, name="codebook")
app.add_typer(data.app, name="data")

_EXTRA = ("cleanlab", "matplotlib", "mlflow", "pandas", "pyarrow")


def main() -> None:
    """Run the command line."""
    try:
        app()
    except AdscribeError as wrong:
        typer.echo(f"adscribe: {wrong}", err=True)
        raise SystemExit(2) from None
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in _EXTRA:
            raise
        typer.echo(f"adscribe: this needs {missing.name}: pip install 'adscribe[train]'", err=True)
        raise SystemExit(2) from None
    except BrokenPipeError:
        # The reader of a pipe, such as `head`, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None

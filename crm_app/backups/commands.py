"""`crm backup` and `crm restore`: everything of this instance into one file, and out of it again."""

from pathlib import Path

import click

from crm_app.accounts.queries import forget_organisation
from crm_app.backups import BackupError, kept, making, manifest, restoring
from crm_app.backups.manifest import Manifest
from crm_app.backups.opening import opened
from crm_app.migrating import upgrade
from crm_app.search.commands import catch_up


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Take the place of FILE if it exists.")
def backup(file, replace):
    """Write everything of this instance into one file, while others work.

    That is the database as it stands at one instant, the uploads, and the key that signs sessions where it lies in the
    folder of the instance. Without FILE it goes into `backups/` of that folder. Keep it as private as the database.
    """
    path = file or kept.folder() / kept.new_name()
    if path.exists() and not replace:
        raise click.ClickException(f"{path} exists already. Choose another name, or say --replace.")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = making.write(path)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written ({error.strerror}).") from error
    click.echo(f"Wrote {path}: {_summary(about)}; {path.stat().st_size:,} bytes.")
    if all(part.name != manifest.KEY for part in about.parts):
        click.echo("SECRET_KEY is set outside the folder of the instance and is not in it: keep it elsewhere.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only read all of it, and say whether it is whole.")
def restore(file, check):
    """Put a backup back into an instance where nothing is yet, and bring it up to this version.

    Nothing is written before all of it was read and found to be what was backed up.
    """
    try:
        with opened(file) as found:
            found.verify()
            if check:
                click.echo(f"{file.name} is whole: {_summary(found.manifest)}. Nothing was written.")
                return
            restoring.expect_fitting(found.manifest)
            restoring.restore(found)
            about = found.manifest
    except BackupError as error:
        raise click.ClickException(f"{error} Nothing was restored.") from error
    except OSError as error:
        raise click.ClickException(
            f"A file cannot be read or written ({error.strerror}). Nothing was restored."
        ) from error
    upgrade()
    forget_organisation()
    catch_up()
    click.echo(f"Done: {_summary(about)}. Start Peyvand.")


def _summary(about: Manifest) -> str:
    made_at = f"{about.made_at:%Y-%m-%d %H:%M} UTC"
    return f"{about.organisation}, {about.database}, {len(about.uploads):,} uploads, as of {made_at}"

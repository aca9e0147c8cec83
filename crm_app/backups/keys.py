"""The key that signs sessions and jobs, where it lies in the folder of the instance and not in a setting."""

from pathlib import Path

from flask import current_app

from crm_app.backups import manifest


def path() -> Path:
    return Path(current_app.config["INSTANCE_PATH"]) / manifest.KEY


def is_in_folder() -> bool:
    """Whether the key in use is the one that lies there."""
    try:
        return path().read_text(encoding="ascii").strip() == current_app.config["SECRET_KEY"]
    except FileNotFoundError:
        return False

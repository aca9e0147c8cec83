"""The goals of a period, and the sheet on which targets are set."""

from flask import Blueprint

bp = Blueprint("goals", __name__, url_prefix="/goals")

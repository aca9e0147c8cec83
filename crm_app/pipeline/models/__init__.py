"""Pipelines and stages, deals, and the history that every figure is rebuilt from."""

from crm_app.pipeline.models.deals import IS_OPEN, Deal
from crm_app.pipeline.models.history import Closing, Stay
from crm_app.pipeline.models.keys import deal_keys
from crm_app.pipeline.models.stages import KINDS, Pipeline, Stage

__all__ = ["IS_OPEN", "KINDS", "Closing", "Deal", "Pipeline", "Stage", "Stay", "deal_keys"]

"""Stages by spark-submit."""

from __future__ import annotations

from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

from gradus_airflow.stage_operator import STAGE_FIELDS, StageOperator
from gradus_airflow.stage_run import MAIN, StageRun


class GradusSubmitOperator(StageOperator, SparkSubmitOperator):
    """Runs one stage by spark-submit; see ``StageArguments``, and ``StageRun`` for how it ends."""

    template_fields = (*SparkSubmitOperator.template_fields, *STAGE_FIELDS)

    def __init__(self, **arguments: Any) -> None:
        super().__init__(java_class=MAIN, **arguments)

    def prepare(self, run: StageRun) -> None:
        self.application_args = run.arguments
        self.conf = {**(self.conf or {}), **run.conf}

"""Compares temperatures from the ratings alone; a person chooses one; then the shards are written."""

import os
from pathlib import Path
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Param, task

from gradus_airflow import Pipeline, SparkSubmit, curriculum
from gradus_airflow.workspace import Workspace

CONFIGURATION = os.environ.get(
    "GRADUS_CONFIGURATION", str(Path(__file__).parents[2] / "conf" / "quickstart.conf")
)
CLUSTER = SparkSubmit(jar=os.environ.get("GRADUS_JAR", "/opt/gradus/gradus-jobs-assembly.jar"))

with DAG(
    dag_id="gradus_temperature_sweep",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["gradus"],
    doc_md=__doc__,
) as dag:
    sweep = curriculum(CONFIGURATION, CLUSTER, stages=("sweep",))

    @task(trigger_rule="none_failed")
    def compare() -> str:
        """The settings that no other beats, as a table."""
        found = Workspace(Pipeline.read(CONFIGURATION).workspace).newest("sweep", "sweep.json")
        rows = [
            "| temperature | mix | quotas | budget | quality | diversity |",
            "|---|---|---|---|---|---|",
        ]
        for setting in found["settings"]:
            if setting["front"] or setting["current"]:
                figures: dict[str, Any] = setting["figures"]
                rows.append(
                    f"| {setting['temperature']} | {setting['mix']} | {setting['quotas']} "
                    f"| {setting['budget']} | {figures['quality']:.3f} "
                    f"| {figures['diversity']:.3f} |"
                )
        return "\n".join(rows)

    approve = ApprovalOperator(
        task_id="approve",
        subject="Which temperature shall the curriculum have?",
        body="{{ ti.xcom_pull(task_ids='compare') }}",
        params={"temperature": Param(1.0, type="number", minimum=0)},
        # Rejected: nothing is packed, and nothing that would pack runs.
        ignore_downstream_trigger_rules=True,
    )

    pack = curriculum(
        CONFIGURATION,
        CLUSTER,
        stages=("pack", "report"),
        settings={
            "sample.method": "temperature",
            "sample.temperature": (
                "{{ ti.xcom_pull(task_ids='approve')['params_input']['temperature'] }}"
            ),
        },
    )

    sweep[-1] >> compare() >> approve >> pack[0]

"""Every Sunday: a curriculum from all that is rated, with shards, plan and report."""

import os
from pathlib import Path

from gradus_airflow import SparkSubmit, curriculum_dag

CONFIGURATION = os.environ.get(
    "GRADUS_CONFIGURATION", str(Path(__file__).parents[2] / "conf" / "quickstart.conf")
)

dag = curriculum_dag(
    CONFIGURATION,
    SparkSubmit(jar=os.environ.get("GRADUS_JAR", "/opt/gradus/gradus-jobs-assembly.jar")),
    dag_id="gradus_weekly_curriculum",
    schedule="0 3 * * 0",
    # A workspace is one run's at a time: give all DAGs of a workspace a pool with one slot.
    task_arguments={"pool": os.environ.get("GRADUS_POOL", "default_pool")},
)

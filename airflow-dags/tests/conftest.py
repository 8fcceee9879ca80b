"""Airflow in a folder of its own, before anything of it is imported."""

import json
import os
import tempfile
import warnings
from pathlib import Path

ROOT = Path(__file__).parents[1]

os.environ.update(
    {
        "AIRFLOW_HOME": tempfile.mkdtemp(prefix="gradus-airflow-"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "examples"),
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__CORE__AUTH_MANAGER": (
            "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"
        ),
        "AIRFLOW_CONN_SPARK_DEFAULT": json.dumps({"conn_type": "spark", "host": "local[2]"}),
    }
)
# Its loops of asyncio and clients of SQLite are Airflow's own.
warnings.simplefilter("default")

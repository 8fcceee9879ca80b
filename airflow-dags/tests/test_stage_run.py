import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import Asset, AssetAlias
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from gradus_airflow.stage_run import StageRun


class Events(dict[Any, Any]):
    """Stands for Airflow's outlet events."""

    def __missing__(self, outlet: Any) -> Any:
        added: list[Asset] = []
        self[outlet] = SimpleNamespace(extra={}, added=added, add=added.append)
        return self[outlet]


def context(params: dict[str, Any] | None = None, outlets: tuple[Any, ...] = ()) -> Any:
    instance = SimpleNamespace(
        dag_id="d", task_id="rate", run_id="manual__2026-01-01T00:00:00+00:00", map_index=-1,
        try_number=1,
    )
    return {
        "params": params or {},
        "ti": instance,
        "task": SimpleNamespace(outlets=outlets),
        "outlet_events": Events(),
    }


def run(folder: Path, given: Any = None, **fields: Any) -> StageRun:
    configuration = folder / "books.conf"
    configuration.write_text(f"pipeline.workspace = {folder / 'w'}")
    return StageRun(
        **{
            "context": given or context(),
            "stage": "rate",
            "configuration": str(configuration),
            "driver_configuration": "",
            "settings": {},
            "known": None,
            "workspace_conn_id": None,
            **fields,
        }
    )


def fail(folder: Path, exit_code: int, place: str = "failure.json", stage: str = "sample") -> None:
    file = folder / "w" / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"stage": stage, "exitCode": exit_code, "message": "too much"}))


def finish(folder: Path, output: str, time: str) -> None:
    file = folder / "w" / "rate" / output / "manifest.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    result = {"table": {"rows": 7, "tokens": 70, "folder": "x"}}
    file.write_text(json.dumps({"finished": time, "result": result}))


def test_settings_and_params_become_overrides(tmp_path: Path) -> None:
    given = context(
        {"temperature": 2.0, "tokens": None, "settings": {"order.shape": "shuffled", "x.y": True}}
    )
    arguments = run(tmp_path, given, settings={"sample.seed": 3}).arguments
    assert arguments == [
        "rate", str(tmp_path / "books.conf"),
        "--set", "sample.seed=3",
        "--set", "order.shape=shuffled",
        "--set", "x.y=true",
        "--set", "sample.temperature=2.0",
    ]  # fmt: skip


def test_the_driver_may_find_the_configuration_elsewhere(tmp_path: Path) -> None:
    arguments = run(tmp_path, driver_configuration="hdfs:///conf/books.conf").arguments
    assert arguments == ["rate", "hdfs:///conf/books.conf"]


def test_a_mistake_is_not_tried_again(tmp_path: Path) -> None:
    for exit_code in (2, 3):
        stage = run(tmp_path)
        with pytest.raises(AirflowFailException, match="^sample: too much$"), stage.outcome():
            fail(tmp_path, exit_code, f"submitted/{stage.submission}/failure.json")
            raise AirflowException("spark-submit ended with 1")


def test_a_defect_is_tried_again_with_gradus_message(tmp_path: Path) -> None:
    with pytest.raises(AirflowException, match="^sample: too much$") as raised:
        with run(tmp_path).outcome():
            fail(tmp_path, 1)
            raise AirflowException("spark-submit ended with 1")
    assert not isinstance(raised.value, AirflowFailException)


def test_a_failed_driver_fails_the_task_though_spark_submit_is_content(tmp_path: Path) -> None:
    with pytest.raises(AirflowFailException, match="^rate: too much$"):
        with run(tmp_path).outcome():
            fail(tmp_path, 2, stage="")


def test_an_earlier_failure_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    fail(tmp_path, 2)
    with pytest.raises(AirflowException, match="killed"), run(tmp_path).outcome():
        raise AirflowException("killed")
    with run(tmp_path).outcome():
        pass


def test_nothing_to_do_skips_the_task(tmp_path: Path) -> None:
    finish(tmp_path, "a", "1")
    stage = run(tmp_path, known={"a": "1"})
    with pytest.raises(AirflowSkipException, match="Nothing to do: rate is finished"):
        with stage.outcome():
            pass


def test_a_driver_that_leaves_nothing_has_failed(tmp_path: Path) -> None:
    with pytest.raises(AirflowException, match="neither an output nor a message in file:///"):
        with run(tmp_path, known={}).outcome():
            pass


def test_new_outputs_are_told_to_assets(tmp_path: Path) -> None:
    asset, alias = Asset(name="ratings", uri="file:///w/rate"), AssetAlias("any")
    given = context(outlets=(asset, alias))
    with run(tmp_path, given, known={"a": "1"}).outcome():
        finish(tmp_path, "a", "1")
        finish(tmp_path, "b", "2")
    events = given["outlet_events"]
    assert events[asset].extra == {"output": "b", "rows": 7, "tokens": 70}
    assert [added.uri for added in events[alias].added] == [f"file://{tmp_path}/w/rate"]


def test_an_output_made_again_counts(tmp_path: Path) -> None:
    finish(tmp_path, "a", "1")
    with run(tmp_path, known={"a": "1"}).outcome():
        finish(tmp_path, "a", "2")


def test_each_attempt_has_a_submission_of_its_own(tmp_path: Path) -> None:
    first = run(tmp_path)
    again = context()
    again["ti"].try_number = 2
    assert first.submission == "d_rate_manual__2026-01-01T00-00-00-00-00_-1_1"
    assert run(tmp_path, again).submission != first.submission

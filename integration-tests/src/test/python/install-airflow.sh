#!/usr/bin/env bash
# Installs Airflow with the providers that the DAGs use, and the schemas of Kubernetes, once, into a
# cache folder outside the build, and prints that folder: it holds bin/python and bin/airflow. When it
# is there already, it prints the folder and does nothing. The environment's variables are those of
# install-readers.sh; the providers want Python 3.11 or newer.
set -euo pipefail

requirements=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=install-airflow
instead=', or build without it: mvn verify -Dreaders=none'
# shellcheck source=../../../../jobs/src/main/python/environments.sh
source "$requirements/../../../../jobs/src/main/python/environments.sh"
[[ $version != 3.10 ]] ||
  fail "'$python' is Python 3.10; Airflow's providers want 3.11 to 3.13. Install one of these and" \
    "name it in GRADUS_PYTHON$instead"

airflow=$home/airflow-$(digest "$requirements/requirements-airflow.txt")
if complete "$airflow" "$airflow/bin/python"; then
  echo "$airflow"
  exit
fi

lock_environments
if ! complete "$airflow" "$airflow/bin/python"; then
  say "downloading Airflow 3.3.2, about 120 MB (420 MB on disk), once, into $airflow"
  rm -rf "$airflow"
  install "$airflow" "$requirements/requirements-airflow.txt"
  "$airflow/bin/python" -c 'import airflow.sdk, hocon, kubernetes_validate
from airflow.providers.apache.spark.operators import spark_submit
from airflow.providers.cncf.kubernetes.operators import spark_kubernetes' >&2 ||
    fail "Airflow is installed into $airflow, but does not load: see the message above"
  touch "$airflow/.complete"
fi
echo "$airflow"

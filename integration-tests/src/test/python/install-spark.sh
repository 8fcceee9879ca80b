#!/usr/bin/env bash
# Unpacks the Spark distribution that PyPI's pyspark contains, once, into a cache folder outside the
# build, and prints that folder, which is a SPARK_HOME. When it is there already, it prints the folder
# and does nothing. The environment's variables are those of install-readers.sh.
set -euo pipefail

requirements=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=install-spark
instead=', or build without it: mvn verify -Dreaders=none'
# shellcheck source=../../../../jobs/src/main/python/environments.sh
source "$requirements/../../../../jobs/src/main/python/environments.sh"

spark=$home/spark-$(digest "$requirements/requirements-spark.txt")
if [[ ! -f $spark/.complete ]]; then
  lock_environments
fi
if [[ ! -f $spark/.complete ]]; then
  say "downloading Spark 4.1.0, 455 MB (480 MB on disk), once, into $spark"
  rm -rf "$spark" "$spark.part"
  mkdir -p "$spark"
  "$python" -m venv "$spark.part" >&2 ||
    fail "'$python -m venv' failed (Debian, Ubuntu: apt install python3-venv)"
  "$spark.part/bin/python" -m pip download --disable-pip-version-check --no-cache-dir --quiet \
    --no-deps --no-binary=:all: --require-hashes -r "$requirements/requirements-spark.txt" \
    -d "$spark.part/download" >&2 ||
    fail "could not download $requirements/requirements-spark.txt: pip's own message stands above." \
      "If it is the network, run this again (pip heeds PIP_INDEX_URL and HTTPS_PROXY)$instead"
  tar -xzf "$spark.part"/download/pyspark-*.tar.gz --wildcards --strip-components=2 -C "$spark" \
    'pyspark-*/deps/bin' 'pyspark-*/deps/sbin' 'pyspark-*/deps/jars'
  chmod +x "$spark"/bin/* "$spark"/sbin/*
  rm -rf "$spark.part"
  touch "$spark/.complete"
fi
echo "$spark"

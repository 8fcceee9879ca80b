#!/usr/bin/env bash
# Tells Spark which GPUs this machine has (spark.executor.resource.gpu.discoveryScript), as
# {"name": "gpu", "addresses": ["0", "1"]}. Where the cluster isolates devices, these are the
# container's own.
set -euo pipefail

if command -v nvidia-smi > /dev/null; then
  addresses=$(nvidia-smi --query-gpu=index --format=csv,noheader)
else
  # Containers may have the devices without the program.
  addresses=$(find /dev -maxdepth 1 -name 'nvidia[0-9]*' 2> /dev/null | sed 's#/dev/nvidia##' | sort -n)
fi
if [ -z "$addresses" ]; then
  echo "gpus.sh: no GPU: nvidia-smi shows none, and there is no /dev/nvidia0" >&2
  exit 1
fi
# shellcheck disable=SC2086 # one number a line
printf '{"name": "gpu", "addresses": [%s]}\n' "$(printf '"%s", ' $addresses | sed 's/, $//')"

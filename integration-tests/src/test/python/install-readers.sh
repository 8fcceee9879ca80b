#!/usr/bin/env bash
# Installs the Python libraries that trainers read shards with, once, into a cache folder outside
# the build, and prints that folder: it holds streaming/bin/python and trainers/bin/python.
# When they are there already, it prints the folder and does nothing.
#
#   GRADUS_READERS_HOME   where to install; default ${XDG_CACHE_HOME:-~/.cache}/gradus/readers
#   GRADUS_PYTHON         which Python, 3.10 to 3.13; default python3
set -euo pipefail

requirements=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=install-readers
instead=', or build without the readers: mvn verify -Dreaders=none'
# shellcheck source=../../../../jobs/src/main/python/environments.sh
source "$requirements/../../../../jobs/src/main/python/environments.sh"

readers=$home/readers-$(digest "$torch_requirements" \
  "$requirements"/requirements-{streaming,trainers}.txt)
if complete "$readers" "$readers/streaming/bin/python" &&
  complete "$torch" "$torch/bin/python"; then
  echo "$readers"
  exit
fi

lock_environments
install_torch
if ! complete "$readers" "$readers/streaming/bin/python"; then
  say "downloading mosaicml-streaming, megatron-core, OLMo-core, datatrove, datasets and LitData," \
    "about 180 MB (0.8 GB on disk), once, into $readers"
  rm -rf "$readers"
  for name in streaming trainers; do
    install_with_torch "$readers/$name" "$requirements/requirements-$name.txt"
  done
  "$readers/streaming/bin/python" -W ignore -c 'import streaming' &&
    "$readers/trainers/bin/python" -W ignore -c 'import logging
logging.disable()  # a note that triton is not there
import datasets, litdata, olmo_core.data
from datatrove.utils.dataset import DatatroveFolderDataset
from megatron.core.datasets import gpt_dataset, helpers_cpp' ||
    fail "the libraries are installed into $readers, but do not load: see the message above"
  touch "$readers/.complete"
fi
echo "$readers"

#!/usr/bin/env bash
# Installs the Python libraries that trainers read shards with, once, into a cache folder outside
# the build, and prints that folder: it holds streaming/bin/python and
# megatron-datasets/bin/python. When they are there already, it prints the folder and does nothing.
#
#   GRADUS_READERS_HOME   where to install; default ${XDG_CACHE_HOME:-~/.cache}/gradus/readers
#   GRADUS_PYTHON         which Python, 3.10 to 3.13; default python3
set -euo pipefail

requirements=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${GRADUS_PYTHON:-python3}
home=${GRADUS_READERS_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/gradus/readers}
# The import at the end leaves byte code behind, which halves the start of every reader.
unset PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

say() { echo "install-readers: $*" >&2; }
fail() { say "$@"; exit 1; }

without_readers='or build without the readers: mvn verify -Dreaders=none'
[[ $(uname -s) == Linux ]] ||
  fail "megatron-core has no package for $(uname -s); run this on Linux, $without_readers"
command -v "$python" > /dev/null ||
  fail "no '$python' on the PATH. Install Python 3.10 to 3.13 (Debian, Ubuntu: apt install" \
    "python3 python3-venv), or name one in GRADUS_PYTHON, $without_readers"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') ||
  fail "'$python' does not run; name a Python 3.10 to 3.13 in GRADUS_PYTHON, $without_readers"
case $version in
  3.10 | 3.11 | 3.12 | 3.13) ;;
  *) fail "'$python' is Python $version; the readers have packages for 3.10 to 3.13. Install one" \
    "of these and name it in GRADUS_PYTHON, $without_readers" ;;
esac

# The digest names the folder, so changed requirements or another Python never meet old packages.
# PyTorch has a folder of its own: a change of the others does not download it again.
digest() { { echo "$version $(uname -m)"; cat "$@"; } | sha256sum | cut -c 1-16; }
torch=$home/torch-$(digest "$requirements/requirements-torch.txt")
readers=$home/readers-$(digest "$requirements"/requirements-{torch,streaming,megatron-datasets}.txt)

# An environment is complete when its marker is there, which is written last, and still runs, which
# it does not when the Python that it was made with has been removed.
complete() { [[ -f $1/.complete ]] && "$2" -c '' 2> /dev/null; }
if complete "$readers" "$readers/streaming/bin/python" &&
  complete "$torch" "$torch/bin/python"; then
  echo "$readers"
  exit
fi

# install FOLDER REQUIREMENTS: a new environment with exactly these packages.
install() {
  "$python" -m venv "$1" >&2 ||
    fail "'$python -m venv' failed (Debian, Ubuntu: apt install python3-venv)"
  # Wheels only, so that no compiler is needed; byte code only of what is imported. Of pip's output
  # the downloads of a megabyte and more are shown.
  "$1/bin/python" -m pip install --disable-pip-version-check --no-cache-dir --no-compile \
    --progress-bar off --no-deps --only-binary=:all: -r "$requirements/$2" |
    sed --unbuffered -n 's#^ *Downloading \(.*/\)\?\([^/ ]* ([0-9.]* MB)\)#  \2#p' >&2 ||
    fail "could not install $2 into $1: pip's own message stands above. If it is the network, run" \
      "this again (pip heeds PIP_INDEX_URL and HTTPS_PROXY), $without_readers"
}

# packages ENVIRONMENT: the folder of its packages.
packages() { "$1/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }

mkdir -p "$home" || fail "cannot create $home; name a writable folder in GRADUS_READERS_HOME"
exec 9> "$home/lock"
flock --nonblock 9 || { say "waiting for another install into $home"; flock 9; }

if ! complete "$torch" "$torch/bin/python"; then
  say "downloading PyTorch with its CUDA libraries, about 2.2 GB (3.5 GB on disk), once," \
    "into $torch"
  rm -rf "$torch"
  install "$torch" requirements-torch.txt
  touch "$torch/.complete"
fi
if ! complete "$readers" "$readers/streaming/bin/python"; then
  say "downloading mosaicml-streaming, megatron-core and datasets, about 140 MB (0.6 GB on disk)," \
    "once, into $readers"
  rm -rf "$readers"
  for name in streaming megatron-datasets; do
    install "$readers/$name" "requirements-$name.txt"
    # The path file appends PyTorch's packages to those of the environment, which win.
    packages "$torch" > "$(packages "$readers/$name")/torch.pth"
  done
  "$readers/streaming/bin/python" -W ignore -c 'import streaming' &&
    "$readers/megatron-datasets/bin/python" -W ignore -c 'import logging
logging.disable()  # a note that triton is not there
import datasets
from megatron.core.datasets import gpt_dataset, helpers_cpp' ||
    fail "the libraries are installed into $readers, but do not load: see the message above"
  touch "$readers/.complete"
fi
echo "$readers"

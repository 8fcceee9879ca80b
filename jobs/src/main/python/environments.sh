# Sourced by what installs Python libraries: environments in a cache folder outside the build. All of
# them share one PyTorch, which is large.
#
#   GRADUS_READERS_HOME   where to install; default ${XDG_CACHE_HOME:-~/.cache}/gradus/readers
#   GRADUS_PYTHON         which Python, 3.10 to 3.13; default python3
#
# Who sources this says what is to be done without these libraries in $instead, and names itself in
# $program.
# shellcheck shell=bash
python=${GRADUS_PYTHON:-python3}
home=${GRADUS_READERS_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/gradus/readers}
torch_requirements=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/requirements-torch.txt
# The imports at the end of an installation leave byte code behind, which halves every later start.
unset PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

say() { echo "$program: $*" >&2; }
fail() { say "$@"; exit "${failure:-1}"; }

[[ $(uname -s) == Linux ]] ||
  fail "there are no packages for $(uname -s); run this on Linux$instead"
command -v "$python" > /dev/null ||
  fail "no '$python' on the PATH. Install Python 3.10 to 3.13 (Debian, Ubuntu: apt install" \
    "python3 python3-venv), or name one in GRADUS_PYTHON$instead"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') ||
  fail "'$python' does not run; name a Python 3.10 to 3.13 in GRADUS_PYTHON$instead"
case $version in
  3.10 | 3.11 | 3.12 | 3.13) ;;
  *) fail "'$python' is Python $version; there are packages for 3.10 to 3.13. Install one" \
    "of these and name it in GRADUS_PYTHON$instead" ;;
esac

# digest FILE...: names a folder, so changed requirements or another Python never meet old packages.
digest() { { echo "$version $(uname -m)"; cat "$@"; } | sha256sum | cut -c 1-16; }

# complete FOLDER PYTHON: an environment is complete when its marker is there, which is written last,
# and still runs, which it does not when the Python that it was made with has been removed.
complete() { [[ -f $1/.complete ]] && "$2" -c '' 2> /dev/null; }

# PyTorch has a folder of its own: a change of the others does not download it again.
torch=$home/torch-$(digest "$torch_requirements")

# install FOLDER REQUIREMENTS: a new environment with exactly these packages.
install() {
  "$python" -m venv "$1" >&2 ||
    fail "'$python -m venv' failed (Debian, Ubuntu: apt install python3-venv)"
  # Wheels only, so that no compiler is needed; byte code only of what is imported. Of pip's output
  # the downloads of a megabyte and more are shown.
  "$1/bin/python" -m pip install --disable-pip-version-check --no-cache-dir --no-compile \
    --progress-bar off --no-deps --only-binary=:all: -r "$2" |
    sed --unbuffered -n 's#^ *Downloading \(.*/\)\?\([^/ ]* ([0-9.]* MB)\)#  \2#p' >&2 ||
    fail "could not install $2 into $1: pip's own message stands above. If it is the network, run" \
      "this again (pip heeds PIP_INDEX_URL and HTTPS_PROXY)$instead"
}

# packages ENVIRONMENT: the folder of its packages.
packages() { "$1/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }

# install_with_torch FOLDER REQUIREMENTS: as install, with PyTorch's packages appended to those of the
# environment, which win.
install_with_torch() {
  install "$1" "$2"
  packages "$torch" > "$(packages "$1")/torch.pth"
}

# Waits until no other process installs into the cache folder.
lock_environments() {
  mkdir -p "$home" || fail "cannot create $home; name a writable folder in GRADUS_READERS_HOME"
  exec 9> "$home/lock"
  flock --nonblock 9 || { say "waiting for another install into $home"; flock 9; }
}

# To be called under the lock.
install_torch() {
  complete "$torch" "$torch/bin/python" && return
  say "downloading PyTorch with its CUDA libraries, about 2.2 GB (3.5 GB on disk), once," \
    "into $torch"
  rm -rf "$torch"
  install "$torch" "$torch_requirements"
  touch "$torch/.complete"
}

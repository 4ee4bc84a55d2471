#!/bin/sh
# Makes .venv from requirements/dev.lock, with this checkout installed in place.
set -eu
python=${PYTHON:-python3}

fail() {
    echo "setup: $1" >&2
    exit 1
}

command -v "$python" >/dev/null || fail "no $python here. Install Python 3.11 or later, or say where it is: make setup PYTHON=/path/to/python3"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$python is $("$python" -V 2>&1); Regulars needs Python 3.11 or later. Say where one is: make setup PYTHON=/path/to/python3"

# Debian keeps venv's half (ensurepip) in a package of its own.
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "setup: $python has no venv; installing python3-venv with apt-get" >&2
    apt-get -qq -o DPkg::Lock::Timeout=300 update >/dev/null &&
        DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 install \
            --no-install-recommends python3-venv >/dev/null ||
        echo "setup: apt-get could not install python3-venv" >&2
fi

# An environment that was interrupted while it was made has no pip that runs.
.venv/bin/python -m pip --version >/dev/null 2>&1 || rm -rf .venv
if [ ! -d .venv ]; then
    if "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        "$python" -m venv .venv
    elif "$python" -m virtualenv --version >/dev/null 2>&1; then
        "$python" -m virtualenv -q .venv
    else
        fail "$python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv; elsewhere: $python -m pip install virtualenv. Then run make again."
    fi
fi

echo "setup: installing what requirements/dev.lock names into .venv (a minute or two the first time)" >&2
pip=".venv/bin/python -m pip --disable-pip-version-check install -q"
$pip --require-hashes -r requirements/dev.lock
$pip --no-deps --no-build-isolation -e .

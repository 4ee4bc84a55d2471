#!/bin/sh
# Sees to it that the browser tests find a Chromium. Never fails: without one those tests skip and say so.
set -u

found() {
    for name in chromium chromium-browser google-chrome; do
        "$name" --version >/dev/null 2>&1 && return 0
    done
    return 1
}

found && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "test: no Chromium here; installing Debian's for the browser tests" >&2
    apt-get -qq -o DPkg::Lock::Timeout=300 update >/dev/null &&
        DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 install \
            --no-install-recommends chromium >/dev/null
    found && exit 0
fi
echo "test: no Chromium here, so the browser tests will skip; install chromium to run them" >&2

#!/bin/sh
# Makes this checkout ready to run: programs and libraries of the system, then .venv with the pinned Python libraries.
# Quiet unless it fails; a second run takes well under a second. `./setup.sh tests` also sees to what the tests need: a browser, PostgreSQL.
set -eu
cd "$(dirname "$0")"

venv=.venv
lock=requirements-dev.lock
log=$venv/setup.log
mkdir -p "$venv"

say() { printf '%s\n' "$*" >&2; }

quietly() {
    printf '\n$ %s\n' "$*" >>"$log"
    "$@" >>"$log" 2>&1 </dev/null || {
        tail -n 40 "$log" >&2
        say "Cài đặt không thành công ở bước / setup failed at: $*"
        say "Toàn bộ nhật ký / the whole log: $log"
        exit 1
    }
}

# --- the system -------------------------------------------------------------------------------------------------

has() { command -v "$1" >/dev/null 2>&1; }
has_package() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
has_vietnamese() { has tesseract && tesseract --list-langs 2>/dev/null | grep -qx vie; }
has_browser() {
    [ -n "${CHROMIUM:-}" ] || has chromium || has chromium-browser || has google-chrome ||
        ls -d "$HOME"/.cache/ms-playwright/chromium* >/dev/null 2>&1
}

# The first Python on the PATH that the libraries are pinned for and that can make a virtual environment.
find_python() {
    for candidate in python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
        then
            printf '%s' "$candidate"
            return
        fi
    done
}

missing_from_debian() {
    [ -n "$(find_python)" ] || echo python3 python3-venv
    has_vietnamese || echo tesseract-ocr tesseract-ocr-vie
    # Fonts and text shaping for the specimens that are typeset here.
    for package in fonts-croscore libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0; do
        # Newer releases of Ubuntu rename a library for its ABI: libfoo0 becomes libfoo0t64.
        has_package "$package" || has_package "${package}t64" || echo "$package"
    done
    if [ "${1:-}" = tests ]; then
        ls -d /usr/lib/postgresql/*/bin >/dev/null 2>&1 || echo postgresql # a server that the tests start themselves
        has_package libatomic1 || echo libatomic1 # for the driver that playwright brings
        has_browser || ! grep -qx 'ID=debian' /etc/os-release || echo chromium
    fi
}

install_on_debian() {
    missing=$(missing_from_debian "${1:-}" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ]; then
        as_root=env
    elif has sudo; then
        as_root="sudo env"
        say "Cần quyền quản trị để cài / administrator rights are needed to install: $missing"
        sudo -v
    else
        say "Hãy nhờ quản trị viên cài / ask an administrator to install: apt-get install $missing"
        exit 1
    fi
    say "Đang cài các gói hệ thống / installing system packages: $missing"
    # shellcheck disable=SC2086  # lists of words
    quietly $as_root DEBIAN_FRONTEND=noninteractive apt-get update
    # shellcheck disable=SC2086
    quietly $as_root DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
    if [ -z "$(find_python)" ]; then # an older release, whose python3 is older than 3.11
        # shellcheck disable=SC2086
        quietly $as_root DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3.11 python3.11-venv
    fi
}

check_elsewhere() {
    hint=$1
    if [ -z "$(find_python)" ] || ! has_vietnamese; then
        say "Cần Python 3.11–3.13 và Tesseract có tiếng Việt (vie) / Python 3.11–3.13 and Tesseract with Vietnamese are needed."
        say "$hint"
        exit 1
    fi
}

if has apt-get && has dpkg-query; then
    install_on_debian "${1:-}"
elif [ "$(uname -s)" = Darwin ]; then
    check_elsewhere "brew install python@3.12 tesseract tesseract-lang pango"
else
    check_elsewhere "Hãy cài / install: python3 (3.11–3.13, venv), tesseract + vie, pango, harfbuzz, Croscore or Liberation fonts"
fi

# --- the Python libraries ---------------------------------------------------------------------------------------

# A checkout that was moved has scripts that point to the old place, hence $PWD.
stamp=$({ cat "$lock" pyproject.toml setup.sh; pwd; } | cksum)
if [ ! -x $venv/bin/python ] || [ "$(cat $venv/setup.stamp 2>/dev/null)" != "$stamp" ]; then
    say "Đang cài thư viện Python vào $venv / installing the Python libraries …"
    if ! $venv/bin/python -m ensurepip >>"$log" 2>&1; then # no environment yet, or its Python is gone
        rm -rf $venv/bin $venv/lib $venv/lib64 $venv/include $venv/pyvenv.cfg
        quietly "$(find_python)" -m venv "$venv"
    fi
    export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
    # The lock names every library, so nothing is left to resolve.
    quietly $venv/bin/python -m pip install --no-deps --require-hashes -r "$lock"
    quietly $venv/bin/python -m pip install --no-deps --no-build-isolation --no-index --editable .
    printf '%s' "$stamp" >$venv/setup.stamp
fi

# Where the system has no Chromium of its own to install, playwright brings one. Without any, the browser tests skip.
if [ "${1:-}" = tests ] && ! has_browser; then
    $venv/bin/python -m playwright install chromium >>"$log" 2>&1 ||
        say "Không có trình duyệt: bỏ qua các kiểm thử giao diện / no browser: tests of the pages will skip"
fi

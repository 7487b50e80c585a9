#!/usr/bin/env bash
# Sets up what is missing to run (or, with "dev", to test) FER Desktop in this checkout:
# a virtual environment in .venv, the package with its dependencies, and on Debian or Ubuntu the few
# system libraries that Qt and MediaPipe need. Does nothing, at once, when nothing is missing.
#
#   packaging/set_up.sh [run|dev]        PYTHON=python3.12 packaging/set_up.sh
set -euo pipefail
cd "$(dirname "$0")/.."

extras=${1:-run}
venv=.venv
constraints=packaging/constraints.txt

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

inputs=$(cat pyproject.toml "$constraints" packaging/set_up.sh | cksum | tr ' ' -)
for level in "$extras" dev; do # what is set up for development can also run
    if [ -e "$venv/.set-up-$level-$inputs" ]; then exit 0; fi
done

# --- Python -----------------------------------------------------------------------------------
fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }
python=""
for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
    if [ -n "$candidate" ] && fits "$candidate"; then python=$candidate; break; fi
done
[ -n "$python" ] || fail "Python 3.11, 3.12 or 3.13 is needed. Install one, or name it: make run PYTHON=/path/to/python3.11"

# --- System libraries (Debian, Ubuntu) ----------------------------------------------------------
missing=()
need() { # need LIBRARY PACKAGE
    case $libraries in *"$1"*) ;; *) missing+=("$2") ;; esac
}
if command -v apt-get >/dev/null 2>&1; then
    libraries=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p)
    need libEGL.so.1 libegl1
    need libGL.so.1 libgl1
    need libGLESv2.so.2 libgles2
    need libdbus-1.so.3 libdbus-1-3
    need libfontconfig.so.1 libfontconfig1
    need libglib-2.0.so.0 libglib2.0-0
    need libxkbcommon.so.0 libxkbcommon0
    need libxkbcommon-x11.so.0 libxkbcommon-x11-0
    need libxcb-cursor.so.0 libxcb-cursor0
    need libxcb-icccm.so.4 libxcb-icccm4
    need libxcb-image.so.0 libxcb-image0
    need libxcb-keysyms.so.1 libxcb-keysyms1
    need libxcb-randr.so.0 libxcb-randr0
    need libxcb-render-util.so.0 libxcb-render-util0
    need libxcb-shape.so.0 libxcb-shape0
    need libxcb-xinerama.so.0 libxcb-xinerama0
    need libxcb-xkb.so.1 libxcb-xkb1
    if [ -z "$(find /usr/share/fonts /usr/local/share/fonts -name '*.[to]tf' -print -quit 2>/dev/null)" ]; then
        missing+=(fonts-dejavu-core)
    fi
    if [ "$extras" = dev ] && ! command -v strace >/dev/null 2>&1; then
        missing+=(strace) # watches in the tests that nothing leaves the computer
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then missing+=(python3-venv); fi
fi
if [ ${#missing[@]} -gt 0 ]; then
    command="apt-get install -y --no-install-recommends ${missing[*]}"
    say "Missing system packages: ${missing[*]}"
    if [ "$(id -u)" = 0 ]; then
        (apt-get update -q && DEBIAN_FRONTEND=noninteractive $command) >&2 || fail "Please run: $command"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        (sudo -n apt-get update -q && sudo -n env DEBIAN_FRONTEND=noninteractive $command) >&2 ||
            fail "Please run: sudo $command"
    else
        fail "Please run once: sudo $command"
    fi
fi

# --- Virtual environment ------------------------------------------------------------------------
if ! fits "$venv/bin/python"; then
    say "Creating $venv with $($python --version)"
    "$python" -m venv --clear "$venv" || fail "The virtual environment cannot be created: see the lines above."
fi
say "Installing FER Desktop and its dependencies into $venv (about a minute and 3.3 GB, once)"
target=.
if [ "$extras" = dev ]; then target='.[dev]'; fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --constraint "$constraints" --editable "$target" ||
    fail "The installation failed: see the lines above. Running the same command again goes on from here."
rm -f "$venv"/.set-up-*
touch "$venv/.set-up-$extras-$inputs"

#!/usr/bin/env bash
# mmdebstrap hook: setup/stand_ins/customize_python.sh ROOT makes a Debian root look like the
# official Python image: `python` and `pip` exist, pip may install into the system, and no Python
# package there belongs to Debian's package manager, which pip could not replace.
set -euo pipefail

cd "$1"
ln -s python3 usr/bin/python
rm -f usr/lib/python3*/EXTERNALLY-MANAGED

wheel="$(echo usr/share/python-wheels/pip-*.whl)"
chroot . python3 "/$wheel/pip" install --quiet --root-user-action ignore \
    --no-index --find-links /usr/share/python-wheels pip

rm -rf usr/share/doc/* usr/share/locale/* usr/share/man/* usr/share/python-wheels

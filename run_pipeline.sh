#!/usr/bin/env bash
# Data -> train -> validate -> bundle -> MLflow. Works from any folder and from a bare clone.
#
#   ./run_pipeline.sh [--dataset FOLDER] [--set KEY=VALUE ...] [--tracking-uri URL]
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=setup/lib.sh
source "$here/setup/lib.sh"

"$here/setup/venv.sh"

# -P: a folder named `training` where the caller stands must not be taken for ours.
export PYTHONPATH="$here"
"$here/.venv/bin/python" -P -m training "$@"
"$here/.venv/bin/python" -P "$here/setup/freshness.py" record "$@"

"""``python -m app.check FOLDER``: whether the API would serve the bundle in a folder.

Exit code 3 when not; one line on stderr says why.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app.bundle import BundleError, verify
from app.house import house_model, max_body_bytes
from app.predictor import Predictor

CANNOT_SERVE = 3


def main() -> int:
    try:
        bundle = verify(Path(sys.argv[1]))
        Predictor(bundle)
    except BundleError as error:
        print(error, file=sys.stderr)
        return CANNOT_SERVE
    house_model(bundle.contract)
    max_body_bytes(bundle.contract)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""``python -m app``: verifies the bundle, then serves it.

Exit codes: 3 when there is nothing that may be served (one line on stderr says why) or the port
cannot be opened; otherwise uvicorn's.
"""

from __future__ import annotations

import logging
import sys

from pydantic import ValidationError

from app import logs
from app.bundle import BundleError, verify
from app.logs import FIELDS
from app.main import create_app
from app.server import serve
from app.service import Service
from app.settings import Settings

CANNOT_START = 3
INTERRUPTED = 130
log = logging.getLogger("app")


def main() -> int:
    try:
        settings = Settings()
        logs.configure(settings.log_level)
        bundle = verify(settings.bundle_dir)
        service = Service(bundle, settings)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = "_".join(map(str, first["loc"])).upper()
        print(f"environment variable {name}: {first['msg']}", file=sys.stderr)
        return CANNOT_START
    except BundleError as error:
        print(error, file=sys.stderr)
        return CANNOT_START
    manifest = bundle.manifest
    fields = {
        "dataset": manifest.dataset,
        "model_version": manifest.mlflow.model_version,
        "run_id": manifest.mlflow.run_id,
        "golden_rows": len(bundle.golden.rows),
    }
    log.info("bundle verified, golden rows reproduced", extra={FIELDS: fields})
    try:
        serve(create_app(service), service, settings.listen_on, settings.port)
    except KeyboardInterrupt:  # uvicorn has stopped in order and passes Ctrl-C on
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())

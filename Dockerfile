# The API image: the API, one trained bundle, and what serving imports. No training code.
# Layers that rarely change come first, so that a new model costs one small layer.
# The tag fixes Python's minor version and leaves its fixes open. A digest would fix those too, but
# the stand-in that is built where no registry can be reached has none.
FROM python:3.13-slim

WORKDIR /srv
COPY requirements/api.txt requirements/
RUN pip install --no-cache-dir --require-hashes --requirement requirements/api.txt

# Owned by the user that runs, because a checkout's own file modes may deny everyone else.
COPY --chown=10001:10001 app/ app/
RUN python -m compileall -q app

# The wildcard lets the build get as far as the message when there is no bundle yet.
COPY --chown=10001:10001 artifacts*/bundle* artifacts/bundle/
RUN test -f artifacts/bundle/manifest.json \
    || { echo "No trained model: run ./run_pipeline.sh (or make up) first" >&2; exit 1; }

ENV BUNDLE_DIR=/srv/artifacts/bundle HOME=/tmp PYTHONUNBUFFERED=1
USER 10001:10001
EXPOSE 8000
CMD ["python", "-m", "app"]

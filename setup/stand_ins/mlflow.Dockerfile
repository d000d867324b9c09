# Stand-in for MLflow's published image; built by setup/stand_ins/mlflow.sh only. Like the original
# it has no user, no entrypoint and no curl.
ARG BASE
FROM ${BASE}
COPY mlflow.txt /tmp/
RUN pip install --no-cache-dir --require-hashes --requirement /tmp/mlflow.txt

"""The prediction API: serves a verified bundle over HTTP. It knows nothing about training."""

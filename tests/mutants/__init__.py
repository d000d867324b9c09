"""Seeded breakages, each with the check of the gate that must notice it: ``make mutants``.

A mutant is a file ``<name>.patch``: a few lines that say what it is, and a patch in git's format
that is applied to a copy of the project::

    Breaks: an API that answers a constant
    Check: prediction.golden
    Says: differ
    Prepare: ./run_pipeline.sh --set folds=3

``Check`` names one check, or several with commas between them, which must all go red, each with
the words of ``Says`` in its message. They name the cause, so that no other fault and no busy
machine says them; where each check has words of its own, `` | `` stands between them. A red check
of another group is told as one, and the mutant is not caught. What the gate says of itself is no
check: there ``Check`` is pytest's name of a test in ``tests/unit/harness``.
``Prepare``, which may be left out, is a shell command that runs in the copy after the patch; with
it, the patch may be empty.
"""

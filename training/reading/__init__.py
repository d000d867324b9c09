"""From a CSV file to values that a model can learn: what is not certain is asked, never guessed."""

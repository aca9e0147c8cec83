"""The forms of the pipeline, one class for each thing that people do."""

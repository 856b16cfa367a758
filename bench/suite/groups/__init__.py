"""What is measured: one file each, with a function `run(suite)`."""

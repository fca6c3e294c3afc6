"""The applications: what is built on the components and nothing below imports."""

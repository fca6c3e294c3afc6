"""A page to try the package on, and an API, over HTTP. Needs the extra `serve`."""

"""The endpoints under ``/v1``, a module for each kind of object."""

# ruff: noqa: A005 - a room of the tests, named as the room of the package

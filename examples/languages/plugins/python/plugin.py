"""A plugin in Python. Files and variables are those of its standard library."""

import os

from componentize_py_types import Err
from wit_world import exports


class Lifecycle(exports.Lifecycle):
    def init(self, config: str) -> None:
        pass

    def shutdown(self) -> None:
        pass


def greet(name: str) -> str:
    return f"hello from Python, {name}"


def read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path: str, text: str) -> str:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return "written"


def env(name: str) -> str:
    return os.environ[name]


COMMANDS = {"greet": greet, "read": read, "write": write, "env": env}


class Commands(exports.Commands):
    def run(self, name: str, args: list[str]) -> str:
        try:
            return COMMANDS[name](*args)
        except Exception as error:
            raise Err(f"{type(error).__name__}: {error}") from error

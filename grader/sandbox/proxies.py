"""What a student's names are outside: callables, objects and opaque values that stay in the sandbox."""

import inspect
import keyword
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from grader.sandbox.session import Session


PARAMETERS = 64


class StudentError(Exception):
    """An exception of the student's code that is no builtin one; the message names its type."""


class Stopped(Exception):
    """The student's process is stopped; `status` is the word, the message the sentence.

    `function` and `arguments` say where, when it happened during a call: the name and what it was called
    with.
    """

    def __init__(self, status: str, sentence: str, function: str = "", arguments: tuple = ()):
        super().__init__(sentence)
        self.status, self.function, self.arguments = status, function, arguments

    def again(self) -> "Stopped":
        """Make a fresh exception that tells the same."""
        return Stopped(self.status, str(self), self.function, self.arguments)


class Said(NamedTuple):
    """What calls printed and warned of, bounded."""

    stdout: str = ""
    warnings: tuple[str, ...] = ()
    stderr: str = ""


class NotKept:
    """Stands for a value that stayed inside and was dropped there at once (`many` with `keep=False`)."""

    def __repr__(self) -> str:
        return "<a value that was not kept>"

    def __bool__(self) -> bool:
        return False


NOT_KEPT = NotKept()


class Reference:
    """A value that stays in the sandbox; it can be passed back as an argument."""

    def __init__(self, session: "Session", number: int, type_name: str):
        self._session, self._number, self._type_name = session, number, type_name

    def __repr__(self) -> str:
        return f"<a value that stays in the sandbox: {self._type_name}>"

    def __del__(self) -> None:
        self._session.release(self._number)


class Instance(Reference):
    """An object of a student's class: public attributes are read, called and set from outside."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(
                f"{name} of a student's object cannot be reached: it starts with an underscore"
            )
        return self._session.attribute(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            super().__setattr__(name, value)
        else:
            self._session.assign(self, name, value)


class Proxy(Instance):
    """A student's function, method or class; calling it runs the call inside and brings the result out.

    Arrays changed in place are written back to the caller's arrays where shape and dtype agree.
    """

    def __init__(self, session: "Session", number: int, type_name: str, name: str):
        super().__init__(session, number, type_name)
        self.__dict__["__name__"] = self.__dict__["__qualname__"] = name

    def has_parameters(self, parameters: Any) -> None:
        """Take the parameters that were told unasked."""
        self._signature = signature_or_any(parameters)

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self._session.call(self, args, named)

    def many(self, calls: Sequence[tuple], keep: bool = True) -> list:
        """Call it once for each tuple of arguments, in one round trip, and list the results.

        The calls work on copies: nothing is written back. With `keep=False` parts of results that are not
        plain data are dropped inside at once. The first exception ends the batch and is raised.
        """
        return self._session.many(self, list(calls), keep)

    def first(self, count: int) -> "First":
        """The same function, but of a tuple or list of results only the first `count` come out.

        The others stay inside, as references; a negative count leaves so many of the last ones inside.
        """
        return First(self, count)

    @property
    def __signature__(self) -> inspect.Signature:
        if "_signature" not in self.__dict__:
            self._signature = self._session.signature(self)
        return self._signature

    @property
    def last_said(self) -> Said:
        """What the last call printed and warned of."""
        return self._session.last_said

    def __repr__(self) -> str:
        return f"<the student's {self.__name__}>"


class First:
    """A student's function whose further results stay inside; called, and called `many` times, as the function is."""

    def __init__(self, proxy: Proxy, count: int):
        self._proxy, self._count = proxy, count

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self._proxy._session.call(self._proxy, args, named, self._count)

    def many(self, calls: Sequence[tuple], keep: bool = True) -> list:
        """Call it once for each tuple of arguments, as `Proxy.many` does."""
        return self._proxy._session.many(self._proxy, list(calls), keep, self._count)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._proxy, name)


class Names(Mapping[str, Any]):
    """The student's names: plain values as they are, callables as proxies; asked anew each time."""

    def __init__(self, session: "Session"):
        self._session = session

    def __getitem__(self, name: str) -> Any:
        return self._session.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._session.list_names())

    def __len__(self) -> int:
        return len(self._session.list_names())

    def __contains__(self, name: object) -> bool:
        return name in self._session.list_names()


def signature_or_any(parameters: Any) -> inspect.Signature:
    """Build a signature from untrusted parameters; any arguments at all when they make none."""
    try:
        return signature_of(parameters[:PARAMETERS])
    except (ValueError, TypeError):
        return inspect.signature(lambda *args, **kwargs: None)


def is_name(text: str) -> bool:
    """Say whether an untrusted text may stand as the name of something."""
    return len(text) <= 80 and text.isascii() and text.isidentifier() and not keyword.iskeyword(text)


def signature_of(parameters: Sequence[Any]) -> inspect.Signature:
    """Build a signature from untrusted parameters (name, kind, has a default, default).

    Raises ValueError when they make no signature.
    """
    result = []
    for name, kind, has_default, default in parameters:
        if not (type(name) is str and is_name(name) and type(kind) is int and 0 <= kind <= 4):
            raise ValueError("no parameter has such a name or kind")
        plain = default is None or type(default) in (bool, int, float, str)
        shown = (default if plain else ...) if has_default is True else inspect.Parameter.empty
        result.append(inspect.Parameter(name, list(inspect._ParameterKind)[kind], default=shown))
    return inspect.Signature(result)

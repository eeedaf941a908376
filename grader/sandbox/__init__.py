"""The wall between the grader and what students wrote.

    with Sandbox(Limits()) as sandbox, sandbox.session() as session:
        result = session.run_cell(source, name="rnn_step_forward")
        rnn_step_forward = session.names()["rnn_step_forward"]
        next_h, cache = rnn_step_forward(x, prev_h, Wx, Wh, b)

The cell and the call run in a process without network, files or neighbours; outside, the name is a proxy,
and what comes back is decoded by `wire.Decoder` and nothing else. The format is in docs/protocol.md.
"""

from grader.sandbox.limits import Limits
from grader.sandbox.probe import Finding, probe
from grader.sandbox.proxies import First, Instance, Names, Proxy, Reference, Said, Stopped, StudentError
from grader.sandbox.session import STATUS, CellResult, Failure, Session
from grader.sandbox.unavailable import Unavailable
from grader.sandbox.wire import ProtocolError
from grader.sandbox.worker import DRAW, Sandbox

__all__ = [
    "DRAW",
    "STATUS",
    "CellResult",
    "Failure",
    "Finding",
    "First",
    "Instance",
    "Limits",
    "Names",
    "ProtocolError",
    "Proxy",
    "Reference",
    "Said",
    "Sandbox",
    "Session",
    "Stopped",
    "StudentError",
    "Unavailable",
    "probe",
]

"""What one submission may use."""

from dataclasses import dataclass

MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds of one submission; each ends in a status word of its own (see `grader.sandbox.STATUS`).

    Times are wall seconds except `cpu_seconds`, the processor seconds of all processes of one submission
    together. `memory` is what they occupy together, files in memory included. `reply_bytes` bounds one
    message that comes out.
    """

    call_seconds: float = 10
    cell_seconds: float = 30
    submission_seconds: float = 300
    cpu_seconds: float = 300
    memory: int = 2048 * MB
    processes: int = 64
    file_bytes: int = 64 * MB
    space_bytes: int = 128 * MB
    files: int = 20_000
    output_bytes: int = 1 * MB
    figure_bytes: int = 8 * MB
    reply_bytes: int = 32 * MB
    helper_calls: int = 10_000
    helper_depth: int = 4

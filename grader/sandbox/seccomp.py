"""The system calls a student's process may not make, as a filter program for the kernel.

A deny list: it names what opens a way around the other walls (other namespaces, memory that no limit counts,
other processes' memory, kernel machinery a course has no use for), and refuses every call newer than the
list. Numbers: the kernel's tables arch/x86/entry/syscalls/syscall_64.tbl and
include/uapi/asm-generic/unistd.h.
"""

import errno
import platform
import struct

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT, SECOND_ARGUMENT = 0, 4, 16, 24  # offsets in struct seccomp_data
NEW_NAMESPACES = 0x7E020080  # every CLONE_NEW… flag
FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6: all empty in a new network namespace
TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
NEWEST = 451  # cachestat; later calls are refused as unknown

X86_64 = {
    "acct": 163, "add_key": 248, "adjtimex": 159, "bpf": 321, "chroot": 161, "clock_adjtime": 305,
    "clock_settime": 227, "delete_module": 176, "fanotify_init": 300, "finit_module": 313,
    "get_mempolicy": 239, "init_module": 175, "io_setup": 206, "ioperm": 173, "iopl": 172, "kcmp": 312,
    "kexec_file_load": 320, "kexec_load": 246, "keyctl": 250, "lookup_dcookie": 212, "mbind": 237,
    "memfd_create": 319, "migrate_pages": 256, "modify_ldt": 154, "mount": 165, "move_pages": 279,
    "mq_open": 240, "msgget": 68, "name_to_handle_at": 303, "nfsservctl": 180, "open_by_handle_at": 304,
    "perf_event_open": 298, "personality": 135, "pivot_root": 155, "process_vm_readv": 310,
    "process_vm_writev": 311, "ptrace": 101, "quotactl": 179, "reboot": 169, "request_key": 249,
    "sched_setaffinity": 203, "semget": 64, "set_mempolicy": 238, "setdomainname": 171,
    "sethostname": 170, "setns": 308, "settimeofday": 164, "shmat": 30, "shmget": 29, "swapoff": 168,
    "swapon": 167, "sysfs": 139, "syslog": 103, "umount2": 166, "unshare": 272, "uselib": 134,
    "userfaultfd": 323, "ustat": 136, "vhangup": 153, "vmsplice": 278,
}  # fmt: skip
AARCH64 = {
    "acct": 89, "add_key": 217, "adjtimex": 171, "bpf": 280, "chroot": 51, "clock_adjtime": 266,
    "clock_settime": 112, "delete_module": 106, "fanotify_init": 262, "finit_module": 273,
    "get_mempolicy": 236, "init_module": 105, "io_setup": 0, "kcmp": 272, "kexec_file_load": 294,
    "kexec_load": 104, "keyctl": 219, "lookup_dcookie": 18, "mbind": 235, "memfd_create": 279,
    "migrate_pages": 238, "mount": 40, "move_pages": 239, "mq_open": 180, "msgget": 186,
    "name_to_handle_at": 264, "nfsservctl": 42, "open_by_handle_at": 265, "perf_event_open": 241,
    "personality": 92, "pivot_root": 41, "process_vm_readv": 270, "process_vm_writev": 271,
    "ptrace": 117, "quotactl": 60, "reboot": 142, "request_key": 218, "sched_setaffinity": 122,
    "semget": 190, "set_mempolicy": 237, "setdomainname": 162, "sethostname": 161, "setns": 268,
    "settimeofday": 170, "shmat": 196, "shmget": 194, "swapoff": 225, "swapon": 224, "syslog": 116,
    "umount2": 39, "unshare": 97, "userfaultfd": 282, "vhangup": 58, "vmsplice": 75,
}  # fmt: skip
COMMON = {
    "fsconfig": 431, "fsmount": 432, "fsopen": 430, "fspick": 433, "io_uring_enter": 426,
    "io_uring_register": 427, "io_uring_setup": 425, "memfd_secret": 447, "mount_setattr": 442,
    "move_mount": 429, "open_tree": 428, "pidfd_getfd": 438, "process_madvise": 440,
    "process_mrelease": 448, "quotactl_fd": 443, "set_mempolicy_home_node": 450,
}  # fmt: skip
MACHINES = {
    "x86_64": (0xC000003E, X86_64, {"socket": 41, "socketpair": 53, "clone": 56, "ioctl": 16}),
    "aarch64": (0xC00000B7, AARCH64, {"socket": 198, "socketpair": 199, "clone": 220, "ioctl": 29}),
}
CLONE3 = 435

Instruction = tuple[int, int, int, int]


def program(machine: str | None = None) -> bytes:
    """Assemble the filter for this kind of processor.

    Raises NotImplementedError on one it has no table for.
    """
    machine = machine or platform.machine()
    if machine not in MACHINES:
        raise NotImplementedError(
            f"the sandbox has no system call table for {machine}; x86_64 and aarch64 have one"
        )
    architecture, denied, checked = MACHINES[machine]
    lines: list[Instruction] = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, architecture), (RETURN, 0, 0, KILL)]
    lines += [(LOAD, 0, 0, NUMBER), *when(AT_LEAST, NEWEST + 1, errno.ENOSYS)]  # x32 calls are among these
    lines += when(EQUAL, CLONE3, errno.ENOSYS)  # libc falls back to clone
    lines += on(checked["clone"], FIRST_ARGUMENT, [(ANY_BIT, 0, 1, NEW_NAMESPACES), refuse(errno.EPERM)])
    for name in ("socket", "socketpair"):
        lines += on(checked[name], FIRST_ARGUMENT, unless(FAMILIES, errno.EAFNOSUPPORT))
    for request in TERMINAL_INPUT:
        lines += on(checked["ioctl"], SECOND_ARGUMENT, when(EQUAL, request, errno.EPERM))
    for number in sorted({**denied, **COMMON}.values()):
        lines += when(EQUAL, number, errno.EPERM)
    lines.append((RETURN, 0, 0, ALLOW))
    return b"".join(struct.pack("<HBBI", *line) for line in lines)


def refuse(error: int) -> Instruction:
    """Let the call fail with this error."""
    return (RETURN, 0, 0, REFUSE | error)


def when(test: int, value: int, error: int) -> list[Instruction]:
    """Refuse if the loaded word passes the test."""
    return [(test, 0, 1, value), refuse(error)]


def unless(values: tuple[int, ...], error: int) -> list[Instruction]:
    """Refuse unless the loaded word is one of these."""
    tests = [(EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
    return [*tests, refuse(error)]


def on(number: int, argument: int, body: list[Instruction]) -> list[Instruction]:
    """Run a body on one argument of one call, then load the call's number again."""
    body = [(LOAD, 0, 0, argument), *body, (LOAD, 0, 0, NUMBER)]
    return [(EQUAL, 0, len(body), number), *body]

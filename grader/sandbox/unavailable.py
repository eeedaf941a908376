"""Why there is no sandbox here, and what to do about it."""

import platform
import shutil
from pathlib import Path

PROFILE = """\
abi <abi/4.0>,
include <tunables/global>

profile bwrap /usr/bin/bwrap flags=(unconfined) {
  userns,

  include if exists <local/bwrap>
}
"""
OTHERWISE = "or grade on another Linux machine, or, if you trust every submission, say --trusted"


class Unavailable(Exception):
    """No sandbox can be had here; the message says what to do."""


def why_not(said: str) -> Unavailable:
    """Explain a sandbox that did not start, by what bubblewrap or the program inside said."""
    if platform.system() != "Linux":
        return Unavailable(
            f"the sandbox needs Linux, this is {platform.system()}: grade on a Linux machine, "
            "which may be a virtual one, or, if you trust every submission, say --trusted"
        )
    if shutil.which("bwrap") is None:
        return Unavailable(
            "bubblewrap is not installed: sudo apt install bubblewrap (Debian, Ubuntu), sudo dnf install "
            f"bubblewrap (Fedora), sudo pacman -S bubblewrap (Arch); {OTHERWISE}"
        )
    if setting("kernel/apparmor_restrict_unprivileged_userns") == "1" and is_about_namespaces(said):
        return Unavailable(
            "this system's AppArmor keeps bubblewrap from making user namespaces. Allow it: write the lines "
            "below to /etc/apparmor.d/bwrap, then run  sudo apparmor_parser -r /etc/apparmor.d/bwrap\n\n"
            f"{PROFILE}\n{OTHERWISE}"
        )
    if setting("kernel/unprivileged_userns_clone") == "0" and is_about_namespaces(said):
        return Unavailable(
            "this system keeps plain users from making user namespaces. Allow it: "
            f"sudo sysctl -w kernel.unprivileged_userns_clone=1; {OTHERWISE}"
        )
    if setting("user/max_user_namespaces") == "0" and is_about_namespaces(said):
        return Unavailable(
            "this system allows no user namespaces. Allow them: "
            f"sudo sysctl -w user.max_user_namespaces=15000; {OTHERWISE}"
        )
    if is_about_namespaces(said):
        return Unavailable(
            "the kernel refuses bubblewrap its namespaces, as it does inside most containers: "
            "run on the host "
            f"itself, or start the container with the right to make them; {OTHERWISE}\n{said.strip()}"
        )
    return Unavailable(f"the sandbox did not start; {OTHERWISE}. It said:\n{said.strip() or 'nothing'}")


def is_about_namespaces(said: str) -> bool:
    words = ("namespace", "uid map", "unshare", "operation not permitted", "permission denied", "loopback")
    return any(word in said.lower() for word in words)


def setting(name: str) -> str:
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return ""

"""Where no sandbox can be had, the sentence says what to do."""

import platform

import pytest

from grader.sandbox import Sandbox, Unavailable, probe, unavailable


def test_without_bubblewrap_the_package_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unavailable, match="bubblewrap is not installed: sudo apt install bubblewrap"):
        Sandbox().start()
    with pytest.raises(Unavailable, match="--trusted"):
        probe()


def test_elsewhere_another_machine_is_named(monkeypatch):
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    with pytest.raises(
        Unavailable, match="the sandbox needs Linux, this is Darwin: grade on a Linux machine"
    ):
        Sandbox().start()


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "profile bwrap /usr/bin/bwrap flags=(unconfined) {\n  userns,",
        ),
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "sudo apparmor_parser -r /etc/apparmor.d/bwrap",
        ),
        ("kernel/unprivileged_userns_clone", "0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=15000"),
        ("none", "", "as it does inside most containers"),
    ],
)
def test_refused_namespaces_name_the_fix(monkeypatch, tmp_path, setting, value, words):
    """A bubblewrap that fails as the real one does under AppArmor."""
    bwrap = tmp_path / "bwrap"
    bwrap.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    bwrap.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(unavailable, "setting", lambda name: value if name == setting else "")
    with pytest.raises(Unavailable) as caught:
        Sandbox().start()
    assert words in str(caught.value)
    assert "--trusted" in str(caught.value)


def test_any_other_failure_is_quoted(monkeypatch, tmp_path):
    bwrap = tmp_path / "bwrap"
    bwrap.write_text("#!/bin/sh\necho 'bwrap: Unknown option --perms' >&2\nexit 1\n")
    bwrap.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(Unavailable, match="Unknown option --perms"):
        Sandbox().start()

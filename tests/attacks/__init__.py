"""Attacks on the grader, as data: what is handed in, and the functions whose points its honest answers earn."""

from tests.attacks import files, machine, pages, values, verdicts
from tests.attacks.kit import Attack

ATTACKS: list[Attack] = [*verdicts.ATTACKS, *values.ATTACKS, *files.ATTACKS, *machine.ATTACKS, *pages.ATTACKS]

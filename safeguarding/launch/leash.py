"""Run one command that ends when its parent does, as another account where one is named.

    python leash.py PARENT SIGNAL ACCOUNT COMMAND ARGUMENT…

A supervisor that is killed outright cannot stop what it started. On Linux the kernel does it instead: SIGNAL is sent
when the process PARENT ends. Elsewhere the next start finds what was left (`supervisor.stop_leftovers`). ACCOUNT is
"-" for one's own; PostgreSQL refuses to run as root.

A file of its own, and of the standard library only, because it is run for every process: 15 ms.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, signal_number: int, account: str, command: list[str]) -> None:
    if account != "-":
        entry = pwd.getpwnam(account)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    if sys.platform == "linux":
        # After the change of account: the kernel forgets the wish at each change.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        sys.exit("the parent has already ended")
    os.execv(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])

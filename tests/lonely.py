"""Runs a command in the network that ``unshare --net`` made, once its loopback is up; for tests/test_offline.py."""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import sys

SIOCSIFFLAGS, UP_AND_RUNNING = 0x8914, 0x41

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
    fcntl.ioctl(asked, SIOCSIFFLAGS, struct.pack("16sh", b"lo", UP_AND_RUNNING))
up = [name for _, name in socket.if_nameindex()]
os.write(1, f"devices: {' '.join(up)}\n".encode())
os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 (our own tests)

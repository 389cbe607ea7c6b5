"""What a shell runs to start a fork: it lends its streams, and ends as the fork does.

`python -I -S shell.py SOCKET MODULE WORDS…`; it imports next to nothing, so it starts at once.
"""

import json
import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as told:
    told.connect(sys.argv[1])
    folder = os.getcwd()  # noqa: PTH109 - pathlib costs as much as all the rest
    request = json.dumps([sys.argv[2], sys.argv[3:], {**os.environ}, folder]).encode()
    socket.send_fds(told, [len(request).to_bytes(4, "big")], [0, 1, 2])
    told.sendall(request)
    for number in (0, 1, 2):  # who writes into a pipe is told when its reader leaves
        os.close(number)
    with told.makefile("r") as lines:
        _, code = lines
if int(code) < 0:
    os.kill(os.getpid(), -int(code))
os._exit(int(code))

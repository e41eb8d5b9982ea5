#!/usr/bin/env python3
"""Speaks collectd's unixsock protocol: unixsock.py SOCKET <commands >answers"""

import socket
import sys
import threading


def send(connection):
    for line in sys.stdin.buffer:
        connection.sendall(line)
    connection.shutdown(socket.SHUT_WR)


with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[1])
    sender = threading.Thread(target=send, args=(connection,))
    sender.start()
    while answer := connection.recv(65536):
        sys.stdout.buffer.write(answer)
    sender.join()

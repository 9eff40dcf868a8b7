"""A name server for one name, on loopback: 127.0.0.1, whatever else is asked is not there."""

import socket
import threading


def question(packet):
    """The name that is asked for, and where the question ends."""
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1 : at + 1 + packet[at]].decode())
        at += 1 + packet[at]
    return ".".join(labels), at + 5


def answer(packet, known):
    name, end = question(packet)
    kind = int.from_bytes(packet[end - 4 : end - 2], "big")
    found = name == known
    is_address = found and kind == 1
    head = packet[:2] + bytes([0x81, 0x80 if found else 0x83, 0, 1, 0, is_address, 0, 0, 0, 0])
    # A pointer to the name, type A, class IN, a minute, four bytes.
    record = bytes([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]) if is_address else b""
    return head + packet[12:end] + record


def serve(known):
    """Answers until the process ends; the list that it gives grows by each name that is asked for."""
    asked = []
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))

    def loop():
        while True:
            packet, sender = server.recvfrom(512)
            asked.append(question(packet)[0])
            server.sendto(answer(packet, known), sender)

    threading.Thread(target=loop, daemon=True).start()
    return asked

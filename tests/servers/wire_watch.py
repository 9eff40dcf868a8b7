"""Tells which connections are begun and which datagrams are sent in this network namespace, one a line, each once:
`tcp 127.0.0.1:80`, `udp [2001:db8::1]:53`. Says `ready` when it looks, and ends when its standard input does."""

import select
import socket
import struct
import sys

TCP, UDP = 6, 17
SYN, ACK = 0x02, 0x10


def transport(packet):
    """Protocol, where it goes, and what is in it; None for what is no IP or a later part of something."""
    version = packet[0] >> 4
    if version == 4 and len(packet) >= 20:
        if struct.unpack("!H", packet[6:8])[0] & 0x1FFF:
            return None
        return packet[9], socket.inet_ntop(socket.AF_INET, packet[16:20]), packet[(packet[0] & 0x0F) * 4 :]
    if version == 6 and len(packet) >= 40:
        return packet[6], "[%s]" % socket.inet_ntop(socket.AF_INET6, packet[24:40]), packet[40:]
    return None


def line(packet):
    found = transport(packet) if packet else None
    if found is None:
        return None
    protocol, host, segment = found
    if protocol == UDP and len(segment) >= 8:
        return "udp %s:%d" % (host, struct.unpack("!H", segment[2:4])[0])
    if protocol == TCP and len(segment) >= 20 and segment[13] & (SYN | ACK) == SYN:
        return "tcp %s:%d" % (host, struct.unpack("!H", segment[2:4])[0])
    return None


def main():
    everything = 3  # ETH_P_ALL
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(everything))
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
    print("ready", flush=True)
    seen = set()
    while True:
        ready, _, _ = select.select([wire, sys.stdin], [], [])
        if wire in ready:
            text = line(wire.recv(65535))
            if text and text not in seen:
                seen.add(text)
                print(text, flush=True)
        elif sys.stdin in ready and not sys.stdin.buffer.read1(1):
            return


main()

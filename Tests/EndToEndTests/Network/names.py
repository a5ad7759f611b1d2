"""A name server of a network lab: every name of the zone has one IPv4 and one IPv6 address.

usage: names.py ADDRESS NAME=IPV4,IPV6 ...
Answers over UDP port 53 on ADDRESS; names that it does not know do not exist.
"""

import ipaddress
import socket
import struct
import sys


def answer(query, names):
    """The response to one query, as RFC 1035 wants it; None for what is no query."""
    if len(query) < 17 or query[2] & 0x80:
        return None
    labels, at = [], 12
    while at < len(query) and query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode("ascii", "replace").lower())
        at += 1 + query[at]
    question = query[12 : at + 5]
    kind = struct.unpack("!H", query[at + 1 : at + 3])[0]
    addresses = names.get(".".join(labels))
    wanted = [a for a in addresses or [] if kind == (1 if a.version == 4 else 28)]
    flags = 0x8580 | (0 if addresses else 3)
    head = query[:2] + struct.pack("!HHHHH", flags, 1, len(wanted), 0, 0)
    records = b"".join(
        b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 1, len(a.packed)) + a.packed for a in wanted
    )
    return head + question + records


def main():
    names = {}
    for entry in sys.argv[2:]:
        name, addresses = entry.split("=")
        names[name] = [ipaddress.ip_address(a) for a in addresses.split(",")]
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((sys.argv[1], 53))
    print("listening", flush=True)
    while True:
        query, client = server.recvfrom(4096)
        response = answer(query, names)
        if response:
            server.sendto(response, client)


main()

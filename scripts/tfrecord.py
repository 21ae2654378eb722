"""Reads TFRecord files without TensorFlow, for the scripts that hold what Tessera makes against others."""

import struct


def examples(file):
    """The integer features of each tf.train.Example of a file, by name."""
    with open(file, "rb") as stream:
        # A length, its checksum, the message, its checksum.
        while header := stream.read(12):
            message = stream.read(struct.unpack("<Q", header[:8])[0])
            stream.read(4)
            yield features(message)


def features(message):
    """Example.features.feature[name].int64_list.value, packed; other kinds are left out."""
    found = {}
    for _, entries in fields(message):
        for _, entry in fields(entries):
            parts = dict(fields(entry))
            for kind, values in fields(parts[2]):
                if kind == 3:
                    ((_, packed),) = fields(values)
                    found[parts[1].decode()] = unpacked(packed)
    return found


def fields(message):
    """The fields of a protocol buffer: (number, value), value an integer or bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        elif key & 7 == 2:
            length = varint()
            yield key >> 3, message[at : at + length]
            at += length
        else:
            raise ValueError("a field of another kind")


def unpacked(packed):
    """The numbers of a packed field of varints."""
    values, value, shift = [], 0, 0
    for byte in packed:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            values.append(value)
            value = shift = 0
    return values

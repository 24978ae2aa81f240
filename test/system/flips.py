"""flips.py FOLDER COUNT SEED: changes so many single bits of the bundle in FOLDER, one at a time, and holds
that its verify.py finds each of them. Answers of openssl are kept: nearly every run asks for the same ones."""

import io
import random
import sys

folder, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sys.path.insert(0, folder)
sys.dont_write_bytecode = True
import verify  # noqa: E402

answers = {}
ask = verify.verify_ed25519


def answer(*question):
    if question not in answers:
        answers[question] = ask(*question)
    return answers[question]


verify.verify_ed25519 = answer


class Memory:
    def __init__(self, files):
        self.files = files

    def names(self):
        return list(self.files)

    def open(self, name):
        return io.BytesIO(self.files[name]) if name in self.files else None


whole = verify.Folder(folder)
files = {name: whole.open(name).read() for name in sorted(whole.names())}
names = [name for name in files if files[name]]


def failures(changed):
    bundle = verify.Bundle(Memory(changed))
    bundle.verify()
    return bundle.failures


assert failures(files) == [], failures(files)
draw = random.Random(seed)
for number in range(count):
    name = names[number % len(names)]
    data = bytearray(files[name])
    bit = draw.randrange(len(data) * 8)
    data[bit >> 3] ^= 1 << (bit & 7)
    if not failures({**files, name: bytes(data)}):
        print("unnoticed: bit %d of %s" % (bit, name))
        sys.exit(1)
print("%d changes, each of them found" % count)

#!/usr/bin/env python3
"""Verifies a bundle of a Bailiwick ledger, or the proof of one entry.

    python3 verify.py FOLDER|FILE [--key KEY] [--checkpoint FILE]

Needs Python 3.9 and the program openssl 3, nothing else. It was written from docs/ledger-format.md and
docs/ledger-bundle.md and shares no code with Bailiwick. Exit code 0: everything holds; 3: something does
not, and is named; 2: the command was not understood.
"""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

ENTRIES = """
call.intent agent apiKey? argumentBytes# argumentsCommit? argumentsSealed? call class? client consumer credential data*? definition era grant kind masked*? method name quotas* record? revision# round#? run? server task? template? trace? user? arg.*
call.outcome call code eventBytes#? masked*? ms# resultBytes# resultCommit? resultRecorded#? resultSealed? status
call.refused agent apiKey? argumentBytes# because call class? client consumer kind method name quota? reason revision# rule? run? server station template? trace? user? arg.*
call.refused.count agent apiKey? because class? client consumer count# from# kind method name quota? reason rule? server station template? to# user? arg.*
unauthenticated.count count# from# reason to#
token.issued audience binding? by client expiresAt# run? scopes* thumbprint? token user?
token.refused.count count# from# reason to#
api-key.issued apiKey by client endsAt# label revision# scopes* why
api-key.revoked apiKey by client revision# why
person.signed-in acr? endsAt# issuer? label person token
person.signed-out by person token
person.changed by done person role
sign-in.refused.count count# from# reason to#
policy.changed by revision# set summary why?
ledger.open orphans# version
ledger.close orphans# version
ledger.gap from# problem refused# to#
ledger.key before publicKey
ledger.broken by checkpoints* generation# problem why
ledger.exported by from# to# with*
ledger.erased by keys# periods* revision# subject why
ledger.pruned bodies#? from# payloads# retain to#
find.asked argument by since#? until#? why
find.key by why
payload.read by call why
"""

FORMAT = "bailiwick-ledger/1"
REQUIRED = ["README.txt", "checkpoints.jsonl", "definitions.jsonl", "entries.jsonl", "keys.jsonl",
            "leaves", "policy.jsonl", "proof.json", "verify.py"]
OPTIONAL = ["disclosed.jsonl", "payloads.jsonl"]
MANIFEST = ["at", "by", "checkpoints", "files", "format", "from", "missing", "origin", "plane",
            "size", "to", "version"]
POLICY = ["at", "by", "changes", "revision", "set", "summary", "why"]
SAFE = 2 ** 53 - 1


class Bad(Exception):
    """What ends the reading of something: it is not what the format says."""


def need(holds, says):
    if not holds:
        raise Bad(says)


# --- spelling ------------------------------------------------------------------------------------

def sha256(data):
    return hashlib.sha256(data).digest()


def unbase64(text):
    """The bytes of base64, in the one spelling that they have."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (AttributeError, ValueError):
        raise Bad("not base64")
    need(base64.b64encode(data).decode() == text, "base64 in another spelling")
    return data


def text_of(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Bad("not UTF-8")


def canonical(data):
    """JSON in its one spelling: written again, it must be the same text. So no member comes twice."""
    text = text_of(data)
    try:
        value = json.loads(text)
        again = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        raise Bad("not JSON")
    need(again == text, "not in canonical form")
    return value


def is_text(value):
    return isinstance(value, str)


def is_texts(value):
    return isinstance(value, list) and all(map(is_text, value))


def is_integer(value):
    return type(value) is int and -SAFE <= value <= SAFE


def is_count(value):
    return is_integer(value) and value >= 0


def is_hash(value):
    return is_text(value) and re.fullmatch("[0-9a-f]{64}", value) is not None


def is_hashes(value):
    return isinstance(value, list) and all(map(is_hash, value))


def is_object(value, *names):
    """An object with exactly these members, in this order."""
    return isinstance(value, dict) and list(value) == list(names)


# --- the tree (RFC 9162, 2.1) --------------------------------------------------------------------

def leaf_hash(body):
    return sha256(b"\x00" + body)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def cover(begin, end):
    """Sizes of the fewest perfect subtrees that cover the leaves, from left to right."""
    sizes = []
    while begin < end:
        size = 1
        while begin % (size * 2) == 0 and begin + size * 2 <= end:
            size *= 2
        sizes.append(size)
        begin += size
    return sizes


class Tree:
    def __init__(self, size, hashes):
        self.size, self.parts = size, list(zip(cover(0, size), hashes))

    def append(self, width, value):
        self.size += width
        while self.parts and self.parts[-1][0] == width:
            value, width = node_hash(self.parts.pop()[1], value), width * 2
        self.parts.append((width, value))

    def root(self):
        if not self.parts:
            return sha256(b"")
        value = self.parts[-1][1]
        for _, left in reversed(self.parts[:-1]):
            value = node_hash(left, value)
        return value


def included_root(leaf, index, size, proof):
    """RFC 9162, 2.1.3.2; None where the proof cannot be one."""
    if index >= size:
        return None
    last, value = size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if index % 2 == 1 or index == last:
            value = node_hash(sibling, value)
            while index % 2 == 0 and index != 0:
                index, last = index >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        index, last = index >> 1, last >> 1
    return value if last == 0 else None


# --- signatures ----------------------------------------------------------------------------------

def verify_ed25519(public_key, message, signature):
    """By openssl, which reads the message from a file (pkeyutl -rawin)."""
    spki = bytes.fromhex("302a300506032b6570032100") + public_key
    pem = b"-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n" % base64.b64encode(spki)
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("key", pem), ("message", message), ("signature", signature)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        words = "openssl pkeyutl -verify -pubin -inkey key -rawin -in message -sigfile signature"
        return subprocess.run(words.split(), cwd=folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def key_id(name, kind, public_key):
    return sha256(name.encode() + b"\n" + bytes([kind]) + public_key)[:4]


def read_verifier_key(text):
    """Name and public key of NAME+ID+BASE64(0x01 and the public key)."""
    parts = text.split("+", 2)
    need(len(parts) == 3, "not a verifier key")
    name, data = parts[0], unbase64(parts[2])
    need(len(data) == 33 and data[0] == 1 and re.fullmatch(r"[!-*,-~]+", name),
         "not a verifier key of Ed25519")
    need(key_id(name, 1, data[1:]).hex() == parts[1], "a verifier key with the id of another")
    return name, data[1:]


def read_note(data):
    """Text and signature lines (name, id, signature) of a signed note."""
    need(len(data) <= 65536, "too large for a note")
    whole = text_of(data)
    end = whole.rfind("\n\n")
    need(end >= 0 and whole.endswith("\n"), "no signatures behind an empty line")
    need(re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", whole) is None, "control characters")
    lines = whole[end + 2:-1].split("\n")
    need(len(lines) <= 64, "too many signatures")
    signatures = []
    for line in lines:
        found = re.fullmatch(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)", line)
        need(found, "a signature that is not written as one")
        blob = unbase64(found.group(2))
        signatures.append((found.group(1), blob[:4], blob[4:]))
    return whole[:end + 1], signatures


def read_checkpoint(data, origin, keys):
    """Size, root, time and index of the key of a checkpoint that one of the keys signed."""
    text, signatures = read_note(data)
    found = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/=]+)\n", text)
    need(found, "not the text of a checkpoint")
    size, root = int(found.group(2)), unbase64(found.group(3))
    need(len(root) == 32 and size <= SAFE, "not the text of a checkpoint")
    need(found.group(1) == origin, "of another ledger: " + found.group(1))
    need(len(signatures) == 2, "not signed as a checkpoint is")
    for index, (public_key, _) in enumerate(keys):
        ids = [(origin, key_id(origin, kind, public_key)) for kind in (1, 4)]
        if [signature[:2] for signature in signatures] != ids:
            continue
        plain, timed = signatures[0][2], signatures[1][2]
        need(len(plain) == 64 and len(timed) == 72, "signed with something else than signatures")
        seconds = int.from_bytes(timed[:8], "big")
        cosigned = "cosignature/v1\ntime %d\n%s" % (seconds, text)
        need(seconds <= SAFE and verify_ed25519(public_key, text.encode(), plain)
             and verify_ed25519(public_key, cosigned.encode(), timed[8:]),
             "signed by %s, and the signature does not verify" % ids[0][1].hex())
        return size, root, seconds, index
    raise Bad("signed by a key that is not the ledger's")


# --- entries -------------------------------------------------------------------------------------

FITS = {"": is_text, "#": is_integer, "*": is_texts}


def read_shapes():
    table = {}
    for row in ENTRIES.strip().split("\n"):
        kind, *fields = row.split(" ")
        parts = [re.fullmatch(r"([A-Za-z.]+?)(\*|#|)(\??)", one).groups()
                 for one in fields + ["at#", "plane", "type", "v#"] if one != "arg.*"]
        fits = {name: FITS[mark] for name, mark, _ in parts}
        table[kind] = fits, {name for name, _, optional in parts if not optional}, "arg.*" in fields
    return table


SHAPES = read_shapes()


def read_entry(body):
    """An entry by its body; Bad where it is not canonical, or not of a known shape."""
    need(len(body) <= 16384, "larger than 16384 bytes")
    entry = canonical(body)
    need(isinstance(entry, dict) and is_text(entry.get("type")), "no entry")
    need(entry["type"] in SHAPES, "no type of entry that is known: " + entry["type"])
    fits, required, takes_arguments = SHAPES[entry["type"]]
    for name, value in entry.items():
        if name in fits:
            need(fits[name](value), "%s is not of its kind" % name)
        else:
            need(takes_arguments and name.startswith("arg.")
                 and (is_text(value) or value is None or value is True),
                 "a member that %s does not have: %s" % (entry["type"], name))
    need(required <= entry.keys(), "without " + ", ".join(sorted(required - entry.keys())))
    # RFC 8785 sorts by UTF-16 code units; the names in big-endian UTF-16 sort the same.
    names = [name.encode("utf-16-be") for name in entry]
    need(names == sorted(names) and entry["v"] == 1, "not in canonical form")
    return entry


def read_proof(data, origin, keys):
    """Body and index of the entry that a proof shows to be under a checkpoint by one of the keys."""
    head, _, checkpoint = text_of(data).partition("\n\n")
    lines = head.split("\n")
    need(3 <= len(lines) <= 67 and lines[0] == "c2sp.org/tlog-proof@v1"
         and lines[1].startswith("extra ") and re.fullmatch("index (0|[1-9][0-9]{0,15})", lines[2]),
         "not a proof of one entry")
    body, index = unbase64(lines[1][6:]), int(lines[2][6:])
    proof = [unbase64(line) for line in lines[3:]]
    size, root, _, _ = read_checkpoint(checkpoint.encode(), origin, keys)
    need(all(len(one) == 32 for one in proof)
         and included_root(leaf_hash(body), index, size, proof) == root,
         "the proof does not lead to the checkpoint")
    return body, index


# --- a bundle ------------------------------------------------------------------------------------

class Folder:
    def __init__(self, path):
        self.path = path

    def names(self):
        return os.listdir(self.path)

    def open(self, name):
        """A binary file; None where there is none."""
        path = os.path.join(self.path, name)
        return open(path, "rb") if os.path.isfile(path) else None


class Bundle:
    """Checks everything of a bundle in one pass over its entries; `failures` are pairs of a place and
    what is wrong there. Memory holds the open calls and what entries name, and no more."""

    def __init__(self, source):
        self.source, self.failures, self.keys = source, [], []
        self.opened, self.before, self.definitions, self.changes = set(), set(), set(), {}
        self.last = self.kept = self.kept_root = None
        self.doubts = []

    def fail(self, where, says):
        self.failures.append((where, says))

    def attempt(self, where, task, *given):
        try:
            return task(*given)
        except Bad as bad:
            self.fail(where, str(bad))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self.fail(where, "it holds something else than it should: %s" % error)
        return None

    def whole(self, name):
        file = self.source.open(name)
        need(file, "it is missing")
        with file:
            return file.read(64 << 20)

    def lines(self, name, most=1 << 28):
        file = self.source.open(name)
        need(file, "it is missing")
        with file:
            for line in iter(lambda: file.readline(most), b""):
                need(line.endswith(b"\n"), "a line is too long, or its last line has no end")
                yield line[:-1]

    def objects(self, name, *shapes):
        for number, line in enumerate(self.lines(name), 1):
            try:
                value = canonical(line)
                need(any(is_object(value, *shape) for shape in shapes), "other members")
            except Bad as bad:
                raise Bad("line %d is not what the format says of it: %s" % (number, bad))
            yield number, value

    def verify(self, trusted=None, kept=None):
        if self.attempt("manifest.json", self.read_manifest) is None:
            return
        self.check_files()
        if self.attempt("keys.jsonl", self.read_keys) is None:
            return
        self.attempt("manifest.note", self.check_note)
        if kept is not None:
            self.kept = self.attempt("the kept checkpoint", read_checkpoint, kept,
                                     self.manifest["origin"], self.keys)
        for where, task in (("entries.jsonl", self.check_entries),
                            ("definitions.jsonl", self.check_definitions),
                            ("policy.jsonl", self.check_policy)):
            self.attempt(where, task)
        if trusted is not None:
            self.attempt("keys.jsonl", self.check_trust, trusted)
        if self.kept is not None:
            self.attempt("the kept checkpoint", self.check_kept)

    def read_manifest(self):
        file = self.source.open("manifest.json")
        need(file, "it is missing: the bundle was not made to its end")
        file.close()
        data = self.whole("manifest.json")
        m = canonical(data[:-1])
        need(data.endswith(b"\n") and is_object(m, *MANIFEST), "it is not written as a manifest is")
        for name, fits in zip(MANIFEST, (is_count, is_text, is_count, is_files, FORMAT.__eq__,
                                         is_count, is_hashes, is_text, is_text, is_count, is_count,
                                         is_text)):
            need(fits(m[name]) is True, "its %s cannot be that" % name)
        need(1 <= m["from"] <= m["to"] + 1 <= m["size"] + 1, "its range is none")
        self.manifest, self.manifest_hash = m, sha256(data).hex()
        return m

    def check_files(self):
        named = self.manifest["files"]
        for name in set(self.source.names()) - set(named) - {"manifest.json", "manifest.note"}:
            self.fail(name, "it is no part of the bundle")
        for name in set(REQUIRED) - set(named):
            self.fail(name, "the manifest does not name it")
        for name, about in named.items():
            file = self.source.open(name) if name in REQUIRED + OPTIONAL else None
            if file is None:
                self.fail(name, "it is missing, or no file of a bundle")
                continue
            digest, size = hashlib.sha256(), 0
            with file:
                for chunk in iter(lambda: file.read(1 << 20), b""):
                    digest.update(chunk)
                    size += len(chunk)
            if (size, digest.hexdigest()) != (about["bytes"], about["sha256"]):
                self.fail(name, "it was changed: other bytes than the manifest says")

    def read_keys(self):
        origin, members = self.manifest["origin"], ["key", "position"]
        for number, line in self.objects("keys.jsonl", members, members + ["proof"]):
            name, public_key = read_verifier_key(line["key"])
            position = line["position"]
            need(name == origin and is_count(position) and (number == 1) == ("proof" not in line),
                 "key %d is none of %s" % (number, origin))
            if number > 1:
                before = self.keys[-1]
                body, index = read_proof(line["proof"].encode(), origin, [before])
                entry = read_entry(body)
                said = [base64.b64encode(one).decode() for one in (public_key, before[0])]
                need(index == position - 1 and position > before[1]
                     and entry["type"] == "ledger.key"
                     and [entry["publicKey"], entry["before"]] == said,
                     "key %d is not the one that its entry names" % number)
            self.keys.append((public_key, position))
        need(self.keys, "there is no key")
        return self.keys

    def check_note(self):
        origin, public_key = self.manifest["origin"], self.keys[-1][0]
        text, signatures = read_note(self.whole("manifest.note"))
        need(text == "%s/bundle\n%s\n" % (origin, self.manifest_hash), "the note of another manifest")
        need([one[:2] for one in signatures] == [(origin, key_id(origin, 1, public_key))],
             "not signed by the newest key alone")
        need(verify_ed25519(public_key, text.encode(), signatures[0][2]),
             "its signature does not verify")

    def check_entries(self):
        m = self.manifest
        left, right = self.read_tree_proof()
        tree, self.shifted = Tree(m["from"] - 1, left), False
        self.checkpoints = self.read_checkpoints()
        self.next = next(self.checkpoints, None)
        beside = [self.beside("payloads.jsonl", ["position", "sealed"], self.check_sealed),
                  self.beside("disclosed.jsonl", ["nonce", "plain", "position"], self.check_plain)]
        for one in beside:
            next(one, None)
        leaves = self.source.open("leaves")
        need(leaves, "leaves is missing")
        with leaves:
            self.meet(tree)
            for body in self.lines("entries.jsonl", 16386):
                position, leaf = tree.size + 1, leaf_hash(body)
                if not self.shifted and leaves.read(32) != leaf:
                    self.name_change(leaves, position, leaf)
                entry = self.attempt("entry %d" % position, read_entry, body)
                if entry is not None:
                    self.take(position, entry)
                for one in beside:
                    send(one, (position, entry))
                tree.append(1, leaf)
                self.meet(tree)
        for one in beside:
            send(one, None)
        count = m["to"] - m["from"] + 1
        if tree.size - m["from"] + 1 != count:
            self.fail("entries.jsonl", "it has %d entries, and was made with %d"
                      % (tree.size - m["from"] + 1, count))
        elif m["size"] > m["to"]:
            for width, value in zip(cover(m["to"], m["size"]), right):
                tree.append(width, value)
            self.meet(tree)
        self.settle(False)
        while self.next:
            self.fail("a checkpoint of %d entries" % self.next[0], "there are %d" % tree.size)
            self.next = next(self.checkpoints, None)
        if self.last is None or self.last[0] != m["size"]:
            self.fail("checkpoints.jsonl", "none of %d entries has the root of these" % m["size"])

    def take(self, position, entry):
        """Planes, pairs of intents and outcomes, and what stands elsewhere in the bundle."""
        where, kind, call = "entry %d" % position, entry["type"], entry.get("call")
        if entry["plane"] != self.manifest["plane"]:
            self.fail(where, "it is of plane " + entry["plane"])
        if kind == "call.intent":
            self.definitions.add(entry["definition"])
            if call in self.opened:
                self.fail(where, "a second intent of the open call " + call)
            self.opened.add(call)
        elif kind == "call.outcome" and call in self.opened:
            self.opened.remove(call)
        elif kind == "call.outcome":
            if self.manifest["from"] == 1 or call in self.before:
                self.fail(where, "an outcome of a call without an open intent")
            self.before.add(call)
        elif kind == "policy.changed":
            self.changes[entry["revision"]] = (position, entry)

    def name_change(self, leaves, position, leaf):
        """What became of an entry whose hash is not the one that was kept of it."""
        first, at = self.manifest["from"], leaves.tell()

        def is_at(other):
            leaves.seek(max(0, other - first) * 32)
            return other >= first and leaves.read(32) == leaf
        near = range(max(first, position - 1000), position + 1000)
        other = next((one for one in near if is_at(one)), None)
        leaves.seek(at)
        self.shifted = at < (position - first + 1) * 32 or other in (position - 1, position + 1)
        if other == position + 1:
            says = "it is entry %d: entry %d is missing" % (other, position)
        elif other == position - 1:
            says = "it is the one before it again"
        elif other is not None:
            says = "entry %d stands in its place" % other
        else:
            says = "nothing was recorded at this position" if self.shifted \
                else "it is not what was recorded: it has another hash"
        self.doubts.append((position, says))

    def settle(self, is_signed):
        """Where a checkpoint has the root of the entries, it is their hashes that were changed."""
        for position, says in self.doubts:
            if is_signed:
                self.fail("leaves", "the hash of entry %d was changed, and not the entry" % position)
            else:
                self.fail("entry %d" % position, says)
        self.doubts = []

    def meet(self, tree):
        """Holds the checkpoints of this size against the root."""
        if self.kept and self.kept[0] == tree.size:
            self.kept_root = tree.root()
        while self.next and self.next[0] <= tree.size:
            holds = self.next[0] == tree.size and self.next[1] == tree.root()
            self.settle(holds)
            if holds:
                self.last = self.next
            else:
                self.fail("a checkpoint of %d entries" % self.next[0],
                          "it has another root than the entries")
            self.next = next(self.checkpoints, None)

    def read_tree_proof(self):
        m, data = self.manifest, self.whole("proof.json")
        value = canonical(data[:-1])
        need(data.endswith(b"\n") and is_object(value, "left", "right")
             and all(map(is_hashes, value.values()))
             and len(value["left"]) == len(cover(0, m["from"] - 1))
             and len(value["right"]) == len(cover(m["to"], m["size"])),
             "proof.json has not the hashes of this range")
        return [[bytes.fromhex(one) for one in value[name]] for name in ("left", "right")]

    def read_checkpoints(self):
        number, before = 0, (0, None, 0, 0)
        for number, line in self.objects("checkpoints.jsonl", ["note"]):
            where, note = "checkpoint %d" % number, line["note"]
            read = self.attempt(where, lambda: read_checkpoint(
                note.encode(), self.manifest["origin"], self.keys))
            if read is None:
                continue
            size, _, seconds, key = read
            if size < self.keys[key][1]:
                self.fail(where, "it is signed by a key that came later")
            if size < before[0] or seconds < before[2] or key < before[3]:
                self.fail(where, "its size, time or key is of before the one before it")
            before = read
            yield read
        if number != self.manifest["checkpoints"]:
            self.fail("checkpoints.jsonl", "it has %d checkpoints, and was made with %d"
                      % (number, self.manifest["checkpoints"]))

    def beside(self, name, members, check):
        """Takes each entry with its position, None at the end, and holds the lines against them."""
        if self.source.open(name) is None:
            return
        entry, position = None, self.manifest["from"] - 1
        try:
            for number, line in self.objects(name, members):
                need(is_count(line["position"]) and line["position"] > position,
                     "line %d: positions are not in their order, within the range" % number)
                while position < line["position"]:
                    given = yield
                    need(given, "line %d: positions are not in the range" % number)
                    position, entry = given
                if entry is not None:
                    side = "result" if entry["type"] == "call.outcome" else "arguments"
                    self.attempt("%s line %d (entry %d)" % (name, number, position),
                                 check, entry, side, line)
        except (Bad, AttributeError, TypeError, ValueError) as bad:
            self.fail(name, str(bad))

    @staticmethod
    def check_sealed(entry, side, line):
        need(entry.get(side + "Sealed") == sha256(unbase64(line["sealed"])).hex(),
             "its entry has another hash of it")

    @staticmethod
    def check_plain(entry, side, line):
        need(is_hash(line["nonce"]), "no nonce")
        said = b"bailiwick/commit/v1\x00" + bytes.fromhex(line["nonce"]) + unbase64(line["plain"])
        need(entry.get(side + "Commit") == sha256(said).hex(), "its entry commits to another text")

    def check_definitions(self):
        missing = self.manifest["missing"]
        for number, line in enumerate(self.lines("definitions.jsonl"), 1):
            need(sha256(line).hex() in self.definitions, "line %d: no entry names its hash" % number)
            self.definitions.remove(sha256(line).hex())
        need(sorted(self.definitions) == missing,
             "definitions are missing that the manifest does not name, or the other way round")

    def check_policy(self):
        before = 0
        for number, line in self.objects("policy.jsonl", POLICY):
            revision = line["revision"]
            need(is_count(revision) and revision > before,
                 "line %d: revisions are not in their order" % number)
            before = revision
            position, entry = self.changes.pop(revision, (0, None))
            if entry and any(line[one] != entry.get(one, "") for one in ("by", "set", "summary", "why")):
                self.fail("policy.jsonl", "line %d: entry %d says something else" % (number, position))
        for revision, (position, _) in self.changes.items():
            self.fail("policy.jsonl", "revision %d, which entry %d tells, is missing"
                      % (revision, position))

    def check_trust(self, trusted):
        all_keys = [public_key for public_key, _ in self.keys]
        need(trusted[1] in all_keys and trusted[0] == self.manifest["origin"],
             "the key that was given is not among the ledger's keys")
        need(self.last and self.last[3] >= all_keys.index(trusted[1]),
             "the last checkpoint is not signed by the key that was given, or a later one")

    def check_kept(self):
        size, root = self.kept[:2]
        need(size <= self.manifest["size"],
             "the ledger was cut off or is an older copy: it had %d entries, and has %d"
             % (size, self.manifest["size"]))
        found = sha256(b"") if size == 0 else self.kept_root
        need(found, "it counts %d entries, which lies outside of the range" % size)
        need(found == root, "the ledger was forked: its first %d entries are others" % size)


def is_files(value):
    return isinstance(value, dict) and all(
        is_object(one, "bytes", "sha256") and is_count(one["bytes"]) and is_hash(one["sha256"])
        for one in value.values())


def send(generator, value):
    try:
        generator.send(value)
    except StopIteration:
        pass


def read_file(path):
    with open(path, "rb") as file:
        return file.read()


def main(arguments):
    options, paths = {"--key": None, "--checkpoint": None}, []
    while arguments:
        word = arguments.pop(0)
        if word in options and arguments:
            options[word] = arguments.pop(0)
        else:
            paths.append(word)
    if len(paths) != 1 or paths[0].startswith("-") or not os.path.exists(paths[0]):
        print(__doc__, file=sys.stderr)
        return 2
    key, kept, trusted = options["--key"], options["--checkpoint"], None
    try:
        if key is not None:
            trusted = read_verifier_key(
                read_file(key).decode().strip() if os.path.isfile(key) else key)
        kept = None if kept is None else read_file(kept)
    except (Bad, OSError, UnicodeDecodeError) as bad:
        print("--key or --checkpoint: %s" % bad, file=sys.stderr)
        return 2
    if os.path.isdir(paths[0]):
        return tell_bundle(paths[0], trusted, kept)
    return tell_proof(paths[0], trusted)


def tell_proof(path, trusted):
    if trusted is None:
        print("The proof of one entry needs --key.", file=sys.stderr)
        return 2
    try:
        body, index = read_proof(read_file(path), trusted[0], [(trusted[1], 0)])
        read_entry(body)
    except Bad as bad:
        print("FAILED  %s" % bad)
        return 3
    print("OK  entry %d of %s\n%s" % (index + 1, trusted[0], body.decode()))
    return 0


def tell_bundle(path, trusted, kept):
    bundle = Bundle(Folder(path))
    bundle.verify(trusted, kept)
    for where, says in bundle.failures:
        print("FAILED  %s: %s" % (where, says))
    if bundle.failures:
        return 3
    m = bundle.manifest
    print("OK  entries %d to %d of %s, %d checkpoints, the last of %d entries"
          % (m["from"], m["to"], m["origin"], m["checkpoints"], m["size"]))
    for public_key, position in bundle.keys:
        print("key %s (entry %d)%s" % (public_key.hex(), position, "" if trusted else
              ": compare it with the one that you were given, or name that with --key"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

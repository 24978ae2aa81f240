#!/usr/bin/env python3
"""Verifies a bundle of a Bailiwick ledger, or the proof of one entry.

    python3 verify.py FOLDER|FILE [--key KEY] [--checkpoint FILE]

Needs Python 3.8 and the program openssl 3, nothing else. It was written from docs/ledger-format.md and
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
call.intent agent argumentBytes# argumentsCommit? argumentsSealed? call class? client consumer credential data*? definition era grant kind masked*? method name quotas* record? revision# run? server template? trace? user? arg.*
call.outcome call code eventBytes#? masked*? ms# resultBytes# resultCommit? resultRecorded#? resultSealed? status
call.refused agent argumentBytes# because call class? client consumer kind method name quota? reason revision# rule? run? server station template? trace? user? arg.*
call.refused.count agent because class? client consumer count# from# kind method name quota? reason rule? server station template? to# user? arg.*
unauthenticated.count count# from# reason to#
token.issued audience by client expiresAt# scopes* token
token.refused.count count# from# reason to#
person.signed-in endsAt# label person token
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
payload.read by call why
"""

FORMAT = "bailiwick-ledger/1"
REQUIRED = ["README.txt", "checkpoints.jsonl", "definitions.jsonl", "entries.jsonl", "keys.jsonl",
            "leaves", "policy.jsonl", "proof.json", "verify.py"]
OPTIONAL = ["disclosed.jsonl", "payloads.jsonl"]
MANIFEST = ["at", "by", "checkpoints", "files", "format", "from", "missing", "origin", "plane",
            "size", "to", "version"]
SAFE = 2 ** 53 - 1


class Bad(Exception):
    """What ends the reading of something: it cannot be what the format says."""


# --- spelling ------------------------------------------------------------------------------------

def sha256(data):
    return hashlib.sha256(data).digest()


def unbase64(text):
    """The bytes of base64 in the one spelling that they have."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (AttributeError, ValueError):
        raise Bad("not base64")
    if base64.b64encode(data).decode() != text:
        raise Bad("base64 in another spelling")
    return data


def is_hash(value):
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def is_count(value):
    return type(value) is int and 0 <= value <= SAFE


def members(pairs):
    if len({name for name, _ in pairs}) != len(pairs):
        raise Bad("a member twice")
    return dict(pairs)


def read_json(text):
    try:
        return json.loads(text, object_pairs_hook=members)
    except (ValueError, RecursionError):
        raise Bad("not JSON")


def written(value):
    """JSON as it must be written where the members stand in their order. Python escapes what JSON has
    short forms for as they do, DEL and above as themselves."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def text_of(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Bad("not UTF-8")


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
        self.size = size
        self.parts = list(zip(cover(0, size), hashes))

    def append(self, width, value):
        self.size += width
        while self.parts and self.parts[-1][0] == width:
            value = node_hash(self.parts.pop()[1], value)
            width *= 2
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
    node, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if node % 2 == 1 or node == last:
            value = node_hash(sibling, value)
            while node % 2 == 0 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        node, last = node >> 1, last >> 1
    return value if last == 0 else None


# --- signatures ----------------------------------------------------------------------------------

SPKI = bytes.fromhex("302a300506032b6570032100")


def verify_ed25519(public_key, message, signature):
    """By openssl, which reads the message from a file (pkeyutl -rawin)."""
    with tempfile.TemporaryDirectory() as folder:
        def put(name, data):
            path = os.path.join(folder, name)
            with open(path, "wb") as file:
                file.write(data)
            return path
        pem = (b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(SPKI + public_key)
               + b"\n-----END PUBLIC KEY-----\n")
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", put("key", pem), "-rawin",
             "-in", put("message", message), "-sigfile", put("signature", signature)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return done.returncode == 0


def key_id(name, kind, public_key):
    return sha256(name.encode() + b"\n" + bytes([kind]) + public_key)[:4]


def read_verifier_key(text):
    """Name and public key of NAME+ID+BASE64(0x01 and the public key)."""
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise Bad("not a verifier key")
    name, written_id, data = parts[0], parts[1], unbase64(parts[2])
    if len(data) != 33 or data[0] != 1 or re.fullmatch(r"[!-*,-~]+", name) is None:
        raise Bad("not a verifier key of Ed25519")
    if key_id(name, 1, data[1:]).hex() != written_id:
        raise Bad("a verifier key with the id of another")
    return name, data[1:]


def read_note(data):
    """Text and signature lines (name, id, signature) of a signed note."""
    if len(data) > 65536:
        raise Bad("too large for a note")
    whole = text_of(data)
    end = whole.rfind("\n\n")
    if end < 0 or not whole.endswith("\n"):
        raise Bad("no signatures behind an empty line")
    if any(ord(c) < 32 and c != "\n" or 127 <= ord(c) < 160 for c in whole):
        raise Bad("control characters")
    lines = whole[end + 2:-1].split("\n")
    if len(lines) > 64:
        raise Bad("too many signatures")
    signatures = []
    for line in lines:
        found = re.fullmatch(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)", line)
        if found is None:
            raise Bad("a signature that is not written as one")
        blob = unbase64(found.group(2))
        signatures.append((found.group(1), blob[:4], blob[4:]))
    return whole[:end + 1], signatures


def read_checkpoint(data, origin, keys):
    """Size, root, time and index of the key of a checkpoint that one of the keys signed."""
    text, signatures = read_note(data)
    found = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/=]+)\n", text)
    if found is None:
        raise Bad("not the text of a checkpoint")
    size, root = int(found.group(2)), unbase64(found.group(3))
    if len(root) != 32 or size > SAFE:
        raise Bad("not the text of a checkpoint")
    if found.group(1) != origin:
        raise Bad("of another ledger: " + found.group(1))
    if len(signatures) != 2:
        raise Bad("not signed as a checkpoint is")
    for index, (public_key, _) in enumerate(keys):
        ids = [(origin, key_id(origin, kind, public_key)) for kind in (1, 4)]
        if [(name, own) for name, own, _ in signatures] != ids:
            continue
        plain, timed = signatures[0][2], signatures[1][2]
        if len(plain) != 64 or len(timed) != 72:
            raise Bad("signed with something else than signatures")
        seconds = int.from_bytes(timed[:8], "big")
        cosigned = "cosignature/v1\ntime %d\n%s" % (seconds, text)
        if seconds > SAFE or not verify_ed25519(public_key, text.encode(), plain) \
                or not verify_ed25519(public_key, cosigned.encode(), timed[8:]):
            raise Bad("signed by %s, and the signature does not verify" % ids[0][1].hex())
        return size, root, seconds, index
    raise Bad("signed by a key that is not the ledger's")


# --- entries -------------------------------------------------------------------------------------

def shapes():
    table = {}
    for row in ENTRIES.strip().split("\n"):
        kind, *fields = row.split(" ")
        shape = {}
        for field in fields + ["at#", "plane", "type", "v#"]:
            name = field.rstrip("?").rstrip("#*")
            shape[name] = (field.rstrip("?")[len(name):], field.endswith("?"))
        table[kind] = shape
    return table


SHAPES = shapes()


def is_plain(value):
    return isinstance(value, str)


FITS = {
    "": is_plain,
    "#": lambda value: type(value) is int and -SAFE <= value <= SAFE,
    "*": lambda value: isinstance(value, list) and all(map(is_plain, value)),
}


def read_entry(body):
    """An entry by its body; Bad where it is not canonical, or not of a known shape."""
    if len(body) > 16384:
        raise Bad("larger than 16384 bytes")
    text = text_of(body)
    entry = read_json(text)
    if not isinstance(entry, dict) or not isinstance(entry.get("type"), str):
        raise Bad("no entry")
    shape = SHAPES.get(entry["type"])
    if shape is None:
        raise Bad("no type of entry that is known: " + entry["type"])
    for name, value in entry.items():
        if name in shape and name != "arg.":
            if not FITS[shape[name][0]](value):
                raise Bad("%s is not of its kind" % name)
        elif not (name.startswith("arg.") and "arg." in shape
                  and (is_plain(value) or value is None or value is True)):
            raise Bad("a member that %s does not have: %s" % (entry["type"], name))
    lacks = [name for name, (_, optional) in shape.items() if not optional and name not in entry]
    if [name for name in lacks if name != "arg."]:
        raise Bad("without " + ", ".join(lacks))
    # RFC 8785 sorts by UTF-16 code units; the names of big-endian UTF-16 sort the same.
    names = [name.encode("utf-16-be", "surrogatepass") for name in entry]
    if names != sorted(names) or written(entry) != text or entry["v"] != 1:
        raise Bad("not in canonical form")
    return entry


# --- a bundle ------------------------------------------------------------------------------------

class Bundle:
    """Checks everything of a bundle; `failures` are pairs of place and what is wrong there."""

    def __init__(self, source):
        self.source, self.failures, self.keys, self.roots = source, [], [], {}
        self.last, self.definitions, self.changes, self.entries = None, set(), {}, {}

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

    def lines(self, name):
        data = self.source.read(name) or b""
        if data and not data.endswith(b"\n"):
            raise Bad("its last line has no end")
        return data.split(b"\n")[:-1]

    def objects(self, name, *shapes_of_lines):
        for number, line in enumerate(self.lines(name), 1):
            value = read_json(text_of(line))
            if not isinstance(value, dict) or list(value) not in shapes_of_lines \
                    or written(value).encode("utf-8", "surrogatepass") != line:
                raise Bad("line %d is not what the format says of it" % number)
            yield number, value

    def verify(self, trusted=None, kept=None):
        if self.attempt("manifest.json", self.read_manifest) is None:
            return
        self.check_files()
        if self.attempt("keys.jsonl", self.read_keys) is None:
            return
        self.attempt("manifest.note", self.check_note)
        for where, task in (("entries.jsonl", self.check_entries),
                            ("definitions.jsonl", self.check_definitions),
                            ("policy.jsonl", self.check_policy),
                            ("payloads.jsonl", self.check_payloads),
                            ("disclosed.jsonl", self.check_disclosed)):
            self.attempt(where, task)
        if trusted is not None:
            self.attempt("keys.jsonl", self.check_trust, trusted)
        if kept is not None:
            self.attempt("the kept checkpoint", self.check_kept, kept)

    def read_manifest(self):
        data = self.source.read("manifest.json")
        if data is None:
            raise Bad("it is missing")
        m = read_json(text_of(data))
        if not isinstance(m, dict) or list(m) != MANIFEST or written(m) + "\n" != text_of(data):
            raise Bad("it is not written as a manifest is")
        for name in ("at", "checkpoints", "from", "size", "to"):
            if not is_count(m[name]):
                raise Bad("its %s cannot be that" % name)
        if m["format"] != FORMAT or not all(is_plain(m[n]) for n in ("by", "origin", "plane", "version")):
            raise Bad("it is of another format")
        if not isinstance(m["missing"], list) or not all(map(is_hash, m["missing"])):
            raise Bad("its missing cannot be that")
        for value in m["files"].values() if isinstance(m["files"], dict) else [None]:
            if not isinstance(value, dict) or list(value) != ["bytes", "sha256"] \
                    or not is_count(value["bytes"]) or not is_hash(value["sha256"]):
                raise Bad("its files cannot be that")
        if not 1 <= m["from"] <= m["to"] + 1 <= m["size"] + 1:
            raise Bad("its range is none")
        self.manifest, self.manifest_hash = m, sha256(data).hex()
        return m

    def check_files(self):
        named = self.manifest["files"]
        for name in self.source.names():
            if name not in named and name not in ("manifest.json", "manifest.note"):
                self.fail(name, "it is no part of the bundle")
        for name in REQUIRED:
            if name not in named:
                self.fail(name, "the manifest does not name it")
        for name, about in named.items():
            data = self.source.read(name) if name in REQUIRED + OPTIONAL else None
            if data is None:
                self.fail(name, "it is missing, or no file of a bundle")
            elif len(data) != about["bytes"] or sha256(data).hex() != about["sha256"]:
                self.fail(name, "it was changed: other bytes than the manifest says")

    def read_keys(self):
        origin = self.manifest["origin"]
        for number, line in self.objects("keys.jsonl", ["key", "position"], ["key", "position", "proof"]):
            name, public_key = read_verifier_key(line["key"])
            position = line["position"]
            if name != origin or not is_count(position) or (number == 1) != ("proof" not in line):
                raise Bad("key %d is none of %s" % (number, origin))
            if number > 1:
                before = self.keys[-1]
                body, index = read_proof(line["proof"].encode(), origin, [before])
                entry = read_entry(body)
                if index != position - 1 or position <= before[1] or entry["type"] != "ledger.key" \
                        or entry["publicKey"] != base64.b64encode(public_key).decode() \
                        or entry["before"] != base64.b64encode(before[0]).decode():
                    raise Bad("key %d is not the one that its entry names" % number)
            self.keys.append((public_key, position))
        if not self.keys:
            raise Bad("there is no key")
        return self.keys

    def check_note(self):
        origin = self.manifest["origin"]
        text, signatures = read_note(self.source.read("manifest.note") or b"")
        if text != "%s/bundle\n%s\n" % (origin, self.manifest_hash):
            raise Bad("it is the note of another manifest")
        public_key = self.keys[-1][0]
        if len(signatures) != 1 or signatures[0][:2] != (origin, key_id(origin, 1, public_key)):
            raise Bad("not signed by the newest key alone")
        if not verify_ed25519(public_key, text.encode(), signatures[0][2]):
            raise Bad("its signature does not verify")

    def check_entries(self):
        m = self.manifest
        left, right = self.read_tree_proof()
        leaves = self.source.read("leaves") or b""
        kept = [leaves[at:at + 32] for at in range(0, len(leaves), 32)]
        checkpoints = self.read_checkpoints()
        tree, shifted = Tree(m["from"] - 1, left), False
        opened, before = set(), set()
        self.meet(tree, checkpoints)
        for body in self.lines("entries.jsonl"):
            position = tree.size + 1
            leaf = leaf_hash(body)
            if not shifted:
                shifted = self.compare_leaf(position, leaf, kept)
            entry = self.attempt("entry %d" % position, read_entry, body)
            if entry is not None:
                if entry["plane"] != m["plane"]:
                    self.fail("entry %d" % position, "it is of plane " + entry["plane"])
                self.pair(position, entry, opened, before)
                self.entries[position] = entry
            tree.append(1, leaf)
            self.meet(tree, checkpoints)
        count = m["to"] - m["from"] + 1
        if tree.size - m["from"] + 1 != count:
            self.fail("entries.jsonl", "it has %d entries, and was made with %d"
                      % (tree.size - m["from"] + 1, count))
        if tree.size == m["to"] and m["size"] > m["to"]:
            for width, value in zip(cover(m["to"], m["size"]), right):
                tree.append(width, value)
            self.meet(tree, checkpoints)
        for size, _, _, _ in checkpoints:
            self.fail("a checkpoint of %d entries" % size, "there are %d entries" % tree.size)
        if self.last is None or self.last[0] != m["size"]:
            self.fail("checkpoints.jsonl", "none of %d entries has the root of these" % m["size"])

    def compare_leaf(self, position, leaf, kept):
        """Names what became of an entry; True where those behind it are out of step."""
        index = position - self.manifest["from"]
        if index < len(kept) and kept[index] == leaf:
            return False
        where = "entry %d" % position
        if index >= len(kept):
            self.fail(where, "nothing was recorded at this position")
        elif 0 < index and kept[index - 1] == leaf:
            self.fail(where, "it is the one before it again")
        elif index + 1 < len(kept) and kept[index + 1] == leaf:
            self.fail(where, "it is entry %d: entry %d is missing" % (position + 1, position))
        else:
            other = leaf in kept and "entry %d stands in its place" % (
                self.manifest["from"] + kept.index(leaf))
            self.fail(where, other or "it is not what was recorded: it has another hash")
            return False
        return True

    def pair(self, position, entry, opened, before):
        kind, call = entry["type"], entry.get("call")
        if kind == "call.intent":
            self.definitions.add(entry["definition"])
            if call in opened:
                self.fail("entry %d" % position, "a second intent of the open call " + call)
            opened.add(call)
        if kind == "call.outcome":
            if call in opened:
                opened.remove(call)
            elif self.manifest["from"] > 1 and call not in before:
                before.add(call)
            else:
                self.fail("entry %d" % position, "an outcome of a call without an open intent")
        if kind == "policy.changed":
            self.changes[entry["revision"]] = (position, entry)

    def read_tree_proof(self):
        m = self.manifest
        data = self.source.read("proof.json") or b""
        value = read_json(text_of(data))
        if not isinstance(value, dict) or list(value) != ["left", "right"] \
                or written(value) + "\n" != text_of(data) \
                or not all(isinstance(value[n], list) and all(map(is_hash, value[n])) for n in value) \
                or len(value["left"]) != len(cover(0, m["from"] - 1)) \
                or len(value["right"]) != len(cover(m["to"], m["size"])):
            raise Bad("proof.json has not the hashes of this range")
        return [[bytes.fromhex(one) for one in value[name]] for name in ("left", "right")]

    def read_checkpoints(self):
        found, before = [], None
        count = 0
        for number, line in self.objects("checkpoints.jsonl", ["note"]):
            count = number
            where = "checkpoint %d" % number
            read = is_plain(line["note"]) and self.attempt(
                where, read_checkpoint, line["note"].encode("utf-8", "surrogatepass"),
                self.manifest["origin"], self.keys)
            if not read:
                self.fail(where, "it does not count")
                continue
            size, _, seconds, key = read
            if size < self.keys[key][1]:
                self.fail(where, "it is signed by a key that came later")
            if before and (size < before[0] or seconds < before[2] or key < before[3]):
                self.fail(where, "its size, time or key is of before the one before it")
            before = read
            found.append(read)
        if count != self.manifest["checkpoints"]:
            self.fail("checkpoints.jsonl", "it has %d checkpoints, and was made with %d"
                      % (count, self.manifest["checkpoints"]))
        return found

    def meet(self, tree, checkpoints):
        """Holds the checkpoints of this size against the root."""
        while checkpoints and checkpoints[0][0] <= tree.size:
            size, root, seconds, key = checkpoints.pop(0)
            if size == tree.size and root == self.root_of(tree):
                self.last = (size, root, seconds, key)
            else:
                self.fail("a checkpoint of %d entries" % size, "it has another root than the entries")

    def root_of(self, tree):
        self.roots[tree.size] = tree.root()
        return self.roots[tree.size]

    def check_definitions(self):
        open_ones = set(self.definitions)
        for number, line in enumerate(self.lines("definitions.jsonl"), 1):
            if sha256(line).hex() not in open_ones:
                raise Bad("line %d: no entry names its hash" % number)
            open_ones.remove(sha256(line).hex())
        if open_ones != set(self.manifest["missing"]) or len(open_ones) != len(self.manifest["missing"]):
            raise Bad("definitions are missing that the manifest does not name, or the other way round")

    def check_policy(self):
        open_ones, before = dict(self.changes), 0
        names = ["at", "by", "changes", "revision", "set", "summary", "why"]
        for number, line in self.objects("policy.jsonl", names):
            revision = line["revision"]
            if not is_count(revision) or revision <= before:
                raise Bad("line %d: revisions are not in their order" % number)
            before = revision
            position, entry = open_ones.pop(revision, (0, None))
            if entry and any(line[name] != entry.get(name, "") for name in ("by", "set", "summary", "why")):
                self.fail("policy.jsonl", "line %d: entry %d says something else" % (number, position))
        for revision, (position, _) in open_ones.items():
            self.fail("policy.jsonl", "revision %d, which entry %d tells, is missing" % (revision, position))

    def beside(self, name, names):
        """Lines that belong to entries, with their entries."""
        before = self.manifest["from"] - 1
        if self.source.read(name) is None:
            return
        for number, line in self.objects(name, names):
            position = line["position"]
            if not is_count(position) or position <= before or position not in self.entries:
                raise Bad("line %d: positions are not in their order, within the range" % number)
            before = position
            entry = self.entries[position]
            yield number, line, entry, "result" if entry["type"] == "call.outcome" else "arguments"

    def check_payloads(self):
        for number, line, entry, side in self.beside("payloads.jsonl", ["position", "sealed"]):
            if entry.get(side + "Sealed") != sha256(unbase64(line["sealed"])).hex():
                self.fail("payloads.jsonl", "line %d: its entry has another hash of it" % number)

    def check_disclosed(self):
        for number, line, entry, side in self.beside("disclosed.jsonl", ["nonce", "plain", "position"]):
            if not is_hash(line["nonce"]):
                raise Bad("line %d: no nonce" % number)
            said = b"bailiwick/commit/v1\x00" + bytes.fromhex(line["nonce"]) + unbase64(line["plain"])
            if entry.get(side + "Commit") != sha256(said).hex():
                self.fail("disclosed.jsonl", "line %d: its entry commits to another text" % number)

    def check_trust(self, trusted):
        at = [public_key for public_key, _ in self.keys].index(trusted[1]) \
            if trusted[1] in [public_key for public_key, _ in self.keys] else None
        if at is None or trusted[0] != self.manifest["origin"]:
            raise Bad("the key that was given is not among the ledger's keys")
        if self.last is None or self.last[3] < at:
            raise Bad("the last checkpoint is not signed by the key that was given, or a later one")

    def check_kept(self, data):
        size, root, _, _ = read_checkpoint(data, self.manifest["origin"], self.keys)
        if size > self.manifest["size"]:
            raise Bad("the ledger was cut off or is an older copy: it had %d entries, and has %d"
                      % (size, self.manifest["size"]))
        if size > 0 and size not in self.roots:
            raise Bad("it counts %d entries, which lies outside of the range" % size)
        if self.roots.get(size, sha256(b"")) != root:
            raise Bad("the ledger was forked: its first %d entries are others" % size)


def read_proof(data, origin, keys):
    """Body and index of the entry that a proof shows to be under a checkpoint by one of the keys."""
    head, _, checkpoint = text_of(data).partition("\n\n")
    lines = head.split("\n")
    if len(lines) < 3 or lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("extra ") \
            or re.fullmatch("index (0|[1-9][0-9]{0,15})", lines[2]) is None or len(lines) > 67:
        raise Bad("not a proof of one entry")
    body, index = unbase64(lines[1][6:]), int(lines[2][6:])
    proof = [unbase64(line) for line in lines[3:]]
    size, root, _, _ = read_checkpoint(checkpoint.encode(), origin, keys)
    if any(len(one) != 32 for one in proof) or included_root(leaf_hash(body), index, size, proof) != root:
        raise Bad("the proof does not lead to the checkpoint")
    return body, index


class Folder:
    def __init__(self, path):
        self.path = path

    def names(self):
        return os.listdir(self.path)

    def read(self, name):
        path = os.path.join(self.path, name)
        if name != os.path.basename(name) or not os.path.isfile(path):
            return None
        with open(path, "rb") as file:
            return file.read()


def read_file(path):
    with open(path, "rb") as file:
        return file.read()


def main(arguments):
    options = {"--key": None, "--checkpoint": None}
    paths = []
    while arguments:
        word = arguments.pop(0)
        if word in options and arguments:
            options[word] = arguments.pop(0)
        else:
            paths.append(word)
    if len(paths) != 1 or paths[0].startswith("-") or not os.path.exists(paths[0]):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        key = options["--key"]
        if key is not None and os.path.isfile(key):
            key = read_file(key).decode().strip()
        trusted = None if key is None else read_verifier_key(key)
    except (Bad, UnicodeDecodeError) as bad:
        print("--key: %s" % bad, file=sys.stderr)
        return 2
    if os.path.isdir(paths[0]):
        return tell_bundle(paths[0], trusted, options["--checkpoint"])
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


def tell_bundle(path, trusted, checkpoint):
    bundle = Bundle(Folder(path))
    bundle.verify(trusted, None if checkpoint is None else read_file(checkpoint))
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

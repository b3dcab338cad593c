"""Small worlds of packages at random, and a judge of answers that tries all sets there are. It knows what the words mean, and nothing of how the
answers are found."""
import functools
import itertools
import re

NAMES = "abcdefgh"
VIRTUAL = ["v", "w"]
# In the order of Debian's versions.
VERSIONS = ["1~rc1", "1", "1-1", "1.0a", "1.2", "1.10", "2", "1:0.5"]
# In the order of luet's; what stands behind a plus counts for what is newest, and for what is meant exactly, but for no range.
LUET_VERSIONS = ["1_beta2", "1_rc1", "1", "1+2", "1+10", "1_p1", "1.2", "1.10", "2"]
LUET_SELECTORS = ["{}", "={}", "!={}", "<{}", "<={}", ">{}", ">={}", "~{}"]
OPS = {"<<": lambda c: c < 0, "<=": lambda c: c <= 0, "=": lambda c: c == 0, ">=": lambda c: c >= 0, ">>": lambda c: c > 0}


def compare(a, b):
    """By the lists alone: "-" (no version) is older than all. What stands in both lists has no other neighbours there."""
    versions = VERSIONS if {a, b} <= {"-", *VERSIONS} else LUET_VERSIONS
    place = {v: i for i, v in enumerate(["-"] + versions)}
    return (place[a] > place[b]) - (place[a] < place[b])


class Package:
    def __init__(self, where, name, version):
        self.where, self.name, self.version = where, name, version
        self.depends, self.conflicts, self.provides = [], [], []
        self.held = self.automatic = False

    def line(self):
        parts = [f"d {r}" for r in self.depends] + [f"c {r}" for r in self.conflicts] + [f"p {r}" for r in self.provides]
        parts += ["held"] * self.held + ["automatic"] * self.automatic
        return f"{self.where} {self.name} {self.version}" + (": " + "; ".join(parts) if parts else "")


class World:
    luet = False

    def __init__(self):
        self.repositories = []  # (name, priority)
        self.packages = []
        self.goal, self.cascade, self.wishes = "install", False, []

    def installed(self):
        return [p for p in self.packages if p.where == "installed"]

    def lines(self):
        wishes = [n + ("=" + v if v else "") for n, v in self.wishes]
        ask = " ".join(["ask", self.goal] + ["--cascade"] * self.cascade + wishes)
        return [f"repository {n} {p}" for n, p in self.repositories] + [p.line() for p in self.packages] + [ask]


def selector(chance):
    part = chance.choice(LUET_SELECTORS).format(chance.choice(LUET_VERSIONS))
    return part if chance.random() < 0.7 else chance.choice(["=1*", "1.*", ">=0", f">=1 {part}", f"<2,{part}"])


def relation(chance, names, plain):
    name = chance.choice(names)
    if chance.random() < plain:
        return name
    if "/" in name:
        return f"{name} ({selector(chance)})"
    return f"{name} ({chance.choice(list(OPS))} {chance.choice(VERSIONS)})"


def fill(chance, package, names):
    others = [n for n in names if n != package.name] or names
    virtual = [f"v/{n}" if "/" in names[0] else n for n in VIRTUAL]
    for _ in range(chance.choice([0, 0, 1, 1, 2])):
        package.depends.append(relation(chance, others + virtual[:1], 0.4))
    if chance.random() < 0.3:
        package.conflicts.append(relation(chance, names + virtual, 0.4))
    if chance.random() < 0.3:
        name = chance.choice(virtual + names[:1])
        version = chance.choice(LUET_VERSIONS if "/" in name else VERSIONS)
        package.provides.append(name if chance.random() < 0.5 else f"{name} (= {version})")


def install_some(chance, w, offered):
    """What is installed is a sound set: what is added must fit; but now and then one is broken, as after a removal by force."""
    for package in chance.sample(offered, len(offered)):
        now = w.installed()
        if any(p.name == package.name for p in now) or chance.random() < 0.4:
            continue
        copy = Package("installed", package.name, package.version)
        copy.depends, copy.conflicts, copy.provides = package.depends, package.conflicts, package.provides
        if not is_sound(now + [copy], []) and chance.random() < 0.95:
            continue
        copy.held = chance.random() < 0.15
        copy.automatic = chance.random() < 0.4
        w.packages.insert(0, copy)


def ask(chance, w, names):
    here = [p.name for p in w.installed()]
    w.goal = chance.choice(["install"] * 5 + ["upgrade", "upgrade", "remove", "autoremove", "switch"])
    if w.goal in ("remove", "switch") and not here:
        w.goal = "install"
    if w.goal == "install":
        for name in chance.sample(names, min(len(names), chance.choice([1, 1, 2]))):
            versions = [p.version for p in w.packages if p.name == name and p.version != "-"]
            exact = versions and chance.random() < 0.4
            w.wishes.append((name, chance.choice(versions) if exact else ""))
    elif w.goal == "upgrade":
        w.wishes = [(n, "") for n in chance.sample(here, min(len(here), chance.choice([0, 1])))]
    elif w.goal == "remove":
        w.wishes = [(n, "") for n in chance.sample(here, 1)]
        w.cascade = chance.random() < 0.5
    elif w.goal == "switch":
        name = chance.choice(here)
        versions = [p.version for p in w.packages if p.name == name and p.version != "-"]
        w.wishes = [(name, chance.choice(versions))] if versions else []
        w.goal = "switch" if versions else "upgrade"


def world(chance, luet=False):
    w = World()
    w.luet = luet
    w.repositories = [("main", 1), ("extra", chance.choice([1, 2, 0]))]
    names = [f"k/{n}" if luet else n for n in NAMES[:chance.randint(2, 8)]]
    offered = []
    for name in names:
        versions = chance.sample(LUET_VERSIONS if luet else VERSIONS, chance.randint(1, 3))
        if chance.random() < 0.1:
            versions[0] = "-"
        for version in versions:
            package = Package(chance.choice(["main", "main", "extra"]), name, version)
            fill(chance, package, names)
            offered.append(package)
    install_some(chance, w, offered)
    w.packages += [p for p in offered if chance.random() < 0.85]
    ask(chance, w, names)
    return w


# --- What the words mean -------------------------------------------------------------------------------------

@functools.lru_cache(None)
def parts(text):
    if "/" in text:
        name, _, rest = text.partition(" (")
        return name, rest[:-1], rest[:-1].lstrip("= ")
    found = re.fullmatch(r"(\S+?)(?: \((\S+) (\S+)\))?", text)
    return found.group(1), found.group(2), found.group(3)


def holds_part(part, version):
    """Of a selector of luet's."""
    op, bound = re.fullmatch(r"([<>=!~]*)(.*)", part).groups()
    plain = [v.split("+")[0] for v in (version, bound)]
    if op == ">=" and bound == "0":
        return True
    if bound.endswith("*"):
        return re.split(r"[._+]", version)[0] == bound.rstrip("*").rstrip(".")
    if op in ("", "="):
        return version == bound
    if op == "!=":
        return plain[0] != bound if "+" not in bound else version != bound
    order = compare(*plain)
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0, "~": order == 0}[op]


def holds(text, version):
    _, op, bound = parts(text)
    if not op or op == ">=0":
        return True
    if "/" in text:
        return bool(version) and version != "-" and all(holds_part(p, version) for p in re.split("[ ,]+", op))
    return version is not None and version != "-" and OPS[op](compare(version, bound))


def meets(package, text):
    name = parts(text)[0]
    if package.name == name and holds(text, package.version):
        return True
    return any(parts(p)[0] == name and holds(text, parts(p)[2]) for p in package.provides)


def unmet(package, those):
    return [r for r in package.depends if not any(meets(p, r) for p in those)]


def fights(package, those):
    return [(r, p) for r in package.conflicts for p in those if p is not package and meets(p, r)]


def is_sound(those, before):
    """What was wrong already between those who were there before may stay so."""
    for p in those:
        was = p in before
        for r in unmet(p, those):
            if not (was and not any(meets(b, r) for b in before)):
                return False
        for _, other in fights(p, those):
            if not (was and other in before):
                return False
    return True


def takes_place(a, b):
    return any(parts(p)[0] == parts(r)[0] and meets(b, r) for r in a.conflicts for p in a.provides)


def allowed(w, name, ways):
    """What may become of a package: of each name the choices, None for: not there. ways: whether who is in the way may go."""
    here = next((p for p in w.installed() if p.name == name), None)
    offered = [p for p in w.packages if p.name == name and p.where != "installed"]
    wish = [v for n, v in w.wishes if n == name]
    if here and here.held:
        offered = [p for p in offered if False]
    if w.goal == "remove":
        if wish:
            return [] if here.held else [None]
        return ([here] if here else []) + ([None] if not here or (w.cascade and not here.held) else [])
    exact = [v for v in wish if v]
    if exact:
        if here and compare(here.version, exact[0]) == 0:
            return [here]
        return [p for p in offered if compare(p.version, exact[0]) == 0]
    if here:
        # Without a version, another content is newer: the worlds have no ids, so all such are the same.
        newer = [p for p in offered if compare(p.version, here.version) >= 0]
        return [here] + newer + ([None] if ways and not here.held else [])
    return offered if wish else offered + [None]


def sets(w, ways):
    """All that would do."""
    names = sorted({p.name for p in w.packages})
    before = w.installed()
    for choice in itertools.product(*[allowed(w, n, ways) for n in names]):
        those = [p for p in choice if p]
        gone = [b for b in before if b.name not in {p.name for p in those}]
        if ways and w.goal != "remove":
            asked = [p for p in those if p.name in {n for n, _ in w.wishes}]
            if not all(any(takes_place(a, b) for a in asked) for b in gone):
                continue
        if is_sound(those, before):
            yield those, gone


def unneeded(those, roots):
    needed = list(roots)
    for p in needed:
        for r in p.depends:
            needed += [q for q in those if meets(q, r) and q not in needed]
    return [p for p in those if p not in needed]


def result(w, lines):
    """The set that an answer leads to; what it removes."""
    now = {p.name: p for p in w.installed()}
    gone = []
    for line in lines:
        words = line.split(" ")
        if words[0] in "+^v":
            found = [p for p in w.packages if [p.name, p.version, p.where] == words[1:4]]
            if not found:
                raise ValueError(f"nothing such: {line}")
            now[words[1]] = found[0]
        elif words[0] == "-":
            gone.append(now.pop(words[1]))
    return list(now.values()), gone


def best_of(w, name, ways):
    """Of the offers of a name that are in any set, the one of the best repository that is newest."""
    can = {id(p): p for those, _ in sets(w, ways) for p in those if p.name == name and p.where != "installed"}
    order = dict(w.repositories)
    best = None
    for p in can.values():
        if not best or order[p.where] < order[best.where] or (
                order[p.where] == order[best.where] and compare(p.version, best.version) > 0):
            best = p
    return best


def judge_one(w, those):
    """Of one wish alone: the best that can be; of what is here already, if that is newer."""
    before = {p.name: p for p in w.installed()}
    name, version = w.wishes[0]
    best = None if version else best_of(w, name, len({p.name for p in those} & set(before)) < len(before))
    if not best or (name in before and (before[name].held or compare(best.version, before[name].version) <= 0)):
        return None
    got = next(p for p in those if p.name == name)
    order = dict(w.repositories)
    if got is before.get(name) or order[got.where] != order[best.where] or compare(got.version, best.version):
        return f"{best.version} of {best.where} could be there"
    return None


def judge_all(w, those):
    """Of an upgrade of all: nothing is kept back that could be newer where all others stay as they came."""
    before = w.installed()
    order = dict(w.repositories)
    for p in those:
        was = next((b for b in before if b.name == p.name), None)
        if not was or was.held:
            continue
        offers = sorted((q for q in w.packages if q.name == p.name and q.where != "installed"),
                        key=functools.cmp_to_key(lambda a, b: order[a.where] - order[b.where] or compare(b.version, a.version)))
        rest = [q for q in those if q is not p]
        best = next((q for q in offers if is_sound([*rest, q], before)), None)
        if best and compare(best.version, p.version) > 0:
            return f"{p.name} could be {best.version}"
    return None


def judge_choice(w, those):
    """Of one wish alone the best; and nothing changes in vain."""
    before = {p.name: p for p in w.installed()}
    wrong = judge_one(w, those) if len(w.wishes) == 1 else None
    if wrong:
        return wrong
    for p in those:
        was = before.get(p.name)
        if p is was or p.name in {n for n, _ in w.wishes}:
            continue
        if is_sound([q for q in those if q is not p] + ([was] if was else []), list(before.values())):
            return f"{p.name} {p.version} comes in vain"
    return None


def without(w, gone=None, unheld=None):
    """The same world after a removal, or an unhold."""
    other = World()
    other.repositories, other.goal, other.cascade, other.wishes = w.repositories, w.goal, w.cascade, w.wishes
    for p in w.packages:
        if p.where == "installed" and p.name == gone:
            continue
        copy = Package(p.where, p.name, p.version)
        copy.depends, copy.conflicts, copy.provides = p.depends, p.conflicts, p.provides
        copy.held, copy.automatic = p.held and p.name != unheld, p.automatic
        other.packages.append(copy)
    return other


def can_be(w):
    if w.goal == "upgrade":
        here = {p.name: p for p in w.installed()}
        return all(best and compare(best.version, here[n].version) > 0
                   for n, best in ((n, best_of(w, n, False)) for n, _ in w.wishes))
    return any(True for _ in sets(w, False)) or (w.goal != "remove" and any(True for _ in sets(w, True)))


def judge_help(w, line):
    """Whether the command of a help helps."""
    command = re.split(r"  +\(", re.sub(r"^\| (Either|or|Instead): +fardel ", "", line))[0].split(" ")
    other = without(w)
    if command[0] == "unhold":
        other = without(w, unheld=command[1])
    elif command[0] == "remove" and w.goal != "remove":
        alone = without(w)
        alone.goal, alone.cascade, alone.wishes = "remove", False, [(command[1], "")]
        if not can_be(alone):
            return f"{command[1]} cannot be removed"
        other = without(w, gone=command[1])
    elif command[0] == "switch":
        other.wishes = [(command[1], command[2])]
    else:
        other.cascade |= "--cascade" in command
        other.wishes = [tuple((c + "=").split("=")[:2]) for c in command[1:] if c != "--cascade"]
    return None if can_be(other) else f"it does not help: {line}"


def judge_refusal(w, got):
    status = got[0].split(" ")[0]
    names = {p.name for p in w.packages}
    for line in got:
        if re.match(r"\| (Either|or|Instead): ", line):
            why = judge_help(w, line)
            if why:
                return why
    for name, version in w.wishes:
        there = [p for p in w.packages if p.name == name]
        if name not in names or (version and all(p.version == "-" or compare(p.version, version) for p in there)):
            return None if status == "3" else "something is asked for that is not there, and the status is not 3"
    if status != "11":
        return f"status {status}"
    here = {p.name: p for p in w.installed()}
    for name, version in w.wishes:
        if name in here and here[name].held and not version and w.goal != "remove":
            return None  # what is held is refused, where something better is there
    if w.goal == "upgrade":
        if not w.wishes:
            return "an upgrade of all is refused"
        # Of what was named the best that there can be is not newer.
        for name, _ in w.wishes:
            best = best_of(w, name, False)
            if best and compare(best.version, here[name].version) > 0:
                return f"it could be upgraded to {best.version}"
        return None
    if any(True for _ in sets(w, False)):
        return "there is a set"
    if w.goal in ("install", "switch") and any(True for _ in sets(w, True)):
        return "there is a set, where some give way"
    return None


def judge(w, got):
    """None, or what is wrong with the answer."""
    if got and got[0][0].isdigit():
        return judge_refusal(w, got)
    those, gone = result(w, got)
    before = w.installed()
    if w.goal == "autoremove":
        roots = [p for p in before if not p.automatic or p.held]
        wanted = {p.name for p in unneeded(before, roots)}
        return None if {p.name for p in gone} == wanted else f"unneeded are {sorted(wanted)}"
    if not is_sound(those, before):
        return "the set contradicts itself"
    if len({p.name for p in those}) != len(those):
        return "two of one name"
    ways = bool(gone) and w.goal in ("install", "switch")
    if not any(set(map(id, those)) == set(map(id, t)) for t, _ in sets(w, ways)):
        return "not a set that may be"
    if ways and any(True for _ in sets(w, False)):
        return "something goes that could stay"
    if w.goal == "remove":
        least = min(len(g) for _, g in sets(w, False))
        if len(gone) != least:
            return f"{len(gone)} go, {least} would do"
        return None
    return judge_choice(w, those) if w.wishes else judge_all(w, those)

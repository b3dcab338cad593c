"""What a run opens: nothing but what it was given."""
import os
import re
import shutil

from drive import SANITIZED, Skipped, want

SCRIPT = """
function configure(upstream)
  fs.link(upstream .. "/a", "ROOT/usr/bin/a")
  fs.write("ROOT/etc/a", fs.read("upstream/a") .. os.date() .. os.time() .. json.encode(json.decode('{"a": 1}')) .. sys.locale)
  fs.glob("upstream/**")
  pcall(fs.read, "/etc/passwd")
  pcall(fs.read, "../outside/secret")
  print(string.format("%5.2f", 1.5), text.escape("x"), toml.decode("a = 1").a, math.random(), pcall(error, {}))
end
"""


def opened(g):
    """The absolute paths that calls name."""
    with open(g.work + "/trace") as file:
        lines = file.read().splitlines()
    found = set()
    for line in lines:
        for at, path in re.findall(r"(AT_FDCWD|\d+)(?:<[^>]*>)?, \"([^\"]*)\"", line) + re.findall(r"(open|stat|access|readlink)\(\"([^\"]*)\"",
                                                                                                 line):
            if not line.split("(")[0].endswith(("execve", "execveat")) and (at != "openat2" and path.startswith("/")):
                found.add(path)
    return found


def test_a_run_opens_nothing_that_it_was_not_given(g):
    if not shutil.which("strace"):
        raise Skipped("strace is not there")
    if SANITIZED:
        raise Skipped("sanitizers open files of their own")
    g.put("dir/upstream/a", "x")
    run = g.run(SCRIPT.replace("ROOT", g.root), wrap=("strace", "-f", "-e", "trace=%file,%network,%process", "-o", g.work + "/trace"))
    if "ptrace" in run.err.lower() and run.status:
        raise Skipped("no tracing")
    want(run.status == 0, str(run))
    with open(g.work + "/trace") as file:
        trace = file.read()
    want("socket(" not in trace and "connect(" not in trace, "a socket")
    want(trace.count("execve(") == 1 and "fork" not in trace and "clone" not in trace, "a process")
    # Without CAP_SYS_PTRACE nobody reads the memory of a process that is not to be looked into.
    if re.search(r"openat2\(\d+, 0x", trace):
        raise Skipped("no strace that may read what calls are given")
    # The C library of a static program asks where that is, before it begins.
    given = {"/proc/self/exe", g.dir + "/rules.lua", g.dir, g.out, g.tmp, g.root, *(f"{g.root}/{name}" for name in ("proc", "sys", "dev", "run"))}
    found = opened(g)
    want(found and found <= given, f"opened besides: {sorted(found - given)}")
    # All else is below one of those by descriptor, which the kernel holds it to.
    for line in trace.splitlines():
        if "openat2(" in line:
            want("RESOLVE_BENEATH" in line or "RESOLVE_IN_ROOT" in line, line)
            want("RESOLVE_NO_MAGICLINKS" in line, line)
    want("openat2(" in trace, "no look-up at all")

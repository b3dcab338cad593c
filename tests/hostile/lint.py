"""L: installers that are only looked at, by `fardel lint`: whatever is in them, it answers, in time, and runs nothing."""
import os

from archives import installer, write
from box import MIB, SANITIZED, SECONDS, case, want
from tarbytes import file, folder, gz, member, pack, tar

HEAD = "#!/bin/sh\nset -eu\n"


def lint(box, rules, *more, mode=0o755):
    """Of an installer with these rules, as a file: how it ended, in bounds."""
    content = tar(folder("hello"), file("hello/rules", rules, mode=mode), *more)
    return bounded(box, box.fardel("lint", write(box, gz(content, 1))))


def bounded(box, run):
    want(run.status in (0, 1), f"exit {run.status}: {run.err}")
    want(run.seconds <= 2 * SECONDS, f"{run.seconds} s")
    want(run.peak <= 512 * MIB or SANITIZED, f"{run.peak} bytes")
    box.clean_text(run.err)
    box.clean_text(run.out.replace("\t", " "))
    box.unharmed()
    return run


def says(run, *texts):
    for text in texts:
        want(text in run.out, f"does not say {text!r}: {run.out[:2000]}")


@case("L-lint-lines", "lint: rules of 100,000 lines")
def lines(box):
    says(lint(box, HEAD + "killall x; ln -s a /usr/bin/$1 || cd x\n" * 100000), "kills-by-name", "more of these are not listed")


@case("L-lint-long", "lint: one line of 64 KiB, and one of 7 MiB")
def long_lines(box):
    says(lint(box, HEAD + "killall " + "x" * 65536 + "\n"), "kills-by-name")
    lint(box, HEAD + "killall " + "x " * (7 * MIB // 2) + "\n")


@case("L-lint-large", "lint: rules that are too large to be looked into")
def large(box):
    says(lint(box, HEAD + "#" * (9 * MIB)), "not-looked-into")


@case("L-lint-nul", "lint: rules with NULs, and rules that are a program")
def binary(box):
    says(lint(box, HEAD + "killall\0x\n"), "not-looked-into")
    with open("/bin/true", "rb") as program:
        says(lint(box, program.read()), "not-looked-into")


@case("L-lint-text", "lint: text for the terminal, in rules, facts, names and overrides")
def escapes(box):
    evil = "\x1b]0;x\x07\x1b[2J\u202e"
    says(lint(box, HEAD + f"chmod 'u+s{evil}' x\nrm -rf \"$y/{evil}\"\n",
              file("hello/legend", evil * 40), file("hello/upstream_pack_url", f"http://x/{evil}"),
              file("hello/lint-overrides", f"{evil} # {evil}\n"), file(f"hello/licens{evil[1:]}", "x")),
         "makes-setuid", "bad-override")


@case("L-lint-deep", "lint: what is nested a million times")
def deep(box):
    for piece in ("$(", "`", "${", "(", "{ ", "case x in x) ", "if ", "\"$(", "f() {\n", "<<E\n", "while "):
        lint(box, HEAD + piece * (MIB // len(piece)))


@case("L-lint-run", "lint: nothing of an installer is run, whatever it is called")
def nothing_runs(box):
    mark = os.path.join(box.work, "ran")
    touch = f"touch {mark}\n"
    lint(box, HEAD + touch + f"x=$({touch})\n`{touch}`\n: ${{x:=$({touch})}}\ncat <<E\n$({touch})\nE\n",
         file("hello/common.sh", touch), file("hello/sh", HEAD + touch, mode=0o755), file("hello/bash", HEAD + touch, mode=0o755))
    lint(box, f"#!/bin/bash\nBASH_ENV=x\n{touch}a[$({touch})]=1\n((b[$({touch})]))\n")
    lint(box, f"#!{mark}.sh\n{touch}")
    want(not os.path.exists(mark), "it was run")


@case("L-lint-archive", "lint: archives that install refuses")
def archives(box):
    ways = [file("../escaped", "x"), file("/escaped", "x"), member("hello/dev", b"3"), file("other/x", "x")]
    for way in ways:
        run = bounded(box, box.fardel("lint", installer(box, way)))
        want(run.status == 1 and run.out.count("\n") == 1, f"not refused alone: {run.out}")
        says(run, "refused")
    whole = pack(tar(folder("hello"), file("hello/rules", HEAD, mode=0o755)), "tar.gz")
    says(bounded(box, box.fardel("lint", write(box, whole[:-20]))), "refused")


@case("L-lint-many", "lint: an installer of 50,000 files, each with a fact's name or a script's")
def many(box):
    facts = [file(f"hello/{number}.sh", "killall x\n") for number in range(20000)]
    facts += [file(f"hello/legend.{number}~", "x") for number in range(30000)]
    lint(box, HEAD, *facts)


@case("L-lint-folder", "lint: a folder with fifos, devices of links, and links that lead out")
def folders(box):
    top = os.path.join(box.work, "hello")
    os.mkdir(top)
    os.mkfifo(os.path.join(top, "legend"))
    os.mkfifo(os.path.join(top, "x.sh"))
    os.symlink("/dev/zero", os.path.join(top, "rules"))
    os.symlink("/etc/shadow", os.path.join(top, "license"))
    os.symlink("hello", os.path.join(top, "loop"))
    run = bounded(box, box.fardel("lint", top))
    says(run, "rules-not-executable")
    want("root:" not in run.out, "a link was followed")


@case("L-lint-words", "lint: a shell that has far too much to say of a script")
def words(box):
    if not os.access("/bin/bash", os.X_OK):
        box.skip("there is no bash")
    for piece in ("if ", "while ", "a() {", "&& ", ") "):
        says(lint(box, "#!/bin/bash\nkillall x\n" + piece * 200000 + "\n"), "kills-by-name", "syntax", "bash: ")

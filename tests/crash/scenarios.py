"""What is played in crash tests."""
import ground

GC = ["gc"]
OLD = ("1", "installed")
NEW = ("2", "installed")
# Where a commit begins.
COMMIT = r'mkdirat\(\d+, "(after|before|base)", 0700'

# What was there, in turn (and `then` done); what is killed; which states (version, state) or None of hello are allowed after it, the last
# one being that of a run which nothing disturbed. `first` was killed already, when its rules stood halfway through the
# phase that `gate` names, or before `call` (and the commit was `found` so); what is killed then is the recovery from that.
# With `rules` other than the standard ones: every.sh changes all of ground.py's places in each way, and for each state they
# must be exactly as an undisturbed run leaves them; `edit`: an admin has changed some of it since. `since`: what strace
# shows of the first call that is of interest. `settlers`: reconfigure, which also settles what was left, would do more.
SCENARIOS = {
    "install": {"was": [], "run": ["install", "hello-1"], "after": [None, OLD]},
    "upgrade": {"was": ["hello-0", "hello-1"], "run": ["install", "hello-2"], "after": [OLD, NEW]},
    "two": {"was": ["hello-1"], "run": ["install", "hello-2", "other-1"], "after": [OLD, NEW]},
    "prepare": {"was": [], "run": ["prepare", "hello-1"], "after": [None, ("1", "prepared")]},
    "reconfigure": {"was": ["hello-1"], "run": ["reconfigure", "hello"], "after": [OLD]},
    "unconfigure": {"was": ["hello-1"], "run": ["unconfigure", "hello"], "after": [OLD, ("1", "prepared")]},
    "remove": {"was": ["hello-0", "hello-1"], "run": ["remove", "hello"], "after": [OLD, None]},
    "build": {"was": ["hello-1"], "run": ["build", "-o", "OUT", "SOURCE"], "after": [OLD]},
    "gc": {"was": ["hello-0", "hello-2", "hello-1"], "run": GC, "after": [OLD]},
    "cache-gc": {"was": ["hello-0", "hello-2", "hello-1"], "then": [["--set", "gc.keep=0", "gc"]], "run": ["cache", "gc"], "after": [OLD]},
    "live-install": {"was": [], "run": ["install", "--direct", "hello-1"], "after": [None, OLD]},
    "live-upgrade": {"was": ["hello-0", "hello-1"], "run": ["install", "--direct", "hello-2"], "after": [OLD, NEW]},
    "live-remove": {"was": ["hello-0", "hello-1"], "run": ["remove", "--direct", "hello"], "after": [OLD, None]},
    "recover-commit": {"was": ["hello-1"], "first": ["install", "hello-2"], "call": "syncfs.2", "run": GC, "after": [OLD]},
    "recover-install": {"was": [], "first": ["install", "--direct", "hello-1"], "gate": "configure", "run": GC, "after": [None]},
    "recover-upgrade": {"was": ["hello-1"], "first": ["install", "--direct", "hello-2"], "gate": "configure", "run": GC,
                        "after": [OLD]},
    "recover-remove": {"was": ["hello-1"], "first": ["remove", "--direct", "hello"], "gate": "unconfigure", "run": GC,
                       "after": [OLD]},
    "recover-fetch": {"was": [], "first": ["install", "hello-1"], "call": "fchmod.1", "run": GC, "after": [None]},
    "recover-purge": {"was": ["hello-1"], "first": ["remove", "hello"], "call": "renameat.1", "run": GC,
                      "after": [None]},
    "every-install": {"rules": "every", "was": [], "run": ["install", "hello-1"], "after": [None, OLD], "since": COMMIT},
    "every-upgrade": {"rules": "every", "was": ["hello-0", "hello-1"], "run": ["install", "hello-2"],
                      "after": [OLD, NEW], "since": COMMIT},
    "every-reconfigure": {"rules": "every", "was": ["hello-0", "hello-1"], "edit": ground.undo_some,
                          "run": ["reconfigure", "hello"], "after": [OLD], "since": COMMIT},
    "every-repair": {"rules": "every", "was": ["hello-1"], "edit": ground.undo_some, "run": ["verify", "--repair"],
                     "settlers": [GC], "after": [OLD], "since": COMMIT},
    "every-unconfigure": {"rules": "every", "was": ["hello-1"], "edit": ground.change_key, "run": ["unconfigure", "hello"],
                          "after": [OLD, ("1", "prepared")], "since": COMMIT},
    "every-remove": {"rules": "every", "was": ["hello-0", "hello-1"], "edit": ground.change_key, "run": ["remove", "hello"],
                     "after": [OLD, None], "since": COMMIT},
    "every-purge": {"rules": "every", "was": ["hello-1"], "edit": ground.change_key, "run": ["remove", "--purge", "hello"],
                    "after": [OLD, None], "since": COMMIT},
    "trim": {"rules": "every", "was": ["hello-0", "hello-1"],
             "run": ["--set", "undo.keep=1", "--set", "undo.days=0", "install", "hello-2"], "after": [OLD, NEW],
             "since": COMMIT},
    "undo-install": {"rules": "every", "was": ["hello-1"], "run": ["undo", "1"], "after": [OLD, None], "since": COMMIT},
    "undo-upgrade": {"rules": "every", "was": ["hello-1", "hello-2"], "run": ["undo", "2"], "after": [NEW, OLD],
                     "since": COMMIT},
    "undo-remove": {"rules": "every", "was": ["hello-0", "hello-1"], "then": [["remove", "hello"]], "run": ["undo", "3"],
                    "after": [None, OLD], "since": COMMIT},
    "undo-undone": {"rules": "every", "was": ["hello-0", "hello-1"], "then": [["remove", "hello"], ["undo", "3"]],
                    "run": ["undo", "4"], "after": [OLD, None], "since": COMMIT},
    "undo-again": {"rules": "every", "was": ["hello-0", "hello-1"],
                   "then": [["remove", "hello"], ["undo", "3"], ["undo", "4"]], "run": ["undo", "3"],
                   "after": [None, OLD], "since": COMMIT},
    "recover-kept": {"rules": "every", "was": ["hello-1"], "first": ["install", "hello-2"], "call": "syncfs.1",
                     "found": None, "run": GC, "after": [OLD]},
    "recover-amid": {"rules": "every", "was": ["hello-1"], "first": ["install", "hello-2"], "call": "renameat.15",
                     "found": "begun", "run": GC, "after": [OLD]},
    "recover-between": {"rules": "every", "was": ["hello-1"], "first": ["install", "hello-2"], "call": "syncfs.2",
                        "found": "begun", "run": GC, "after": [OLD]},
    "recover-remove-amid": {"rules": "every", "was": ["hello-1"], "first": ["remove", "hello"], "call": "renameat.10",
                            "found": "begun", "run": GC, "after": [OLD]},
    "recover-effects": {"rules": "every", "was": ["hello-1"], "first": ["install", "hello-2"], "call": "clone.3",
                        "found": "applied", "settlers": [GC], "run": GC, "after": [NEW]},
    "recover-undo": {"rules": "every", "was": ["hello-0", "hello-1"], "then": [["remove", "hello"]], "first": ["undo", "3"],
                     "call": "renameat.10", "found": "begun", "run": GC, "after": [None]},
}

PREPARED, EXTRACTED = ("1", "prepared"), ("1", "extracted")
PUAVO_GC = ["puavo-pkg", "gc-installations"]
# The same by the other name, puavo-pkg: the first of what was there is installed by it, and so all has its layout.
PUAVO = {
    "puavo-install": {"was": [], "run": ["puavo-pkg", "install", "hello-1"], "after": [None, OLD]},
    "puavo-upgrade": {"was": ["hello-0", "hello-1"], "run": ["puavo-pkg", "install", "hello-2"], "after": [OLD, NEW]},
    "puavo-again": {"was": ["hello-1"], "then": [["puavo-pkg", "remove", "hello"]],
                    "run": ["puavo-pkg", "install", "hello-1"], "after": [EXTRACTED, OLD]},
    "puavo-prepare": {"was": [], "run": ["puavo-pkg", "prepare", "hello-1"], "after": [None, PREPARED]},
    "puavo-unconfigure": {"was": ["hello-1"], "run": ["puavo-pkg", "unconfigure", "hello"], "after": [OLD, PREPARED]},
    "puavo-remove": {"was": ["hello-0", "hello-1"], "run": ["puavo-pkg", "remove", "hello"], "after": [OLD, EXTRACTED]},
    "puavo-purge": {"was": ["hello-0", "hello-1"], "run": ["remove", "hello"], "after": [OLD, None]},
    "puavo-gc": {"was": ["hello-2", "hello-1"], "run": PUAVO_GC, "after": [OLD]},
    "puavo-take-over": {"was": ["hello-1"], "filled": True, "run": PUAVO_GC, "after": [OLD]},
    "puavo-preview": {"was": ["hello-1"], "run": ["preview", "hello-2"], "after": [OLD]},
    "puavo-recover-install": {"was": [], "first": ["puavo-pkg", "install", "hello-1"], "call": "syncfs.2", "run": PUAVO_GC,
                              "after": [None]},
    "puavo-recover-commit": {"was": ["hello-1"], "first": ["puavo-pkg", "install", "hello-2"], "call": "syncfs.3",
                             "run": PUAVO_GC, "after": [OLD]},
    "puavo-recover-remove": {"was": ["hello-1"], "first": ["puavo-pkg", "remove", "hello"], "call": "unlinkat.30",
                             "run": PUAVO_GC, "after": [EXTRACTED]},
}

# `repo update`, by sync.py: the states are revisions. `whole`: there is one of the first revision; `rotated`: the second is signed by
# another key, and a new root says so.
SYNCS = {
    "sync": {"was": [1], "run": ["repo", "update"], "after": [1, 2]},
    "sync-first": {"was": [], "run": ["repo", "update"], "after": [0, 2]},
    "sync-whole": {"was": [], "whole": True, "run": ["repo", "update"], "after": [0, 2]},
    "sync-anew": {"was": [1], "run": ["repo", "update", "--force"], "after": [1, 2]},
    "sync-rotated": {"was": [1], "rotated": True, "run": ["repo", "update"], "after": [1, 2]},
}
# Luet's and Packets', by luets.py: updates of a wagon in either layout; two packages of trees, in whose upgrade a file moves from the first to the
# other; and what stands there taken over.
LUETS = {
    "wagon": {"was": [1], "wagon": "v2", "run": ["repo", "update"], "after": [1, 2]},
    "wagon-first": {"was": [], "wagon": "v1", "run": ["repo", "update"], "after": [0, 2]},
    "luet-install": {"was": [], "run": ["install", "tool-1"], "after": [None, OLD]},
    "luet-upgrade": {"was": ["tool-1", "other-1"], "run": ["install", "tool-2", "other-2"], "settlers": [GC], "after": [OLD, NEW]},
    "luet-remove": {"was": ["other-1", "tool-1"], "run": ["remove", "app-x/tool"], "after": [OLD, None]},
    "import-luet": {"was": [], "run": ["repo", "import", "luet", "DUMP"], "settlers": [GC], "after": [None, OLD]},
    "import-packets": {"was": [], "run": ["repo", "import", "packets"], "settlers": [GC], "after": [None, OLD]},
}
SCENARIOS.update(PUAVO)
SCENARIOS.update(SYNCS)
SCENARIOS.update(LUETS)

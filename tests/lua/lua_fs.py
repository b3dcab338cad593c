"""fs: files, folders and links; and where paths lead."""
import os
import re
import shutil
import stat
import subprocess

from drive import Skipped, want


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


def test_link_makes_a_link_and_the_folders_above_it(g):
    g.does(f"fs.link(upstream .. '/hello', '{g.root}/usr/local/bin/hello')")
    want(os.readlink(g.root + "/usr/local/bin/hello") == g.upstream + "/hello", "another target")
    want(mode(g.root + "/usr/local") == 0o755, "the folder's mode")


def test_link_replaces_a_link_and_nothing_else(g):
    os.symlink("old", g.out + "/link")
    g.does(f"fs.link('new', '{g.out}/link')")
    want(os.readlink(g.out + "/link") == "new", "the old one is there")
    g.put("out/file", "x")
    g.fails(f"fs.link('new', '{g.out}/file')", "fs.link", "/out/file", "no link")
    want(g.read("out/file") == "x", "the file was replaced")
    want(sorted(os.listdir(g.out)) == ["file", "link"], "something is left")


def test_link_tells_where_it_leads_to_nothing(g):
    there, nothing = g.put("dir/upstream/there", "x"), g.upstream + "/nothing"
    os.symlink("nothing", g.upstream + "/dangling")
    for target, dangles in ((there, False), (nothing, True), (there + "/x", True), (g.upstream + "/dangling", True), ("nothing", False),
                            (g.root + "/root/x", False), (g.outside + "/nothing", False)):
        run = g.run(f"function configure() fs.link('{target}', '{g.out}/link') end")
        said = f"warning: fs.link: {g.out}/link leads to nothing yet: {target}\n" if dangles else ""
        want(run.status == 0 and run.err == said and run.out == "", f"{target}: {run}")
        want(os.readlink(g.out + "/link") == target, target)


def test_write_replaces_and_keeps_the_mode(g):
    g.does(f"fs.write('{g.out}/a/b', 'one')")
    want(g.read("out/a/b") == "one" and mode(g.out + "/a/b") == 0o644, "content or mode")
    os.chmod(g.out + "/a/b", 0o600)
    g.does(f"fs.write('{g.out}/a/b', 'two')")
    want(g.read("out/a/b") == "two" and mode(g.out + "/a/b") == 0o600, "content or mode")
    g.does(f"fs.write('{g.out}/a/b', 'three', '0755')")
    want(mode(g.out + "/a/b") == 0o755, "mode given as text")
    g.does(f"fs.write('{g.out}/a/b', 'three', 448)")
    want(mode(g.out + "/a/b") == 0o700, "mode given as a number")
    want(os.listdir(g.out + "/a") == ["b"], "something is left")


def test_write_refuses_what_is_no_file(g):
    os.mkfifo(g.out + "/pipe")
    g.fails(f"fs.write('{g.out}/pipe', 'x')", "no plain file")
    g.make("out/folder")
    g.fails(f"fs.write('{g.out}/folder', 'x')", "no plain file")
    g.fails(f"fs.write('{g.out}/x', {{}})", "a text is needed, this is a table")
    g.fails(f"fs.write('{g.out}/x', 'x', '0999')", "octal")
    g.fails(f"fs.write('{g.out}/x', 'x', 1 << 20)", "07777")
    g.fails(f"fs.write('{g.out}/x', 'x', '0644', 1)", "3 arguments are the most")
    # Written as elsewhere, they are decimal.
    for slip in ("0644", "644", "755", "0755", "600", "700", "640", "750", "664", "775", "777", "555", "444", "440"):
        g.fails(f"fs.write('{g.out}/x', 'x', {slip})", f'mode: {int(slip)} is {int(slip):04o}: octal digits are written as "0755"')
    g.fails("fs.write('', 'x')", "path: it is empty")
    g.fails("fs.write('a\\0b', 'x')", "NUL")
    g.fails("fs.write(('a'):rep(5000), 'x')", "4095")


def test_what_a_link_leads_to_is_named_besides(g):
    g.put("dir/upstream/viewer", "x", 0o755)
    os.symlink(g.upstream + "/viewer", g.out + "/link")
    both = f"{g.out}/link, a link: {g.upstream}/viewer: it is not to be written to here"
    g.fails(f"fs.write('{g.out}/link', 'y')", "fs.write: " + both)
    g.fails(f"fs.chmod('{g.out}/link', '0644')", "fs.chmod: " + both)
    g.make("out/folder")
    os.mkfifo(g.out + "/pipe")
    os.symlink("folder", g.out + "/to-folder")
    os.symlink("pipe", g.out + "/to-pipe")
    os.symlink("../dir/nothing/x", g.out + "/to-nothing")
    g.fails(f"fs.write('{g.out}/to-folder', 'y')", f"{g.out}/to-folder, a link: {g.out}/folder: something is there that is no plain file")
    g.fails(f"fs.chmod('{g.out}/to-pipe', '0644')", f"{g.out}/to-pipe, a link: {g.out}/pipe: only files and folders have a mode")
    g.fails(f"fs.read('{g.out}/to-pipe')", f"{g.out}/to-pipe, a link: {g.out}/pipe: it is no plain file")
    g.fails(f"fs.read('{g.out}/to-nothing')", "to-nothing")
    g.is_(f"fs.append_line('{g.out}/new', 'x'), fs.exists('{g.out}/to-folder')", "true\ttrue")


def tracing(g):
    """Where strace is to write to."""
    if not shutil.which("strace") or subprocess.run(["strace", "-o", "/dev/null", "true"], check=False, capture_output=True).returncode:
        raise Skipped("no strace that may trace")
    return g.work + "/trace"


def test_mode_and_owner_are_set_before_the_file_has_its_name(g):
    """Afterwards the name may be another file's, in a folder that is not root's."""
    trace = tracing(g)
    g.put("out/a", "x", 0o606)
    g.put("dir/upstream/b", "x", 0o757)
    if os.getuid() == 0:
        os.chown(g.out + "/a", 1234, 1234)
    g.does(f"fs.write('{g.out}/a', 'y') fs.copy('upstream/b', '{g.out}/b') fs.write('{g.out}/c', 'y', '0766')",
           wrap=("strace", "-f", "-e", "trace=renameat,fchmod,fchown,fchmodat,fchownat", "-o", trace))
    calls = re.findall(r"(fchmod|fchown|fchmodat|fchownat|renameat)\(", g.read("trace"))
    one = ["fchmod", "renameat"]
    want(calls == (["fchown"] if os.getuid() == 0 else []) + 3 * one, str(calls))
    want([mode(g.out + "/" + name) for name in "abc"] == [0o606, 0o757, 0o766], "modes")
    want(os.stat(g.out + "/a").st_uid in (1234, os.getuid()), "owner")


def test_a_folder_has_its_mode_from_the_start(g):
    """Afterwards its name may be another's, in a folder that is not root's."""
    g.make("out/users")
    if os.getuid() == 0:
        os.chown(g.out + "/users", 1234, 1234)
    wanted = {"a": 0o755, "b": 0o777, "c": 0o1777, "d": 0o700}
    g.does("".join(f"fs.mkdir('{g.out}/users/{name}', '{bits:05o}') " for name, bits in wanted.items()),
           wrap=("strace", "-f", "-e", "trace=fchmod,chmod,fchmodat", "-o", tracing(g)))
    want({name: mode(f"{g.out}/users/{name}") for name in wanted} == wanted, "modes")
    want("chmod" not in g.read("trace"), g.read("trace"))
    os.chmod(g.out, 0o2755)
    g.does(f"fs.mkdir('{g.out}/e', '0750') fs.mkdir('{g.out}/f', '02775')")
    want((mode(g.out + "/e"), mode(g.out + "/f")) == (0o750, 0o2775), "what its folder hands on")
    if os.getuid() == 0:
        os.chmod(g.out + "/users", 0o2755)
        g.does(f"fs.mkdir('{g.out}/users/e', '0750')", wrap=("strace", "-f", "-e", "trace=fchmod,chmod,fchmodat", "-o", tracing(g)))
        want("chmod" not in g.read("trace"), g.read("trace"))


def test_chmod_is_not_led_to_another_users_file(g):
    if os.getuid():
        raise Skipped("only root's mode of another's file matters")
    g.put("out/users/mine", "x", 0o644)
    g.put("out/victim", "x", 0o600)
    os.chown(g.out + "/users", 1234, 1234)
    os.link(g.out + "/victim", g.out + "/users/file")
    g.fails(f"fs.chmod('{g.out}/users/file', '0666')", "/users/file: it has other names")
    want(mode(g.out + "/victim") == 0o600, "its mode was set")
    g.does(f"fs.chmod('{g.out}/users/mine', '0600') fs.chmod('{g.out}/victim', '0640')")


def test_append_line_adds_it_once(g):
    g.put("out/list", "one\ntwo")
    g.is_(f"fs.append_line('{g.out}/list', 'three'), fs.append_line('{g.out}/list', 'three')", "true\tfalse")
    want(g.read("out/list") == "one\ntwo\nthree\n", repr(g.read("out/list")))
    g.is_(f"fs.append_line('{g.out}/new', 'first')", "true")
    want(g.read("out/new") == "first\n", repr(g.read("out/new")))
    g.fails(f"fs.append_line('{g.out}/list', 'a\\nb')", "more than one line")


def test_read_gives_bytes(g):
    g.put("dir/data", b"a\0b\xff\n")
    g.is_("#fs.read('data'), fs.read('data'):byte(1, -1)", "5\t97\t0\t98\t255\t10")
    g.fails("fs.read('nothing')", "nothing", "No such file")
    os.mkfifo(g.dir + "/pipe")
    g.fails("fs.read('pipe')", "no plain file")
    g.fails("fs.read('.')", "no plain file")


def test_copy_copies_files_links_and_folders(g):
    g.put("dir/upstream/lib/a", "aa", 0o755)
    g.put("dir/upstream/lib/sub/b", "bb", 0o640)
    os.symlink("../a", g.upstream + "/lib/sub/l")
    g.does(f"fs.copy(upstream .. '/lib', '{g.out}/copy')")
    want(g.read("out/copy/a") == "aa" and mode(g.out + "/copy/a") == 0o755, "a")
    want(g.read("out/copy/sub/b") == "bb" and mode(g.out + "/copy/sub/b") == 0o640, "b")
    want(os.readlink(g.out + "/copy/sub/l") == "../a", "the link")
    g.does(f"fs.copy('upstream/lib/a', '{g.out}/deep/a', '0600')")
    want(g.read("out/deep/a") == "aa" and mode(g.out + "/deep/a") == 0o600, "with a mode")
    g.does(f"fs.copy('upstream/lib/sub/l', '{g.out}/l')")
    want(os.readlink(g.out + "/l") == "../a", "a link alone")
    g.fails(f"fs.copy('nothing', '{g.out}/x')", "no such file")
    g.fails(f"fs.copy('{g.out}/copy', '{g.out}/copy/sub/again')", "into itself")
    os.mkfifo(g.upstream + "/lib/pipe")
    g.fails(f"fs.copy(upstream .. '/lib', '{g.out}/other')", "no plain file")


def test_copying_or_moving_into_itself_leaves_nothing(g):
    g.put("out/copy/sub/b", "x")
    for verb in ("copy", "move"):
        for to in ("copy/a", "copy/a/b/c", "copy/sub/new/x", "link/new/x", "copy/sub/../new/x"):
            if not g.there("out/link"):
                os.symlink("copy/sub", g.out + "/link")
            g.fails(f"fs.{verb}('{g.out}/copy', '{g.out}/{to}')", "into itself")
            found = sorted(os.path.relpath(os.path.join(top, name), g.out) for top, folders, files in os.walk(g.out)
                           for name in folders + files)
            want(found == ["copy", "copy/sub", "copy/sub/b", "link"], f"{verb} to {to}: {found}")
    g.does(f"fs.copy('{g.out}/copy', '{g.out}/copy2/new/x') fs.move('{g.out}/copy', '{g.out}/new/y')")
    want(g.read("out/copy2/new/x/sub/b") == "x" and g.read("out/new/y/sub/b") == "x", "not beside it")


def test_copy_drops_setuid(g):
    g.put("dir/upstream/tool", "x", 0o4755)
    g.does(f"fs.copy('upstream/tool', '{g.out}/tool')")
    want(mode(g.out + "/tool") == 0o755, oct(mode(g.out + "/tool")))


def test_move_moves(g):
    g.put("out/a/x", "1")
    g.does(f"fs.move('{g.out}/a', '{g.root}/usr/share/b')")
    want(g.read("root/usr/share/b/x") == "1" and not g.there("out/a"), "not moved")
    g.put("dir/upstream/x", "1")
    g.fails(f"fs.move('upstream/x', '{g.out}/x')", "not to be written to")
    g.fails(f"fs.move('{g.out}/nothing', '{g.out}/x')", "No such file")


def test_mkdir_makes_folders(g):
    g.does(f"fs.mkdir('{g.out}/a/b/c', '0750') fs.mkdir('{g.out}/a/b/c')")
    want(mode(g.out + "/a/b/c") == 0o750 and mode(g.out + "/a") == 0o755, "modes")
    g.put("out/file", "x")
    g.fails(f"fs.mkdir('{g.out}/file')", "/out/file")


def test_remove_removes(g):
    g.put("out/a/b/c", "x")
    g.is_(f"fs.remove('{g.out}/nothing'), fs.remove('{g.out}/no/thing')", "false\tfalse")
    g.fails(f"fs.remove('{g.out}/a')", "not empty")
    g.is_(f"fs.remove('{g.out}/a/b/c'), fs.remove('{g.out}/a/b'), fs.exists('{g.out}/a/b')", "true\ttrue\tfalse")
    g.put("out/a/b/c", "x")
    g.is_(f"fs.remove('{g.out}/a', {{recursive = true}})", "true")
    want(not g.there("out/a"), "it is there")
    g.fails(f"fs.remove('{g.out}', {{recursive = true}})", "by its name")
    g.fails(f"fs.remove('{g.out}/a', {{recursiv = true}})", "is recursive meant")
    g.fails(f"fs.remove('{g.out}/a', {{recursive = 1}})", "true or false")


def test_remove_does_not_follow_a_link(g):
    g.put("out/real/x", "1")
    os.symlink("real", g.out + "/link")
    g.does(f"fs.remove('{g.out}/link', {{recursive = true}})")
    want(g.there("out/real/x") and not g.there("out/link"), "it followed the link")


def test_chmod_sets_the_mode(g):
    g.put("out/a", "x", 0o644)
    g.does(f"fs.chmod('{g.out}/a', '0711')")
    want(mode(g.out + "/a") == 0o711, "mode")
    g.fails(f"fs.chmod('{g.out}/b', '0711')", "no such file")
    g.fails(f"fs.chmod('{g.dir}/rules.lua', '0711')", "not to be written to")
    g.fails(f"fs.chmod('{g.out}/a')", "mode")


def test_glob_gives_sorted_paths(g):
    for name in ("usr/share/b.desktop", "usr/share/a.desktop", "usr/share/x/c.desktop", "usr/share/d.txt"):
        g.put("dir/upstream/" + name, "")
    g.is_("table.concat(fs.glob('upstream/usr/share/*.desktop'), ' ')",
          "upstream/usr/share/a.desktop upstream/usr/share/b.desktop")
    g.is_("table.concat(fs.glob(upstream .. '/**/*.desktop'), ' '):gsub(upstream, '', nil)",
          "/usr/share/a.desktop /usr/share/b.desktop /usr/share/x/c.desktop\t3")
    g.is_("#fs.glob('upstream/usr/*/?.txt'), #fs.glob('upstream/no/*'), #fs.glob('*.lua')", "1\t0\t1")
    g.put("dir/upstream/[a/x", "")
    for pattern in ("upstream/[a", "upstream/*[", "upstream/[!]", "[]", "[a-", "[a/*"):
        g.fails(f"fs.glob('{pattern}')", f"{pattern}: [ is not closed")
    g.is_("#fs.glob('upstream/\\\\[a/*'), #fs.glob('upstream/[[]a/x'), #fs.glob('upstream/[]]*')", "1\t1\t0")
    os.symlink(g.outside, g.upstream + "/out")
    g.fails("fs.glob('upstream/out/*')", "not for these rules")
    g.fails("fs.glob('upstream/out/x/*')", "leads out")
    g.is_("#fs.glob('upstream/**/secret')", "0")


def test_stat_and_exists(g):
    g.put("dir/file", "12345", 0o640)
    os.symlink("file", g.dir + "/link")
    os.symlink("nothing", g.dir + "/dangling")
    g.is_("fs.stat('file').type, fs.stat('file').size, fs.stat('file').mode", "file\t5\t416")
    g.is_("fs.stat('link').type, fs.stat('link').target, fs.stat('nothing'), fs.stat('no/thing')", "link\tfile\tnil\tnil")
    g.is_("fs.stat('.').type, math.type(fs.stat('file').mtime), fs.stat('file').uid", f"folder\tinteger\t{os.getuid()}")
    g.is_("fs.exists('link'), fs.exists('dangling'), fs.exists('file/x')", "true\tfalse\tfalse")


def test_replace_replaces_text(g):
    g.put("out/f", "Exec=/opt/x/x %U\nTryExec=/opt/x/x\n", 0o600)
    g.is_(f"fs.replace('{g.out}/f', '/opt/x/x', '/usr/bin/x'), fs.replace('{g.out}/f', 'nothing', 'y')", "2\t0")
    want(g.read("out/f") == "Exec=/usr/bin/x %U\nTryExec=/usr/bin/x\n" and mode(g.out + "/f") == 0o600, "content or mode")
    g.fails(f"fs.replace('{g.out}/f', '', 'y')", "empty")
    g.fails(f"fs.replace('{g.out}/nothing', 'x', 'y')", "No such file")


def test_errors_can_be_caught(g):
    found = g.value("local ok, text = pcall(fs.read, 'nothing') print(ok, text)")
    want(found.startswith("false\tfs.read: ") and "nothing" in found, found)
    found = g.value("local ok, text = pcall(function() fs.read('nothing') end) print(ok, text)")
    want(found.startswith("false\trules.lua:2: fs.read: "), found)


# --- Where paths lead -----------------------------------------------------------------------------------------


def test_paths_outside_are_refused(g):
    for path in (g.outside + "/secret", "../outside/secret", g.dir + "/../outside/secret", "/etc/passwd",
                 g.dir + "/upstream/../../outside/secret", "/" + g.outside + "/secret", "/proc/self/mem", g.dir + "x/y"):
        g.fails(f"fs.read('{path}')", "fs.read")
        g.fails(f"fs.write('{path}', 'evil')", "fs.write")
        g.fails(f"fs.link('x', '{path}')", "fs.link")
        g.fails(f"fs.remove('{path}', {{recursive = true}})", "fs.remove")
        g.fails(f"fs.copy('rules.lua', '{path}')", "fs.copy")
        g.fails(f"fs.copy('{path}', '{g.out}/x')", "fs.copy")
        g.fails(f"fs.move('{path}', '{g.out}/x')", "fs.move")
        g.fails(f"fs.mkdir('{path}/x')", "fs.mkdir")
        g.fails(f"fs.chmod('{path}', '0777')", "fs.chmod")
        g.fails(f"fs.append_line('{path}', 'evil')", "fs.append_line")
        g.fails(f"fs.replace('{path}', 'secret', 'evil')", "fs.replace")
        g.fails(f"fs.stat('{path}')", "fs.stat")
        g.fails(f"fs.exists('{path}')", "fs.exists")
        g.fails(f"fs.glob('{path}/*')", "fs.glob")
    want(g.read("outside/secret") == "a secret\n" and os.listdir(g.outside) == ["secret"], "it was changed")


def test_links_out_of_a_place_are_refused(g):
    os.symlink(g.outside, g.out + "/folder")
    os.symlink(g.outside + "/secret", g.out + "/file")
    os.symlink("../outside/secret", g.out + "/relative")
    os.symlink(g.outside + "/new", g.out + "/new")
    os.symlink("ring", g.out + "/ring")
    for path in ("folder/secret", "file", "relative"):
        g.fails(f"fs.read('{g.out}/{path}')", "fs.read")
        g.fails(f"fs.write('{g.out}/{path}', 'evil')", "fs.write")
    g.fails(f"fs.write('{g.out}/new', 'evil')", "not for these rules")
    g.fails(f"fs.write('{g.out}/folder/new', 'evil')", "leads out")
    g.fails(f"fs.write('{g.out}/folder/a/new', 'evil')", "leads out")
    g.fails(f"fs.read('{g.out}/ring')", "ring")
    want(g.read("outside/secret") == "a secret\n" and os.listdir(g.outside) == ["secret"], "it was changed")


def test_a_link_into_another_place_has_that_ones_rights(g):
    g.put("dir/own", "x")
    os.symlink(g.dir + "/own", g.out + "/own")
    g.is_(f"fs.read('{g.out}/own')", "x")
    g.fails(f"fs.write('{g.out}/own', 'y')", "not to be written to")
    # The installation's folder, seen through the system's.
    os.rename(g.dir, g.root + "/dir")
    g.dir, g.upstream = g.root + "/dir", g.root + "/dir/upstream"
    os.symlink("dir", g.root + "/other")
    g.put("root/dir/own", "x")

    def run(text):
        g.put("root/dir/rules.lua", f"function configure() {text} end")
        return g.run(None, places=[{"path": g.root, "write": True, "system": True}, {"path": g.dir}], dir=g.dir,
                     script=g.dir + "/rules.lua")

    result = run(f"fs.write('{g.root}/other/own', 'y')")
    want(result.status == 1 and "not to be written to" in result.err, str(result))
    result = run(f"fs.write('{g.root}/other/new/own', 'y')")
    want(result.status == 1 and "not to be written to" in result.err and not g.there("root/dir/new"), str(result))
    result = run(f"fs.write('{g.root}/written', 'y')")
    want(result.status == 0, str(result))


def test_the_systems_links_lead_within_the_system(g):
    g.put("root/etc/real", "real", 0o644)
    os.symlink("/etc/real", g.root + "/usr/share/link")
    os.symlink("/../../etc", g.root + "/usr/share/folder")
    g.is_(f"fs.read('{g.root}/usr/share/link')", "real")
    g.is_(f"fs.read('{g.root}/usr/share/folder/real')", "real")
    g.does(f"fs.write('{g.root}/usr/share/link', 'new')")
    want(g.read("root/etc/real") == "new" and os.path.islink(g.root + "/usr/share/link"), "not through the link")


def test_of_the_system_only_what_all_may_read(g):
    g.put("root/etc/shadow", "secret", 0o640)
    g.put("root/root/.profile", "secret", 0o644)
    g.put("root/etc/deep/closed/x", "secret", 0o644)
    os.chmod(g.root + "/etc/deep/closed", 0o750)
    g.fails(f"fs.read('{g.root}/etc/shadow')", "not everybody")
    g.fails(f"fs.read('{g.root}/root/.profile')", "not everybody")
    g.fails(f"fs.copy('{g.root}/etc/shadow', '{g.out}/x')", "not everybody")
    g.fails(f"fs.copy('{g.root}/etc/deep', '{g.out}/x')", "not everybody")
    g.fails(f"fs.append_line('{g.root}/etc/shadow', 'x')", "not everybody")
    # Nor may it be made readable first.
    g.fails(f"fs.chmod('{g.root}/etc/shadow', '0644')", "not everybody")
    g.fails(f"fs.chmod('{g.root}/root', '0755')", "not everybody")
    g.does(f"fs.chmod('{g.root}/etc/shadow', '0600')")
    g.fails(f"fs.move('{g.root}/etc/shadow', '{g.out}/x')", "not everybody")
    g.fails(f"fs.move('{g.root}/root/.profile', '{g.root}/usr/share/x')", "not everybody")
    g.fails(f"fs.stat('{g.root}/root/.profile')", "not everybody")
    g.fails(f"fs.exists('{g.root}/root/.profile')", "not everybody")
    g.fails(f"fs.glob('{g.root}/root/*')", "not everybody")
    g.is_(f"#fs.glob('{g.root}/etc/deep/**')", "1")
    os.symlink("/etc/shadow", g.root + "/usr/share/link")
    g.fails(f"fs.read('{g.root}/usr/share/link')", "not everybody")


def test_proc_and_run_are_no_part_of_the_system(g):
    g.put("root/run/x", "x", 0o644)
    g.put("root/proc/x", "x", 0o644)
    os.symlink("/run", g.root + "/usr/share/run")
    os.symlink("/proc/x", g.root + "/usr/share/x")
    for path in ("run/x", "proc/x", "usr/share/run/x", "usr/share/x", "usr/../run/x"):
        g.fails(f"fs.read('{g.root}/{path}')", "not for these rules")
        g.fails(f"fs.write('{g.root}/{path}', 'y')", "not for these rules")
    g.fails(f"fs.write('{g.root}/usr/share/run/a/b', 'y')", "fs.write")
    want(os.listdir(g.root + "/run") == ["x"] and g.read("root/run/x") == "x", "it was changed")


def test_a_place_may_be_one_file(g):
    g.put("outside/pack", "old")
    places = [{"path": g.dir}, {"path": g.outside + "/pack", "write": True}]
    g.does(f"fs.write('{g.outside}/pack', 'new')", places=places)
    want(g.read("outside/pack") == "new" and sorted(os.listdir(g.outside)) == ["pack", "secret"], "not written")
    g.is_(f"fs.read('{g.outside}/pack')", "new", places=places)
    g.fails(f"fs.read('{g.outside}/secret')", "not for these rules", places=places)
    g.fails(f"fs.read('{g.outside}/pack/../secret')", "not for these rules", places=places)
    os.unlink(g.outside + "/pack")
    os.symlink("secret", g.outside + "/pack")
    run = g.run(f"function configure() fs.write('{g.outside}/pack', 'evil') end", places=places)
    want(run.status == 1 and g.read("outside/secret") == "a secret\n", str(run))


def test_files_and_bytes_are_counted(g):
    g.fails(f"for i = 1, 20 do fs.write('{g.out}/' .. i, '') end", "limit files", limits={"files": 10})
    want(len(os.listdir(g.out)) == 10, "another number of files")
    g.fails(f"pcall(function() for i = 1, 20 do fs.mkdir('{g.out}/d/' .. i) end end)", "limit files", limits={"files": 10})
    g.fails(f"fs.write('{g.out}/big', ('x'):rep(2000))", "limit file_size", limits={"file_size": 1000})
    g.fails(f"for i = 1, 20 do fs.write('{g.out}/a', ('x'):rep(900)) end", "limit total_size", limits={"total_size": 5000})
    with open(g.upstream + "/sparse", "wb") as file:
        file.truncate(1 << 40)
    g.fails(f"fs.copy('upstream/sparse', '{g.out}/sparse')", "limit file_size")

"""desktop, unit, alternatives, user: what goes into the system. Programs of the system are stood in for."""
import os
import shutil
import struct
import subprocess
import zlib

from drive import Skipped, want


def png(size, height=None):
    head = struct.pack(">IIBBBBB", size, height or size, 8, 6, 0, 0, 0)
    part = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + part + struct.pack(">I", zlib.crc32(part))


def stood_in(g):
    """A wrap in which these programs only note how they were called; gives it and a function that reads the notes."""
    fake = g.make("fake")
    for name in ("systemctl", "update-alternatives", "useradd", "userdel"):
        g.put("fake/" + name, f"#!/bin/sh\nprintf '%s' {name} >>{g.work}/called\n"
                              f"for word; do printf '|%s' \"$word\" >>{g.work}/called; done\necho >>{g.work}/called\n"
                              f"[ ! -e {g.work}/fails ]\n", 0o755)
    wrap = ["unshare", "-m"] if os.getuid() == 0 else ["unshare", "-rm"]
    if not shutil.which("unshare") or subprocess.run([*wrap, "mount", "--bind", fake, "/usr/sbin"], check=False,
                                                     stderr=subprocess.DEVNULL).returncode:
        raise Skipped("no mount namespace")
    wrap += ["sh", "-c", f"mount --bind {fake} /usr/sbin && exec \"$@\"", "sh"]

    def called():
        found = g.read("called").splitlines() if g.there("called") else []
        if found:
            os.unlink(g.work + "/called")
        return found

    return wrap, called


def test_entry_writes_a_menu_entry(g):
    path = g.root + "/usr/share/applications/org.example.hello.desktop"
    g.is_("desktop.entry{id = 'org.example.hello', name = 'Hello; World', comment = ' two\\nlines \\\\', icon = 'hello', "
          "exec = {'/opt/he llo/bin', '--a=$b \"c\"', '100%', '%U'}, categories = {'Network', 'Odd;one'}, terminal = false, "
          "mime = 'text/plain', startup_class = 'Hello', extra = {['X-Foo'] = 'y', ['Name[de]'] = 'Hallo'}, "
          "actions = {{id = 'new', name = 'New', exec = {'hello', '-n'}}}}", path)
    wanted = r'''[Desktop Entry]
Type=Application
Version=1.0
Name=Hello; World
Comment=\stwo\nlines \\
Icon=hello
StartupWMClass=Hello
Exec="/opt/he llo/bin" "--a=\\$b \\"c\\"" 100%% %U
Terminal=false
Categories=Network;Odd\;one;
MimeType=text/plain;
Name[de]=Hallo
X-Foo=y
Actions=new;

[Desktop Action new]
Name=New
Exec=hello -n
'''
    want(g.read(path) == wanted, g.read(path))
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", path], check=True)


def test_entry_refuses_what_is_none(g):
    g.fails("desktop.entry{id = 'x', name = 'x'}", "exec is needed")
    g.fails("desktop.entry{id = '../x', name = 'x', exec = 'x'}", "make a name")
    g.fails("desktop.entry{id = '.x', name = 'x', exec = 'x'}", "make a name")
    g.fails("desktop.entry{id = 'x', name = 'x', exec = 'x', extra = {['a b'] = 'x'}}", "no key")
    g.fails("desktop.entry{id = 'x', name = 'x', exec = 'x', extra = {a = 1}}", "a text is needed")
    g.fails("desktop.entry{id = 'x', name = 'x', exec = 'x', categorys = 'x'}", "is categories meant")
    g.fails("desktop.entry{id = 'x', name = 'x', exec = {}}", "exec: it is empty")
    g.fails("desktop.entry{id = 'x', name = 'x', exec = 'x', actions = {{id = 'a]b', name = 'x', exec = 'x'}}}", "actions: id")
    run = g.run("function unpack() desktop.entry{id = 'x', name = 'x', exec = 'x'} end", phase="unpack", args=[g.dir, g.out],
                places=[{"path": g.dir}])
    want(run.status == 1 and "only configure and unconfigure have the system" in run.err, str(run))


def test_icons_finds_all_sizes(g):
    for name, data in (("a/hello_16.png", png(16)), ("b/48/hello.png", png(48)), ("b/48/other.png", png(48)),
                       ("b/wide.png", png(32, 16)), ("b/none.png", b"no png at all"), ("hello.svg", b"<svg/>")):
        g.put("dir/upstream/icons/" + name, data)
    g.is_("table.concat(desktop.icons{dir = 'upstream/icons', name = 'hello', from = 'hello*'}, ' ')", "16 48 0")
    base = g.root + "/usr/share/icons/hicolor/"
    want(os.readlink(base + "48x48/apps/hello.png") == g.upstream + "/icons/b/48/hello.png", "48")
    want(os.readlink(base + "scalable/apps/hello.svg") == g.upstream + "/icons/hello.svg", "svg")
    want(sorted(os.listdir(base)) == ["16x16", "48x48", "scalable"], str(os.listdir(base)))
    g.does("desktop.icons{dir = upstream .. '/icons', name = 'copied', copy = true}")
    want(g.read(base + "48x48/apps/copied.png").startswith("\udc89PNG") and not os.path.islink(base + "48x48/apps/copied.png"),
         "not copied")
    g.fails("desktop.icons{dir = 'upstream/icons', name = 'x', from = 'nothing*'}", "there is no icon")
    g.fails("desktop.icons{dir = 'upstream/icons', name = '../x'}", "make a name")
    g.fails("desktop.icons{dir = 'nothing', name = 'x'}", "nothing")


def test_mime_writes_types(g):
    path = g.root + "/usr/share/mime/packages/example-hello.xml"
    g.is_("desktop.mime{name = 'example-hello', types = {['application/x-hello'] = "
          "{comment = 'A <b> & \"c\"', globs = {'*.hello', '*.hi'}, icon = 'hello', parent = 'text/plain'}}}", path)
    wanted = '''<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="application/x-hello">
    <comment>A &lt;b&gt; &amp; &quot;c&quot;</comment>
    <glob pattern="*.hello"/>
    <glob pattern="*.hi"/>
    <icon name="hello"/>
    <sub-class-of type="text/plain"/>
  </mime-type>
</mime-info>
'''
    want(g.read(path) == wanted, g.read(path))
    g.fails("desktop.mime{name = 'x', types = {['a b'] = {comment = 'x'}}}", "no type")
    g.fails("desktop.mime{name = 'x', types = {['a/\"><x'] = {comment = 'x'}}}", "no type")
    g.fails("desktop.mime{name = 'x', types = {['a/b'] = {}}}", "comment is needed")
    g.fails("desktop.mime{name = 'x', types = {}}", "types")


def test_unit_installs_enables_and_starts(g):
    wrap, called = stood_in(g)
    g.put("dir/upstream/hello.service", "[Service]\n", 0o600)
    g.does("unit.install{name = 'hello.service', file = 'upstream/hello.service', enable = true, start = true}", wrap=wrap)
    path = g.root + "/usr/lib/systemd/system/hello.service"
    want(g.read(path) == "[Service]\n" and os.stat(path).st_mode & 0o777 == 0o644, "the unit")
    want(called() == ["systemctl|enable|hello.service", "systemctl|start|hello.service"], "calls")
    g.does("unit.install{name = 'hello@.timer', text = '[Timer]\\n'} unit.stop('a.service') unit.disable('a.service') "
           "unit.restart('a.service')", wrap=wrap)
    want(g.read("root/usr/lib/systemd/system/hello@.timer") == "[Timer]\n", "the timer")
    want(called() == ["systemctl|stop|a.service", "systemctl|disable|a.service", "systemctl|restart|a.service"], "calls")
    g.put("fails", "")
    g.fails("unit.start('a.service')", "systemctl start a.service: systemctl failed (exit status 1)", wrap=wrap)


def test_unit_checks_names(g):
    for name in ("a", ".service", "--now.service", "a b.service", "../a.service", "a/b.service", "a\\n.service"):
        g.fails(f"unit.start('{name}')", "no name of a unit")
    g.fails("unit.install{name = 'a.service'}", "unit.install: a.service: either file or text")
    g.fails("unit.install{name = 'a.service', file = 'upstream/nothing'}", "unit.install: a.service: upstream/nothing: there is no such file")
    g.fails("unit.install{name = 'a.service', text = 'x', file = 'y'}", "either file or text")


def test_alternatives_are_installed_set_and_removed(g):
    wrap, called = stood_in(g)
    g.does("alternatives.install{name = 'editor', link = '/usr/bin/editor', path = '/opt/e', priority = 50} "
           "alternatives.set{name = 'editor', path = '/opt/e'} alternatives.remove{name = 'editor', path = '/opt/e'}", wrap=wrap)
    found = called()
    want(found == ["update-alternatives|--install|/usr/bin/editor|editor|/opt/e|50", "update-alternatives|--set|editor|/opt/e",
                   "update-alternatives|--remove|editor|/opt/e"], str(found))
    g.put("fails", "")
    for text in ("install{name = 'editor', link = '/usr/bin/editor', path = '/opt/e', priority = 50}",
                 "set{name = 'editor', path = '/opt/e'}", "remove{name = 'editor', path = '/opt/e'}"):
        name = text.partition("{")[0]
        g.fails("alternatives." + text, f"alternatives.{name}: editor: update-alternatives failed (exit status 1)", wrap=wrap)
    g.fails("alternatives.set{name = 'x', path = 'relative'}", "alternatives.set: x: ", "absolute")
    g.fails("alternatives.set{name = '--all', path = '/x'}", "make a name")
    g.fails("alternatives.install{name = 'x', link = '/x', path = '/x'}", "priority is needed")


def test_user_adds_and_removes(g):
    wrap, called = stood_in(g)
    g.put("root/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nhello2:x:1::/:/x\n", 0o644)
    g.is_("user.exists('root'), user.exists('hello'), user.exists('hello2')", "true\tfalse\ttrue")
    g.is_("user.add{name = 'hello', home = '/var/lib/hello', comment = 'Hello there', groups = {'audio', 'video'}}", "true",
          wrap=wrap)
    want(called() == ["useradd|--system|--user-group|--no-create-home|--home-dir|/var/lib/hello|--shell|/usr/sbin/nologin|"
                      "--comment|Hello there|--groups|audio,video|hello"], "call")
    g.is_("user.add{name = 'hello2'}, user.remove('hello'), user.remove('hello2')", "false\tfalse\ttrue", wrap=wrap)
    want(called() == ["userdel|hello2"], "call")
    g.put("fails", "")
    g.fails("user.add{name = 'hello'}", "user.add: hello: useradd failed (exit status 1)", wrap=wrap)
    g.fails("user.remove('hello2')", "user.remove: hello2: userdel failed (exit status 1)", wrap=wrap)
    for name in ("-r", "a:b", "1a", "a b", "a" * 33):
        g.fails(f"user.add{{name = '{name}'}}", "no name of a user")
    g.fails("user.add{name = 'a', home = 'x'}", "user.add: a: home: an absolute path is needed")
    g.fails("user.add{name = 'a', comment = 'x:0:0'}", "colon")
    g.fails("user.add{name = 'a', groups = {'-x'}}", "groups")

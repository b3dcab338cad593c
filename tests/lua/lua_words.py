"""text, path, log: what only makes words."""
from drive import want


def test_text_trims_and_splits(g):
    g.is_("'[' .. text.trim('  a b\\n') .. ']'", "[a b]")
    g.is_("table.concat(text.split('a,b,,c', ','), '|')", "a|b||c")
    g.is_("table.concat(text.split('a::b', '::'), '|'), #text.split('', ',')", "a|b\t1")
    g.is_("table.concat(text.lines('a\\r\\nb\\n\\nc'), '|'), #text.lines('')", "a|b||c\t0")
    g.fails("text.split('a', '')", "by: it is empty")
    g.fails("text.split('a')", "by: a text is needed, this is missing")


def test_text_compares(g):
    g.is_("text.starts('abc', 'ab'), text.starts('abc', 'bc'), text.starts('a', 'ab')", "true\tfalse\tfalse")
    g.is_("text.ends('abc', 'bc'), text.ends('abc', 'ab'), text.ends('c', 'bc')", "true\tfalse\tfalse")
    g.is_("text.contains('a.c', '.'), text.contains('abc', '.'), text.contains('a', '')", "true\tfalse\ttrue")


def test_text_makes_harmless(g):
    g.is_("text.escape('a\\27[1mb\\n')", "a\\x1b[1mb\\n")
    g.is_("text.quote(\"it's\")", "'it'\\''s'")
    g.fails("text.quote('a\\0')", "NUL")


def test_path_takes_apart_and_joins(g):
    g.is_("path.join('/usr', 'bin', 'x'), path.join('a/', '/b'), path.join('', 'a'), path.join()", "/usr/bin/x\ta/b\ta\t")
    g.is_("path.base('/usr/bin/x'), path.base('x'), path.base('/a/'), path.base('/')", "x\tx\ta\t/")
    g.is_("path.dir('/usr/bin/x'), path.dir('x'), path.dir('/x'), path.dir('/a/b/'), path.dir('/')", "/usr/bin\t.\t/\t/a\t/")
    g.is_("path.ext('a/b.tar.gz'), path.ext('a.b/c'), path.ext('.profile'), path.ext('x')", ".gz\t\t\t")
    g.fails("path.join('a', 1)", "a text is needed, this is an integer")


def test_log_goes_where_it_belongs(g):
    run = g.run("log.info('one') log.warn('two') print('three', 4)")
    want(run.out == "one\nthree\t4\n" and run.err == "warning: two\n" and run.status == 0, str(run))

/* What lint looks for: one table, sorted by id. docs/LINT.md says the same. */
#include "model/lint.h"

static const struct lint_id ids[] = {
	{"advisory-checksum", LINT_WARNING, "the checksum is only advice",
		"A sha384 behind \"! \" makes the sums advisory: another pack is taken with a warning, and is "
		"not cached. Whoever can change what the server gives decides what runs as root. Take the mark off, and "
		"ship a new installer when the vendor has a new pack."},
	{"bad-interpreter", LINT_ERROR, "the kernel cannot start the script",
		"The first line must be #! and the absolute path of a program, without anything else before it. Write "
		"#!/bin/sh."},
	{"bad-override", LINT_WARNING, "a line of lint-overrides has no effect",
		"A line is: ID, optionally a file, and behind a # the reason. Without a reason nobody can tell later "
		"whether it still holds. See fardel lint --list for the ids."},
	{"bashism", LINT_ERROR, "#!/bin/sh, but the script needs bash",
		"/bin/sh is dash on Debian, which does not know that: it fails, or does something else. Write it in "
		"POSIX sh, or make the first line #!/bin/bash."},
	{"byte-order-mark", LINT_ERROR, "a byte-order mark stands before #!",
		"An editor has put U+FEFF at the beginning. The kernel does not see #! then, and does not start the "
		"script. Save it as UTF-8 without the mark."},
	{"crlf", LINT_ERROR, "lines end as on Windows",
		"The shell takes the carriage return at the end of a line for a part of the last word; in the first "
		"line the kernel looks for a program of such a name. Convert it: sed -i 's/\\r$//' rules."},
	{"debian-name", LINT_WARNING, "a Debian package has a program of that name",
		"When both are installed, one replaces the other, or the installation is refused as a conflict (11). Put it into "
		"/usr/local/bin, or give it another name. Known from what this machine has: dpkg's database, and "
		"apt's lists of contents where there are any."},
	{"fetch-outside-download", LINT_ERROR, "something is fetched where there is no network",
		"Only the phase download has a network: in unpack, configure and unconfigure this fails. State the file by "
		"upstream_pack_url and a checksum, or fetch it in download, with a checksum, and put it into the pack."},
	{"foreign-folder", LINT_WARNING, "a path in another package's folder",
		"Where another package's files are is its own matter: the folder's name changes with every version, and goes "
		"when that is removed. Use what the other package puts on the system, as a program in /usr/bin."},
	{"http-in-rules", LINT_WARNING, "the rules fetch by plain http",
		"Anybody on the way can put something else in its place. Use https, and hold what came against a checksum."},
	{"http-url", LINT_WARNING, "upstream_pack_url is plain http",
		"Anybody on the way can see and hold up what is fetched; what it must be, only the checksum says. Use "
		"https where the vendor has it."},
	{"kills-by-name", LINT_WARNING, "programs are ended by name",
		"In a stage no process of the system can be reached, so it does nothing; on the system itself it takes away "
		"people's work. End unconfigure with 4 where the application is in use: the user is told to close it."},
	{"leftover-file", LINT_INFO, "a file that an editor or version control has left",
		"It goes to every machine, and makes it another installer. Remove it."},
	{"link-left-out", LINT_WARNING, "a link, which does not come out of a package of Packets",
		"Packets passes links over, and so does fardel: what is installed has none. Make it in the install hook, by "
		"os.symlink, or put the file itself in its place."},
	{"link-not-removed", LINT_WARNING, "configure makes a link that unconfigure does not name",
		"fardel takes it back by what it has seen; puavo-pkg, and fardel with --direct, leave a link to nothing. Remove it in "
		"unconfigure: rm -f PATH."},
	{"local-url", LINT_WARNING, "the pack is a file of this machine",
		"Others have no such file. State where the vendor has it."},
	{"long-description", LINT_INFO, "the description is too long to be read",
		"It is shown as a whole by fardel show. Say in some lines what the software is, and whom it is for."},
	{"long-legend", LINT_INFO, "the legend is more than a short line",
		"It stands in lists and menus: one line, at most 80 characters. What it is for is told by description."},
	{"makes-setuid", LINT_WARNING, "the rules make something setuid or setgid",
		"Whoever runs it does so with another's rights. Policy asks for it (docs/POLICY.md, setuid); mostly it "
		"is not needed any more, as for sandboxes of browsers, which use user namespaces."},
	{"missing-function", LINT_ERROR, "a hook uses a function that is not there",
		"Hooks have no function that reaches out of their places, runs programs or loads other files; calling one ends the "
		"hook, and with it the installation. What there is stands in rules-api/README.md."},
	{"needless-download", LINT_WARNING, "a download that never comes to its turn",
		"Where there is an upstream_pack_url, fardel fetches it, and rules download is not called. Take one of the "
		"two away."},
	{"no-checksum", LINT_ERROR, "the pack has no checksum",
		"Whatever the server gives is run as root. State one: sha384sum PACK >upstream_pack_sha384sum; of "
		"format 3 sha256 below [[pack]]."},
	{"no-description", LINT_INFO, "there is no description",
		"fardel show has nothing to say of the package. Write some lines into the file description; of format "
		"3 into the manifest's description."},
	{"no-hook", LINT_ERROR, "a hook that the manifest names is not there",
		"The installation, or the removal, fails at it. Put the file into the package, by the path that [Hooks] gives, or take the "
		"line out. A link does not come out of a package."},
	{"no-legend", LINT_WARNING, "there is no legend",
		"Lists show the bare name. Write what people call the software into the file legend, in one line; of "
		"format 3 into the manifest's summary."},
	{"no-licence", LINT_WARNING, "there is no licence",
		"Nobody can read, before it is installed, what they agree to, and whether it may be passed on. Put "
		"the text into the file license; of format 3 state license in the manifest as well."},
	{"no-remove-hook", LINT_INFO, "the install hook makes links, and there is no remove hook",
		"fardel takes back what it has seen being made; with Packets the links stay, and lead to nothing. Remove them in a hook "
		"if Packets is to install it as well."},
	{"no-rules", LINT_ERROR, "there are no rules",
		"Without a program `rules` an installer does nothing. See fardel-installer(5)."},
	{"no-set-e", LINT_WARNING, "the rules go on after an error",
		"Without set -e a command that fails is passed over, and the package counts as installed. Begin with set -eu."},
	{"no-size", LINT_INFO, "a pack's size is not stated",
		"It is known before anything is fetched then, and a file of another size is given up at once. Add size = BYTES to the "
		"[[pack]]: stat -c %s PACK."},
	{"not-looked-into", LINT_WARNING, "a file that could not be looked into",
		"It is no text, or too large, so nothing is known of what it does. Write rules as a script."},
	{"obsolete-program", LINT_INFO, "a program that is on its way out",
		"Later systems do not have it. Use command -v for which, grep -E and grep -F for egrep and fgrep, mktemp for "
		"tempfile."},
	{"package-manager", LINT_ERROR, "the rules call a package manager",
		"There is no network in a stage, dpkg may be at work with its own lock, and what it installs is nobody's then. A .deb of the "
		"vendor's is unpacked: fardel-unpack or dpkg-deb -x; what is needed from Debian is the admin's to install."},
	{"path-in-hook", LINT_WARNING, "a hook spells out a path of the system",
		"A hook reaches the package's own folder and the folder of programs, wherever /etc/packets/config.toml has them, and nothing else: "
		"begin with data_dir, packets_package_dir or packets_bin_dir."},
	{"refused", LINT_ERROR, "install would refuse it",
		"fardel install, and build, judge it just so. Mend what is named."},
	{"rm-empty-variable", LINT_ERROR, "rm -r of a path that may begin with nothing",
		"If the variable is empty, \"$x/usr\" is /usr. Write \"${x:?}/usr\": then it ends there. set -u alone does not "
		"help against one that is set to nothing."},
	{"rules-not-executable", LINT_ERROR, "rules is no program",
		"It must be a file with the bit to run it: chmod 755 rules."},
	{"run-download", LINT_ERROR, "what is fetched is run, unseen",
		"Whoever controls the server, or a connection that breaks in the middle, decides what happens. Fetch it as the pack, with a "
		"checksum."},
	{"setuid-file", LINT_WARNING, "a file of the installer is setuid or setgid",
		"The bits are taken away when it is installed, so it will not work as it was meant. chmod u-s,g-s."},
	{"spelled-folder", LINT_WARNING, "the package's own folder is spelled out",
		"Its name differs by version and by who installed it. configure and unconfigure are given it: \"$2\" of rules, and "
		"what stands beside rules is in the current folder."},
	{"sudo", LINT_WARNING, "the rules want to become another user",
		"configure and unconfigure are root already, download and unpack must not be. There is nobody to type a password. "
		"Leave it out."},
	{"syntax", LINT_ERROR, "what is to run the script cannot read it",
		"What the shell itself says of it by sh -n, or Lua of rules.lua and hooks: nothing of it was run. Mend that line, or one before it."},
	{"unchecked-cd", LINT_WARNING, "cd may fail unseen",
		"What follows is then done in another folder. Write cd DIR || exit 1, or begin with set -e."},
	{"unknown-fact", LINT_WARNING, "a file whose name is nearly one that means something",
		"Facts are known by their names; this one is passed over. If it is meant so, rename it; if it is the rules' own, "
		"say so in lint-overrides."},
	{"unknown-licence", LINT_WARNING, "SPDX has no licence of that id",
		"Programs that go by it, as those that decide what may be passed on, do not know it. See the list at spdx.org; a vendor's own "
		"licence is LicenseRef-NAME."},
	{"unnamed-program", LINT_ERROR, "rules.lua runs a program that the manifest does not name",
		"run{} refuses it. Add it to needs.programs."},
	{"unneeded-program", LINT_INFO, "needs.programs names a program that rules.lua does not",
		"Whoever reads the manifest thinks that it is run. Take it out."},
	{"unused-override", LINT_WARNING, "an override that nothing needs any more",
		"What it stood for is mended. Take the line out, so that it does not hide the next one."},
	{"unverified-tls", LINT_ERROR, "a download that takes any certificate",
		"Anybody on the way can answer in the server's place. Leave the option out; where a certificate is one's own, it belongs "
		"into the system's store."},
	{"weak-checksum", LINT_WARNING, "the pack has only a weak checksum",
		"Other files with the same md5 or sha1 can be made. Add one: sha384sum PACK >upstream_pack_sha384sum."},
	{"world-writable", LINT_ERROR, "the rules make something that everybody may write to",
		"Any user can change what others, or root, run or read then. 755 for folders and programs, 644 for "
		"files."},
	{"writes-homes", LINT_WARNING, "the rules write to people's homes",
		"Those who come later have nothing of it, and what is there is theirs. Put what is for all into /etc or "
		"/usr/share, as the program reads it."},
};

const struct lint_id *lint_ids(size_t *count)
{
	*count = COUNT(ids);
	return ids;
}

const struct lint_id *lint_id_get(struct span id)
{
	for (size_t i = 0; i < COUNT(ids); i++)
		if (span_is_text(id, ids[i].id))
			return &ids[i];
	return NULL;
}

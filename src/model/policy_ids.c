/* The built-in ids of the policy: one table. */
#include "model/policy.h"

#include "model/glob.h"

/* A folder stands for all that is in it. */
#define GLOBS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define PATHS(id, action, text, ...) \
	{ \
		id, POLICY_PATHS, action, text, GLOBS(__VA_ARGS__) \
	}

static const struct policy_id ids[] = {
	{"fardel", POLICY_FIXED, POLICY_DENY, "fardel's own",
		GLOBS("/etc/fardel", "/run/fardel", "/usr/lib/fardel", "/usr/libexec/fardel",
			"/usr/bin/fardel", "/usr/sbin/puavo-pkg", "/var/lib/fardel",
			"/var/cache/fardel", "/var/log/fardel")},

	PATHS("apt-sources", POLICY_DENY, "an apt source", "/etc/apt/sources.list",
		"/etc/apt/sources.list.d"),
	PATHS("apt-keys", POLICY_DENY, "a key that apt trusts", "/etc/apt/trusted.gpg",
		"/etc/apt/trusted.gpg.d", "/etc/apt/keyrings", "/usr/share/keyrings"),
	PATHS("repositories", POLICY_DENY, "where luet and Packets have packages from",
		"/etc/luet/luet.yaml", "/etc/luet/repos.conf.d", "/etc/luet/config.protect.d",
		"/etc/luet/mask.d", "/etc/luet/subsets.conf.d", "/etc/packets"),
	PATHS("sudoers", POLICY_DENY, "who may become root", "/etc/sudoers", "/etc/sudoers.d",
		"/etc/sudo.conf", "/etc/doas.conf"),
	PATHS("ld-so-preload", POLICY_DENY, "loaded into every program", "/etc/ld.so.preload"),
	PATHS("dpkg-database", POLICY_DENY, "dpkg's database", "/var/lib/dpkg/status",
		"/var/lib/dpkg/available", "/var/lib/dpkg/arch", "/var/lib/dpkg/info",
		"/var/lib/dpkg/updates", "/var/lib/dpkg/parts", "/var/lib/dpkg/triggers"),

	PATHS("apt-config", POLICY_WARN, "how apt and dpkg work", "/etc/apt/apt.conf",
		"/etc/apt/apt.conf.d", "/etc/apt/preferences", "/etc/apt/preferences.d",
		"/etc/apt/auth.conf", "/etc/apt/auth.conf.d", "/etc/dpkg", "/var/lib/apt"),
	PATHS("dpkg-overrides", POLICY_WARN, "diversions and modes that dpkg heeds",
		"/var/lib/dpkg/diversions", "/var/lib/dpkg/statoverride"),
	PATHS("alternatives", POLICY_WARN, "an alternative", "/etc/alternatives",
		"/var/lib/dpkg/alternatives"),
	PATHS("apparmor", POLICY_WARN, "a confinement of programs", "/etc/apparmor",
		"/etc/apparmor.d", "/etc/selinux", "/usr/share/apparmor"),
	PATHS("autostart", POLICY_WARN, "started when somebody logs in", "/etc/xdg/autostart",
		"/usr/share/autostart", "/usr/share/gnome/autostart"),
	PATHS("boot", POLICY_WARN, "how the system starts", "/boot", "/etc/crypttab",
		"/etc/default/grub", "/etc/default/grub.d", "/etc/fstab", "/etc/grub.d",
		"/etc/initramfs-tools", "/etc/kernel", "/usr/lib/kernel",
		"/usr/share/initramfs-tools"),
	PATHS("certificates", POLICY_WARN, "whom TLS trusts", "/etc/ca-certificates",
		"/etc/ca-certificates.conf", "/etc/ssl", "/usr/local/share/ca-certificates",
		"/usr/share/ca-certificates"),
	PATHS("cron", POLICY_WARN, "run at its time", "/etc/anacrontab", "/etc/cron.*",
		"/etc/crontab", "/var/spool/anacron", "/var/spool/at", "/var/spool/cron"),
	PATHS("dbus", POLICY_WARN, "who may ask what on the system bus", "/etc/dbus-1",
		"/usr/share/dbus-1/system.conf", "/usr/share/dbus-1/system.d",
		"/usr/share/dbus-1/system-services"),
	PATHS("homes", POLICY_WARN, "a user's own", "/home", "/root"),
	PATHS("kernel-modules", POLICY_WARN, "code and settings of the kernel", "/etc/binfmt.d",
		"/etc/dkms", "/etc/modprobe.d", "/etc/modules", "/etc/modules-load.d",
		"/etc/sysctl.conf", "/etc/sysctl.d", "/usr/lib/binfmt.d", "/usr/lib/firmware",
		"/usr/lib/modprobe.d", "/usr/lib/modules", "/usr/lib/modules-load.d",
		"/usr/lib/sysctl.d", "/usr/src"),
	PATHS("ld-so-conf", POLICY_WARN, "where libraries are looked for", "/etc/ld.so.conf",
		"/etc/ld.so.conf.d"),
	PATHS("network", POLICY_WARN, "the network and its names", "/etc/hosts", "/etc/hosts.allow",
		"/etc/hosts.deny", "/etc/network", "/etc/NetworkManager", "/etc/nftables.conf",
		"/etc/nsswitch.conf", "/etc/resolv.conf", "/usr/lib/NetworkManager"),
	PATHS("pam", POLICY_WARN, "how users are let in", "/etc/login.defs", "/etc/pam.conf",
		"/etc/pam.d", "/etc/security", "/etc/shells", "/usr/lib/pam.d", "/usr/lib/security",
		"/usr/lib/*-linux-*/security", "/usr/share/pam", "/usr/share/pam-configs"),
	PATHS("polkit", POLICY_WARN, "who may do what as root", "/etc/polkit-1",
		"/usr/share/polkit-1", "/var/lib/polkit-1"),
	PATHS("profile", POLICY_WARN, "run by every login", "/etc/bash.bashrc", "/etc/environment",
		"/etc/environment.d", "/etc/profile", "/etc/profile.d", "/etc/X11/Xsession.d",
		"/etc/zsh", "/usr/lib/environment.d"),
	PATHS("ssh", POLICY_WARN, "who may come in by ssh", "/etc/ssh", "/home/*/.ssh",
		"/root/.ssh"),
	PATHS("systemd-units", POLICY_WARN, "a service of the system", "/etc/init.d",
		"/etc/inittab", "/etc/rc*.d", "/etc/rc.local", "/etc/systemd", "/usr/lib/systemd",
		"/usr/local/lib/systemd", "/usr/share/systemd"),
	PATHS("tmpfiles", POLICY_WARN, "files and users that systemd makes", "/etc/sysusers.d",
		"/etc/tmpfiles.d", "/usr/lib/sysusers.d", "/usr/lib/tmpfiles.d"),
	PATHS("udev", POLICY_WARN, "done when a device appears", "/etc/udev", "/usr/lib/udev"),
	PATHS("users", POLICY_WARN, "users, groups or their passwords", "/etc/group", "/etc/group-",
		"/etc/gshadow", "/etc/gshadow-", "/etc/passwd", "/etc/passwd-", "/etc/shadow",
		"/etc/shadow-", "/etc/subgid", "/etc/subgid-", "/etc/subuid", "/etc/subuid-"),

	{"device-nodes", POLICY_PROPERTY, POLICY_DENY, "a device", NULL},
	{"setuid", POLICY_PROPERTY, POLICY_WARN, "setuid", NULL},
	{"setgid", POLICY_PROPERTY, POLICY_WARN, "setgid", NULL},
	{"capabilities", POLICY_PROPERTY, POLICY_WARN, "capabilities of a program", NULL},
	{"security-attributes", POLICY_PROPERTY, POLICY_WARN, "attributes of the kernel's security",
		NULL},
	{"access-lists", POLICY_PROPERTY, POLICY_WARN, "an access list", NULL},
	{"world-writable", POLICY_PROPERTY, POLICY_WARN, "everybody may write to it", NULL},
	{"foreign-owner", POLICY_PROPERTY, POLICY_WARN, "the system's, and not root's", NULL},

	{"other-package", POLICY_OWNER, POLICY_DENY, "another package's", NULL},
	{"dpkg-file", POLICY_OWNER, POLICY_DENY, "a Debian package's", NULL},
	{"dpkg-attributes", POLICY_OWNER, POLICY_DENY, "mode or owner of a Debian package's", NULL},
	{"alternative-link", POLICY_OWNER, POLICY_DENY, "a link that update-alternatives keeps",
		NULL},
	{"conffile", POLICY_OWNER, POLICY_WARN, "a conffile", NULL},
	{"diversion", POLICY_OWNER, POLICY_WARN, "a Debian package's, diverted", NULL},
	{"shared-folder", POLICY_OWNER, POLICY_WARN, "a folder that others have, too", NULL},

	{"needs-live", POLICY_STATED, POLICY_WARN, "its rules run on the system itself", NULL},
	{"needs-network", POLICY_STATED, POLICY_ASK, "its rules have the network", NULL},
	{"undeclared-file", POLICY_STATED, POLICY_WARN, "its manifest does not declare that", NULL},
	{"undeclared-effect", POLICY_STATED, POLICY_WARN, "its manifest does not declare that",
		NULL},
};

const struct policy_id *policy_ids(size_t *count)
{
	*count = COUNT(ids);
	return ids;
}

const struct policy_id *policy_id_get(struct span id)
{
	for (size_t i = 0; i < COUNT(ids); i++)
		if (span_is_text(id, ids[i].id))
			return &ids[i];
	return NULL;
}

void policy_path(struct span path, struct buf *out)
{
	static const char *const merged[] = {
		"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};

	for (size_t i = 0; i < COUNT(merged); i++)
		if (glob_relate(merged[i], path) == GLOB_COVERS)
			buf_adds(out, "/usr");
	buf_add_span(out, path);
}

bool policy_id_covers(const struct policy_id *id, const struct policy_case *c)
{
	for (size_t i = 0; id->globs && id->globs[i]; i++) {
		enum glob_relation relation = glob_relate(id->globs[i], c->path);

		if (relation == GLOB_COVERS || (relation == GLOB_ABOVE && c->whole))
			return true;
	}
	return false;
}

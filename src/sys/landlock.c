/* Landlock by system call. */
#include "sys/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/fd.h"

/* The same numbers on every architecture. */
#define CALL_CREATE 444
#define CALL_ADD 445
#define CALL_RESTRICT 446
#define CREATE_VERSION 1
#define RULE_BENEATH 1

enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_CHAR = 1 << 6,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_MAKE_SOCK = 1 << 9,
	FS_MAKE_FIFO = 1 << 10,
	FS_MAKE_BLOCK = 1 << 11,
	FS_MAKE_SYM = 1 << 12, /* so far ABI 1 */
	FS_REFER = 1 << 13, /* 2 */
	FS_TRUNCATE = 1 << 14, /* 3 */
	FS_IOCTL_DEV = 1 << 15, /* 5 */
	NET_BIND_TCP = 1 << 0, /* 4 */
	NET_CONNECT_TCP = 1 << 1,
	SCOPE_ABSTRACT_UNIX = 1 << 0, /* 6 */
	SCOPE_SIGNAL = 1 << 1,
};

/* All that can be allowed on what is no folder. */
#define FS_OF_FILES (FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV)

struct attributes {
	uint64_t fs, net, scoped; /* the last two since ABI 4 and 6 */
};

struct beneath {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

int landlock_abi(void)
{
	long abi = syscall(CALL_CREATE, NULL, 0, CREATE_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

static uint64_t known_to(int abi)
{
	uint64_t known = (FS_MAKE_SYM << 1) - 1;

	if (abi >= 2)
		known |= FS_REFER;
	if (abi >= 3)
		known |= FS_TRUNCATE;
	if (abi >= 5)
		known |= FS_IOCTL_DEV;
	return known;
}

static int make(const struct attributes *a, size_t size, struct err *err)
{
	long fd = syscall(CALL_CREATE, a, size, 0);

	return fd < 0 ? err_sys(err, "make a Landlock ruleset") : (int)fd;
}

int landlock_make(bool network, struct err *err)
{
	int abi = landlock_abi();
	struct attributes a = {.fs = known_to(abi),
		.net = abi >= 4 && !network ? NET_BIND_TCP | NET_CONNECT_TCP : 0,
		.scoped = abi >= 6 ? SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL : 0};
	size_t size = abi >= 6 ? sizeof(a) : abi >= 4 ? 2 * sizeof(a.fs) : sizeof(a.fs);

	if (abi == 0) {
		errno = EOPNOTSUPP;
		return err_sys(err, "use Landlock");
	}
	return make(&a, size, err);
}

int landlock_make_scope(struct err *err)
{
	const struct attributes a = {.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL};

	return make(&a, sizeof(a), err);
}

static uint64_t access_of(unsigned rights)
{
	uint64_t access = 0;

	if (rights & LANDLOCK_READ)
		access |= FS_READ_FILE | FS_READ_DIR;
	if (rights & LANDLOCK_EXECUTE)
		access |= FS_EXECUTE;
	if (rights & LANDLOCK_WRITE)
		access |= FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR |
			  FS_MAKE_REG | FS_MAKE_SOCK | FS_MAKE_FIFO | FS_MAKE_SYM | FS_REFER |
			  FS_TRUNCATE;
	return access;
}

static int allow(int ruleset, const struct landlock_path *path, uint64_t known, struct err *err)
{
	AUTO_FD opened = path->path ? open(path->path, O_PATH | O_CLOEXEC) : -1;
	struct beneath rule = {.parent = path->path ? opened : path->fd};
	struct stat st;

	if (path->path && opened < 0) {
		if (errno == ENOENT || errno == ENOTDIR || errno == EACCES)
			return 0;
		return err_sys(err, "open %s", path->path);
	}
	if (fstat(rule.parent, &st) < 0)
		return err_sys(err, "look at descriptor %d", rule.parent);
	rule.allowed = access_of(path->rights) & known;
	if (!S_ISDIR(st.st_mode))
		rule.allowed &= FS_OF_FILES;
	if (rule.allowed && syscall(CALL_ADD, ruleset, RULE_BENEATH, &rule, 0) < 0)
		return err_sys(err, "allow %s", path->path ? path->path : "a descriptor");
	return 0;
}

int landlock_allow(int ruleset, const struct landlock_path *paths, unsigned count, struct err *err)
{
	uint64_t known = known_to(landlock_abi());

	for (unsigned i = 0; i < count; i++)
		if (allow(ruleset, &paths[i], known, err) < 0)
			return -1;
	return 0;
}

int landlock_enter(int ruleset, struct err *err)
{
	if (syscall(CALL_RESTRICT, ruleset, 0, 0) < 0)
		return err_sys(err, "enter a Landlock ruleset");
	return 0;
}

/* The machine that this runs on. */
#include "sys/machine.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/attr.h"

/* What uname says, and what Debian calls it: for programs of 64 bits, and of 32. */
static const struct {
	const char *machine, *wide, *narrow;
} machines[] = {
	{"aarch64", "arm64", "armhf"},
	{"armv7l", "armhf", "armhf"},
	{"armv8l", "arm64", "armhf"},
	{"i386", "i386", "i386"},
	{"i486", "i386", "i386"},
	{"i586", "i386", "i386"},
	{"i686", "i386", "i386"},
	{"loongarch64", "loong64", "loong64"},
	{"mips64", "mips64el", "mipsel"},
	{"ppc64le", "ppc64el", "ppc64el"},
	{"riscv64", "riscv64", "riscv64"},
	{"s390x", "s390x", "s390x"},
	{"x86_64", "amd64", "i386"},
};

const char *machine_architecture(void)
{
	static struct utsname name;

	if (uname(&name) < 0)
		return "unknown";
	for (size_t i = 0; i < COUNT(machines); i++)
		if (strcmp(name.machine, machines[i].machine) == 0)
			return sizeof(void *) == 8 ? machines[i].wide : machines[i].narrow;
	return name.machine;
}

/* The machine that this runs on. */
#include "sys/machine.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/vec.h"

/* uname's names, and Debian's. Of arm the kernel does not say which floating point the system was built for: armhf is what runs on
 * such machines. */
static const char *const names[][2] = {
	{"x86_64", "amd64"},
	{"aarch64", "arm64"},
	{"armv7l", "armhf"},
	{"armv8l", "armhf"},
	{"i686", "i386"},
	{"i586", "i386"},
	{"riscv64", "riscv64"},
	{"ppc64le", "ppc64el"},
	{"s390x", "s390x"},
	{"mips64", "mips64el"},
	{"loongarch64", "loong64"},
};

const char *machine_architecture(void)
{
	static struct utsname machine;

	if (uname(&machine) < 0)
		return "unknown";
	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(machine.machine, names[i][0]) == 0)
			return names[i][1];
	return machine.machine;
}

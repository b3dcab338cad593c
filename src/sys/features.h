/* What this kernel offers for confinement and staging. */
#pragma once

#include <stdbool.h>

struct features {
	bool overlay; /* overlayfs is known to it (a module that is not loaded yet may be, too) */
	bool user_namespaces;
	int landlock; /* its ABI, 0: none */
	bool seccomp;
	bool openat2;
};
struct features features_look(void);

/* The machine that this runs on. */
#pragma once

/* Its architecture as Debian calls it ("amd64", "arm64"); as the kernel does where Debian has none of it. */
const char *machine_architecture(void);

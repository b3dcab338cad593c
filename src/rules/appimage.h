/* AppImages: a program with a squashfs behind it. */
#pragma once

#include <stdint.h>

/* Where the squashfs begins; 0: the file is no AppImage. Reads a few bytes of it, from wherever they are. */
int64_t appimage_offset(int fd);

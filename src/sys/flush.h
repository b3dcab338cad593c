/* The disk, given work while we still have some: who has to wait for it later waits for less. */
#pragma once

/* Begins to write what is dirty on the file system of that folder, and returns. Whether it comes to be written nobody is told: for that there is
 * syncfs. */
void flush_ahead(int dirfd);

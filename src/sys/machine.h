/* The machine that this runs on. */
#pragma once

/* Its architecture as Debian calls it ("amd64"), of programs of this one's width: uname's own word where Debian has none.
 * Valid as long as the program runs. */
const char *machine_architecture(void);

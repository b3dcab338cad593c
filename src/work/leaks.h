/* LeakSanitizer looks for leaks by ptrace, which no worker may use, and nothing in a stage: each of their programs includes this. */
#pragma once

#if defined(__SANITIZE_ADDRESS__)
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

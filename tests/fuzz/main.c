/* Replays files through one fuzz target, without libFuzzer. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "fuzz.h"

#define INPUT_MAX (16 << 20)

static int replay(const char *path, uint8_t *bytes)
{
	FILE *file = fopen(path, "rb");
	uint8_t *exact;
	size_t n;

	if (!file) {
		perror(path);
		return -1;
	}
	n = fread(bytes, 1, INPUT_MAX, file);
	fclose(file);
	/* As long as the input and no longer: a sanitizer sees what reads behind it. */
	exact = mem_alloc(n ? n : 1);
	for (size_t i = 0; i < n; i++)
		exact[i] = bytes[i];
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	return 0;
}

int main(int argc, char **argv)
{
	uint8_t *bytes = mem_alloc(INPUT_MAX);
	int status = 0;

	for (int i = 1; i < argc; i++)
		if (replay(argv[i], bytes) < 0)
			status = 1;
	free(bytes);
	return status;
}

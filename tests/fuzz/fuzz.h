/* What every fuzz target is: one function of bytes from outside, and the things that must hold whatever they are. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOLDS(condition) ((condition) ? (void)0 : mem_panic("does not hold: " #condition))

static inline struct span fuzz_span(const uint8_t *data, size_t size)
{
	return size ? (struct span){(const char *)data, size} : SPAN("");
}

/* What the commands that change repositories' files share. */
#pragma once

#include "cmd/cmd.h"
#include "engine/repo.h"

/* The arguments from the first on. */
struct repo_names repo_names(const struct run *run, size_t count);

/* Says each change: "main: enabled", or "would be enabled", or "is enabled already"; or puts them into the JSON. */
void repo_print(struct run *run, const struct repo_changes *changes, const char *done);

/* Switches on and off. */
MUST_USE int repo_run_enable(struct run *run, bool enable, struct err *err);

/* Registries of images (the OCI distribution specification, 1.1; Docker's registry API, version 2): where an image repository is, and which tags stand
 * for the files and packages of luet's. Pure. */
#pragma once

#include <stdbool.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

#define REGISTRY_TAG_MAX 128
/* Kinds of manifests that are asked for. */
#define REGISTRY_ACCEPT \
	"application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, " \
	"application/vnd.docker.distribution.manifest.v2+json, " \
	"application/vnd.docker.distribution.manifest.list.v2+json"

/* Of HOST[:PORT]/PATH, with or without https:// before it, appends what all requests are below: https://HOST/v2/PATH. This machine is asked by plain
 * http unless https:// is stated. docker.io is Docker Hub. ERR_CONFIG says what is wrong. */
MUST_USE int registry_base(struct span url, struct buf *base, struct err *err);

/* Appends the tag of a file, or of a package NAME-CATEGORY-VERSION: as luet has it, '+' is '-'. False, and nothing is appended, where that is none. */
MUST_USE bool registry_tag(struct span name, struct buf *out);

/* PATH of a URL below such a base; empty: it is below none. Borrows. */
struct span registry_path(struct span url);
/* Whether what is asked for there is a manifest. */
bool registry_asks_manifest(struct span url);

/* Of a URL: scheme, host and port, as far as the path. Borrows. */
struct span registry_origin(struct span url);
/* Whether a password may go to a server of tokens: it is https://, or this machine. */
bool registry_is_realm(struct span realm);

/* Appends a value of a query, whatever it holds. */
void registry_add_query(struct buf *out, const char *key, struct span value);

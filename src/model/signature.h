/* What gpgv says of a signature on its --status-fd. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* 0 where a key of the keyring has signed, and no line says otherwise: one PLAINTEXT, GOODSIG and VALIDSIG are there, and nothing tells of
 * another signature, of a key or signature that has expired or was revoked, or of an error. The fingerprint is appended to *key. Else
 * ERR_CHECKSUM, which says what it is. */
MUST_USE int signature_judge(struct span status, struct buf *key, struct err *err);

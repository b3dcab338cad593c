/* Attributes that every header uses. */
#pragma once

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))

/* AUTO(buf) path = BUF_INIT;  calls buf_drop(&path) when the scope is left. */
#define AUTO(type) __attribute__((cleanup(type##_drop))) struct type

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The C interface: the reader of responses, and the proofs of mail that leaves.
 *
 * Texts that a function returns are allocated, end with a NUL, and are freed with backstop_free(). A function
 * that fails returns NULL (or a negative number) and, if `error` is not NULL, stores one printable line
 * there, which is freed with backstop_free(), too. All functions are thread-safe. Link with what `pkg-config
 * --static --libs backstop` prints. */
#ifndef BACKSTOP_BACKSTOP_H
#define BACKSTOP_BACKSTOP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Frees what another function returned. NULL is allowed. */
void backstop_free(char* text);

/* Reads a mail and returns one JSON object, as `backstop classify --json` writes it
 * (docs/classify.schema.json). `mail_from` is the envelope sender without angle brackets, "" is the null
 * sender, and NULL means that Return-Path counts. `rcpt` is the envelope recipient, or NULL. Fails for bytes
 * that are no mail. */
char* backstop_read(const char* mail, size_t size, const char* mail_from, const char* rcpt, char** error);

/* Returns 1 if the mail can be a response by its envelope and header alone, 0 if it surely is none, and -1 if
 * that can't be told because memory ran out. `header` is the start of the mail, with the empty line after the
 * header. */
int backstop_can_be_response(const char* header, size_t size, const char* mail_from, const char* rcpt);

/* The keys of a key file. */
typedef struct backstop_keys backstop_keys;

/* Reads a key file, as `backstop keys` makes it. Refuses one that others than its owner can reach. */
backstop_keys* backstop_keys_open(const char* path, char** error);
void backstop_keys_free(backstop_keys* keys);

/* Times are seconds since 1970 (UTC), as time() returns them. */

/* Returns the address with its tag of that day, good for `lifetime_days` (1 to 500; 14 is usual). Fails if
 * the address can't be tagged; the error says why. */
char* backstop_tag(const backstop_keys* keys, const char* address, int64_t now, int lifetime_days,
                   char** error);

/* Checks the tag of an address that mail came to, and returns its outcome: "good", "stale", "expired",
 * "bad-mac", "unknown-key", "foreign" or "no-tag". */
char* backstop_check_tag(const backstop_keys* keys, const char* address, int64_t now, int lifetime_days,
                         char** error);

/* Returns the value of a Backstop-Watermark field for a mail that leaves. One of both addresses may be "". */
char* backstop_watermark(const backstop_keys* keys, const char* mail_from, const char* from, int64_t now,
                         char** error);

/* Checks a watermark that a bounce returned, for the address that the bounce came to. Returns "good",
 * "expired", "ahead", "unknown-key", "retired-key", "no-match" or "no-watermark". */
char* backstop_check_watermark(const backstop_keys* keys, const char* value, const char* address, int64_t now,
                               char** error);

#ifdef __cplusplus
}
#endif

#endif

/* Reads a mail from standard input and prints what it is as JSON. */
#include <backstop/backstop.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 64 * 1024 * 1024 };

int main(void) {
  char *const mail = malloc(MOST);
  if (mail == NULL) return 1;
  const size_t size = fread(mail, 1, MOST, stdin);
  char *error = NULL;
  char *const json = backstop_read(mail, size, NULL, NULL, &error);
  free(mail);
  if (json == NULL) {
    fprintf(stderr, "read_mail_c: %s\n", error == NULL ? "memory ran out" : error);
    backstop_free(error);
    return 1;
  }
  puts(json);
  backstop_free(json);
  return 0;
}

/* nullmilter SOCKET [quiet]: a libmilter milter that does nothing. It hears all of every mail and answers "go on"; with "quiet" it asks
   the mail server not to wait for its answers, except at the end of a mail. */
#include <libmilter/mfapi.h>
#include <string.h>

static sfsistat answer = SMFIS_CONTINUE;

static sfsistat connected(SMFICTX* c, char* name, _SOCK_ADDR* address) { (void)c; (void)name; (void)address; return answer; }
static sfsistat text(SMFICTX* c, char* text) { (void)c; (void)text; return answer; }
static sfsistat path(SMFICTX* c, char** words) { (void)c; (void)words; return answer; }
static sfsistat field(SMFICTX* c, char* name, char* value) { (void)c; (void)name; (void)value; return answer; }
static sfsistat header_ended(SMFICTX* c) { (void)c; return answer; }
static sfsistat body(SMFICTX* c, unsigned char* data, size_t size) { (void)c; (void)data; (void)size; return answer; }
static sfsistat mail_ended(SMFICTX* c) { (void)c; return SMFIS_CONTINUE; }

static sfsistat negotiate(SMFICTX* c, unsigned long f0, unsigned long offered, unsigned long f2, unsigned long f3,
                          unsigned long* actions, unsigned long* steps, unsigned long* s2, unsigned long* s3) {
  (void)c; (void)f0; (void)f2; (void)f3;
  *actions = *s2 = *s3 = 0;
  *steps = offered & (SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_HDR | SMFIP_NR_EOH |
                      SMFIP_NR_BODY | SMFIP_NODATA | SMFIP_NOUNKNOWN);
  return SMFIS_CONTINUE;
}

int main(int count, char** words) {
  struct smfiDesc milter = {.xxfi_name = "null", .xxfi_version = SMFI_VERSION, .xxfi_connect = connected,
                            .xxfi_helo = text, .xxfi_envfrom = path, .xxfi_envrcpt = path, .xxfi_header = field,
                            .xxfi_eoh = header_ended, .xxfi_body = body, .xxfi_eom = mail_ended};
  if (count < 2) return 64;
  if (count > 2 && strcmp(words[2], "quiet") == 0) {
    answer = SMFIS_NOREPLY;
    milter.xxfi_negotiate = negotiate;
  }
  if (smfi_setconn(words[1]) != MI_SUCCESS || smfi_register(milter) != MI_SUCCESS) return 1;
  return smfi_main();
}

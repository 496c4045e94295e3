// What envelope and headers say about a mail, before a byte of its body is read: the candidate test stands on
// it, and the reader's decision begins with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mail/message.h"
#include "response/phrases.h"
#include "response/response.h"
#include "response/signs.h"

namespace backstop::response {

struct HeaderFacts {
  /// "<>", or MAILER-DAEMON, which delivery agents write for it.
  bool is_null_sender = false;
  /// The envelope sender is known, and is "<>" itself.
  bool is_null_path = false;
  /// The same, or the envelope sender is mailer-daemon@ or double-bounce@ of any domain.
  bool is_daemon_path = false;
  /// The envelope sender is known, and is neither null nor a mail system's.
  bool is_ordinary_sender = false;
  /// From or the reverse path has the name of a mail system: MAILER-DAEMON, "Mail Delivery System". Anybody
  /// can take such a name.
  bool is_daemon_sender = false;
  /// And says so in the address itself: MAILER-DAEMON@, mdaemon@.
  bool is_mailer_daemon = false;
  /// From is a postmaster or another role that sends bounces; a person writes under it as well.
  bool is_postmaster = false;
  bool is_auto_replied = false;        ///< Auto-Submitted: auto-replied
  bool is_auto_submitted = false;      ///< Auto-Submitted: anything but "no"
  bool is_report = false;              ///< multipart/report, or another multipart with a report-type
  bool has_failed_recipients = false;  ///< X-Failed-Recipients
  bool has_failure_subject = false;
  bool has_leading_failure_subject = false;  ///< the subject starts with it
  bool has_delay_subject = false;
  bool has_references = false;     ///< In-Reply-To or References
  bool has_reply_subject = false;  ///< the subject starts with "Re:", "Fwd:" or the like
  bool is_reply = false;           ///< has_references or has_reply_subject
  bool is_list_mail = false;       ///< has one of kListFields
  std::string from;                ///< decoded, without default-ignorable characters
  std::string subject;             ///< the same
  /// Marks of the header zones that were found, whatever their strength.
  std::vector<const Sign*> signs;
};

struct HeaderPhrases;  // the compiled tables, in header_facts.cc

/// Holds scratch memory, one a thread; used again for every mail.
class HeaderReader {
 public:
  HeaderReader();
  /// The result is valid until the next call. `message` needs no more than its header block walked.
  const HeaderFacts& read(const mail::Message& message, const Envelope& envelope);

 private:
  void read_sender(std::string_view reverse_path, bool is_known);
  void read_field(const mail::Field& field);
  void read_subject(std::string_view value);
  void find_phrases(std::string_view text, Zone zone);

  HeaderFacts facts_;
  const HeaderPhrases* phrases_;
  PhraseSet::ScratchPtr scratch_;
  std::vector<PhraseHit> hits_;
};

/// Can a mail with these facts be a response? See Reader::can_be_response.
bool can_be_response(const HeaderFacts& facts);

}  // namespace backstop::response

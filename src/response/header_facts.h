// What the envelope and the header say about a mail, before a byte of its body is read. The candidate test is
// made on it, and the reader's decision begins with it.
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
  /// The envelope sender is "<>", or MAILER-DAEMON, which delivery agents write for it.
  bool is_null_sender = false;
  /// The envelope sender is known, and is "<>" itself.
  bool is_null_path = false;
  /// The envelope sender is "<>", or mailer-daemon@ or double-bounce@ of any domain.
  bool is_daemon_path = false;
  /// The envelope sender is known, and is neither null nor a mail system's.
  bool is_ordinary_sender = false;
  /// From or the reverse path has the name of a mail system: MAILER-DAEMON, "Mail Delivery System". Anybody
  /// can use such a name.
  bool is_daemon_sender = false;
  /// The address in From says so itself: MAILER-DAEMON@, mdaemon@.
  bool is_mailer_daemon = false;
  /// From is a postmaster or another role that sends bounces. Persons write under these names as well.
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
  /// MailScanner says in its field, which has the site's name, that it wrote the mail.
  bool has_mailscanner_mark = false;
  /// What X-Ricevuta says, which the providers of certified mail write.
  Action certified = Action::None;
  std::string from;     ///< decoded, without default-ignorable characters; of the first From field
  std::string subject;  ///< the same
  /// Where the subject of the returned or answered mail begins, or the size of `subject`: the sender of that
  /// mail chose the words of "Undeliverable: virus in your mail" and "Automatic reply: talk Digest".
  std::size_t own_subject_end = 0;
  /// The marks that were found in the header, whatever their strength.
  std::vector<const Sign*> signs;

  std::string_view own_subject() const { return std::string_view(subject).substr(0, own_subject_end); }
};

struct HeaderPhrases;  // the compiled tables, in header_facts.cc

/// Returns the subject without "Re:", "AW:", "Fwd:", "[list]" and the like at its start.
std::string_view without_reply_prefix(std::string_view subject);

/// All phrases that are looked for in a header.
std::vector<std::string_view> header_phrases();

/// Holds scratch memory that is used again for every mail: each thread needs its own.
class HeaderReader {
 public:
  HeaderReader();
  /// The result is valid until the next call. Of `message` only the header block must have been walked.
  const HeaderFacts& read(const mail::Message& message, const Envelope& envelope);

 private:
  void read_sender(std::string_view reverse_path, bool is_known);
  void read_field(const mail::Field& field);
  void read_subject(std::string_view value);
  void find_phrases(std::string_view text, Zone zone);
  /// Returns HeaderFacts::own_subject_end, by the phrases that were found in the subject.
  std::size_t find_own_subject_end(std::size_t start, std::size_t first) const;

  HeaderFacts facts_;
  const HeaderPhrases* phrases_;
  PhraseSet::ScratchPtr scratch_;
  std::vector<PhraseHit> hits_;
};

/// Returns whether a mail with these facts can be a response. See Reader::can_be_response.
bool can_be_response(const HeaderFacts& facts);

}  // namespace backstop::response

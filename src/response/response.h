// What the reader finds in a mail: whether it is a response, of which kind, who sent it and why, which
// recipients it is about and which mail it answers. These are plain values that own their text, which is
// always well-formed UTF-8.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace backstop::response {

enum class Kind : std::uint8_t {
  None,            ///< not a response
  DsnFailed,       ///< a bounce: at least one recipient failed (RFC 3464 or any other form)
  DsnDelayed,      ///< a delay notice; nothing has failed yet
  DsnDelivered,    ///< delivered, relayed or expanded; nothing failed or is delayed
  Mdn,             ///< disposition notification (RFC 8098)
  AutoReply,       ///< vacation, mailbox gone or unattended, ticket acknowledgement
  Challenge,       ///< asks the sender to prove themselves
  FilterNotice,    ///< a virus or spam filter tells the claimed sender what it did
  ListNotice,      ///< held for moderation, not a member, command error, subscription confirmation
  FeedbackReport,  ///< RFC 5965
};

/// What became of a recipient (RFC 3464 2.3.3).
enum class Action : std::uint8_t { None, Failed, Delayed, Delivered, Relayed, Expanded };

/// Where Recipient::status was taken from.
enum class StatusFrom : std::uint8_t {
  None,        ///< there is no status
  Field,       ///< the Status field of a message/delivery-status part
  Diagnostic,  ///< an enhanced status code (RFC 3463) in the diagnostic text
  SmtpCode,    ///< derived from the three-digit SMTP code in the diagnostic text
};

/// Why a recipient failed. docs/reasons.md lists the RFC 3463 codes of each.
enum class Reason : std::uint8_t {
  Unknown,
  UserUnknown,
  MailboxFull,
  MailboxDisabled,
  DomainUnknown,
  NotAcceptingMail,
  RelayDenied,
  TooLarge,
  Spam,
  Virus,
  ContentRejected,
  SenderReputation,
  AuthenticationFailed,
  RateLimited,
  NetworkError,
  TlsRequired,
  RoutingLoop,
  Expired,
  Policy,
  SystemError,
};

/// The step of the SMTP session that failed, by the command that was refused.
enum class Command : std::uint8_t {
  None,     ///< nothing tells it, or there was no session
  Connect,  ///< before any command: no connection, or a greeting that refuses
  Helo,
  Ehlo,
  Lhlo,
  StartTls,
  Auth,
  Mail,
  Rcpt,
  Data,  ///< the command, or the message after it
  Bdat,
  Rset,
  Quit,
};

/// Whether a failed recipient's address is of no more use.
enum class BounceType : std::uint8_t {
  None,  ///< nothing tells it, or nothing failed
  Soft,  ///< this mail failed, at this time, or for what it was; another one may arrive
  Hard,  ///< no mail will reach the address
};

/// Where the original was found.
enum class FoundIn : std::uint8_t {
  MessageRfc822,
  Rfc822Headers,   ///< text/rfc822-headers
  GlobalHeaders,   ///< message/global or message/global-headers
  BodyText,        ///< plain text inside the body, where challenges and old bounces put it
  ReportFields,    ///< nothing came back, but fields of the report name the original (MDN, ARF)
  ResponseHeader,  ///< nothing came back, but the response's own header names it: In-Reply-To and its kin
};

/// What shows that a mail is a response at all, weakest first.
enum class ShownBy : std::uint8_t {
  Appearance,        ///< words and marks that anybody can write
  Format,            ///< null sender, a daemon or postmaster in From, a known form, an original returned
  FailedRecipients,  ///< a daemon's sender, and X-Failed-Recipients
  DeliveryStatus,    ///< a daemon's sender, and a delivery report with a recipient that can be read
  Padding,           ///< null sender, and the mail says that it is a delivery report but was cut before one
};

/// How surely a mail is a response at all. Only a delivery status notification that is not guessed may be
/// refused because it has no proof.
enum class Certainty : std::uint8_t { Guessed, Marked, Structural };

/// Whether the parts that decide were read, in a mail of which only a part was read.
enum class Look : std::uint8_t {
  Complete,  ///< the report and the start of what it returns were read, or the whole mail was
  Cut,       ///< the mail was cut before both were read
  Padded,    ///< the mail promises a report that lies past the cap; a genuine report is in the first
             ///< kilobytes
};

/// Whether the bytes that are read are the whole mail or only its start.
enum class Extent : bool { Whole, Start };

struct Recipient {
  std::string address;           ///< the final recipient, without type and angle brackets
  std::string original_address;  ///< as the sender wrote it, before it was expanded or forwarded; or empty
  Action action = Action::None;
  std::string status;  ///< "5.1.1", or empty
  StatusFrom status_from = StatusFrom::None;
  Reason reason = Reason::Unknown;
  std::string reply_code;  ///< "550": the first reply code in the diagnostic, or empty
  Command command = Command::None;
  BounceType bounce_type = BounceType::None;
  std::string remote_mta;  ///< the host that refused the mail, or empty
  std::string diagnostic;  ///< what that host said, unfolded, at most Limits::diagnostic bytes
  /// The words of other fields about this recipient (X-Supplementary-Info, X-PowerMTA-BounceCategory), capped
  /// alike.
  std::string supplement;
  /// The report may name any of several addresses here, or another one than it shows: the two addresses are
  /// empty.
  bool is_doubtful = false;
};

/// The mail that is answered, as far as it came back. A field that did not is empty.
struct Original {
  std::string message_id;  ///< without angle brackets
  std::string from;        ///< decoded header text
  std::string to;
  std::string subject;
  std::string date;         ///< as written
  std::string in_reply_to;  ///< raw, unfolded
  std::string references;   ///< raw, unfolded
  std::string list_id;      ///< of List-Id, without angle brackets
  FoundIn found_in = FoundIn::MessageRfc822;
};

/// Returns whether a part of the original came back, and not only its Message-ID or sender.
constexpr bool has_come_back(const Original& original) {
  return original.found_in != FoundIn::ReportFields && original.found_in != FoundIn::ResponseHeader;
}

/// Where a returned header block was found.
enum class ReturnedIn : std::uint8_t {
  Part,    ///< a part that is made for it: message/rfc822, text/rfc822-headers, message/global(-headers)
  Text,    ///< lines of a plain text, also indented
  Html,    ///< the text of an HTML part
  Quoted,  ///< lines of a plain text behind quote marks
  Nested,  ///< a mail within a returned mail
};

/// A header block that came back, in which `origin` looks for proofs.
struct ReturnedBlock {
  /// The fields in their order, with CRLF or LF: as they came from a part whose folding is whole, else
  /// without quote marks and indentation, and with lines joined that a mailer had cut.
  std::string bytes = {};
  ReturnedIn where = ReturnedIn::Part;
  bool is_truncated = false;    ///< it was cut, or may have been
  bool is_whole = false;        ///< not truncated, and has From, Date, Message-ID and a Received
  std::string message_id = {};  ///< without angle brackets, or empty
  std::string from = {};        ///< the first address in From, or empty
  std::string to = {};          ///< the value of To and that of Cc, as they came
  std::optional<std::chrono::sys_seconds> date = {};
};

struct Response {
  Kind kind = Kind::None;
  std::string reporting_mta;  ///< the host that reports, or empty if nothing names it
  std::vector<Recipient> recipients;
  std::optional<Original> original;
  std::string author;         ///< the first address in the response's own From, or empty
  std::string date;           ///< of the response, as written
  std::string list_id;        ///< the list by which the answered mail or the response came; or empty
  std::string feedback_type;  ///< of a feedback report, in lower case (RFC 5965 3.1); or empty
  /// Every header block that came back, at most Limits::blocks: first those in parts, then those in text and
  /// HTML, then the nested ones. Empty for Kind::None, like the two below.
  std::vector<ReturnedBlock> returned;
  /// The values of Backstop-Watermark fields in what came back, without white space and quote marks; what
  /// follows a value may stick to its end. Each once, at most Limits::watermarks.
  std::vector<std::string> watermarks;
  /// The Message-IDs of mail that this may answer, without angle brackets, likeliest first: those of the
  /// returned blocks, of Original-Message-ID and X-Original-Message-ID, two of In-Reply-To, and the last
  /// three of References. Each once.
  std::vector<std::string> answered_ids;
  std::size_t named_ids = 0;   ///< how many of them, from the first on, are not of References alone
  std::string last_reference;  ///< the last one of References, or empty
  /// The product or form by whose words the response was recognised, a static string; or empty.
  std::string_view format;
  bool truncated = false;  ///< a cap was met, and what lies beyond it was not read
  ShownBy shown_by = ShownBy::Appearance;
  Look look = Look::Complete;
};

/// Returns true for a delivery status notification, which may say failed, delayed or delivered (RFC 3464).
constexpr bool is_dsn(Kind kind) {
  return kind == Kind::DsnFailed || kind == Kind::DsnDelayed || kind == Kind::DsnDelivered;
}

constexpr Certainty certainty(const Response& response) {
  if (response.shown_by == ShownBy::Appearance) return Certainty::Guessed;
  return response.shown_by == ShownBy::Format ? Certainty::Marked : Certainty::Structural;
}

/// The envelope, as the SMTP session knows it, or as far as it is known later.
struct Envelope {
  std::optional<std::string>
      reverse_path;       ///< without angle brackets; empty for the null sender; nullopt if not known
  std::string recipient;  ///< the envelope recipient, or empty if not known
};

struct KindWords {
  std::string_view name;  ///< the spelling of the JSON and the documentation
  std::string_view one;   ///< for people: "a bounce" without its article
  std::string_view many;
};

/// Index by Kind.
inline constexpr std::array kKindWords = std::to_array<KindWords>({
    {"none", "mail", "ordinary mails"},
    {"dsn-failed", "bounce", "bounces"},
    {"dsn-delayed", "delay notice", "delay notices"},
    {"dsn-delivered", "notice of delivery", "notices of delivery"},
    {"mdn", "read receipt", "read receipts"},
    {"auto-reply", "automatic reply", "automatic replies"},
    {"challenge", "challenge", "challenges"},
    {"filter-notice", "notice of a filter", "filter notices"},
    {"list-notice", "notice of a mailing list", "list notices"},
    {"feedback-report", "feedback report", "feedback reports"},
});
constexpr const KindWords& words(Kind kind) {
  return kKindWords[static_cast<std::size_t>(kind)];
}

/// The spellings of the JSON and the documentation, index by enumerator.
inline constexpr std::array<std::string_view, kKindWords.size()> kKindNames = [] {
  std::array<std::string_view, kKindWords.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kKindWords[i].name;
  return names;
}();
inline constexpr std::array<std::string_view, 6> kActionNames = {"",          "failed",  "delayed",
                                                                 "delivered", "relayed", "expanded"};
inline constexpr std::array<std::string_view, 4> kStatusFromNames = {"", "field", "diagnostic", "smtp-code"};
inline constexpr std::array<std::string_view, 20> kReasonNames = {"unknown",
                                                                  "user-unknown",
                                                                  "mailbox-full",
                                                                  "mailbox-disabled",
                                                                  "domain-unknown",
                                                                  "not-accepting-mail",
                                                                  "relay-denied",
                                                                  "too-large",
                                                                  "spam",
                                                                  "virus",
                                                                  "content-rejected",
                                                                  "sender-reputation",
                                                                  "authentication-failed",
                                                                  "rate-limited",
                                                                  "network-error",
                                                                  "tls-required",
                                                                  "routing-loop",
                                                                  "expired",
                                                                  "policy",
                                                                  "system-error"};
inline constexpr std::array<std::string_view, 13> kCommandNames = {
    "", "CONN", "HELO", "EHLO", "LHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "QUIT"};
inline constexpr std::array<std::string_view, 3> kBounceTypeNames = {"", "soft", "hard"};
inline constexpr std::array<std::string_view, 5> kReturnedInNames = {"part", "text", "html", "quoted",
                                                                     "nested"};
inline constexpr std::array<std::string_view, 3> kCertaintyNames = {"guessed", "marked", "structural"};
inline constexpr std::array<std::string_view, 6> kFoundInNames = {
    "message/rfc822", "text/rfc822-headers", "message/global-headers",
    "body-text",      "report-fields",       "response-header"};

template <typename Enum, std::size_t N>
constexpr std::string_view name_of(const std::array<std::string_view, N>& names, Enum value) {
  return names[static_cast<std::size_t>(value)];
}
constexpr std::string_view name(Kind value) {
  return name_of(kKindNames, value);
}
constexpr std::string_view name(Action value) {
  return name_of(kActionNames, value);
}
constexpr std::string_view name(StatusFrom value) {
  return name_of(kStatusFromNames, value);
}
constexpr std::string_view name(Reason value) {
  return name_of(kReasonNames, value);
}
constexpr std::string_view name(Command value) {
  return name_of(kCommandNames, value);
}
constexpr std::string_view name(BounceType value) {
  return name_of(kBounceTypeNames, value);
}
constexpr std::string_view name(Certainty value) {
  return name_of(kCertaintyNames, value);
}
constexpr std::string_view name(ReturnedIn value) {
  return name_of(kReturnedInNames, value);
}
constexpr std::string_view name(FoundIn value) {
  return name_of(kFoundInNames, value);
}

}  // namespace backstop::response

#include "response/reader.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/domain_key.h"
#include "base/text.h"
#include "mail/address_list.h"
#include "mail/charset.h"
#include "mail/encoding.h"
#include "mail/header_text.h"
#include "response/answered.h"
#include "response/body_phrases.h"
#include "response/bounce_text.h"
#include "response/bounce_type.h"
#include "response/certainty.h"
#include "response/certified_mail.h"
#include "response/dialogue.h"
#include "response/expansion.h"
#include "response/header_facts.h"
#include "response/kind.h"
#include "response/original.h"
#include "response/person.h"
#include "response/reason.h"
#include "response/report_fields.h"
#include "response/report_text.h"
#include "response/returned_blocks.h"
#include "response/standing_words.h"
#include "response/status.h"
#include "response/transcript.h"

namespace backstop::response {

using mail::FieldName;
using mail::MediaType;

namespace {

// Returns whether the header has only fields that a delivery adds.
bool is_trace_alone(const mail::Message& header) {
  return std::ranges::all_of(header.fields_of(header.parts[0]), [](const mail::Field& field) {
    return field.id == FieldName::Received || field.id == FieldName::DeliveredTo ||
           field.id == FieldName::ReturnPath || field.id == FieldName::XOriginalTo ||
           field.id == FieldName::EnvelopeTo || base::istarts_with(field.name, "X-getmail-");
  });
}

// Returns whether the header has a sender and another field that mail has.
bool is_of_a_mail(const mail::Message& header) {
  bool has_sender = false;
  bool has_other = false;
  for (const auto& field : header.fields_of(header.parts[0])) {
    const bool is_sender = field.id == FieldName::From || field.id == FieldName::ReturnPath;
    has_sender = has_sender || is_sender;
    has_other = has_other || field.id == FieldName::Subject || field.id == FieldName::Date ||
                field.id == FieldName::MessageId || field.id == FieldName::To;
  }
  return has_sender && has_other;
}

// Removes empty lines and a byte order mark from the start, also one that was encoded twice. Returns whether
// there was a mark.
bool drop_byte_order_mark(std::string_view& body) {
  constexpr std::string_view kEncodedTwice = "\xC3\xAF\xC2\xBB\xC2\xBF";
  body.remove_prefix(std::min(body.find_first_not_of("\r\n"), body.size()));
  for (const std::string_view mark : {mail::kByteOrderMark, kEncodedTwice}) {
    if (!body.starts_with(mark)) continue;
    body.remove_prefix(mark.size());
    return true;
  }
  return false;
}

// Walks the header of `mail`. Some mails of Office 365 begin with a byte order mark or an empty line, and
// getmail puts its Received and an empty line before that: then the mail begins after them.
void walk_header_of(std::string_view mail, mail::Message& message, const mail::Limits& limits) {
  mail::walk_header(mail, message, limits);
  if (!is_trace_alone(message)) return;
  std::string_view body = mail.substr(message.parts[0].body_begin);
  const bool is_marked = drop_byte_order_mark(body);
  mail::walk_header(body, message, limits);
  if (!is_marked && !is_of_a_mail(message)) mail::walk_header(mail, message, limits);
}

// Names nobody by an address that looks like another one: whoever reads it would strike that one from a list.
void drop_unseen(std::string& address) {
  if (!mail::is_seen_whole(address)) address.clear();
}

bool has_field(const mail::Message& message, std::string_view name) {
  return std::ranges::any_of(message.fields_of(message.parts[0]),
                             [name](const mail::Field& field) { return base::iequals(field.name, name); });
}

}  // namespace

struct Reader::State {
  explicit State(const Limits& given) : limits(given) {}

  /// Reads the header of `mail`, and the whole mail if it can be a response; returns whether it can.
  bool open(std::string_view mail, const Envelope& envelope, Response& response);
  Response read(std::string_view mail, const Envelope& envelope, Extent extent);

  Limits limits;
  mail::Message message;
  mail::Message header;
  mail::Message scratch;
  HeaderReader headers;
  const HeaderFacts* facts = nullptr;  // of the mail that open() read
  ReportText text;
  BodyHits hits;
  BodyHits subject_hits;
  ReasonFinder reasons;
  std::string decoded;
  std::vector<std::string> report_ids;  // what the report's parts name as the original's Message-ID
  bool has_fields = false;              // a part for machines names the recipients

 private:
  std::string_view body_of(const mail::Part& part, Response& response);
  std::string_view wrapped_report() const;
  bool is_report_attached() const;
  void read_fields(Response& response);
  void read_text(const Envelope& envelope, const CompiledFormat* format, Response& response);
  bool mentions(std::string_view address, std::size_t searches) const;
  void take_failed_recipients(const std::vector<std::string>& addresses, std::vector<Recipient>& found,
                              Response& response);
  void complete(Recipient& recipient, Response& response);
  void find_session(Response& response);
  void find_reply_codes(Response& response) const;
  void find_commands(Response& response);
  void find_list_id(Response& response) const;
  TextContext context_of(const Envelope& envelope) const;
  void find_reporting_mta(Response& response) const;
};

Reader::Reader(const Limits& limits) : state_(std::make_unique<State>(limits)) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

bool Reader::can_be_response(std::string_view header, const Envelope& envelope) {
  mail::walk_header(header, state_->header, state_->limits.mime);
  return response::can_be_response(state_->headers.read(state_->header, envelope)) ||
         is_trace_alone(state_->header);
}

Response Reader::read(std::string_view mail, const Envelope& envelope, Extent extent) {
  return state_->read(mail, envelope, extent);
}

bool Reader::State::open(std::string_view mail, const Envelope& envelope, Response& response) {
  walk_header_of(mail, message, limits.mime);
  facts = &headers.read(message, envelope);
  response.truncated = response.truncated || message.truncated != mail::Truncation::None;
  if (!response::can_be_response(*facts)) return false;
  mail::walk_body(message, limits.mime);
  response.truncated = response.truncated || message.truncated != mail::Truncation::None;
  return true;
}

Response Reader::State::read(std::string_view mail, const Envelope& envelope, Extent extent) {
  Response response;
  response.truncated = extent == Extent::Start;
  if (!open(mail, envelope, response)) return response;
  const std::string_view inner = wrapped_report();
  const bool is_wrapped = !inner.empty();
  if (is_wrapped && !open(inner, envelope, response)) return response;
  text.collect(message, limits.text);
  response.truncated = response.truncated || text.is_truncated();
  const CertaintyFacts read_facts{*facts, text, message, limits.text, response.truncated, extent};
  hits.find(text.flat());
  const CompiledFormat* format = hits.format();
  read_fields(response);
  if (!is_wrapped && !is_report_attached()) response.shown_by = shown_by_structure(read_facts, response);
  const bool is_shown = response.shown_by != ShownBy::Appearance;
  response.kind = decide_kind(
      {*facts, text, hits, message, format, response.recipients, is_shown, &subject_hits}, &response.format);
  if (response.kind == Kind::None) {
    const bool truncated = response.truncated;
    response = Response{};
    response.truncated = truncated;
    return response;
  }
  const bool is_bounce = is_dsn(response.kind);
  if (is_bounce) response.format = format ? format->row->name : std::string_view{};
  if (is_bounce || response.kind == Kind::FilterNotice) read_text(envelope, format, response);
  if (auto original = find_original(message, text, scratch)) response.original = std::move(original);
  if (!response.original && report_ids.empty()) read_original_ids(text.raw(), report_ids);
  find_returned({message, text, limits, extent == Extent::Start}, scratch, response);
  find_answered_ids(message, report_ids, response);
  name_original(report_ids, response);
  if (const auto from = mail::parse_address_list(facts->from, 1); !from.empty())
    response.author = from[0].text();
  drop_unseen(response.author);
  weigh(read_facts, !is_wrapped && format != nullptr, response);
  for (auto& recipient : response.recipients) complete(recipient, response);
  if (is_bounce) find_session(response);
  for (auto& recipient : response.recipients) {
    drop_unseen(recipient.address);
    drop_unseen(recipient.original_address);
  }
  if (response.reporting_mta.empty()) find_reporting_mta(response);
  response.date = mail::to_utf8(mail::unfold(message.value(message.parts[0], FieldName::Date)));
  find_list_id(response);
  return response;
}

std::string_view Reader::State::body_of(const mail::Part& part, Response& response) {
  std::string_view body = message.body_of(part);
  if (body.size() > limits.text) {
    body = base::utf8_prefix(body, limits.text);
    response.truncated = true;
  }
  if (part.encoding == mail::TransferEncoding::Identity) return body;
  decoded.clear();
  mail::decode(part.encoding, body, decoded);
  return decoded;
}

// Returns a report that a gateway or a list wrapped whole into a mail of its own, with the report's subject
// and sender, else an empty view. A mail in which a person forwards a report does not count: it has no
// daemon's name, and a postmaster's has an ordinary sender. Neither does Exchange's journal, which wraps
// every mail. The envelope is the outer mail's and shows nothing about the inner one.
std::string_view Reader::State::wrapped_report() const {
  const bool is_daemon = facts->is_daemon_sender || facts->is_mailer_daemon ||
                         (facts->is_postmaster && !facts->is_ordinary_sender);
  if (!is_daemon || facts->has_reply_subject || !facts->has_failure_subject ||
      has_own_part(message, MediaType::MessageDeliveryStatus) || has_mail_program(message) ||
      has_field(message, "X-MS-Journal-Report"))
    return {};
  for (std::size_t i = 0; i + 1 < message.parts.size(); ++i) {
    const auto& inner = message.parts[i + 1];
    if (message.parts[i].media_type != MediaType::MessageRfc822 || inner.parent != i) continue;
    const bool is_report = inner.media_type == MediaType::MultipartReport &&
                           base::icontains(inner.content_type_parameters, "delivery-status");
    return is_report ? message.buffer.substr(inner.begin, inner.end - inner.begin) : std::string_view{};
  }
  return {};
}

// Returns whether a delivery report is only a file of a mail that speaks of something else: a help desk
// attaches to its notice the bounce from which it made a ticket.
bool Reader::State::is_report_attached() const {
  const auto& phrases = BodyPhrases::get();
  return !facts->is_report && !facts->is_daemon_sender && !facts->is_mailer_daemon && !facts->is_postmaster &&
         !facts->has_failure_subject && !facts->has_delay_subject && !facts->has_failed_recipients &&
         !text.flat().empty() && hits.format() == nullptr && !hits.has_any(phrases.failures) &&
         !hits.has_any(phrases.delays);
}

void Reader::State::read_fields(Response& response) {
  report_ids.clear();
  has_fields = false;
  const ReportLimits report_limits{limits.recipients, limits.diagnostic};
  if (has_own_part(message, MediaType::MessageDeliveryStatus)) {
    // Some products write one part for each recipient. What comes behind the returned mail is none (RFC 6522
    // 3): that mail may hold the report's own boundary.
    bool has_report = false;
    for (const auto& part : message.parts) {
      if (is_inside_message(message, part)) continue;
      if (has_report && holds_header(part)) break;
      if (part.media_type != MediaType::MessageDeliveryStatus) continue;
      has_report = true;
      const std::string_view body = body_of(part, response);
      has_fields |= read_delivery_status(body, report_limits, response);
      read_original_ids(body, report_ids);
    }
  } else if (const auto* notification = find_own_part(message, MediaType::MessageDispositionNotification)) {
    const std::string_view body = body_of(*notification, response);
    read_disposition(body, report_limits, response);
    read_original_ids(body, report_ids);
  } else if (const auto* report = find_own_part(message, MediaType::MessageFeedbackReport)) {
    read_feedback(body_of(*report, response), report_limits, response);
  }
}

TextContext Reader::State::context_of(const Envelope& envelope) const {
  TextContext context;
  for (const auto& address : mail::parse_address_list(facts->from, 4)) {
    context.own.push_back(address.folded());
    if (context.reporter_domain.empty()) context.reporter_domain = address.domain;
  }
  const auto& root = message.parts[0];
  for (const auto& address : mail::parse_address_list(message.value(root, FieldName::To), 4)) {
    context.own.push_back(address.folded());
  }
  if (!envelope.recipient.empty()) context.own.push_back(base::address_key(envelope.recipient));
  std::unordered_set<std::string> known;
  for (const auto& field : message.fields_of(root)) {
    if (field.id != FieldName::XFailedRecipients) continue;
    for (const auto& address : mail::parse_address_list(field.value, limits.recipients + 1)) {
      if (known.insert(address.folded()).second) context.failed_recipients.push_back(address.text());
    }
  }
  return context;
}

// Returns whether the text has the address, in whichever form it is written.
bool Reader::State::mentions(std::string_view address, std::size_t searches) const {
  return searches > kMostMentions || base::icontains(text.flat(), address);
}

// Takes the recipients from X-Failed-Recipients, which is exact, and their words from the text. Exim and
// Gmail write each of them into both: if the text names others alone, nobody is named by the field.
void Reader::State::take_failed_recipients(const std::vector<std::string>& addresses,
                                           std::vector<Recipient>& found, Response& response) {
  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < found.size(); ++i) index.emplace(base::address_key(found[i].address), i);
  std::vector<Recipient> exact;
  std::size_t searches = 0;
  for (const auto& address : addresses) {
    if (exact.size() >= limits.recipients) {
      response.truncated = true;
      break;
    }
    Recipient recipient;
    if (const auto same = index.find(base::address_key(address)); same != index.end()) {
      recipient = std::move(found[same->second]);
    } else if (!found.empty() && !text.is_truncated() && !mentions(address, ++searches)) {
      continue;
    }
    if (recipient.diagnostic.empty() && exact.size() < kMostMentions) {
      recipient.diagnostic = find_diagnostic(text, address);
    }
    recipient.address = address;
    exact.push_back(std::move(recipient));
  }
  if (exact.empty()) {
    exact.push_back(std::move(found.front()));
    exact.front().address.clear();
    exact.front().is_doubtful = true;
  }
  found = std::move(exact);
}

void Reader::State::read_text(const Envelope& envelope, const CompiledFormat* format, Response& response) {
  const bool has_names = std::ranges::any_of(response.recipients, [](const Recipient& recipient) {
    return !recipient.address.empty() || recipient.is_doubtful;
  });
  if (has_names) {
    for (std::size_t i = 0; i < std::min(kMostMentions, response.recipients.size()); ++i) {
      auto& recipient = response.recipients[i];
      if (recipient.diagnostic.empty() && !recipient.is_doubtful)
        recipient.diagnostic = find_diagnostic(text, recipient.address);
    }
    return;
  }
  TextContext context = context_of(envelope);
  const auto original = find_original(message, text, scratch);
  constexpr std::size_t kMostReturned = 50;
  const auto to =
      original ? mail::parse_address_list(original->to, kMostReturned) : std::vector<mail::Address>{};
  for (const auto& address : to) context.returned.push_back(address.folded());
  std::vector<Recipient> found;
  const bool is_certified =
      facts->certified != Action::None || (format != nullptr && format->row->name == kCertifiedMail);
  if (is_certified && read_certified_notice(text, limits.recipients, found)) response.truncated = true;
  if (found.empty() && read_bounce_text(text, hits, format, context, limits.recipients, found))
    response.truncated = true;
  if (!context.failed_recipients.empty()) {
    take_failed_recipients(context.failed_recipients, found, response);
  }
  if (found.empty() && read_transcript(text, limits.recipients, found)) response.truncated = true;
  if (found.empty()) {
    // Nobody is named. If the mail that came back went to a single address, that one failed.
    if (to.size() == 1) {
      auto& recipient = found.emplace_back();
      recipient.address = to[0].text();
      recipient.diagnostic = find_diagnostic(text, "");
    }
  }
  if (response.recipients.size() == 1 && found.size() == 1) {
    // The report's fields had a status, but no address.
    response.recipients[0].address = found[0].address;
    if (response.recipients[0].diagnostic.empty()) response.recipients[0].diagnostic = found[0].diagnostic;
  } else if (!found.empty() || response.recipients.empty()) {
    response.recipients = std::move(found);
  }
  for (auto& recipient : response.recipients) {
    if (recipient.action != Action::None) continue;
    recipient.action = facts->certified == Action::Relayed   ? Action::Relayed
                       : response.kind == Kind::DsnDelayed   ? Action::Delayed
                       : response.kind == Kind::DsnDelivered ? Action::Delivered
                                                             : Action::Failed;
  }
}

void Reader::State::complete(Recipient& recipient, Response& response) {
  if (recipient.diagnostic.size() > limits.diagnostic) {
    recipient.diagnostic.resize(base::utf8_prefix(recipient.diagnostic, limits.diagnostic).size());
    response.truncated = true;
  }
  if (recipient.remote_mta.empty()) recipient.remote_mta = find_remote_host(recipient.diagnostic);
  const int code = find_reply_code(recipient.diagnostic);
  if (recipient.status.empty()) {
    if (const auto status = find_enhanced_status(recipient.diagnostic); !status.empty()) {
      recipient.status = status;
      recipient.status_from = StatusFrom::Diagnostic;
    } else if (code != 0) {
      recipient.status = status_from_reply(code);
      recipient.status_from = StatusFrom::SmtpCode;
    }
  }
  recipient.reply_code = reply_code(recipient, code);
  if (recipient.reason != Reason::Unknown) return;
  if (recipient.action == Action::Delivered || recipient.action == Action::Relayed ||
      recipient.action == Action::Expanded)
    return;
  const bool is_delayed = recipient.action == Action::Delayed;
  // Sendmail's fields have only the first line of a reply, with which a server that refuses greets.
  if (response.recipients.size() <= kMostMentions) {
    if (const std::string further = further_reply_lines(text, recipient.diagnostic); !further.empty()) {
      recipient.reason = reasons.find(further, recipient.status, code, is_delayed);
      if (recipient.reason != Reason::Unknown && recipient.reason != Reason::Policy) return;
    }
  }
  recipient.reason = reasons.find(recipient.diagnostic, recipient.status, code, is_delayed);
  // "Policy" is what words say that only refuse.
  const bool tells = recipient.reason != Reason::Unknown && recipient.reason != Reason::Policy;
  if (!tells && !recipient.supplement.empty() && recipient.supplement != recipient.diagnostic) {
    const std::string both = recipient.diagnostic + " " + recipient.supplement;
    recipient.reason = reasons.find(both, recipient.status, code, is_delayed);
  }
  if (recipient.reason == Reason::Unknown && response.recipients.size() == 1) {
    recipient.reason =
        reasons.find(without_standing_words(text.report()), recipient.status, code, is_delayed);
  }
}

// Finds out where in the session each recipient of a bounce failed, how surely, and under which address the
// mail was sent.
void Reader::State::find_session(Response& response) {
  if (has_fields) find_reply_codes(response);
  find_commands(response);
  if (hits.has_any(BodyPhrases::get().expansion)) find_expansions(text, response.recipients);
  for (auto& recipient : response.recipients) recipient.bounce_type = bounce_type(recipient);
}

// Finds the reply codes that a report leaves out of its fields: its text may quote the reply.
void Reader::State::find_reply_codes(Response& response) const {
  for (std::size_t i = 0; i < std::min(kMostMentions, response.recipients.size()); ++i) {
    auto& recipient = response.recipients[i];
    // Without any diagnostic, read_text() has already looked for the reply.
    if (!recipient.reply_code.empty() || recipient.diagnostic.empty() || !is_undelivered(recipient)) continue;
    recipient.reply_code = reply_code(recipient, find_reply_code(find_diagnostic(text, recipient.address)));
  }
}

// Finds the command that failed for each recipient. Postfix and Exim name it in the text alone, and not in
// the fields of their reports.
void Reader::State::find_commands(Response& response) {
  std::vector<Step> steps;
  const PhraseId first = hits.first_of(BodyPhrases::get().dialogue);
  const bool is_told = first != kNoPhrase;
  // A phrase may begin with the mark or the lead before the command.
  const bool is_alone = response.recipients.size() == 1;
  if (is_told) {
    const std::size_t from = hits.begin_of(first);
    steps = is_alone ? find_surest_step(text.flat(), from) : find_steps(text.flat(), from);
  }
  if (!is_told && !has_fields) return;
  for (std::size_t i = 0; i < response.recipients.size(); ++i) {
    auto& recipient = response.recipients[i];
    if (!is_undelivered(recipient)) continue;
    if (i < kMostSteps) recipient.command = command_for(text, steps, recipient.address, is_alone);
    if (recipient.command == Command::None) recipient.command = find_command(recipient.diagnostic);
  }
}

// A bounce is about the list whose mail it answers; a notice of a list comes by that list itself.
void Reader::State::find_list_id(Response& response) const {
  const std::string_view own = message.value(message.parts[0], FieldName::ListId);
  const bool is_own_list = response.kind == Kind::ListNotice && !own.empty();
  if (response.original && !is_own_list) response.list_id = response.original->list_id;
  if (response.list_id.empty() && !own.empty()) response.list_id = without_brackets(own);
}

// A text bounce names its host in its first words, or in its From address.
void Reader::State::find_reporting_mta(Response& response) const {
  constexpr std::array kBefore = std::to_array<std::string_view>(
      {"program at ", "mail system at host ", "generating server: ", "reporting-mta: ", "program at host ",
       "message from ", "delivery system at host "});
  const std::string_view flat = text.flat();
  const std::string_view head = flat.substr(0, 2000);
  for (const auto before : kBefore) {
    const std::size_t at = base::ifind(head, before);
    if (at == std::string_view::npos) continue;
    std::string host = report_host(head.substr(at + before.size(), 255));
    host.resize(host.find_last_not_of(".<>:") + 1);
    // "This is an automatically generated message from SendGrid."
    if (host.find('.') == std::string::npos) continue;
    response.reporting_mta = std::move(host);
    return;
  }
  const auto from = mail::parse_address_list(facts->from, 1);
  if (!from.empty()) response.reporting_mta = from[0].domain;
  if (!response.reporting_mta.empty()) return;
  // "From: MAILER-DAEMON <>" has no host, but the host made the Message-ID.
  const auto id = message.value(message.parts[0], FieldName::MessageId);
  if (const std::size_t at = id.rfind('@'); at != std::string_view::npos)
    response.reporting_mta = report_host(id.substr(at + 1));
  if (response.reporting_mta.ends_with('>')) response.reporting_mta.pop_back();
}

}  // namespace backstop::response

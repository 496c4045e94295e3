#include "filter/milter_message.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "filter/recorder.h"
#include "filter/server_path.h"
#include "intake/claim_facts.h"
#include "intake/outbound_tag.h"
#include "intake/verdict_reply.h"
#include "mail/address.h"
#include "milter/answer.h"
#include "origin/tag_evidence.h"
#include "os/random.h"

namespace backstop::filter {
namespace {

const smtp::Reply kNoMemory{452, "4.3.1", "Too many large messages just now, try again later"};
const smtp::Reply kTooManyRecipients{452, "4.5.3",
                                     "Too many recipients of a bounce, send it to the others again"};
const smtp::Reply kHeaderTooLarge{552, "5.3.4", "The header of this message is too large"};

std::string in_brackets(const mail::Address& address) {
  return "<" + address.text() + ">";
}

/// Returns nullopt if the system has no random bytes.
std::optional<origin::WatermarkStamp> watermark_stamp(std::chrono::system_clock::time_point now) {
  origin::WatermarkStamp stamp{.now = std::chrono::floor<std::chrono::seconds>(now), .id = {}};
  if (!os::fill_random(stamp.id)) return std::nullopt;
  return stamp;
}

/// True for two domains that may give one mail two answers.
bool has_other_policy(const intake::DomainSettings& one, const intake::DomainSettings& other) {
  return one.stage != other.stage || one.ceilings != other.ceilings;
}

}  // namespace

MilterMessage::MilterMessage(MilterSessionFacts session, std::shared_ptr<const Settings> settings,
                             const milter::PathCommand& mail)
    : session_(session),
      settings_(std::move(settings)),
      transaction_(begin(session, *settings_)),
      judge_(transaction_, session.workplace.reader()),
      way_out_(transaction_, session.workplace.reader()),
      checks_(transaction_, false),
      held_share_(session.workplace.shared().held, session.client.address()) {
  read_mail(mail);
  if (is_outbound() || is_unreadable_ || !intake::wants_checks(transaction_)) return;
  auto& workplace = session_.workplace;
  intake::prepare_checks(transaction_, workplace.loop().context().get_executor(), session_.client.helo(),
                         workplace.check_sources());
}

intake::Transaction MilterMessage::begin(const MilterSessionFacts& session, const Settings& settings) {
  auto& workplace = session.workplace;
  intake::Transaction transaction;
  transaction.site = settings.site.get();
  transaction.trusted_authserv = settings.milter.trusted_authserv;
  transaction.authserv_place = settings.milter.authserv_place;
  transaction.is_checked_before = !settings.milter.trusted_authserv.empty();
  transaction.id = workplace.next_id();
  transaction.key_look_ups = workplace.key_look_ups();
  transaction.is_stopping = [&workplace] { return workplace.is_draining(); };
  transaction.client = session.client.facts(session.door, settings.milter, session.macros);
  transaction.is_from_relay = session.door == Door::Smtp && session.client.is_relay(settings.milter);
  const bool leaves = transaction.client.is_authenticated || transaction.client.is_trusted;
  transaction.direction = leaves ? store::Direction::Outbound : store::Direction::Inbound;
  intake::begin(transaction, workplace.shared());
  return transaction;
}

void MilterMessage::read_mail(const milter::PathCommand& mail) {
  auto path = read_server_path(mail.path, session_.macros.find("mail_addr"));
  is_unreadable_ = !path;
  if (path) transaction_.mail.reverse_path = std::move(*path);
  for (const auto parameter : mail.parameters) {
    if (base::iequals(parameter, "SMTPUTF8")) transaction_.mail.smtputf8 = true;
    if (base::iequals(parameter, "BODY=8BITMIME")) transaction_.mail.body = smtp::Body::EightBitMime;
  }
}

// Postfix knows it from the first recipient on; before that, and without it, our own id stands for it.
void MilterMessage::take_queue_id() {
  const auto id = session_.macros.find("i");
  if (!id.empty()) transaction_.id = base::printable(id);
}

// Mail of relays and hosts of ours is not checked, so that nothing is refused that they bring.
bool MilterMessage::is_checked(const intake::RecipientCheck& check) const {
  return transaction_.checks != nullptr && !transaction_.is_checked_before && check.domain != nullptr &&
         !intake::is_from_relay(transaction_, *check.domain) &&
         intake::local_of(transaction_.client, *check.domain).empty();
}

// Only a bounce may be refused for the stage of a domain, so other mail is not split up.
bool MilterMessage::differs_from_first(const intake::RecipientCheck& check) const {
  if (!transaction_.mail.reverse_path.is_null() || transaction_.recipients.empty()) return false;
  return has_other_policy(*transaction_.recipients.front().domain, *check.domain);
}

// The server's own reading counts if the text is no address of ours. What leaves may be for anybody, also for
// an address of no form that we know.
std::optional<mail::Address> MilterMessage::recipient_of(std::string_view text) const {
  const auto resolved = session_.macros.find("rcpt_addr");
  const auto path = read_server_path(text, resolved);
  if (!path || path->is_null()) {
    if (!is_outbound()) return std::nullopt;
    return mail::Address{.local = base::printable(text), .domain = {}};
  }
  if (is_outbound() || intake::domain_of(*transaction_.site, *path->address) != nullptr) return path->address;
  const auto other = read_loosely(resolved);
  const bool is_ours = !resolved.empty() && other && !other->is_null() &&
                       intake::domain_of(*transaction_.site, *other->address) != nullptr;
  return is_ours ? other->address : path->address;
}

net::Task<void> MilterMessage::recipient(const milter::PathCommand& command, std::string& out) {
  const bool is_full = transaction_.recipients.size() >= settings_->recipients;
  // Those that are left over would get a bounce unjudged.
  if (is_full && !is_outbound() && session_.door == Door::Smtp && transaction_.mail.reverse_path.is_null())
    co_return milter::append_refusal(kTooManyRecipients, out);
  const auto address = recipient_of(command.path);
  if (!address || is_unreadable_ || is_full) {
    has_unjudged_ = true;
    co_return milter::append_answer(milter::Answer::Continue, out);
  }
  intake::RecipientCheck check{.facts = {.is_ours = true}, .plain = *address};
  if (!is_outbound()) {
    check = intake::check_recipient(transaction_, *address, is_guesser());
    note_bad_tag(check);
  }
  if (!is_outbound() && check.domain != nullptr) {
    co_await look_up(check);
    const auto verdict = policy::judge_recipient(check.facts, {.stage = check.domain->stage});
    if (verdict.action == policy::Action::Refuse || verdict.action == policy::Action::Defer) {
      const auto reply = intake::reply_for(verdict, settings_->help_url);
      Recorder(session_, *settings_).recipient(transaction_, *address, check, verdict, reply);
      co_return milter::append_refusal(reply, out);
    }
  }
  add_recipient(command, *address, std::move(check));
  milter::append_answer(milter::Answer::Continue, out);
}

// Only the null sender's tags count.
bool MilterMessage::is_guesser() const {
  return transaction_.mail.reverse_path.is_null() && !transaction_.is_from_relay &&
         session_.workplace.shared().bad_tags.is_guesser(session_.client.address(), transaction_.begun,
                                                         settings_->bad_tags);
}

void MilterMessage::note_bad_tag(const intake::RecipientCheck& check) {
  if (!check.claim || intake::is_from_relay(transaction_, *check.domain) ||
      !origin::is_guess(check.claim->tag, transaction_.mail.reverse_path.is_null())) {
    return;
  }
  session_.workplace.shared().bad_tags.add(session_.client.address(), check.claim->address.folded(),
                                           transaction_.begun, settings_->bad_tags);
}

// A routed address ("user%host") is the server's to refuse.
net::Task<void> MilterMessage::look_up(intake::RecipientCheck& check) {
  check.facts.is_routed = false;
  check.facts.differs_from_first = differs_from_first(check);
  if (is_checked(check)) {
    transaction_.checks->begin();
    if (transaction_.checks->may_refuse_sender()) {
      auto found = co_await transaction_.checks->sender();
      check.facts.sender = found.trouble;
      check.facts.sender_detail = std::move(found.detail);
      if (found.trouble != policy::SenderTrouble::None && !check.is_exempt) co_return;
    }
  }
  if (!check.question) co_return;
  if (!deadline_) deadline_ = std::chrono::steady_clock::now() + kLookUpTime;
  auto& source = *check.domain->recipient_directory;
  check.take(co_await source.look_up(std::move(*check.question), *deadline_));
}

void MilterMessage::add_recipient(const milter::PathCommand& command, const mail::Address& address,
                                  intake::RecipientCheck check) {
  Given given{.path = std::string(command.path), .parameters = {}, .plain = check.plain};
  given.is_named = is_plain(command.path, address);
  for (const auto parameter : command.parameters) {
    if (!given.parameters.empty()) given.parameters += ' ';
    given.parameters += parameter;
  }
  given.is_tagged = check.plain != address;
  given_.push_back(std::move(given));
  // A response to a routed address has no owner, so nothing is judged.
  if (!is_outbound() && (check.domain == nullptr || !check.claim)) {
    has_unjudged_ = true;
    return;
  }
  transaction_.recipients.push_back({.given = address.text(),
                                     .domain = check.domain,
                                     .claim = std::move(check.claim),
                                     .is_exempt = check.is_exempt});
}

void MilterMessage::header(const milter::HeaderField& field) {
  size_ += field.name.size() + field.value.size() + 3;
  if (is_header_cut_) return;
  const std::size_t counted = size_ - std::min<std::uint64_t>(size_, intake::HeldMemory::kFreeHeader);
  has_no_room_ =
      counted > 0 && !held_share_.hold(intake::HeldMemory::Account::Headers, counted, settings_->limits);
  is_header_cut_ = has_no_room_ || size_ > settings_->limits.header;
  if (is_header_cut_) return let_go();
  held_ += field.name;
  held_ += ':';
  if (!session_.agreed.has(milter::step::kLeadingSpace)) held_ += ' ';
  for (const char c : field.value) {
    if (c == '\r') continue;
    if (c == '\n') held_ += '\r';
    held_ += c;
  }
  held_ += "\r\n";
}

// Nothing is asked or changed, so the server need not send the rest.
bool MilterMessage::is_pointless() const {
  return next_ == Next::Pass && changes_.is_empty() && transaction_.checks == nullptr &&
         std::ranges::none_of(given_, &Given::is_tagged);
}

void MilterMessage::end_header(std::string& out) {
  if (std::exchange(is_header_over_, true)) return;
  take_queue_id();
  held_ += "\r\n";
  header_size_ = held_.size();
  const bool is_nobodys = is_unreadable_ || transaction_.recipients.empty();
  if (is_header_cut_ && !is_outbound() && !is_nobodys) {
    refuse(has_no_room_ ? kNoMemory : kHeaderTooLarge, true);
    return finish(out);
  }
  if (!is_nobodys && !is_header_cut_) {
    next_ = look_at_header();
    tag_sender();
    // A response that leaves is never refused for its form.
    if (next_ == Next::Hold && scan_.fields > intake::kMostFieldsOfResponse && !is_outbound()) {
      refuse(kHeaderTooLarge, true);
      return finish(out);
    }
  }
  if (next_ == Next::Pass) let_go();
  if (is_pointless()) return finish(out);
  milter::append_answer(milter::Answer::Continue, out);
}

void MilterMessage::let_go() {
  // Assigning an empty string would keep the memory.
  std::string().swap(held_);
  held_share_.release();
}

MilterMessage::Next MilterMessage::look_at_header() {
  const auto ids = checks_.foreign_ids();
  scan_ = intake::scan_header(held_, false, is_outbound(), !ids.empty());
  intake::take_out_results(held_, false, ids, scan_);
  changes_.delete_fields(held_, scan_);
  if (is_outbound()) leave();
  checks_.take_header(held_);
  const std::string_view header(held_);
  if (transaction_.ledger != nullptr) {
    const auto message_id = transaction_.leaving
                                ? std::string_view(transaction_.leaving->message_id)
                                : header.substr(scan_.message_id_at.first, scan_.message_id_at.second);
    rows_ = intake::ledger_rows_of(transaction_, {.message_id = message_id,
                                                  .from = header.substr(scan_.from.first, scan_.from.second),
                                                  .is_never_answered = scan_.is_never_answered});
  }
  return is_outbound() ? way_out_.header(header, scan_.is_never_answered) : judge_.header(header);
}

void MilterMessage::leave() {
  const std::string_view header(held_);
  std::vector<std::string_view> signatures;
  for (const auto& [begin, size] : scan_.signatures) signatures.push_back(header.substr(begin, size));
  transaction_.leaving = intake::leave(transaction_,
                                       {.whole = header,
                                        .message_id = scan_.message_id,
                                        .from = header.substr(scan_.from.first, scan_.from.second),
                                        .signatures = signatures},
                                       watermark_stamp(transaction_.clock()));
  scan_.message_id = transaction_.leaving->message_id;
  changes_.insert_fields(transaction_.leaving->added);
}

// The sender is tagged only if every recipient is remote: the server would look for a local mailbox with the
// tag, and there is one sender for all recipients.
void MilterMessage::tag_sender() {
  const auto& site = *transaction_.site;
  if (!is_outbound() || !site.has_tags) return;
  if (!session_.agreed.may(milter::action::kChangeSender)) {
    not_tagged_ = "the mail server lets no milter change the sender";
    return;
  }
  for (const auto& one : given_) {
    not_tagged_ = site.find_domain(one.plain.domain) != nullptr
                      ? "a recipient is one of ours"
                      : intake::why_not_tagged(transaction_, one.plain, settings_->milter.untagged);
    if (!not_tagged_.empty()) return;
  }
  const auto path = intake::tagged_path(transaction_, not_tagged_);
  if (not_tagged_.empty()) changes_.change_sender(in_brackets(*path.address));
}

// Takes tags off. If SPF fails, the server is asked to send its sender no report, should it not deliver.
net::Task<void> MilterMessage::change_recipients() {
  if (is_outbound()) co_return;
  const bool may_mute = transaction_.site->way_out.is_muting && transaction_.checks != nullptr &&
                        !transaction_.mail.reverse_path.is_null() &&
                        session_.agreed.may(milter::action::kAddRecipientWithParameters);
  if (may_mute) {
    co_await transaction_.checks->wait_for_spf();
    transaction_.has_failed_spf = transaction_.checks->spf() == auth::MethodResult::Fail;
  }
  const bool is_muted = transaction_.has_failed_spf;
  for (const auto& one : given_) {
    // In another form the server wouldn't find it, and both would get the mail.
    if ((!one.is_tagged && !is_muted) || !one.is_named) continue;
    changes_.replace_recipient(one.path, in_brackets(one.plain), is_muted ? "NOTIFY=NEVER" : one.parameters);
  }
}

bool MilterMessage::hold(std::string_view piece) {
  if (is_cut_) return true;
  const auto most = settings_->limits.most_held();
  const auto room = most - std::min<std::uint64_t>(most, held_.size());
  is_cut_ = piece.size() > room;
  held_ += piece.substr(0, std::min<std::uint64_t>(room, piece.size()));
  return held_share_.hold(intake::HeldMemory::Account::Responses, held_.size(), settings_->limits);
}

void MilterMessage::take_piece(std::string_view piece) {
  size_ += piece.size();
  checks_.take_body(piece, false);
  if (next_ != Next::Hold || hold(piece)) return;
  // Mail of the server's own goes on unjudged.
  if (session_.door == Door::Smtp) return refuse(kNoMemory, true);
  next_ = Next::Pass;
  let_go();
}

void MilterMessage::body(std::string_view piece, std::string& out) {
  take_piece(piece);
  if (refusal_) return finish(out);
  const bool is_wanted = (next_ == Next::Hold && !is_cut_) ||
                         (transaction_.checks != nullptr && transaction_.checks->wants_body());
  const bool may_skip = session_.agreed.has(milter::step::kSkip);
  milter::append_answer(is_wanted || !may_skip ? milter::Answer::Continue : milter::Answer::Skip, out);
}

}  // namespace backstop::filter

#include "next_hop/smtp_delivery.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace backstop::next_hop {

namespace {

std::size_t lines_in(std::string_view commands) {
  return static_cast<std::size_t>(std::ranges::count(commands, '\n'));
}

/// True if the mails before may be the reason, and not this one. OpenSMTPD says 452 to the 101st MAIL of a
/// session, and to each one after it. The first recipient of a mail can't be one too many for the mail.
bool is_used_up(const smtp::Reply& to_mail, const smtp::Reply& to_first_recipient) {
  const auto& reply = to_first_recipient;
  const bool is_one_too_many = reply.code == 452 && (reply.status.empty() || reply.status == "4.5.3");
  return to_mail.code / 100 == 4 || reply.code == 421 || is_one_too_many;
}

}  // namespace

smtp::Reply passed_on(smtp::Reply reply) {
  if (reply.code == 421) reply.code = 451;
  if (reply.is_intermediate()) return reply;
  // 421 4.3.2 keeps its status under 451; another class would contradict the code.
  const char first = static_cast<char>('0' + reply.code / 100);
  if (reply.status.empty() || reply.status.front() != first) reply.status = fmt::format("{}.0.0", first);
  return reply;
}

SmtpDelivery::SmtpDelivery(Pool& pool, Envelope envelope, std::unique_ptr<Session>* personal)
    : pool_(pool), envelope_(std::move(envelope)), personal_(personal) {}

smtp::Reply SmtpDelivery::refusal(const Failed& trouble) {
  trouble_ = trouble;
  is_lost_ = true;
  // The pool has already reported a session that failed to open.
  if (session_ != nullptr) pool_.alarm().failed(envelope_.hop, Alarm::Step::Transaction, trouble);
  // A server that sends nonsense may have misunderstood us, so its session is not used again.
  if (trouble.trouble == Trouble::Nonsense && session_ != nullptr) session_->set_broken();
  return reply_for(trouble);
}

// Sends XFORWARD, if it is wanted and offered, and MAIL.
std::string SmtpDelivery::mail_commands() const {
  std::string commands;
  if (envelope_.hop.identity == Identity::Xforward) {
    for (const auto& command :
         smtp::attribute_commands(smtp::AttributeCommand::Xforward, envelope_.client.attributes,
                                  session_->extensions().xforward)) {
      commands += command;
    }
  }
  smtp::append_mail(envelope_.mail, session_->extensions(), commands);
  return commands;
}

net::Task<Result<SmtpDelivery::Replies>> SmtpDelivery::offer_one_by_one(Batch batch, bool with_mail) {
  const auto limit = envelope_.context.limits.next_hop_reply;
  if (with_mail) {
    const std::string commands = mail_commands();
    for (std::size_t at = 0; at < commands.size();) {
      const std::size_t end = commands.find('\n', at) + 1;
      auto reply = co_await session_->ask_one(std::string_view(commands).substr(at, end - at), limit);
      if (!reply) co_return std::unexpected(std::move(reply.error()));
      mail_reply_ = std::move(*reply);
      at = end;
    }
  }
  Replies replies;
  std::string command;
  for (const auto& recipient : batch) {
    if (!mail_reply_.is_positive()) {
      replies.push_back(mail_reply_);
      continue;
    }
    command.clear();
    smtp::append_rcpt(recipient, session_->extensions(), command);
    auto reply = co_await session_->ask_one(command, limit);
    if (!reply) co_return std::unexpected(std::move(reply.error()));
    replies.push_back(std::move(*reply));
  }
  co_return replies;
}

net::Task<Result<SmtpDelivery::Replies>> SmtpDelivery::offer(Batch batch, bool with_mail) {
  if (envelope_.mail.smtputf8 && !session_->extensions().smtputf8) {
    co_return std::unexpected(Failed{Trouble::NeedsSmtputf8, {}});
  }
  session_->needs_reset = true;
  if (!session_->extensions().pipelining) co_return co_await offer_one_by_one(batch, with_mail);
  std::string commands = with_mail ? mail_commands() : std::string();
  const std::size_t before = lines_in(commands);
  for (const auto& recipient : batch) smtp::append_rcpt(recipient, session_->extensions(), commands);
  auto replies =
      co_await session_->ask(commands, before + batch.size(), envelope_.context.limits.next_hop_reply);
  if (!replies) co_return replies;
  if (with_mail) mail_reply_ = (*replies)[before - 1];
  replies->erase(replies->begin(), replies->begin() + static_cast<std::ptrdiff_t>(before));
  if (!mail_reply_.is_positive()) replies->assign(batch.size(), mail_reply_);
  co_return replies;
}

// If a pooled session dies before its first answer, or has had too many mails or recipients for its server,
// we try again on a new one. A server that hangs or sends nonsense would do it again while the client waits.
net::Task<Result<SmtpDelivery::Replies>> SmtpDelivery::open(Batch batch) {
  if (personal_ != nullptr) {
    if (*personal_ == nullptr) co_return std::unexpected(Failed{Trouble::AuthenticationLost, {}});
    session_ = std::move(*personal_);
    co_return co_await offer(batch, true);
  }
  const NextHop& hop = envelope_.hop;
  auto lease = co_await pool_.lease(hop, envelope_.client, envelope_.context, Pool::Age::Any);
  if (!lease) co_return std::unexpected(std::move(lease.error()));
  session_ = std::move(lease->session);
  auto replies = co_await offer(batch, true);
  const bool is_over = replies ? is_used_up(mail_reply_, replies->front())
                               : replies.error().trouble == Trouble::ConnectionLost;
  if (!lease->is_reused || !is_over) co_return replies;
  session_.reset();
  lease = co_await pool_.lease(hop, envelope_.client, envelope_.context, Pool::Age::Fresh);
  if (!lease) co_return std::unexpected(std::move(lease.error()));
  session_ = std::move(lease->session);
  co_return co_await offer(batch, true);
}

// If the next hop does not know a command, wants another order, TLS or a login, the mail is not at fault and
// must not bounce. A client that may log in itself is told so.
bool SmtpDelivery::is_about_us(const smtp::Reply& reply) const {
  switch (reply.code) {
    case 500:
    case 502:
    case 503:
    case 504:
    case 538:
      return true;
    case 530:
      return personal_ != nullptr || session_->extensions().auth.empty();
    default:
      return false;
  }
}

smtp::Reply SmtpDelivery::answer_to_recipient(smtp::Reply reply) {
  if (reply.code == 421) session_->set_broken();
  if (is_about_us(reply)) return refusal({Trouble::Refuses, reply.text()});
  // Only acceptance or refusal fits here (RFC 5321 4.3.2).
  if (reply.is_intermediate()) return refusal({Trouble::Nonsense, reply.text()});
  if (reply.is_positive() && reply.code != 251) reply.code = 250;
  return passed_on(std::move(reply));
}

net::Task<SmtpDelivery::Replies> SmtpDelivery::recipients(Batch batch) {
  if (is_lost_) co_return Replies(batch.size(), reply_for(trouble_));
  const bool is_first = session_ == nullptr;
  auto replies = is_first ? co_await open(batch) : co_await offer(batch, false);
  if (!replies) {
    const auto reply = refusal(replies.error());
    co_return Replies(batch.size(), reply);
  }
  for (auto& reply : *replies) reply = answer_to_recipient(std::move(reply));
  co_return std::move(*replies);
}

net::Task<smtp::Reply> SmtpDelivery::begin(MessageForm form) {
  if (is_lost_) co_return reply_for(trouble_);
  is_chunked_ = form == MessageForm::Plain && session_->extensions().chunking;
  is_stuffing_ = form == MessageForm::Plain && !is_chunked_;
  if (is_chunked_) {
    is_in_data_ = true;
    co_return smtp::Reply(354, {}, "go on");
  }
  auto reply = co_await session_->ask_one("DATA\r\n", envelope_.context.limits.next_hop_reply);
  if (!reply) co_return refusal(reply.error());
  // 334 belongs to AUTH alone. A server that says it here is out of step, and could take the mail for
  // commands.
  is_in_data_ = reply->is_intermediate() && reply->code != 334;
  if (is_in_data_) {
    reply->code = 354;
    co_return std::move(*reply);
  }
  if (reply->code == 421) session_->set_broken();
  if (reply->code < 400) co_return refusal({Trouble::Nonsense, reply->text()});
  if (reply->code == 500 || reply->code == 502) co_return refusal({Trouble::Refuses, reply->text()});
  co_return passed_on(std::move(*reply));
}

// A reply that comes before its chunk would be taken for the chunk's answer, and in the end one would be
// taken for the answer to the message.
net::Task<Result<smtp::Reply>> SmtpDelivery::send_chunk(std::string_view first, std::string_view second,
                                                        bool is_last) {
  const auto& limits = envelope_.context.limits;
  if (!session_->is_quiet()) co_return co_await session_->read_early_reply(limits.next_hop_reply);
  const std::string command =
      fmt::format("BDAT {}{}\r\n", first.size() + second.size(), is_last ? " LAST" : "");
  auto sent = co_await session_->send(command, first, limits.data_block);
  if (sent && !second.empty()) sent = co_await session_->send(second, {}, limits.data_block);
  if (!sent) co_return std::unexpected(std::move(sent.error()));
  co_return co_await session_->read_reply(is_last ? limits.next_hop_final : limits.next_hop_reply);
}

net::Task<bool> SmtpDelivery::write(std::string_view first, std::string_view second) {
  if (is_lost_) co_return false;
  const auto& limits = envelope_.context.limits;
  if (is_chunked_) {
    auto reply = co_await send_chunk(first, second, false);
    if (!reply) {
      refusal(reply.error());
    } else if (reply->is_intermediate()) {
      refusal({Trouble::Nonsense, reply->text()});
    } else if (!reply->is_positive()) {
      // It refuses the whole message; the rest is not wanted.
      is_lost_ = true;
      early_verdict_ = passed_on(std::move(*reply));
    }
    co_return !is_lost_;
  }
  if (is_stuffing_) {
    stuffed_.clear();
    stuffer_.append(first, stuffed_);
    stuffer_.append(second, stuffed_);
    first = stuffed_;
    second = {};
  }
  const auto sent = co_await session_->send(first, second, limits.data_block);
  if (!sent) refusal(sent.error());
  co_return sent.has_value();
}

net::Task<Result<smtp::Reply>> SmtpDelivery::send_last(std::string_view first, std::string_view second) {
  if (is_chunked_) co_return co_await send_chunk(first, second, true);
  const auto& limits = envelope_.context.limits;
  // An answer before the end of the message is not its answer. We don't end the message, so it is not
  // delivered.
  if (!session_->is_quiet()) co_return co_await session_->read_early_reply(limits.next_hop_reply);
  if (is_stuffing_) {
    stuffed_.clear();
    stuffer_.append(first, stuffed_);
    stuffer_.append(second, stuffed_);
    stuffer_.finish(stuffed_);
    first = stuffed_;
    second = {};
  }
  auto sent = session_->send_now(first, second, limits.data_block);
  if (!sent) sent = co_await session_->send(first, second, limits.data_block);
  if (!*sent) co_return std::unexpected(std::move(sent->error()));
  co_return co_await session_->read_reply(limits.next_hop_final);
}

net::Task<smtp::Reply> SmtpDelivery::finish(std::string_view first, std::string_view second) {
  if (is_lost_) {
    co_await abandon();
    co_return early_verdict_ ? *early_verdict_ : reply_for(trouble_);
  }
  auto reply = co_await send_last(first, second);
  if (!reply) {
    const auto answer = refusal(reply.error());
    session_.reset();
    co_return answer;
  }
  is_in_data_ = false;
  session_->needs_reset = false;
  if (reply->code == 421) session_->set_broken();
  // Every 2xx says that it has the mail, since the first digit counts (RFC 5321 4.2). Our client gets the
  // code that belongs to the end of data.
  if (reply->is_positive()) reply->code = 250;
  if (!reply->is_intermediate()) {
    pool_.alarm().worked(envelope_.hop, Alarm::Step::Transaction);
  } else {
    reply = refusal({Trouble::Nonsense, reply->text()});
  }
  co_await let_go();
  co_return passed_on(std::move(*reply));
}

net::Task<void> SmtpDelivery::let_go() {
  if (session_ == nullptr || session_->is_broken()) {
    session_.reset();
    co_return;
  }
  if (personal_ == nullptr) {
    co_await pool_.give_back(std::move(session_), envelope_.context.limits);
    co_return;
  }
  if (session_->needs_reset) {
    const auto reply = co_await session_->ask_one("RSET\r\n", envelope_.context.limits.next_hop_reply);
    if (!reply || !reply->is_positive()) session_->set_broken();
    session_->needs_reset = false;
  }
  if (!session_->is_broken()) *personal_ = std::move(session_);
  session_.reset();
}

net::Task<void> SmtpDelivery::abandon() {
  // Within data only closing the connection tells the next hop not to take the message.
  if (is_in_data_ && session_ != nullptr) session_.reset();
  co_await let_go();
}

}  // namespace backstop::next_hop

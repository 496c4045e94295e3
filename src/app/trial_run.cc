#include "app/trial_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "base/domain_key.h"
#include "base/text.h"
#include "next_hop/hand_over.h"
#include "origin/owner.h"
#include "origin/tag.h"
#include "origin/watermark.h"
#include "os/random.h"
#include "setup/system_command.h"

namespace backstop::app {

namespace {

using Clock = std::chrono::steady_clock;
using service::TrialKind;
using service::TrialMail;
using service::TrialSent;
using service::TrialStep;
using namespace std::chrono_literals;

constexpr auto kPause = 200ms;
// A mail of sendmail(1) leaves a moment later.
constexpr auto kPickupTime = 4s;
// The history is written at once; that of a slow disk some seconds later.
constexpr auto kHistoryTime = 10s;
// What was refused may have been refused before Backstop was asked.
constexpr auto kRefusedTime = 3s;
// Of the owner's mailbox since the test began: it may be flooded meanwhile.
constexpr std::size_t kMostEvents = 20'000;

/// What makes the bounce a genuine one, and how that is called.
struct Proof {
  service::BackProof carried = {};
  std::string words = {};
};

void add_words(std::string_view more, Proof& proof) {
  proof.words.append(proof.words.empty() ? "" : " and ").append(more);
}

class Run {
 public:
  explicit Run(const TrialPlan& plan) : plan_(plan), site_(plan.config.gateway) {}

  std::vector<TrialStep> steps() {
    before_ = sums();
    const bool has_left = send_out();
    send_in(service::ordinary_mail(plan_.names), TrialKind::Ordinary);
    send_in(service::forged_bounce(plan_.names), TrialKind::Forged);
    const Proof proof = make_proof(has_left);
    if (!proof.words.empty()) {
      send_in(service::bounce_back(plan_.names, proof.carried), TrialKind::Back);
    } else if (plan_.in.is_there()) {
      sent(TrialKind::Back).words = why_no_proof();
    }
    wait_for_events();
    wait_for_sums();
    return judged(proof);
  }

 private:
  std::chrono::milliseconds remaining() const {
    return std::max(0ms, std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now()));
  }

  TrialSent& sent(TrialKind kind) { return sent_[static_cast<std::size_t>(kind)]; }

  std::optional<store::Event> event(TrialKind kind) const {
    const auto found = events_.find(plan_.names.message_id(kind));
    return found == events_.end() ? std::nullopt : std::optional(found->second);
  }

  service::TrialSeen seen(TrialKind kind) {
    // The history has no ordinary mail by default, but each bounce.
    const auto forged = event(TrialKind::Forged);
    return {.sent = sent(kind),
            .has_history = plan_.history != nullptr && !has_failed_,
            .event = event(kind),
            .is_taken_for_leaving =
                kind != TrialKind::Out && forged && forged->direction == store::Direction::Outbound};
  }

  /// Returns true if the server has taken the mail that leaves.
  bool send_out() {
    const auto mail = service::mail_out(plan_.names);
    auto& outcome = sent(TrialKind::Out);
    if (!plan_.out.is_there()) {
      outcome.words = plan_.out.why_not;
      return false;
    }
    outcome = plan_.out.is_sendmail ? post(mail) : hand_over(*plan_.out.hop, mail);
    if (plan_.out.is_sendmail && outcome.is_taken()) {
      const auto until = Clock::now() + std::min<std::chrono::milliseconds>(kPickupTime, remaining());
      wait(until, [this] { return event(TrialKind::Out).has_value(); });
    }
    return outcome.is_taken();
  }

  void send_in(const TrialMail& mail, TrialKind kind) {
    auto& outcome = sent(kind);
    if (!plan_.in.is_there()) {
      outcome.words = plan_.in.why_not;
      return;
    }
    outcome = hand_over(*plan_.in.hop, mail);
  }

  TrialSent post(const TrialMail& mail) const {
    std::string text = mail.text;
    std::erase(text, '\r');
    const auto done = setup::run_command(
        {plan_.sendmail, "-i", "-f", mail.reverse_path.address->text(), "--", mail.recipient.text()}, text,
        std::chrono::duration_cast<std::chrono::seconds>(remaining() / 2));
    if (done.is_good()) return {TrialSent::Kind::Taken, "sendmail(1) has it."};
    return {TrialSent::Kind::NoAnswer, plan_.sendmail + ": " + done.why()};
  }

  /// Waits for no more than what remains in all: it connects, hears three replies, and waits for the last.
  TrialSent hand_over(const next_hop::NextHop& hop, const TrialMail& mail) const {
    constexpr int kSteps = 8;  // the last one takes half of them
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(remaining());
    if (left < std::chrono::seconds(kSteps)) return {TrialSent::Kind::NotSent, "no time was left for it."};
    next_hop::Limits limits = site_.limits;
    limits.next_hop_connect = limits.next_hop_reply = limits.data_block = left / kSteps;
    limits.next_hop_final = left / 2;
    const next_hop::Context context{site_.hostname, limits, site_.next_hop_tls, site_.next_hop_tls_verified};
    smtp::MailCommand command;
    command.reverse_path = mail.reverse_path;
    command.smtputf8 = !base::is_ascii(mail.text);
    if (command.smtputf8) command.body = smtp::Body::EightBitMime;
    return service::sent_of(
        next_hop::hand_over_and_wait({hop, command, {&mail.recipient, 1}, mail.text}, context));
  }

  Proof make_proof(bool has_left) const {
    Proof proof;
    const auto* const key = site_.keys.signing_key();
    const auto today = std::chrono::floor<std::chrono::days>(plan_.names.now);
    if (plan_.has_keys && site_.has_watermark) {
      origin::WatermarkStamp stamp{.now = plan_.names.now, .id = {}};
      const std::string owner = origin::owner_of(plan_.names.owner, site_.tags.delimiter).text();
      if (os::fill_random(stamp.id)) {
        proof.carried.watermark =
            origin::make_watermark(site_.watermark_keys, stamp, owner, owner).value_or("");
      }
      if (!proof.carried.watermark.empty())
        add_words(fmt::format("a watermark that was made here with key {}", key->number), proof);
    } else if (plan_.has_keys && site_.is_tagging()) {
      auto tagged = origin::sign({plan_.names.owner}, site_.keys, today, site_.tags);
      if (tagged) {
        proof.carried.tagged = std::move(*tagged);
        add_words(fmt::format("a tag that was made here with key {}", key->number), proof);
      }
    }
    if (has_left && !plan_.config.ledger.url.empty())
      add_words("the Message-ID of the mail that left", proof);
    return proof;
  }

  /// Says why the bounce could not be a genuine one.
  std::string why_no_proof() const {
    if (!plan_.has_keys && !plan_.config.key_file.empty())
      return "this user can't read the keys, so no proof can be made. Run it as root.";
    if (!plan_.config.ledger.url.empty()) return "only the ledger could know it, and no mail has left.";
    return "there is no key and no ledger, so this command can't make a genuine bounce.";
  }

  /// Asks the history again until `is_done` or that time.
  template <typename Done>
  void wait(Clock::time_point until, Done is_done) {
    for (;;) {
      read_events();
      if (is_done() || has_failed_ || plan_.history == nullptr || Clock::now() >= until) break;
      std::this_thread::sleep_for(kPause);
    }
    // Without a history nothing tells when the mail is through.
    if (plan_.history == nullptr || has_failed_) std::this_thread::sleep_until(until);
  }

  void wait_for_events() {
    if (plan_.history == nullptr) return;
    const auto begin = Clock::now();
    const auto is_known = [&](TrialKind kind) {
      const auto how = sent(kind).kind;
      if (event(kind)) return true;
      return how == TrialSent::Kind::Refused ? Clock::now() > begin + kRefusedTime
                                             : how != TrialSent::Kind::Taken;
    };
    wait(begin + std::min<std::chrono::milliseconds>(kHistoryTime, remaining()),
         [&] { return is_known(TrialKind::Forged) && is_known(TrialKind::Back); });
  }

  /// The sums are written with the next event, or after a minute.
  void wait_for_sums() {
    const auto is_known = [this] {
      after_ = sums();
      return !after_ || !before_ || after_->left > before_->left;
    };
    if (plan_.history == nullptr || !sent(TrialKind::Out).is_taken()) return;
    wait(Clock::now() + std::min<std::chrono::milliseconds>(kHistoryTime, remaining()), is_known);
  }

  void read_events() {
    if (plan_.history == nullptr || has_failed_) return;
    store::HistoryFilter filter{.since = plan_.names.now,
                                .address = origin::search_key(plan_.names.owner.text())};
    filter.most = kMostEvents;
    const auto read = plan_.history->visit(filter, [this](const store::Event& event) {
      if (event.message_id.starts_with("backstop-test-" + plan_.names.run)) events_[event.message_id] = event;
    });
    has_failed_ = !read;
  }

  std::optional<store::DayCounts> sums() {
    if (plan_.history == nullptr || has_failed_) return std::nullopt;
    const auto today = std::chrono::floor<std::chrono::days>(plan_.names.now);
    const auto days = plan_.history->day_sums(today);
    has_failed_ = !days;
    if (has_failed_) return std::nullopt;
    const std::string domain = base::domain_key(plan_.names.owner.domain);
    store::DayCounts all;
    for (const auto& one : *days) {
      if (one.domain == domain) all += one.counts;
    }
    return all;
  }

  /// Returns what left since the test began.
  std::optional<store::DayCounts> grown() const {
    if (!before_ || !after_) return std::nullopt;
    store::DayCounts grown = *after_;
    for (const auto& count : store::kDayCounts) grown.*count.member -= (*before_).*count.member;
    return grown;
  }

  std::vector<TrialStep> judged(const Proof& proof) {
    const auto& config = plan_.config;
    const bool may_have_keys = !config.key_file.empty();
    const auto back = event(TrialKind::Back);
    const bool has_ledger = !config.ledger.url.empty();
    const bool is_in_ledger = back && service::is_proven_by(*back, "ledger");
    const service::OutSeen out{
        .mail = seen(TrialKind::Out),
        .sums = grown(),
        .is_in_ledger = is_in_ledger,
        .is_lost_to_ledger = has_ledger && back && !is_in_ledger,
        .has_watermark = plan_.has_keys ? site_.has_watermark : may_have_keys && config.watermark,
        .has_tags = plan_.has_keys ? site_.is_tagging() : may_have_keys && site_.has_tags,
        .addressee = site_.is_ours(plan_.names.addressee.text()) ? "" : plan_.names.addressee.text()};
    std::vector<TrialStep> steps = {service::judge_out(out),
                                    service::judge_ordinary(seen(TrialKind::Ordinary)),
                                    service::judge_forged({seen(TrialKind::Forged), site_.has_quarantine}),
                                    service::judge_back({seen(TrialKind::Back), proof.words})};
    if (proof.words.empty() && plan_.in.is_there() && !may_have_keys && !has_ledger)
      steps.back().state = service::TrialState::LeftOut;
    for (std::size_t i = 0; i < steps.size(); ++i) finish(static_cast<TrialKind>(i), steps[i]);
    return steps;
  }

  void finish(TrialKind kind, TrialStep& step) {
    const auto& way = kind == TrialKind::Out ? plan_.out : plan_.in;
    if (way.is_left_out) step.state = service::TrialState::LeftOut;
    if (sent(kind).kind != TrialSent::Kind::NotSent) step.message_id = plan_.names.message_id(kind);
  }

  const TrialPlan& plan_;
  const gateway::Settings& site_;
  const Clock::time_point end_ = Clock::now() + kTrialTime;
  std::array<TrialSent, service::kTrialKindNames.size()> sent_ = {};
  std::map<std::string, store::Event> events_;  ///< by Message-ID
  std::optional<store::DayCounts> before_;
  std::optional<store::DayCounts> after_;
  bool has_failed_ = false;  ///< the history can't be read any more
};

}  // namespace

std::vector<TrialStep> run_trial(const TrialPlan& plan) {
  return Run(plan).steps();
}

}  // namespace backstop::app

#include "demo/show.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/load.h"
#include "demo/arrived.h"
#include "demo/crowd.h"
#include "demo/folder.h"
#include "demo/forged.h"
#include "demo/mails.h"
#include "demo/pages.h"
#include "demo/samples.h"
#include "demo/screen.h"
#include "demo/tally.h"
#include "mail/date.h"
#include "os/process.h"
#include "service/service.h"

namespace backstop::demo {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kForged = 300;
constexpr std::size_t kConnections = 8;
// So that people can follow: together they make the show about nine seconds long.
constexpr milliseconds kPauseOfAnn{130};
constexpr milliseconds kPauseOfOthers{180};
constexpr std::chrono::seconds kFlushTime{10};
constexpr std::size_t kMostEvents = 100'000;

std::string mail_date() {
  return mail::date_text(std::chrono::system_clock::now());
}

std::chrono::sys_days today() {
  return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
}

net::Endpoint endpoint_of(const service::Service& service, std::string_view gateway) {
  for (const auto& one : service.listening()) {
    if (one.gateway == gateway) return one.endpoint;
  }
  return {};
}

/// Counts what the clients are told, and shows it.
class Counter : public CrowdWatcher {
 public:
  using Drawing = std::function<std::string(const Tally& told)>;
  Counter(Tally& told, DemoScreen& screen, Drawing drawing)
      : told_(told), screen_(screen), drawing_(std::move(drawing)) {}

  void answered(const DemoMail& mail, const next_hop::Result<smtp::Reply>& answer) override {
    count(answer, count_of(told_, mail.lot));
  }
  bool goes_on() override {
    screen_.draw(drawing_(told_));
    return !os::take_signal();
  }

 private:
  Tally& told_;
  DemoScreen& screen_;
  Drawing drawing_;
};

class Show {
 public:
  Show(const DemoSettings& settings, DemoStreams streams)
      : settings_(settings), streams_(streams), screen_(streams.out, is_live_terminal()) {}

  DemoOutcome run() {
    if (!prepare() || !start()) return outcome_;
    bool has_stayed = false;
    if (send_own() && send_flood() && send_elsewhere()) {
      tell_result();
      has_stayed = stays();
      if (has_stayed) stay();
    } else {
      screen_.say("\nInterrupted before the end.\n");
      raise(DemoOutcome::Partly);
    }
    // Nobody waits for sessions that somebody opened by hand.
    service_->cut();
    service_->stop();
    screen_.say(page_of_end(folder_, settings_.program, has_stayed) + page_of_next());
    return outcome_;
  }

 private:
  bool prepare() {
    const auto sample = find_sample(kSampleMailbox);
    if (!sample) return fail(DemoOutcome::NoInput, sample.error().message);
    auto forms = read_forged(*sample);
    if (!forms) return fail(DemoOutcome::BadInput, forms.error().message);
    forms_ = std::move(*forms);
    const auto bounce = std::ranges::find_if(forms_, &ForgedForm::is_certain_bounce);
    if (bounce == forms_.end()) return fail(DemoOutcome::BadInput, *sample + ": no bounce is in it");
    if (!read_mails()) return false;
    auto folder = make_demo_folder(settings_.folder, today(), "Return-Path: <>\n" + bounce->text);
    if (!folder) return fail(DemoOutcome::NoFolder, folder.error().message);
    folder_ = std::move(*folder);
    return true;
  }

  bool read_mails() {
    const auto place = find_sample(kSampleTemplates);
    if (!place) return fail(DemoOutcome::NoInput, place.error().message);
    auto templates = read_demo_templates(*place);
    if (!templates) return fail(DemoOutcome::BadInput, templates.error().message);
    templates_ = std::move(*templates);
    return true;
  }

  bool start() {
    auto loaded = config::load_config(folder_.config());
    if (!loaded) return fail(outcome_of(loaded.error().kind), loaded.error().lines.front());
    keys_ = loaded->config.gateway.keys;
    auto service = service::Service::open(std::move(loaded->config));
    if (!service) return fail(DemoOutcome::NotStarted, service.error().message);
    service_ = std::move(*service);
    service_->start();
    gateways_ = {.in = endpoint_of(*service_, "in"), .out = endpoint_of(*service_, "out")};
    const std::size_t hers =
        templates_.ordinary.size() + templates_.count_answered() + templates_.elsewhere.size();
    screen_.say(page_of_before(kForged, hers) + page_of_start(folder_, gateways_));
    return true;
  }

  bool send_own() {
    std::vector<DemoSender> senders;
    senders.push_back(desk_of_ann(written_mails(templates_, mail_date())));
    Counter counter(told_, screen_,
                    [&](const Tally& told) { return line_of_own(templates_.written.size(), told); });
    const bool is_done = deliver(std::move(senders), {gateways_.out, 1, pause(kPauseOfAnn)}, counter);
    arrived_ = read_outside(folder_);
    if (is_done) screen_.say(page_of_own(count_of(told_, Lot::Written).accepted, tagged()));
    return is_done;
  }

  /// Ann's address as it arrived outside.
  std::string tagged() const { return arrived_.empty() ? std::string(kAnn) : arrived_.front().return_path; }

  /// Answers and ordinary mail in turn.
  std::vector<DemoMail> welcome_mails() const {
    const std::string date = mail_date();
    auto mails = ordinary_mails(templates_, tagged(), date);
    std::size_t at = 0;
    for (const auto& one : arrived_) {
      const MailTemplate* const answer = answer_of(templates_, one.to);
      if (answer == nullptr) continue;
      at = std::min(at + 1, mails.size());
      mails.insert(mails.begin() + static_cast<std::ptrdiff_t>(at++), answer_to(one, *answer, date));
    }
    return mails;
  }

  bool send_flood() {
    auto forged = forge(forms_, kForged, keys_, today());
    auto welcome = welcome_mails();
    screen_.say(page_of_flood(forged.size(), welcome.size(), kConnections));
    auto senders = world(std::move(forged), std::move(welcome));
    Counter counter(told_, screen_, tally_table);
    return deliver(std::move(senders), {gateways_.in, kConnections, pause(kPauseOfOthers)}, counter);
  }

  bool send_elsewhere() {
    std::vector<DemoSender> senders;
    senders.push_back(server_elsewhere(bounces_from_elsewhere(templates_, mail_date())));
    Counter counter(told_, screen_, tally_table);
    return deliver(std::move(senders), {gateways_.in, 1, milliseconds(0)}, counter);
  }

  void tell_result() {
    service_->history()->flush(kFlushTime);
    const auto history = store::open_history_for_reading("sqlite:" + folder_.history());
    if (!history) return void(fail(DemoOutcome::NotRead, history.error().message));
    const auto events = (*history)->query({.most = kMostEvents});
    if (!events) return void(fail(DemoOutcome::NotRead, events.error().message));
    const Recorded recorded = count_history(*events);
    const Held held = count_held(folder_);
    const auto wrong = differences(told_, recorded, held);
    screen_.say(page_of_result(recorded, held, wrong) + page_of_elsewhere(recorded));
    if (!wrong.empty()) raise(DemoOutcome::Partly);
  }

  bool stays() const {
    if (settings_.ending == DemoEnding::ByTerminal) return is_terminal();
    return settings_.ending == DemoEnding::Stay;
  }

  void stay() {
    screen_.say(page_of_stay(folder_, gateways_, tagged(), settings_.program) +
                page_of_dashboard(service_->dashboard_link().value_or(std::string())));
    // Nobody reads the output any more.
    if (!streams_.out) return;
    os::wait_for_signal();
  }

  static bool is_terminal() { return ::isatty(STDOUT_FILENO) != 0; }

  // Only a person at a terminal can follow.
  milliseconds pause(milliseconds for_people) const {
    return settings_.is_fast || !is_terminal() ? milliseconds(0) : for_people;
  }

  bool fail(DemoOutcome outcome, std::string_view message) {
    streams_.err << "backstop: " << message << '\n';
    raise(outcome);
    return false;
  }

  void raise(DemoOutcome outcome) { outcome_ = std::max(outcome_, outcome); }

  static DemoOutcome outcome_of(config::LoadFailure::Kind kind) {
    return kind == config::LoadFailure::Kind::Unreadable ? DemoOutcome::NoInput : DemoOutcome::BadInput;
  }

  const DemoSettings settings_;
  DemoStreams streams_;
  DemoScreen screen_;
  DemoOutcome outcome_ = DemoOutcome::Agreed;
  std::vector<ForgedForm> forms_;
  DemoTemplates templates_;
  DemoFolder folder_;
  origin::KeyRing keys_;
  std::unique_ptr<service::Service> service_;
  DemoGateways gateways_;
  Tally told_{};
  std::vector<Arrived> arrived_;
};

}  // namespace

DemoOutcome show_demo(const DemoSettings& settings, DemoStreams streams) {
  // Before the first thread starts, so that all inherit it.
  os::block_signals();
  return Show(settings, streams).run();
}

}  // namespace backstop::demo

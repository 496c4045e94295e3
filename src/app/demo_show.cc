#include "app/demo_show.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/config.h"
#include "app/demo_answers.h"
#include "app/demo_crowd.h"
#include "app/demo_folder.h"
#include "app/demo_forged.h"
#include "app/demo_maildirs.h"
#include "app/demo_ordinary.h"
#include "app/demo_pages.h"
#include "app/demo_screen.h"
#include "app/demo_senders.h"
#include "app/demo_tally.h"
#include "app/process.h"
#include "app/sample_mailbox.h"
#include "app/service.h"

namespace backstop::app {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kForged = 300;
constexpr std::size_t kConnections = 8;
// For people: together they make the show some nine seconds long.
constexpr milliseconds kPauseOfAnn{130};
constexpr milliseconds kPauseOfOthers{180};
constexpr std::chrono::seconds kFlushTime{10};
constexpr std::size_t kMostEvents = 100'000;

std::string mail_date() {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000", fmt::gmtime(now));
}

std::chrono::sys_days today() {
  return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
}

net::Endpoint endpoint_of(const Service& service, std::string_view gateway) {
  for (const auto& one : service.listening()) {
    if (one.gateway == gateway) return one.endpoint;
  }
  return {};
}

/// Counts what the clients are told, and shows it.
class Counter : public CrowdWatcher {
 public:
  using Drawing = std::string (*)(const Tally& told);
  Counter(Tally& told, DemoScreen& screen, Drawing drawing)
      : told_(told), screen_(screen), drawing_(drawing) {}

  void answered(const DemoMail& mail, const gateway::HopResult<smtp::Reply>& answer) override {
    count(answer, count_of(told_, mail.lot));
  }
  bool goes_on() override {
    screen_.draw(drawing_(told_));
    return !take_signal();
  }

 private:
  Tally& told_;
  DemoScreen& screen_;
  Drawing drawing_;
};

class Show {
 public:
  Show(const DemoSettings& settings, CommandContext& context)
      : settings_(settings), context_(context), screen_(context.out, is_live_terminal()) {}

  void run() {
    if (!prepare() || !start()) return;
    if (send_own() && send_flood()) {
      tell_result();
      if (stays()) stay();
    } else {
      screen_.say("\nInterrupted before the end.\n");
      context_.exit_status = kExitPartly;
    }
    // Whoever still tries something by hand is not waited for.
    service_->cut();
    service_->stop();
    screen_.say(page_of_end(folder_, context_.program));
  }

 private:
  bool prepare() {
    const std::string sample = find_sample();
    if (sample.empty()) return fail(kExitNoInput, "the sample mailbox is not installed: joe-job.mbox");
    auto forms = read_forged(sample);
    if (!forms) return fail(kExitData, forms.error().message);
    forms_ = std::move(*forms);
    const auto bounce = std::ranges::find_if(forms_, &ForgedForm::is_certain_bounce);
    if (bounce == forms_.end()) return fail(kExitData, sample + ": no bounce is in it");
    auto folder = make_demo_folder(settings_.folder, today(), bounce->text);
    if (!folder) return fail(kExitCantCreate, folder.error().message);
    folder_ = std::move(*folder);
    return true;
  }

  bool start() {
    auto loaded = load_config(folder_.config());
    if (!loaded) return fail(loaded.error().exit_status, loaded.error().lines.front());
    keys_ = loaded->config.gateway.keys;
    auto service = Service::open(std::move(loaded->config));
    if (!service) return fail(kExitUnavailable, service.error().message);
    service_ = std::move(*service);
    service_->start();
    gateways_ = {.in = endpoint_of(*service_, "in"), .out = endpoint_of(*service_, "out")};
    screen_.say(page_of_start(folder_, gateways_));
    return true;
  }

  bool send_own() {
    std::vector<DemoSender> senders;
    senders.push_back(desk_of_ann(written_mails(mail_date())));
    Counter counter(told_, screen_, line_of_own);
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
    auto mails = ordinary_mails(tagged(), date);
    std::size_t at = 0;
    for (const auto& one : arrived_) {
      const AnswerForm form = answer_of(one.to);
      if (form == AnswerForm::None) continue;
      at = std::min(at + 1, mails.size());
      mails.insert(mails.begin() + static_cast<std::ptrdiff_t>(at++), answer_to(one, form, date));
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

  void tell_result() {
    service_->history()->flush(kFlushTime);
    const auto history = store::open_history_for_reading("sqlite:" + folder_.history());
    if (!history) return void(fail(kExitInput, history.error().message));
    const auto events = (*history)->query({.most = kMostEvents});
    if (!events) return void(fail(kExitInput, events.error().message));
    const Recorded recorded = count_history(*events);
    const Held held = count_held(folder_);
    const auto wrong = differences(told_, recorded, held);
    screen_.say(page_of_result(recorded, held, wrong));
    if (!wrong.empty()) context_.exit_status = kExitPartly;
  }

  bool stays() const {
    if (settings_.ending == DemoEnding::ByTerminal) return ::isatty(STDOUT_FILENO) != 0;
    return settings_.ending == DemoEnding::Stay;
  }

  void stay() {
    screen_.say(page_of_stay(folder_, gateways_, tagged(), context_.program));
    // Whoever read this is gone.
    if (!context_.out) return;
    wait_for_signal();
  }

  milliseconds pause(milliseconds for_people) const {
    return settings_.is_fast ? milliseconds(0) : for_people;
  }

  bool fail(int status, std::string_view message) {
    report_error(context_, status, message);
    return false;
  }

  const DemoSettings settings_;
  CommandContext& context_;
  DemoScreen screen_;
  std::vector<ForgedForm> forms_;
  DemoFolder folder_;
  origin::KeyRing keys_;
  std::unique_ptr<Service> service_;
  DemoGateways gateways_;
  Tally told_{};
  std::vector<Arrived> arrived_;
};

}  // namespace

void show_demo(const DemoSettings& settings, CommandContext& context) {
  // Before any thread is there, so that all of them inherit it.
  block_signals();
  Show(settings, context).run();
}

}  // namespace backstop::app

#include "setup/apply.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/text.h"
#include "config/key_file.h"
#include "dkim/key_file.h"
#include "origin/key_ring.h"
#include "setup/test_mail.h"

namespace backstop::setup {

namespace {

constexpr int kMomentsForSocket = 75;  // 15 s
constexpr int kMomentsForQueue = 100;  // 20 s
constexpr int kMomentsForHistory = 75;

std::unexpected<base::Error> refuse(std::string message) {
  return std::unexpected(base::Error{std::move(message)});
}

std::string stamp_of(std::chrono::sys_seconds time) {
  return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

TestMail test_mail(const Plan& plan, std::chrono::sys_seconds now, std::string_view way) {
  return {.hostname = plan.postfix.hostname,
          .recipient = {},
          .id = fmt::format("backstop-setup-{}-{}-{:08x}", way, stamp_of(now), std::random_device{}()),
          .date = fmt::format("{:%a, %d %b %Y %H:%M:%S +0000}",
                              fmt::gmtime(std::chrono::system_clock::to_time_t(now)))};
}

/// Returns whether the queue has a mail with this text in its line, and in which part of the queue.
bool has_queued(const std::string& listed, std::string_view part, std::string_view where) {
  std::string_view rest = listed;
  std::string_view line;
  while (base::next_line(rest, line)) {
    if (line.contains(part) && line.contains(where)) return true;
  }
  return false;
}

}  // namespace

base::Result<void> Apply::run() {
  if (auto done = begin(); !done) return done;
  if (auto done = make_files(); !done) return done;
  if (auto done = check_config(); !done) return done;
  if (auto done = start_service(); !done) return done;
  if (auto done = copy_main_cf(); !done) return done;
  if (auto done = write_main_cf(); !done) return done;
  if (const auto tried = try_postfix(); !tried) return put_back(tried.error());
  static_cast<void>(machine_.remove(journal_.main_cf + ".backstop-new"));
  journal_.phase = Journal::Phase::Applied;
  return step("all is done");
}

base::Result<void> Apply::begin() {
  auto before = file_.load();
  if (!before) return std::unexpected(before.error());
  if (*before) journal_ = std::move(**before);
  if (!journal_.main_cf.empty() && journal_.main_cf != plan_.postfix.main_cf) {
    return refuse(fmt::format("{} is about {}; undo that first, or give another --state",
                              base::printable(file_.path()), base::printable(journal_.main_cf)));
  }
  journal_.phase = Journal::Phase::Applying;
  journal_.main_cf = plan_.postfix.main_cf;
  if (!machine_.is_folder(settings_.data_folder)) {
    const FileOwner owner{0750, settings_.user, machine_.group_of(settings_.user).value_or("")};
    if (auto made = machine_.make_folder(settings_.data_folder, owner); !made) return made;
    journal_.folders.push_back(settings_.data_folder);
  }
  if (!machine_.is_folder(file_.folder())) {
    if (auto made = machine_.make_folder(file_.folder(), {.mode = 0700}); !made) return made;
  }
  if (!machine_.is_ours(file_.folder()))
    return refuse(fmt::format("{} must be root's alone", base::printable(file_.folder())));
  return step("begin");
}

base::Result<void> Apply::step(std::string_view name) {
  journal_.step = name;
  return file_.save(journal_);
}

base::Result<void> Apply::make_folder(const std::string& path, const FileOwner& owner) {
  // One of ours may have been left without its owner by a crash.
  const bool is_noted = std::ranges::find(journal_.folders, path) != journal_.folders.end();
  if (machine_.is_folder(path) && !is_noted) return {};
  if (!is_noted) journal_.folders.push_back(path);
  if (auto noted = step("make " + path); !noted) return noted;
  tell_(fmt::format("make the folder {}", base::printable(path)));
  return machine_.make_folder(path, owner);
}

base::Result<void> Apply::make_file(const std::string& path, std::string_view text, const FileOwner& owner) {
  if (machine_.is_there(path)) return {};
  journal_.note_file(path, text);
  if (auto noted = step("write " + path); !noted) return noted;
  tell_(fmt::format("write {}", base::printable(path)));
  return machine_.create(path, text, owner);
}

base::Result<void> Apply::make_key() {
  if (machine_.is_there(settings_.key_file())) return {};
  auto secret = config::make_secret();
  if (!secret) return std::unexpected(secret.error());
  origin::KeyRing ring;
  const auto today = std::chrono::floor<std::chrono::days>(machine_.now());
  const int first = static_cast<int>(std::random_device{}() % origin::KeyRing::kNumbers);
  // No tag has been made with a ring that is new, so the lifetime doesn't matter.
  const auto number = ring.rotate(std::move(*secret), today, std::chrono::days(14), first);
  if (!number) return std::unexpected(number.error());
  const std::string group = machine_.group_of(settings_.user).value_or("");
  return make_file(settings_.key_file(), ring.serialize(), {0600, settings_.user, group});
}

base::Result<void> Apply::check_config() {
  const auto checked = machine_.run({settings_.program, "check-config", "--offline", settings_.config_file});
  if (checked.is_good()) return {};
  return refuse("backstop check-config: " + checked.why());
}

base::Result<void> Apply::make_proofs() {
  if (auto made = make_folder(settings_.config_folder(), {.mode = 0755}); !made) return made;
  if (auto made = make_key(); !made) return made;
  if (plan_.keys.keys.empty()) return {};
  if (auto made = make_folder(settings_.dkim_folder(), {.mode = 0755}); !made) return made;
  for (const auto& key : plan_.keys.keys) {
    const auto text = dkim::key_file_text(key.record, std::nullopt, std::nullopt);
    const std::string path = fmt::format("{}/{}", settings_.dkim_folder(), key.name);
    if (auto made = make_file(path, text, {.mode = 0644}); !made) return made;
  }
  return {};
}

base::Result<void> Apply::make_files() {
  // A configuration that is there names keys of its own. Ours is written after them.
  if (!plan_.has_config) {
    if (auto made = make_proofs(); !made) return made;
    const auto text = config_text(plan_.facts);
    if (auto made = make_file(settings_.config_file, text, {.mode = 0644}); !made) return made;
  }
  // The group of a socket in a folder with this bit is that of the folder, whoever makes it.
  const FileOwner owner{02750, settings_.user, plan_.postfix.mail_group};
  return make_folder(plan_.postfix.milter_folder(), owner);
}

base::Result<void> Apply::start_service() {
  if (plan_.has_systemd) {
    if (auto made = make_folder(settings_.unit_folder, {.mode = 0755}); !made) return made;
    const std::string file = settings_.unit_folder + "/milter.conf";
    if (auto made = make_file(file, unit_text(plan_), {.mode = 0644}); !made) return made;
  }
  const bool answers =
      machine_.greet_milter(plan_.postfix.milter_socket(), plan_.postfix.mail_owner).has_value();
  if (!answers && (plan_.has_systemd || !settings_.start.empty())) {
    if (auto started = start(); !started) return started;
  }
  if (auto noted = step("speak to the milter"); !noted) return noted;
  tell_("speak to the milter, as Postfix's user");
  if (auto greeted = greet(plan_.postfix.milter_socket()); !greeted) return greeted;
  return greet(plan_.postfix.internal_socket());
}

base::Result<void> Apply::start() {
  // One that ran before without the milter goes on after an undo.
  if (journal_.start.empty()) {
    const bool ran =
        plan_.has_systemd && machine_.run({"systemctl", "is-active", "--quiet", "backstop"}).is_good();
    const std::string stop = plan_.has_systemd ? "systemctl disable --now backstop" : settings_.stop;
    journal_.start = plan_.has_systemd ? "systemctl" : settings_.start;
    journal_.stop = ran ? "" : stop;
  }
  if (auto noted = step("start the service"); !noted) return noted;
  tell_("start the service");
  std::vector<Command> commands = {{"/bin/sh", "-c", settings_.start}};
  if (plan_.has_systemd) {
    // A unit that runs gets the drop-in and the new sockets only by a restart.
    commands = {{"systemctl", "daemon-reload"},
                {"systemctl", "enable", "backstop"},
                {"systemctl", "restart", "backstop"}};
  }
  for (const auto& command : commands) {
    const auto done = machine_.run(command);
    if (!done.is_good()) return refuse("the service doesn't start: " + done.why());
  }
  return {};
}

base::Result<void> Apply::greet(const std::string& socket) {
  const bool may_start = !journal_.start.empty();
  for (int moment = 0;; ++moment) {
    const auto greeted = machine_.greet_milter(socket, plan_.postfix.mail_owner);
    if (greeted) return {};
    if (may_start && moment < kMomentsForSocket) {
      machine_.wait_a_moment();
      continue;
    }
    const std::string more = may_start ? ""
                                       : fmt::format("; start it, as root: backstop serve -c {}",
                                                     base::printable(settings_.config_file));
    return refuse(fmt::format("{}: {}{}", base::printable(socket), greeted.error().message, more));
  }
}

base::Result<void> Apply::copy_main_cf() {
  const auto now = machine_.read(plan_.postfix.main_cf);
  if (!now) return std::unexpected(now.error());
  if (*now != plan_.postfix.main_cf_text)
    return refuse(
        fmt::format("{} was changed meanwhile; run this again", base::printable(plan_.postfix.main_cf)));
  if (!plan_.changes_main_cf()) return {};
  if (!journal_.copy.empty()) {
    const auto copy = machine_.read(journal_.copy);
    if (copy && *copy == *now) return {};
    if (copy && !*copy) static_cast<void>(machine_.remove(journal_.copy));
  }
  journal_.copy = fmt::format("{}.backstop-{}", plan_.postfix.main_cf, stamp_of(machine_.now()));
  for (int more = 2; machine_.is_there(journal_.copy); ++more) {
    journal_.copy = fmt::format("{}.backstop-{}-{}", plan_.postfix.main_cf, stamp_of(machine_.now()), more);
  }
  journal_.note_file(journal_.copy, **now);
  if (auto noted = step("copy main.cf"); !noted) return noted;
  tell_(fmt::format("copy main.cf to {}", base::printable(journal_.copy)));
  const auto owner = machine_.owner_of(plan_.postfix.main_cf);
  return machine_.create(journal_.copy, **now, owner.value_or(FileOwner{.mode = 0600}));
}

base::Result<void> Apply::write_main_cf() {
  if (!plan_.changes_main_cf()) return {};
  for (const auto& change : plan_.edit.changes) {
    std::erase_if(journal_.changes, [&](const ListChange& old) { return old.list == change.list; });
    journal_.changes.push_back(change);
  }
  journal_.written = digest_of(plan_.edit.text);
  if (auto noted = step("write main.cf"); !noted) return noted;
  tell_(fmt::format("write {}", base::printable(plan_.postfix.main_cf)));
  return machine_.replace(plan_.postfix.main_cf, plan_.edit.text);
}

base::Result<void> Apply::check_postfix(std::string_view action) {
  if (auto noted = step(fmt::format("postfix {}", action)); !noted) return noted;
  tell_(fmt::format("postfix {}", action));
  const auto done = machine_.run(plan_.postfix.place.command("postfix", {std::string(action)}));
  if (done.is_good()) return {};
  return refuse(fmt::format("postfix {}: {}", action, done.why()));
}

base::Result<void> Apply::try_postfix() {
  if (auto done = check_postfix("check"); !done) return done;
  if (auto done = check_postfix("reload"); !done) return done;
  if (auto noted = step("send test mails"); !noted) return noted;
  std::string recipient;
  if (auto done = send_by_smtp(recipient); !done) return done;
  return send_by_program(recipient);
}

base::Result<void> Apply::send_by_smtp(std::string& recipient) {
  std::vector<std::string> recipients;
  if (!settings_.test_to.empty()) {
    recipients.push_back(settings_.test_to);
  } else {
    for (const auto& domain : plan_.domains.names) {
      if (!domain.starts_with("*.")) recipients.push_back("postmaster@" + domain);
      if (recipients.size() == 10) break;
    }
    recipients.emplace_back("postmaster");
  }
  recipient = recipients.front();
  const auto place = test_place(plan_.postfix.services, plan_.postfix.main, plan_.postfix.interfaces);
  if (place.host.empty()) {
    tell_("no test mail by SMTP: no port takes plain SMTP and asks Backstop");
    return {};
  }
  const std::string where =
      fmt::format("{}, port {}", base::printable(place.host), base::printable(place.port));
  tell_(fmt::format("send a test mail by SMTP to {}", where));
  auto talk = machine_.connect(place.host, place.port);
  if (!talk) return refuse(fmt::format("{}: {}", where, talk.error().message));
  const auto reply = bring_mail(**talk, test_mail(plan_, machine_.now(), "smtp"), recipients, recipient);
  if (!reply) return refuse(fmt::format("{}: the test mail was not taken: {}", where, reply.error().message));
  static_cast<void>((*talk)->say("QUIT"));
  tell_(fmt::format("it was taken for {}", base::printable(recipient)));
  return look_for(queue_id_of(*reply));
}

base::Result<void> Apply::look_for(const std::string& id) {
  const Command history = {settings_.program, "history", "-c", settings_.config_file, "--id", id, "--json"};
  for (int moment = 0; !id.empty() && moment < kMomentsForHistory; ++moment) {
    const auto found = machine_.run(history);
    if (!found.is_good()) break;
    if (!base::trim(found.out).empty()) {
      tell_("Backstop has seen it");
      return {};
    }
    machine_.wait_a_moment();
    if (moment + 1 == kMomentsForHistory)
      return refuse(fmt::format("Postfix took the test mail {}, but Backstop has not seen it", id));
  }
  tell_("there is no history that could say whether Backstop has seen it");
  return {};
}

base::Result<void> Apply::send_by_program(const std::string& recipient) {
  tell_("send a test mail by sendmail(1)");
  auto mail = test_mail(plan_, machine_.now(), "local");
  mail.recipient = recipient;
  const auto sent = machine_.run(
      plan_.postfix.place.command("sendmail", {"-i", "-f", recipient, "--", recipient}), mail.text());
  if (!sent.is_good()) return refuse("sendmail: " + sent.why());
  // A mail that Postfix can't show to the milter stays in this part of the queue.
  for (int moment = 0; moment < kMomentsForQueue; ++moment) {
    const auto listed = machine_.run(plan_.postfix.place.command("postqueue", {"-j"}));
    if (!listed.is_good()) return refuse("postqueue: " + listed.why());
    if (!has_queued(listed.out, recipient, "\"queue_name\": \"maildrop\"")) return {};
    machine_.wait_a_moment();
  }
  return refuse("the test mail by sendmail(1) stays in the queue \"maildrop\"");
}

base::Result<void> Apply::put_back(const base::Error& why) {
  if (journal_.changes.empty()) return std::unexpected(why);
  if (auto noted = step("put main.cf back"); !noted) return noted;
  const auto now = machine_.read(plan_.postfix.main_cf);
  if (!now || !*now) return refuse(fmt::format("{}; and main.cf can't be read", why.message));
  const std::string text = main_cf_before(machine_, journal_, **now);
  if (auto done = machine_.replace(plan_.postfix.main_cf, text); !done)
    return refuse(fmt::format("{}; and main.cf can't be put back: {}", why.message, done.error().message));
  const auto reloaded = machine_.run(plan_.postfix.place.command("postfix", {"reload"}));
  const std::string end = reloaded.is_good() ? "" : ", but postfix reload: " + reloaded.why();
  return refuse(fmt::format("{}; main.cf is what it was{}", why.message, end));
}

}  // namespace backstop::setup

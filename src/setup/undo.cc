#include "setup/undo.h"

#include <fmt/format.h>

#include <filesystem>
#include <ranges>

#include "base/text.h"
#include "setup/line_diff.h"
#include "setup/list_text.h"

namespace backstop::setup {

namespace {

std::unexpected<base::Error> refuse(std::string message) {
  return std::unexpected(base::Error{std::move(message)});
}

/// Returns true if a list of main.cf has one of ours.
bool has_ours(std::string_view main_cf, const Journal& journal) {
  return take_out_of_lists(main_cf, journal.changes) != main_cf;
}

}  // namespace

base::Result<void> Undo::open() {
  auto journal = file_.load();
  if (!journal) return std::unexpected(journal.error());
  if (!*journal) {
    return refuse(fmt::format("{}: there is no such file, so nothing is known that could be undone",
                              base::printable(file_.path())));
  }
  journal_ = std::move(**journal);
  place_.config_folder = std::filesystem::path(journal_.main_cf).parent_path().string();
  return {};
}

std::string Undo::main_cf_text() const {
  const auto text = machine_.read(journal_.main_cf);
  return text && *text ? **text : "";
}

bool Undo::is_copy_needed() const {
  const auto now = main_cf_text();
  const auto copy = machine_.read(journal_.copy);
  return copy && *copy && main_cf_before(machine_, journal_, now) != **copy;
}

std::string Undo::why_it_stays(const MadeFile& file) const {
  const auto text = machine_.read(file.path);
  if (!text) return text.error().message;
  if (!*text) return "";
  if (digest_of(**text) != file.digest) return "it was changed since";
  if (file.path == journal_.copy && is_copy_needed()) return "main.cf was changed since";
  return "";
}

std::string Undo::page() const {
  const std::string now = main_cf_text();
  std::string out = "Will be undone:\n";
  out += line_diff(base::printable(journal_.main_cf), now, main_cf_before(machine_, journal_, now));
  if (!journal_.start.empty()) {
    out += fmt::format("  the service: {}\n", journal_.stop.empty()
                                                  ? "it goes on, since it ran before or no --stop was given"
                                                  : base::printable(journal_.stop));
  }
  std::string stays;
  for (const auto& file : journal_.files) {
    const auto why = why_it_stays(file);
    if (!why.empty()) {
      stays += fmt::format("  {}: {}\n", base::printable(file.path), why);
    } else if (machine_.is_there(file.path)) {
      out += fmt::format("  remove {}\n", base::printable(file.path));
    }
  }
  for (const auto& folder : journal_.folders) {
    out += fmt::format("  remove the folder {}, if it is empty\n", base::printable(folder));
  }
  // What was written, made once more of the copy.
  const auto copy = machine_.read(journal_.copy);
  if (copy && *copy && !journal_.written.empty() && digest_of(now) != journal_.written &&
      has_ours(now, journal_)) {
    stays += line_diff(base::printable(journal_.main_cf), add_to_lists(**copy).text, now);
  }
  if (!stays.empty()) out += fmt::format("\nWas changed since, and stays:\n{}", stays);
  return out;
}

base::Result<void> Undo::run() {
  journal_.phase = Journal::Phase::Undoing;
  if (auto done = restore_main_cf(); !done) return done;
  stop_service();
  if (auto done = remove_files(); !done) return done;
  if (auto done = remove_folders(); !done) return done;
  if (auto done = file_.remove(); !done) return done;
  // The folder of the data, which has that of the journal in it.
  for (const auto& folder : journal_.folders) {
    if (file_.folder().starts_with(folder + "/")) machine_.remove_folder(folder);
  }
  return {};
}

base::Result<void> Undo::step(std::string_view name) {
  journal_.step = name;
  return file_.save(journal_);
}

base::Result<void> Undo::restore_main_cf() {
  // Of a write that was cut.
  static_cast<void>(machine_.remove(journal_.main_cf + ".backstop-new"));
  if (journal_.changes.empty()) return step("undo");
  const std::string now = main_cf_text();
  if (now.empty()) return refuse(fmt::format("{} can't be read", base::printable(journal_.main_cf)));
  const std::string before = main_cf_before(machine_, journal_, now);
  if (before != now) {
    if (auto noted = step("take ours out of main.cf"); !noted) return noted;
    tell_(fmt::format("write {}", base::printable(journal_.main_cf)));
    if (auto done = machine_.replace(journal_.main_cf, before); !done) return done;
  }
  const auto services = machine_.run(place_.command("postconf", {"-P"}));
  if (services.out.contains(kMilterName) || services.out.contains(kInternalName))
    tell_("master.cf has our sockets in options of its own; take them out yourself");
  if (!machine_.run(place_.command("postfix", {"status"})).is_good()) return {};
  if (auto noted = step("postfix reload"); !noted) return noted;
  tell_("postfix reload");
  const auto reloaded = machine_.run(place_.command("postfix", {"reload"}));
  if (!reloaded.is_good()) return refuse("postfix reload: " + reloaded.why());
  return {};
}

void Undo::stop_service() {
  if (journal_.start.empty() || journal_.stop.empty()) return;
  tell_(fmt::format("stop the service: {}", base::printable(journal_.stop)));
  const auto stopped = machine_.run({"/bin/sh", "-c", journal_.stop});
  if (!stopped.is_good()) tell_("the service was not stopped: " + stopped.why());
}

base::Result<void> Undo::remove_files() {
  // The copy of main.cf is needed until main.cf is known to be what it was.
  for (const auto& file : journal_.files | std::views::reverse) {
    const auto why = why_it_stays(file);
    if (!why.empty()) {
      tell_(fmt::format("{} stays: {}", base::printable(file.path), why));
      continue;
    }
    if (machine_.is_there(file.path)) tell_(fmt::format("remove {}", base::printable(file.path)));
    if (auto done = machine_.remove(file.path); !done) return done;
  }
  return {};
}

base::Result<void> Undo::remove_folders() {
  for (const auto& folder : journal_.folders | std::views::reverse) {
    if (file_.folder().starts_with(folder + "/")) continue;
    for (const std::string_view socket : {"/milter.sock", "/internal.sock"}) {
      // One that a server left behind when it was killed.
      const std::string path = folder + std::string(socket);
      if (machine_.is_there(path) && !machine_.greet_milter(path, ""))
        static_cast<void>(machine_.remove(path));
    }
    if (!machine_.remove_folder(folder))
      tell_(fmt::format("{} stays: it is not empty", base::printable(folder)));
  }
  if (journal_.start == "systemctl") static_cast<void>(machine_.run({"systemctl", "daemon-reload"}));
  return {};
}

}  // namespace backstop::setup
